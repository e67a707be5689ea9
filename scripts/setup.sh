#!/usr/bin/env bash
# Installs what Sentra needs beside Go. It may be run again at any time, as root
# or not.
#
#   setup.sh          what serving needs: PostgreSQL's server binaries
#   setup.sh test     what the tests need besides: programs of Debian's, and the
#                     npm packages of every folder with a package-lock.json
#   setup.sh qgis     what the test with QGIS needs besides: 170 packages of
#                     Debian's, 195 MB, a minute
#   setup.sh bench    what the comparison with other servers needs besides serving
set -euo pipefail
cd "$(dirname "$0")/.."

# The needs of each stage: a command or a path, and the Debian package that has it.
serve_programs=()
test_programs=(curl:curl nginx:nginx /usr/sbin/pgbouncer:pgbouncer chromium:chromium ogrinfo:gdal-bin soffice:libreoffice-calc-nogui /usr/share/fonts/truetype/liberation:fonts-liberation Rscript:r-base-core)
qgis_programs=(/usr/lib/python3/dist-packages/qgis:python3-qgis)
bench_programs=(wrk:wrk node:nodejs npm:npm)

if ! command -v go >/dev/null; then
  echo "Go is missing; install it from https://go.dev/dl/ (version 1.26 or later)" >&2
  exit 1
fi

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

updated=
install_packages() {
  [ -n "$updated" ] || apt-get update -qq
  updated=yes
  # Start no service of a package: the tests start what they need themselves.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need COMMAND:PACKAGE ... installs the packages whose command or path is missing.
need() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || [ -e "${pair%%:*}" ] || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} = 0 ] && return
  if can_install; then
    install_packages "${missing[@]}"
  else
    echo "missing: ${missing[*]}; install them, or run this as root on Debian" >&2
    exit 1
  fi
}

has_postgres() {
  local dir
  for dir in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
    [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && return 0
  done
  command -v initdb >/dev/null
}

postgres() {
  [ -n "${SENTRA_DATABASE_URL:-}" ] || has_postgres && return
  if can_install; then
    # Only the binaries: do not create or start Debian's own cluster.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
    install_packages postgresql
  else
    echo "PostgreSQL is not installed; Sentra will download its own binaries at the first start" >&2
  fi
}

# postgis installs the extension for the PostgreSQL version that Sentra would use.
postgis() {
  local version
  version=$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1)
  [ -e "$(pg_config --sharedir 2>/dev/null)/extension/postgis.control" ] && return
  [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] && return
  if can_install; then
    install_packages "postgresql-$version-postgis-3"
  else
    echo "missing: PostGIS; install it for your PostgreSQL, or run this as root on Debian" >&2
    exit 1
  fi
}

# npm_packages installs those of each folder whose lock file is newer than its
# installed packages; those in bench/ are for the stage bench, all others for test.
npm_packages() {
  local lock folder
  for lock in $(git ls-files '*package-lock.json' 2>/dev/null || find . -name package-lock.json -not -path '*/node_modules/*' | sed 's|^\./||'); do
    folder=$(dirname "$lock")
    case $1:$folder in test:bench/*) continue ;; bench:bench/*) ;; bench:*) continue ;; esac
    if [ ! -e "$folder/node_modules/.installed" ] || [ "$lock" -nt "$folder/node_modules/.installed" ]; then
      (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed)
    fi
  done
}

postgres
need "${serve_programs[@]}"
case "${1:-serve}" in
  serve) ;;
  test)
    # npm's packages are downloaded while Debian's are unpacked.
    npm_packages test &
    npm=$!
    need "${test_programs[@]}"
    wait "$npm"
    ;;
  qgis) need "${test_programs[@]}" "${qgis_programs[@]}"; npm_packages test ;;
  bench) need "${bench_programs[@]}"; postgis; npm_packages bench ;;
  *) echo "setup.sh knows the stages serve, test, qgis and bench" >&2; exit 1 ;;
esac
