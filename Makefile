# Sentra. `make serve` and `make test` are all a newcomer needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: help setup setup-test setup-bench build serve test generate bench bench-peers fuzz clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: ## Install what is needed (PostgreSQL's binaries, as root)
	@scripts/setup.sh

setup-test: ## Install what the tests need besides
	@scripts/setup.sh test

setup-bench: ## Install what the comparison with other servers needs besides
	@scripts/setup.sh bench

build: ## Build bin/sentra
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/sentra ./cmd/sentra

serve: setup build ## Serve on http://localhost:8080
	bin/sentra serve

test: setup-test ## Run every test, and every fuzz target for two seconds
	scripts/test.sh

generate: ## Make the Go code of the schema anew
	go tool gqlgen generate

bench: setup build ## Run the benchmarks
	go test -run '^$$' -bench . -benchtime 5x ./cmd/...
	go test -run '^$$' -bench . -benchtime 200x ./graph/...

bench-peers: setup-bench ## Measure against PostGIS, orb and PostGraphile, and print the table
	go run ./bench/peers

fuzz: ## Run every fuzz target for two seconds
	scripts/fuzz.sh

clean: ## Remove what was built
	rm -rf bin
