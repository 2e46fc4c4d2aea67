#!/usr/bin/env bash
# Makes sure that a Chromium is there for the browser tests, or says in one sentence how to get it.
set -euo pipefail

for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
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
  export DEBIAN_FRONTEND=noninteractive
  # Without windows it does the same with two thirds of the work; older systems have only the whole one.
  if ! { apt-get update && { apt-get install -y --no-install-recommends chromium-headless-shell ||
    apt-get install -y --no-install-recommends chromium; }; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
  fi
  exit 0
fi
echo "No Chromium on PATH: the browser tests will fail. On Debian: sudo apt-get install chromium; on macOS: install Google Chrome."
