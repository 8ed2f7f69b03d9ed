#!/usr/bin/env bash
# Ends the servers that start.sh started (their state folder is the argument or OBROL_TEST_SERVICES) and removes their data.
set -euo pipefail

state="${1:-${OBROL_TEST_SERVICES:?no state folder: nothing to stop}}"
case "$(basename "$state")" in obrol-services.*) ;; *) echo "services: $state is not ours" >&2; exit 1 ;; esac
[ -d "$state" ] || exit 0

pids="$(cat "$state"/*.pid 2>/dev/null || true)"
# PostgreSQL's fast shutdown is INT; the others end on TERM.
[ -e "$state/postgres.pid" ] && kill -INT "$(cat "$state/postgres.pid")" 2>/dev/null || true
for pid in $pids; do kill -TERM "$pid" 2>/dev/null || true; done
for _ in $(seq 100); do
  alive=""
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive="$alive $pid"; done
  [ -n "$alive" ] || break
  sleep 0.1
done
for pid in ${alive:-}; do kill -KILL "$pid" 2>/dev/null || true; done
rm -rf "$state"
