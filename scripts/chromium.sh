#!/usr/bin/env bash
# Makes sure that a Chromium is there for the browser tests, or says in one sentence how to get it.
set -euo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done
if [[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]]; then
  exit 0
fi

if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  echo "▸ Chromium, for the browser tests"
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } \
    >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
  fi
  exit 0
fi
echo "No Chromium on PATH: the browser tests will fail. On Debian: sudo apt-get install chromium; on macOS: install Google Chrome."
