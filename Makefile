# Sentra. `make serve` and `make test` are all a newcomer needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The binary names no folder of the machine that built it. The tests are built in the
# same way, so that `make build`, which some of them run, finds all packages built.
export GOFLAGS := -trimpath $(filter-out -trimpath,$(GOFLAGS))

.PHONY: help setup setup-test setup-bench pages dependencies test-pages test-dependencies build serve test generate bench bench-peers attack fuzz clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: ## Install what is needed (PostgreSQL's binaries, as root)
	@scripts/setup.sh

setup-test: ## Install what the tests need besides
	@scripts/setup.sh test

setup-bench: ## Install what the comparison with other servers needs besides
	@scripts/setup.sh bench

# Build the pages again if anything they are made from is newer.
PAGE_SOURCES := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -path web/screenshots -prune -o -type f ! -name '*.go' -print)

web/node_modules/.installed: web/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20.19 or later for the pages" >&2; exit 1; }
	cd web && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed

web/dist/index.html: web/node_modules/.installed $(PAGE_SOURCES)
	cd web && npm run --silent build && touch dist/index.html

pages: web/dist/index.html ## Build the map and the playground

# The slow parts of a first build that need no pages.
dependencies:
	go build $$(go list -deps ./cmd/sentra | grep '^github.com/sentra-ikm/sentra/' | grep -v -e /cmd/ -e '/web$$')

build: setup ## Build bin/sentra
	@$(MAKE) --no-print-directory -j2 pages dependencies
	go build -ldflags "-X main.version=$(VERSION)" -o bin/sentra ./cmd/sentra

serve: build ## Serve on http://localhost:8080
	bin/sentra serve

# Nobody debugs these programs; without DWARF they compile in an eighth less time.
test: export GOFLAGS := $(GOFLAGS) -gcflags=all=-dwarf=false
test: ## Run every test, and every fuzz target for two seconds
	@$(MAKE) --no-print-directory -j2 test-pages test-dependencies
	scripts/test.sh

# setup-test installs the packages for building the pages.
test-pages: setup-test
	@$(MAKE) --no-print-directory pages

# The slow parts of the tests' first build, for while programs and packages are
# downloaded.
test-dependencies:
	go build $$(go list -deps -test ./... 2>/dev/null | grep -v -e ' ' -e '\.test$$' -e '^github.com/sentra-ikm/sentra\($$\|/\)')

generate: ## Make the Go code of the schema anew
	go tool gqlgen generate

bench: build ## Run the benchmarks
	go test -run '^$$' -bench . -benchtime 5x ./cmd/...
	go test -run '^$$' -bench 'Correction' -benchtime 500x ./internal/app
	go test -run '^$$' -bench 'Reads|Start' -benchtime 5x ./internal/app
	go test -run '^$$' -bench . -benchtime 200x ./graph/...
	go test -run '^$$' -bench . ./internal/geo/locate ./internal/geo/pointindex ./internal/atlas
	go test -run '^$$' -bench . -benchtime 1x ./internal/gqlgen
	go test -run '^$$' -bench 'Workbook|OGC|PMTiles' -benchtime 3x ./internal/export ./conformance/exports ./conformance/tiles

bench-peers: setup-bench ## Measure against PostGIS, orb and PostGraphile, and print the table
	go run ./bench/peers

attack: pages ## Attack a server of its own, and print what each attack took and what others felt
	go run ./bench/attack

fuzz: ## Run every fuzz target for two seconds
	scripts/fuzz.sh

clean: ## Remove what was built
	rm -rf bin web/dist/assets web/dist/*.html
