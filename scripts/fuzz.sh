#!/usr/bin/env bash
# Runs every fuzz target for a few seconds (SENTRA_FUZZ_TIME, default 2s).
set -euo pipefail
for package in $(grep -rl --include='*_test.go' '^func Fuzz' cmd graph internal | xargs -n1 dirname | sort -u); do
  for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$package"/*_test.go | sed 's/^func //'); do
    echo "fuzz $package $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${SENTRA_FUZZ_TIME:-2s}" "./$package"
  done
done
