#!/usr/bin/env bash
# The crash test of the suite with more kills: scripts/soak.sh CYCLES [SEED] [sqlite|postgres|mariadb]
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
if [ -z "${OBROL_TEST_SERVICES:-}" ]; then
  scripts/install.sh build services nextest
  exec tests/services/with.sh "$(readlink -f "$0")" "$@"
fi
export OBROL_CRASH_CYCLES="${1:-500}" OBROL_TEST_DB="${3:-sqlite}"
[ -z "${2:-}" ] || export OBROL_SEED="$2"
scripts/web.sh
# As scripts/test.sh builds it, so that nothing is compiled twice.
cargo build --locked --workspace --all-targets --features server/failpoints
export OBROL_BIN="$CARGO_TARGET_DIR/debug/obrol"
cargo test --locked --workspace --features server/failpoints --test it -- --nocapture --exact crash::killed_at_random
