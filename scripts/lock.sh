#!/usr/bin/env bash
# Pins what the server runs with (server.lock) and what this repository builds and tests with
# (dev.lock): versions and hashes for every platform, no download addresses. Settings of the
# machine are kept out. Arguments go to uv, for example `--upgrade` or `--upgrade-package chdb`.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
  local out=$1
  shift
  env -i HOME="$HOME" PATH="$PATH" ${SSL_CERT_FILE:+SSL_CERT_FILE="$SSL_CERT_FILE"} \
    uv --no-config --quiet pip compile --universal --python-version 3.11 --generate-hashes \
    --no-header --no-emit-package clearspan \
    --output-file "$out" "$@" >/dev/null
  if grep -n '://' "$out"; then
    echo "$out names an address" >&2
    exit 1
  fi
  echo "▸ $out: $(grep -c '^[a-z]' "$out") packages"
}

compile requirements/server.lock "$@" server/pyproject.toml
compile requirements/dev.lock "$@" --constraint requirements/server.lock \
  server/pyproject.toml requirements/dev.in
for wanted in server/tests/clients/python/*/requirements.in; do
  compile "${wanted%.in}.lock" "$@" "$wanted"
done
compile server/tests/s3/requirements.lock "$@" server/tests/s3/requirements.in
compile server/tests/presidio/requirements.lock "$@" --constraint requirements/dev.lock \
  --extra presidio server/pyproject.toml server/tests/presidio/requirements.in
