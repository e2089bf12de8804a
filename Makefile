# make, alone, lists the targets.

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -X main.version=$(VERSION)
PACKAGES := ./... ./testdata/company ./testdata/moss ./testdata/volume
LINT     := bin/golangci-lint
FUZZTIME := 5s

export CGO_ENABLED := 0

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/migrate
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/migrate ./cmd/migrate

.PHONY: demo
demo: build ## Migrate a whole small company into the sandbox and back, under a minute
	tools/need-postgres
	bin/migrate demo

.PHONY: test
test: ## Run everything that can be tested without a real Odoo, PostgreSQL included
	tools/need-postgres
	go test -timeout 15m -parallel 4 $(PACKAGES)

.PHONY: race
race: ## The same with the race detector (needs a C compiler)
	tools/need-postgres
	CGO_ENABLED=1 go test -race -timeout 40m $(PACKAGES)

.PHONY: lint
lint: $(LINT) ## Look for mistakes without running anything
	@status=0; \
	unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not as gofmt has it:"; echo "$$unformatted"; status=1; }; \
	echo "go vet"; go vet -tags odoo $(PACKAGES) || status=1; \
	echo "golangci-lint"; $(LINT) run $(PACKAGES) || status=1; \
	exit $$status

$(LINT): tools/lint/go.mod
	cd tools/lint && go build -trimpath -o ../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: test-odoo
test-odoo: ## Run the tests that need a real Odoo (ODOO_URL..., else it brings up Odoo 19, or the tree in ODOO_SRC)
	tools/test-odoo

.PHONY: odoo-up
odoo-up: ## Bring up a real Odoo for tests and print its address (ODOO_SRC=folder for Odoo 18)
	@tools/odoo-server up --export

.PHONY: odoo-fresh
odoo-fresh: ## Make a fresh database in it and print its address
	@tools/odoo-server fresh --export

.PHONY: odoo-down
odoo-down: ## Stop it
	@tools/odoo-server down --all

.PHONY: cross
cross: ## Build for linux, darwin and windows on amd64 and arm64, into dist/
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
		suffix=; [ $$os != windows ] || suffix=.exe; \
		echo "$$os/$$arch"; \
		GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags '$(LDFLAGS)' -o dist/migrate-$$os-$$arch$$suffix ./cmd/migrate || exit 1; \
	done; done

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (5s)
	tools/fuzz $(FUZZTIME)

.PHONY: bench
bench: build ## Measure the passes beside named references (a C compiler builds DuckDB's; BENCH='-only csv' for a part)
	go build -trimpath -o bin/bench ./tools/bench
	cd tools/bench/reference && CGO_ENABLED=1 go build -trimpath -o ../../../bin/reference .
	bin/bench -reference bin/reference $(BENCH)

.PHONY: bench-odoo
bench-odoo: build ## Measure loads on a real Odoo beside other ways (as test-odoo finds it; BENCH='-only partners' for a part)
	tools/need-postgres
	go build -trimpath -o bin/benchodoo ./tools/benchodoo
	tools/bench-odoo $(BENCH)

.PHONY: clean
clean: ## Remove what was built, and the demo
	rm -rf bin dist migrate-demo
