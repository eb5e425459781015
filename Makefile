# `make help` lists the targets.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null)
PACKAGE := github.com/transship/transship/cmd
LDFLAGS := -s -w -X $(PACKAGE).version=$(VERSION) -X $(PACKAGE).commit=$(COMMIT)
TOOL    := $(GO) tool -modfile=tools/go.mod

export CGO_ENABLED := 0
# One form of everything that is compiled, that of the release: the build cache then has each package once. Programs that
# tests start take it over.
export GOFLAGS := $(filter-out -trimpath,$(shell $(GO) env GOFLAGS)) -trimpath

.DEFAULT_GOAL := help
.PHONY: help check build install release demo test test-unit test-outputs test-external-secrets test-cluster test-build vet-tests test-race cover fuzz bench bench-convert bench-up bench-update bench-slopes bench-functions corpus golden lint vuln fmt generate tidy clean web test-web

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/transship
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/transship ./cmd/transship

install: ## Install transship into the Go binary directory
	$(GO) install -ldflags '$(LDFLAGS)' ./cmd/transship

release: ## Build the archives of VERSION for all systems, checksums and a Homebrew formula into dist/release
	$(GO) run ./internal/release -version '$(VERSION)' -commit '$(COMMIT)' -time $$(git log -1 --format=%ct) -out dist/release

demo: ## Convert the bundled example project
	$(GO) run ./cmd/transship convert -f examples/shop/compose.yaml

# PARTS are those that are run. With TEST_UNTIL, in seconds since 1970, no part begins after that time, and no test of builders.
PARTS ?= unit cluster web build outputs
test: ## Run all tests (the first time, a control plane and more programs are built: more than an hour on two cores)
	@for part in $(PARTS); do \
		if [ -n "$(TEST_UNTIL)" ] && [ $$(date +%s) -ge "$(TEST_UNTIL)" ]; then echo "left out for want of time: make test-$$part"; continue; fi; \
		echo "== $$(date +%T) make test-$$part"; \
		$(MAKE) --no-print-directory test-$$part || exit 1; \
	done

check: ## Check format, vet, golden cases and quick tests, without changing anything
	@$(MAKE) --no-print-directory -j3 check-format check-vet check-tests

.PHONY: check-format check-vet check-tests
check-format:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }

check-vet:
	GOGC=400 $(GO) vet ./...

# One call, so that compiling, linking and running overlap; check-vet vets the same files and more. The processes live for
# a moment only: collecting their garbage would take a fifth of the time.
check-tests:
	GOGC=400 $(GO) test -vet=off -short ./cmd ./convert ./diag ./transform/... ./cluster/...

# What later parts of the tests run is compiled beside the earlier ones, which wait for containers much of the time: this may
# run in the background of make test. It is not needed.
.PHONY: prebuild
prebuild:
	$(MAKE) -C test/outputs prebuild
	$(MAKE) -C test/cluster build
	$(GO) -C test/build/plugins build -ldflags '-s -w' -o /dev/null github.com/docker/compose/v5/cmd
	$(GO) -C test/build/buildkit build -tags netgo,osusergo -ldflags '-s -w' -o /dev/null github.com/docker/buildx/cmd/buildx
	$(GO) -C test/build/buildkit build -tags netgo,osusergo -ldflags '-s -w' -o /dev/null github.com/moby/buildkit/cmd/buildkitd

# Vetting reads all dependencies as well, which takes longer than to compile them: make lint and make vet-tests do it.
test-unit: ## Run the tests that need nothing but Go
	$(GO) test -vet=off -timeout 30m ./...

test-outputs: ## Judge charts and overlays by the libraries of Helm and Kustomize (the first time, these are built)
	$(MAKE) -C test/outputs test

test-external-secrets: ## Run the test of --secrets=external-secret with its real controller (the first time, it is built: ten minutes)
	TRANSSHIP_TEST_EXTERNAL_SECRETS=1 $(GO) -C test/outputs test -vet=off -run TestExternalSecrets ./install

test-cluster: ## Run the tests on a real control plane and, as root on Linux, on a real node
	$(MAKE) -C test/cluster test

test-build: ## Build, push and run projects with Docker, Podman and a registry (needs root and Debian packages)
	TRANSSHIP_TEST_UNTIL=$(TEST_UNTIL) $(GO) -C test/build test -vet=off -parallel 3 -timeout 40m .

vet-tests: ## Vet the modules of tests
	@for dir in test/outputs test/outputs/argo test/build test/cluster test/cluster/acceptance test/cluster/up test/cluster/behaviour; do $(GO) -C $$dir vet ./... || exit 1; done

# Where goroutines share something: the rooms with `go` statements, and those that several of them write to. In cmd these
# are the commands that watch a cluster or a signal; test/cluster/up runs them, and their parts are in cluster and progress.
CONCURRENT := ./cluster/... ./registry ./build ./convert/effects ./internal/guard ./internal/pattern ./internal/playground ./internal/progress ./loader/disk
test-race: ## Run the tests of the rooms with goroutines under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -p 1 $(CONCURRENT)

cover: ## Measure what the tests cover
	$(GO) test -coverprofile=bin/cover.out -coverpkg=./... ./... && $(GO) tool cover -func=bin/cover.out | tail -1

# Go shortens each input that reaches new code for a minute unless it is told otherwise, and tries nothing new meanwhile.
FUZZTIME ?= 1m
fuzz: ## Run every fuzz target for FUZZTIME (default 1m)
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; $(GO) test $$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x; \
		done; \
	done

bench: bench-convert bench-up ## Measure whole processes; fails if one costs 15 % more than docs/performance.md says

bench-convert: build ## Measure conversions beside the load by compose-go
	$(GO) build -o bin/bench ./internal/bench && bin/bench

bench-up: ## Measure up beside kubectl on a control plane of the test cluster
	$(MAKE) -C test/cluster bench

bench-update: build ## Measure whole processes, and write docs/performance.md
	UPDATE=1 $(MAKE) -C test/cluster bench
	$(GO) build -o bin/bench ./internal/bench && bin/bench -update

bench-slopes: build ## Measure how work grows with the size of a project, and store it for docs/performance.md; takes minutes
	rm -f internal/bench/slopes.tsv
	TRANSSHIP_SLOPES=1 TRANSSHIP_SLOPES_FILE=$(CURDIR)/internal/bench/slopes.tsv $(GO) test -timeout 40m ./loader ./convert -run StraightLine -p 1
	$(GO) build -o bin/bench ./internal/bench && bin/bench -start-only

bench-functions: ## Run the benchmarks in Go
	$(GO) test -run '^$$' -bench . -benchmem ./...

corpus: ## Convert a folder of real projects: make corpus TRANSSHIP_CORPUS=DIR
	$(GO) test ./convert -run Corpus -v

golden: ## Rewrite the expected output of the golden cases and the scripts; read the diff before you commit it
	$(GO) test ./cmd -run "Golden|Scripts" -update

lint: ## Check the code with golangci-lint (the first run builds it: some minutes), and that the page is current
	$(TOOL) golangci-lint run ./...
	@if [ -d web/node_modules ]; then node web/build.mjs --check; fi

# What is new since the version that tools/vuln names: make vuln VULNFLAGS='-data golang.org/x/vulndb@latest'
vuln: ## Say which published vulnerabilities the code reaches; fails for one of a dependency
	$(GO) -C tools/vuln test .
	$(GO) -C tools/vuln run . -module ../.. $(VULNFLAGS)

fmt: ## Format the code
	$(TOOL) golangci-lint fmt ./...

generate: ## Regenerate docs/reference and the rules of the Compose schema
	$(GO) run ./internal/docgen
	$(GO) run ./loader/schema/generate

tidy: ## Tidy the module files
	@for file in $$(git ls-files 'go.mod' '*/go.mod'); do $(GO) -C $$(dirname $$file) mod tidy || exit 1; done

WEB := web/node_modules/.package-lock.json
$(WEB): web/package-lock.json
	npm --prefix web ci --ignore-scripts --no-audit --no-fund

web: $(WEB) ## Build the page: web/dist, which serve embeds, and web/site, for any static host
	web/wasm/lean.sh
	GOOS=js GOARCH=wasm $(GO) build -modfile=bin/lean/go.mod -ldflags '-s -w' -o bin/transship.wasm ./web/wasm
	gzip -9 -n -f -k bin/transship.wasm
	node web/build.mjs --site

test-web: ## Test the page in Chromium; without Node.js and Chromium it is left out, unless TRANSSHIP_TEST_REQUIRE is set
	@if command -v npm >/dev/null && { [ -n "$(TRANSSHIP_CHROMIUM)" ] || command -v chromium >/dev/null; } || [ -n "$(TRANSSHIP_TEST_REQUIRE)" ]; then \
		$(MAKE) run-test-web; else echo "left out: the tests of the page need npm and chromium (web/test/install-packages.sh)"; fi

.PHONY: run-test-web
run-test-web: $(WEB)
	node web/build.mjs --check
	$(MAKE) web
	$(GO) build -o bin/transship ./cmd/transship
	node --test --test-concurrency=1 web/test/*.test.mjs

clean: ## Remove what was built
	rm -rf bin dist
