#!/usr/bin/env bash
# Makes sure that the tests find an nginx, or says in one sentence how to get it. Debian's is unpacked into .nginx, not
# installed: an installed one would be started as a service.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
nginx=$root/.nginx/usr/sbin/nginx

if PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || [[ -x $nginx ]]; then
  exit 0
fi

if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  echo "▸ nginx, for the tests of the manual"
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  chmod 755 "$folder" # apt fetches as a user of its own
  if { apt-get update && cd "$folder" && apt-get download nginx; } >"$folder/log" 2>&1 &&
    { dpkg -x nginx_*.deb "$root/.nginx" && "$nginx" -v; } >>"$folder/log" 2>&1; then
    exit 0
  fi
  tail -n 20 "$folder/log" >&2
fi
echo "No nginx on PATH: its tests will be skipped. On Debian: sudo apt-get install nginx; on macOS: brew install nginx."
