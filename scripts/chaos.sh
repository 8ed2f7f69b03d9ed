#!/usr/bin/env bash
# The chaos test of the suite with more chats, and one provider away for longer:
#     scripts/chaos.sh CHATS [SECONDS] [SEED] [sqlite|postgres|mariadb]
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
if [ -z "${OBROL_TEST_SERVICES:-}" ]; then
  scripts/install.sh build services nextest
  exec tests/services/with.sh "$(readlink -f "$0")" "$@"
fi
export OBROL_CHAOS_CHATS="${1:-1000}" OBROL_CHAOS_SECONDS="${2:-60}" OBROL_TEST_DB="${4:-sqlite}"
[ -z "${3:-}" ] || export OBROL_SEED="$3"
scripts/web.sh
# As scripts/test.sh builds it, so that nothing is compiled twice.
cargo build --locked --workspace --all-targets --features server/failpoints
export OBROL_BIN="$CARGO_TARGET_DIR/debug/obrol"
cargo test --locked --workspace --features server/failpoints --test it -- --nocapture --exact \
  chaos::people_are_answered_while_providers_fail_and_every_cent_is_known
