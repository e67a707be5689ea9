#!/usr/bin/env bash
# Runs every fuzz target for a few seconds (SENTRA_FUZZ_TIME, default 2s). Each
# package is built once.
set -euo pipefail
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
# A new input that fails is kept in the package's testdata, as go test does; others
# go to the build cache's corpus.
corpus=$(go env GOCACHE)/fuzz
for package in $(grep -rl --include='*_test.go' '^func Fuzz' cmd graph internal | xargs -n1 dirname | sort -u); do
  go test -c -fuzz=. -o "$built/fuzz.test" "./$package"
  for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$package"/*_test.go | sed 's/^func //'); do
    echo "fuzz $package $target"
    (cd "$package" && "$built/fuzz.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${SENTRA_FUZZ_TIME:-2s}" \
      -test.fuzzcachedir "$corpus/github.com/sentra-ikm/sentra/$package")
  done
done
