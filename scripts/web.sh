#!/usr/bin/env bash
# Builds web/dist, unless it was built from exactly these inputs.
set -euo pipefail

root="$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)"
cd "$root"
# Everything under web/ that git would keep; the tests of the pages do not end in the bundle.
inputs() {
  git ls-files -co --exclude-standard -z -- web ':!web/e2e' ':!web/dist' 2>/dev/null | sort -z | xargs -0 sha256sum 2>/dev/null || true
}
now="$(inputs | sha256sum)"
stamp=web/node_modules/.obrol-dist
if [ -s web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && [ "$now" != "$(sha256sum </dev/null)" ]; then
  exit 0
fi
echo "==> building the pages (web/dist)" >&2
scripts/pnpm.sh run build >&2
[ -s web/dist/index.html ] || { echo "==> the build left no web/dist/index.html" >&2; exit 1; }
echo "$now" >"$stamp"
