#!/usr/bin/env bash
# Measures whether time tells who has an account (S16), or that a thing of somebody else's is there (S03):
#     scripts/timing.sh                                  SQLite, 2,000 pairs each
#     OBROL_TIMING_PAIRS=10000 OBROL_TEST_DB=postgres tests/services/with.sh scripts/timing.sh
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
scripts/install.sh build
scripts/web.sh
cargo build --locked --release -p server -p obrol-tests --bins
OBROL_BIN="$CARGO_TARGET_DIR/release/obrol" exec "$CARGO_TARGET_DIR/release/timing" "$@"
