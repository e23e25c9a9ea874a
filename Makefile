# Apus: the verbs of this repository. `make` or `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The toolchain is `swift` on PATH, or the one under /opt/swift.
export PATH := $(PATH):/opt/swift/usr/bin:$(HOME)/.local/bin
# Never ask a question: every verb also runs without a terminal.
export DEBIAN_FRONTEND := noninteractive

DATA ?= ./apus-data
PORT ?= 4566
VENV := .venv
PYTHON := $(VENV)/bin/python
RELEASE := .build/release
SOURCES := Sources Tests Package.swift

.PHONY: help deps build build-bench run test test-swift test-server check format simulate torture \
	planted-bugs fuzz coverage sanitize bench clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install what is missing: C libraries, and Python tools into .venv
	@scripts/install-dependencies

build: deps ## Build the release binary, .build/release/apus
	@swift build -c release --product apus

build-bench: deps # The bench, .build/release/apus-bench
	@swift build -c release --product apus-bench

run: build ## Build and serve on 127.0.0.1:4566 with the data directory ./apus-data
	@exec $(RELEASE)/apus serve --bind 127.0.0.1 --port $(PORT) --data $(DATA)

test: test-swift test-server ## Run every test: Swift's, then those against the real server

test-swift: deps # The unit and scenario tests
	@swift test

test-server: build build-bench # The tests that drive the release binaries with boto3, the AWS CLI and raw sockets
	@$(PYTHON) -m pytest Tests/Server $(PYTEST)

check: deps ## Check formatting, the rules of the tree, and that everything builds without a warning
	@swift format lint --strict --parallel --recursive $(SOURCES)
	@$(PYTHON) scripts/tidy.py
	@swift build --build-tests

format: ## Format the Swift sources in place
	@swift format format --in-place --parallel --recursive $(SOURCES)

simulate: ## Run seeds of the simulator (SEEDS=100 from SEED on, DURATION=600 seconds each)
	@swift build -c release --product apus-simulate
	@$(RELEASE)/apus-simulate --seeds $(or $(SEEDS),100) --duration $(or $(DURATION),600) \
		$(if $(SEED),--seed $(SEED))

torture: build ## Kill the real server under load (KILLS=50 times, SEED=1 repeats choices) and compare
	@cd Tests/Server && ../../$(PYTHON) -m torture --kills $(or $(KILLS),50) $(if $(SEED),--seed $(SEED))

planted-bugs: ## Plant known mistakes in a copy of the tree and have the simulator find each
	@scripts/planted-bugs

fuzz: ## Run the fuzzers (SECONDS=60 each, TARGET=json, CONFIGURATION=debug), release and debug
	@scripts/fuzz --seconds $(or $(SECONDS),60) \
		$(if $(CONFIGURATION),--configuration $(CONFIGURATION)) $(TARGET)

coverage: deps ## Run the Swift tests and say which lines of the sources they ran (LINES=PATH shows the others)
	@swift test --enable-code-coverage --scratch-path .build-coverage
	@scripts/coverage.py .build-coverage/debug/codecov/apus.json $(if $(LINES),--lines $(LINES))

sanitize: deps ## Run the Swift tests, and a server under tests, with Thread and with Address Sanitizer
	@scripts/sanitize $(SANITIZE)

bench: ## Measure the release build against nginx (BENCH="--workload send --connections 16")
	@scripts/install-dependencies --bench
	@swift build -c release
ifdef BENCH
	@$(RELEASE)/apus-bench compare $(RELEASE)/apus nginx $(BENCH)
else
	@$(RELEASE)/apus-bench compare $(RELEASE)/apus nginx --workload send,send-batch,receive-delete
	@$(RELEASE)/apus-bench run backlog --depths 0,1000000 --server $(RELEASE)/apus
endif

clean: ## Remove what was built and installed in this tree (the data directory stays)
	@rm -rf .build .build-coverage .build-thread .build-address $(VENV)
	@find Tests/Server scripts -name __pycache__ -prune -exec rm -rf {} +
	@rm -rf .pytest_cache Tests/Server/.pytest_cache
