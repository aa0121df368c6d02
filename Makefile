# The verbs of this repository; the work is done by scripts/ and by each tool itself.
.DEFAULT_GOAL := help
.PHONY: help build up test lint fmt openapi e2e test-plugins clean

SHELL := /bin/bash
TOOLS_PATH := $(CURDIR)/.tools/node/bin:$(PATH)

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## install what is missing and build everything (release); starts nothing
	@scripts/setup
	@scripts/build release

up: build ## build, then serve http://localhost:7007 with a demo organisation; Ctrl-C stops everything
	@PATH="$(TOOLS_PATH)" PROSCENIUM_TELEMETRY__LOG_FORMAT="$${PROSCENIUM_TELEMETRY__LOG_FORMAT:-pretty}" \
	  exec target/release/proscenium all --demo

test: ## the whole test suite: Rust, portal, plugin worker, browser
	@scripts/test

e2e: ## the browser tests alone
	@scripts/test e2e

test-plugins: ## install and use every plugin that is known, and write docs/plugins.md anew (half an hour)
	@scripts/test plugins

openapi: ## write openapi/*.json anew from the routes, and the portal's types from them
	@scripts/node-packages install
	@cargo run --quiet -p proscenium -- openapi --dir openapi
	@cd services/portal && PATH="$(TOOLS_PATH)" npm run --silent generate

lint: ## formatting, lints, licences and sources, without changing anything
	@scripts/lint

fmt: ## format Rust and TypeScript
	@scripts/node-packages install
	@cargo fmt --all
	@cd services/portal && PATH="$(TOOLS_PATH)" npm run --silent format
	@cd services/plugin-worker && PATH="$(TOOLS_PATH)" npm run --silent format

clean: ## remove what was built and fetched; keeps the data in .data
	@rm -rf target .tools services/*/dist services/*/node_modules tests/e2e/node_modules tests/plugins/.cache
