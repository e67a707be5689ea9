#!/usr/bin/env bash
# What `make test` and CI run: format, generated code, vet, tests, fuzzing.
set -euo pipefail
# One PostgreSQL serves the whole run, unless the environment names one.
if [ -z "${SENTRA_TEST_DATABASE_URL:-}" ]; then
  mkdir -p bin
  go build -o bin/withpg ./internal/pgtest/withpg
  exec bin/withpg "$0" "$@"
fi
unformatted=$(gofmt -l bench cmd conformance graph internal migrations web/*.go)
if [ -n "$unformatted" ]; then
  echo "not formatted: $unformatted" >&2
  exit 1
fi
state() { cat graph/*generated.go graph/model/generated.go go.mod | sha256sum; }
before=$(state)
go tool gqlgen generate 2>/dev/null
if [ "$before" != "$(state)" ]; then
  echo "the generated code was not that of schema.graphql; it is now: look at it, and run the tests again" >&2
  exit 1
fi
go vet ./...
# Tests that hold a start or a page to its time run alone, each package by itself.
timed="./cmd/... ./web/..."
# shellcheck disable=SC2086
go test -p 1 $timed
# shellcheck disable=SC2046
go test $(go list ./... | grep -v -e /cmd/ -e '/web$')
scripts/fuzz.sh
