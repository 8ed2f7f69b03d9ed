#!/usr/bin/env bash
# Every check that runs no test: formatting, clippy, the laws of the house, dependencies, the pages.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
say() { echo "==> $*" >&2; }

scripts/install.sh build
say "cargo fmt --check";   cargo fmt --all --check
# The pages first: the binary embeds them, and clippy compiles what embeds.
scripts/web.sh
say "cargo clippy";        cargo clippy --locked --workspace --all-targets --features server/failpoints -- -D warnings
# As the tests build it, so that nothing is compiled twice.
cargo build --locked --workspace --all-targets --features server/failpoints
say "cargo xtask house";   OBROL_BINARY="$CARGO_TARGET_DIR/debug/obrol" "$CARGO_TARGET_DIR/debug/xtask" house
if cargo deny --version >/dev/null 2>&1; then
  # The advisory database is a repository of its own, which a machine without a network cannot reach: `make advisories`.
  # It looks at every platform, and a build has fetched only its own.
  cargo fetch --locked -q
  say "cargo deny";        cargo deny --offline check bans licenses sources
else
  say "cargo deny is not installed: dependencies are not checked (make deny-install, about 4 minutes)"
fi
say "web: lint, types";    scripts/pnpm.sh run lint; scripts/pnpm.sh run typecheck
say "web: what a visitor loads"; scripts/pnpm.sh run size
