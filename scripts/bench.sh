#!/usr/bin/env bash
# Builds the release binary and the load client, then measures all sides in one run; tables go to stdout.
#     scripts/bench.sh            both parts
#     scripts/bench.sh gateway    one: chat, gateway; `gateway --help` tells its options
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
scripts/install.sh build
scripts/web.sh
cargo build --locked --release -p server -p obrol-tests --bins
# Two thousand streams are two thousand sockets on either side.
[ "$(ulimit -n)" -ge 8192 ] || ulimit -n 8192
OBROL_BIN="$CARGO_TARGET_DIR/release/obrol" exec "$CARGO_TARGET_DIR/release/bench" "$@"
