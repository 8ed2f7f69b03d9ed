#!/usr/bin/env bash
# From a fresh clone to a page: installs what is missing, builds the pages and the binary, serves on 127.0.0.1:8080.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
start=$SECONDS
say() { echo "==> $*" >&2; }

say "looking at what this machine has"
scripts/install.sh build
# The release build takes more than twice as long on a small machine: it is used when it is already there.
profile="${PROFILE:-}"
if [ -z "$profile" ]; then
  profile=dev
  [ ! -x "$CARGO_TARGET_DIR/release/obrol" ] || profile=release
fi
folder="$profile"; [ "$profile" != dev ] || folder=debug

scripts/web.sh
say "building obrol (profile $profile; the first time takes a few minutes)"
cargo build --locked --profile "$profile" -p server
say "ready after $((SECONDS - start)) s: http://127.0.0.1:8080 (the first start prints how to make the first administrator; Ctrl-C ends it)"
exec "$CARGO_TARGET_DIR/$folder/obrol" serve
