#!/usr/bin/env bash
# Runs every fuzz target for a few seconds (SENTRA_FUZZ_TIME, default 2s). Each
# package is built once, while the one before it runs. Two seconds are guided by the
# coverage of the target's own package, or by none where most others would have to be
# built again; where a time is given, by that of all packages of this project.
set -euo pipefail
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
# A new input that fails is saved in the package's testdata, as by go test; others go
# to the corpus in the build cache.
corpus=$(go env GOCACHE)/fuzz

# Packages that are imported by many, their own tests included.
imported_by_many=' graph internal/export internal/httpserver internal/ingest internal/ogc '

# Builds the packages with fuzz targets, and prints the name of each once it is built.
build() {
  local package guiding
  for package in $(grep -rl --include='*_test.go' '^func Fuzz' cmd graph internal | xargs -n1 dirname | sort -u); do
    guiding=$package
    [[ "$imported_by_many" != *" $package "* ]] || guiding=none
    [ -z "${SENTRA_FUZZ_TIME:-}" ] || guiding=...
    go test -c -vet=off "-gcflags=github.com/sentra-ikm/sentra/$guiding=-d=libfuzzer" -o "$built/${package//\//-}.test" "./$package" >&2
    echo "$package"
  done
}

# Before Go 1.27 a target may fail just because its time is over
# (https://go.dev/issue/75804).
only_out_of_time() {
  grep -q '^ *context deadline exceeded$' "$1" && ! grep -qE 'Failing input|panic:|_test\.go:|failure while' "$1"
}

while read -r package; do
  for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$package"/*_test.go | sed 's/^func //'); do
    echo "fuzz $package $target"
    (cd "$package" && "$built/${package//\//-}.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${SENTRA_FUZZ_TIME:-2s}" \
      -test.parallel 1 -test.fuzzcachedir "$corpus/github.com/sentra-ikm/sentra/$package" 2>&1) |
      tee "$built/log" || only_out_of_time "$built/log"
  done
done < <(build)
# A package that does not build ends the run.
wait $!
