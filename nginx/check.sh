#!/bin/sh
# Checks nginx/obrol.conf with a real nginx and a throw-away certificate. Needs nginx and openssl; touches nothing outside a
# temporary folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=chat.example.org \
    -keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>/dev/null
sed -e "s#/etc/ssl/obrol/#$work/#" "$here/obrol.conf" > "$work/obrol.conf"
cat > "$work/nginx.conf" <<EOF
pid $work/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    include $work/obrol.conf;
}
EOF
PATH="$PATH:/usr/sbin" nginx -t -p "$work" -c "$work/nginx.conf"
