#!/usr/bin/env bash
# Runs a command with the throw-away servers of start.sh, and ends them with it.
set -euo pipefail

here="$(dirname "$(readlink -f "$0")")"
exports="$("$here/start.sh" $$)"
eval "$exports"
trap '"$here/stop.sh"' EXIT
"$@"
