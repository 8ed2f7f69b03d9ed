#!/usr/bin/env bash
# Every test: the crates' own, the suite `it` on each database, the pages' units, the journeys in Chromium.
#     scripts/test.sh            all of it
#     scripts/test.sh it sqlite  one part: web, unit, it [sqlite|postgres|mariadb], e2e
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
summary="$(mktemp)"
trap 'rm -f "$summary"' EXIT
say() { echo "==> $*" >&2; }

# Runs nextest, keeping its closing line for the end of the whole run.
nextest() {
  local name="$1"; shift
  local out status=0
  out="$(mktemp)"
  cargo nextest run --locked --workspace --features server/failpoints --no-fail-fast --final-status-level fail "$@" 2>&1 | tee "$out" || status=$?
  grep -aE '^ *Summary \[' "$out" | tail -1 | sed "s/^ */$name: /" >>"$summary" || true
  rm -f "$out"
  return $status
}

build() {
  scripts/web.sh
  # One command with the features of the tests, so that nothing is compiled twice.
  cargo build --locked --workspace --all-targets --features server/failpoints
  export OBROL_BIN="$CARGO_TARGET_DIR/debug/obrol"
}
web() { say "web: unit tests"; scripts/pnpm.sh run test; }
unit() { say "crates: their own tests"; nextest "crates" -E 'not binary(it)'; }
it() { say "suite it on $1"; tests/sdk/setup.sh >/dev/null; OBROL_TEST_DB="$1" nextest "it on $1" -E 'binary(it)'; }
e2e() { say "Chromium: journeys"; scripts/install.sh browser; "$CARGO_TARGET_DIR/debug/e2e" scripts/pnpm.sh run e2e; }

run() {
  build
  # Every part runs even when one fails, so that one run tells everything.
  local failed=()
  case "${1:-all}" in
    all)
      for part in web unit "it sqlite" "it postgres" "it mariadb" e2e; do $part || failed+=("$part"); done ;;
    it) it "${2:-sqlite}" || failed+=("it ${2:-sqlite}") ;;
    web|unit|e2e) "$1" || failed+=("$1") ;;
    *) say "parts: web, unit, it [sqlite|postgres|mariadb], e2e"; exit 2 ;;
  esac
  echo; cat "$summary"
  [ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
}

if [ "${OBROL_TEST_SERVICES:-}" = "" ]; then
  scripts/install.sh build web services nextest
  exec tests/services/with.sh "$(readlink -f "$0")" "$@"
fi
run "$@"
