#!/usr/bin/env bash
# Installs what a step needs and this machine lacks, saying so: scripts/install.sh build|web|services|browser|nextest|deny …
# Debian-like machines only (apt-get, as root or with sudo); elsewhere it names what is missing and stops.
set -euo pipefail

say() { echo "==> $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
RUST=1.95

updated=""
packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  have apt-get || { say "please install: ${missing[*]}"; exit 1; }
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || { say "please install as root: ${missing[*]}"; exit 1; }
    root=(sudo)
  fi
  say "installing ${missing[*]} (apt-get)"
  if [ -z "$updated" ]; then "${root[@]}" apt-get update -qq; updated=yes; fi
  # Tests start servers of their own: a new package must not start one beside them.
  local policy=/usr/sbin/policy-rc.d made=""
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $policy >/dev/null; "${root[@]}" chmod 755 $policy; made=yes
  fi
  local status=0
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 || status=$?
  [ -z "$made" ] || "${root[@]}" rm -f $policy
  return $status
}

rust() {
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  if ! have cargo || ! have rustc; then
    say "Rust $RUST or newer is needed and is not here. Debian's package is too old; install it with rustup"
    say "(https://rustup.rs: choose the default), open a new shell and say this again."
    exit 1
  fi
  local found
  found="$(rustc --version | awk '{print $2}')"
  if [ "$(printf '%s\n' "$RUST" "$found" | sort -V | head -1)" != "$RUST" ]; then
    say "Rust $RUST or newer is needed, here is $found: rustup update stable"
    exit 1
  fi
}

build() {
  { have cc && [ -e /usr/include/stdlib.h ]; } || packages gcc libc6-dev
  rust
}

# pnpm lives beside our other caches, so no root is needed; scripts of package.json then run on the pinned Node of node_modules.
web() {
  have npm || packages nodejs npm
  local home="${PNPM_FOLDER:-$HOME/.cache/obrol/pnpm}" version=10.34.9
  if [ "$("$home/node_modules/.bin/pnpm" --version 2>/dev/null)" != "$version" ]; then
    say "installing pnpm $version (npm, into $home)"
    mkdir -p "$home"
    npm install --silent --no-audit --no-fund --prefix "$home" "pnpm@$version" >&2
  fi
}

services() {
  [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || packages postgresql
  { have mariadbd || [ -x /usr/sbin/mariadbd ]; } || packages mariadb-server
  have redis-server || packages redis-server
  have setpriv || packages util-linux
  have openssl || packages openssl
  have python3 || have perl || packages python3-minimal
  # For the SDKs that speak to /v1 (tests/sdk/setup.sh).
  python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || packages python3-venv
  have flock || packages util-linux
}

browser() {
  [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || packages chromium
  packages fonts-noto-cjk fonts-liberation
}

nextest() {
  rust
  cargo nextest --version >/dev/null 2>&1 && return
  say "installing cargo-nextest (a few minutes, once)"
  cargo install --locked cargo-nextest >&2
}

deny() {
  rust
  cargo deny --version >/dev/null 2>&1 && return
  say "installing cargo-deny (a few minutes, once)"
  cargo install --locked cargo-deny >&2
}

for step in "$@"; do
  case "$step" in
    build|web|services|browser|nextest|deny) "$step" ;;
    *) say "install.sh knows build, web, services, browser, nextest, deny; not $step"; exit 2 ;;
  esac
done
