#!/usr/bin/env bash
# What `make test` and CI run: format, generated code, vet, tests, fuzzing.
set -euo pipefail
unformatted=$(gofmt -l bench cmd conformance graph internal migrations web/*.go)
if [ -n "$unformatted" ]; then
  echo "not formatted: $unformatted" >&2
  exit 1
fi
go vet ./...
go test ./...
scripts/fuzz.sh
