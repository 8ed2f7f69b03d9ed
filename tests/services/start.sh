#!/usr/bin/env bash
# Starts a throw-away PostgreSQL, MariaDB and Redis on free loopback ports and prints the exports that tests read:
#     eval "$(tests/services/start.sh)"        they end with this shell
#     tests/services/with.sh cargo nextest …   they end with the command
# The first argument is the process they belong to (default: the caller); when it is gone a watchdog ends them.
# The second names one of them (postgres, mariadb); "tls" as the third lets it take encrypted connections only, with a
# certificate for the name localhost (and not for 127.0.0.1) by the authority $OBROL_TEST_SERVICES/ca.pem.
set -euo pipefail

owner="${1:-$PPID}" only="${2:-}" tls="${3:-}"
state="$(mktemp -d "${TMPDIR:-/tmp}/obrol-services.XXXXXX")"
chmod 755 "$state"

say() { echo "services: $*" >&2; }
die() { say "$*"; kill_all; exit 1; }

free_port() {
  python3 - <<'PY' 2>/dev/null || perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen=>1,LocalAddr=>"127.0.0.1")->sockport,"\n"'
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])
PY
}

# Database servers refuse to run as root: as root they run as the user of their package.
as() {
  local user="$1"; shift
  if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
  id "$user" >/dev/null 2>&1 || user=nobody
  setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups -- env HOME=/tmp "$@"
}
own() { # user directory
  mkdir -p "$2"
  if [ "$(id -u)" -eq 0 ]; then id "$1" >/dev/null 2>&1 && chown "$1" "$2" || chown nobody "$2"; fi
}

kill_all() {
  local file
  for file in "$state"/*.pid; do [ -e "$file" ] && kill -TERM "$(cat "$file")" 2>/dev/null || true; done
}

within() { # seconds what command…
  local limit="$1" what="$2"; shift 2
  local until=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || { tail -n 20 "$state"/*.log >&2 || true; die "$what did not answer within $limit s"; }
    sleep 0.1
  done
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# An authority, another one that signed nothing, and a certificate for localhost whose key only $1 may read.
certificates() { # user directory
  local name
  for name in ca other-ca; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" \
      -addext "basicConstraints=critical,CA:TRUE" -keyout "$state/$name.key" -out "$state/$name.pem" 2>/dev/null
  done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=localhost" \
    -keyout "$2/server.key" -out "$state/server.csr" 2>/dev/null
  openssl x509 -req -in "$state/server.csr" -CA "$state/ca.pem" -CAkey "$state/ca.key" -days 2 -set_serial 1 \
    -extfile <(printf 'subjectAltName=DNS:localhost') -out "$2/server.pem" 2>/dev/null
  chmod 600 "$2/server.key"
  [ "$(id -u)" -ne 0 ] || chown "$1" "$2/server.key" "$2/server.pem"
  chmod 644 "$state"/*.pem
}

start_postgres() {
  local bin port data="$state/postgres" secure=()
  bin="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)"
  [ -n "$bin" ] || bin="$(dirname "$(command -v postgres)")" 2>/dev/null || die "PostgreSQL is missing: scripts/install.sh services"
  port="$(free_port)"; own postgres "$data"
  (cd "$data" && as postgres "$bin/initdb" -D "$data/data" -U obrol --auth=trust -E UTF8 --locale=C.UTF-8) >"$state/initdb.log" 2>&1 \
    || { cat "$state/initdb.log" >&2; die "initdb failed"; }
  if [ -n "$tls" ]; then
    certificates postgres "$data"
    secure=(-c ssl=on -c "ssl_cert_file=$data/server.pem" -c "ssl_key_file=$data/server.key")
    printf 'local all all trust\nhostssl all all all trust\n' >"$data/data/pg_hba.conf"
  fi
  # Durability stays as in production (fsync, synchronous_commit): the tests of acknowledgement mean something only then.
  (cd "$data" && as postgres setsid "$bin/postgres" -D "$data/data" -p "$port" -h 127.0.0.1 -k "$data" \
    -c max_connections=400 -c shared_buffers=64MB "${secure[@]}") >"$state/postgres.log" 2>&1 </dev/null &
  within 60 PostgreSQL as postgres "$bin/pg_isready" -h 127.0.0.1 -p "$port" -U obrol
  head -1 "$data/data/postmaster.pid" >"$state/postgres.pid"
  within 10 PostgreSQL as postgres "$bin/psql" -h 127.0.0.1 -p "$port" -U obrol -d postgres -c 'create database obrol'
  echo "export OBROL_TEST_POSTGRES_URL=postgres://obrol@127.0.0.1:$port/obrol"
}

start_mariadb() {
  local server port data="$state/mariadb" secure=()
  server="$(command -v mariadbd || command -v mysqld || echo /usr/sbin/mariadbd)"
  [ -x "$server" ] || die "MariaDB is missing: scripts/install.sh services"
  port="$(free_port)"; own mysql "$data"
  as mysql mariadb-install-db --no-defaults --datadir="$data/data" --auth-root-authentication-method=normal --skip-test-db \
    >"$state/mariadb-install.log" 2>&1 || { cat "$state/mariadb-install.log" >&2; die "mariadb-install-db failed"; }
  if [ -n "$tls" ]; then
    certificates mysql "$data"
    secure=(--ssl-cert="$data/server.pem" --ssl-key="$data/server.key" --require-secure-transport=ON)
  fi
  as mysql setsid "$server" --no-defaults --datadir="$data/data" --bind-address=127.0.0.1 --port="$port" --socket="$data/s" \
    --pid-file="$data/server.pid" --character-set-server=utf8mb4 --collation-server=utf8mb4_bin --max-connections=400 \
    --innodb-buffer-pool-size=128M --skip-log-bin "${secure[@]}" >"$state/mariadb.log" 2>&1 </dev/null &
  within 60 MariaDB as mysql mariadb-admin --no-defaults --socket="$data/s" -u root ping
  cat "$data/server.pid" >"$state/mariadb.pid"
  as mysql mariadb --no-defaults --socket="$data/s" -u root -e \
    "create user obrol@'127.0.0.1' identified by 'obrol'; grant all on *.* to obrol@'127.0.0.1' with grant option; create database obrol" >&2
  echo "export OBROL_TEST_MYSQL_URL=mysql://obrol:obrol@127.0.0.1:$port/obrol"
}

start_redis() {
  local server port
  server="$(command -v redis-server || command -v valkey-server)" || die "Redis is missing: scripts/install.sh services"
  port="$(free_port)"; mkdir -p "$state/redis"
  setsid "$server" --port "$port" --bind 127.0.0.1 --save "" --appendonly no --dir "$state/redis" >"$state/redis.log" 2>&1 </dev/null &
  echo $! >"$state/redis.pid"
  within 20 Redis listens "$port"
  echo "export OBROL_TEST_REDIS_SERVER=$server"
  echo "export OBROL_TEST_REDIS_URL=redis://127.0.0.1:$port"
}

if [ -n "$only" ]; then
  # In a subshell: what bash keeps of our own stdout would otherwise live as long as the server, and whoever reads it waits.
  ("start_$only") >"$state/$only.env"
else
  # Both initialisations take seconds: side by side.
  start_postgres >"$state/postgres.env" & first=$!
  start_mariadb >"$state/mariadb.env" & second=$!
  start_redis >"$state/redis.env"
  wait "$first" || die "PostgreSQL did not start"
  wait "$second" || die "MariaDB did not start"
fi

# The watchdog outlives us, not the owner. The owner's start time guards against a number used again.
born() { awk '{print $22}' "/proc/$1/stat" 2>/dev/null; }
birth="$(born "$owner")"
export -f born
setsid bash -c '
  state="$1"; owner="$2"; birth="$3"
  while [ -d "$state" ] && [ "$(born "$owner")" = "$birth" ]; do sleep 1; done
  exec "$4" "$state"
' watchdog "$state" "$owner" "$birth" "$(dirname "$(readlink -f "$0")")/stop.sh" >/dev/null 2>&1 </dev/null &

cat "$state"/*.env
echo "export OBROL_TEST_SERVICES=$state"
