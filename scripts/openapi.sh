#!/usr/bin/env bash
# Writes openapi/openapi.json from the routes in the code, and the typed client of the pages from that.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
scripts/install.sh build
scripts/web.sh
mkdir -p openapi
new="$(mktemp)"; trap 'rm -f "$new"' EXIT
cargo run --locked -q -p server -- openapi >"$new"
cp "$new" openapi/openapi.json
scripts/pnpm.sh run gen:api
