#!/usr/bin/env bash
# Installs what Sentra needs beside Go: PostgreSQL's server binaries. It may be
# run again at any time, as root or not.
set -euo pipefail

if ! command -v go >/dev/null; then
  echo "Go is missing; install it from https://go.dev/dl/ (version 1.26 or later)" >&2
  exit 1
fi

has_postgres() {
  local dir
  for dir in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
    [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && return 0
  done
  command -v initdb >/dev/null
}

if [ -n "${SENTRA_DATABASE_URL:-}" ] || has_postgres; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # Only the binaries: Debian's own cluster is neither made nor started.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
else
  echo "PostgreSQL is not installed; Sentra will download its own binaries at the first start" >&2
fi
