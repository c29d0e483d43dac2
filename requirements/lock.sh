#!/usr/bin/env bash
# Make the three hashed locks anew (needs uv). Names, versions and hashes only; no addresses.
set -eu
cd "$(dirname "$0")/.."
for pair in "run:" "dev:--extra dev" "lab:--extra lab"; do
  name=${pair%%:*}
  # shellcheck disable=SC2086
  uv pip compile pyproject.toml --extra build ${pair#*:} --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o "requirements/$name.txt"
done
