#!/usr/bin/env bash
# Runs pnpm inside web/ with its packages in place: scripts/pnpm.sh run lint
set -euo pipefail

root="$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)"
"$root/scripts/install.sh" web
pnpm="${PNPM_FOLDER:-$HOME/.cache/obrol/pnpm}/node_modules/.bin/pnpm"
cd "$root/web"
# node_modules remembers the lock file that it was made from.
stamp=node_modules/.obrol-lock
if ! cmp -s pnpm-lock.yaml "$stamp"; then
  echo "==> installing the web packages (pnpm)" >&2
  "$pnpm" install --frozen-lockfile --reporter=append-only >&2
  cp pnpm-lock.yaml "$stamp"
fi
exec "$pnpm" "$@"
