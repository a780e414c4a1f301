# Entry points; how each is done is in the scripts that they call.
#   make up PORT_BASE=8700 VAR=var2    a second suite beside the first
VAR ?= var
PORT_BASE ?=
BUILD ?= build
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help build up down status test bench clients docs lint fuzz

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-14s%s\n", $$1, $$2 }'

build: ## install what is missing, build into build/
	@cmake/install-dependencies.sh cmake/packages.txt
	@cmake/build.sh $(BUILD) programs

up: build ## build, start the suite on this machine, load the demo, show it
	@$(BUILD)/bin/entente up --var "$(VAR)" $(if $(PORT_BASE),--port-base $(PORT_BASE))

down: ## stop it; nothing of it is left
	@if [ -x $(BUILD)/bin/entente ]; then $(BUILD)/bin/entente down --var "$(VAR)"; \
	else echo "Nothing is built, so nothing runs."; fi

status: ## what runs
	@$(BUILD)/bin/entente status --var "$(VAR)"

test: ## build and run every test; ends in one line
	@cmake/install-dependencies.sh cmake/packages.txt cmake/packages-clients.txt cmake/packages-test.txt
	@cmake/build.sh $(BUILD)
	@tests/run.sh $(BUILD)

bench: ## measure this machine: echo, read, commit, view (four minutes)
	@cmake/install-dependencies.sh cmake/packages.txt cmake/packages-test.txt
	@cmake/build.sh $(BUILD) entente-bench
	@$(BUILD)/bin/entente-bench

clients: ## TypeScript, Python and C packages of the contracts, in build/clients
	@cmake/install-dependencies.sh cmake/packages.txt cmake/packages-clients.txt
	@cmake/build.sh $(BUILD) clients
	@ls -d $(BUILD)/clients/typescript $(BUILD)/clients/python $(BUILD)/clients/c

docs: build ## what is made of the programs and the contracts: docs/settings.md, docs/api
	@cmake/settings-manual.sh $(BUILD)/bin > $(BUILD)/settings.md && mv $(BUILD)/settings.md docs/settings.md
	@mkdir -p $(BUILD)/reference && proto/reference/generate.sh set $(BUILD)/reference/docs.binpb
	@proto/reference/generate.sh pages $(BUILD)/reference/docs.binpb docs/api

lint: ## format, static analysis, contracts, scripts
	@cmake/install-dependencies.sh cmake/packages.txt cmake/packages-clients.txt cmake/packages-test.txt cmake/packages-lint.txt
	@cmake/build.sh $(BUILD)
	@tests/lint/run.sh $(BUILD)

fuzz: ## every fuzz target for FUZZ_SECONDS (60)
	@cmake/install-dependencies.sh cmake/packages.txt cmake/packages-clients.txt cmake/packages-fuzz.txt
	@tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS)
