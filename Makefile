# The front door. `make help` lists what there is; each target is one line of somebody else's work.
SHELL := /bin/bash
.DEFAULT_GOAL := help
preset ?= release
target ?= all
dir = $(if $(filter release,$(preset)),build,build/$(preset))
chaos_preset = $(if $(filter chaos-%,$(preset)),$(preset),chaos)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

deps: ## install what is missing (Debian 12, 13; root or sudo); silent when nothing is
	@infra/local/deps

build: deps ## every program into build/bin
	@[ -f $(dir)/build.ninja ] || cmake --preset $(preset) >.local/configure.log 2>&1 || { cat .local/configure.log; exit 1; }
	@cmake --build $(dir) --target $(target) -- --quiet

demo: build ## the main job on real servers: sync, look, change, sync again, check every row
	@infra/local/demo

test: build ## unit, source and integration tests, and the first two under ASan and UBSan
	@tests/run

up: build ## start Kafka, Postgres, Redis, the sandbox and all programs; returns when they are ready
	@infra/local/up

down: ## stop all of it
	@infra/local/down

asan: deps ## unit and source tests with AddressSanitizer and UBSan
	@tests/run sanitize asan

tsan: deps ## unit and source tests with ThreadSanitizer
	@tests/run sanitize tsan

chaos: ## every fault scenario, each with its verdict; about an hour (SEED=n, ONLY="names or numbers")
	@$(MAKE) --no-print-directory build preset=chaos target=programs
	@tests/chaos/run --steps $(if $(SEED),--seed $(SEED)) $(ONLY) --table build/chaos/table.md

chaos-quick: ## five minutes of them, and the checker's own test; preset=chaos-asan or chaos-tsan: sanitized programs
	@$(MAKE) --no-print-directory build preset=$(chaos_preset) target=programs
	@tests/run chaos $(chaos_preset) $(SEED)

soak: ## the long ones: a million records under every fault, two thousand rounds (SEED=n)
	@$(MAKE) --no-print-directory build preset=chaos target=programs
	@tests/chaos/run --soak --lanes 1 $(if $(SEED),--seed $(SEED)) --table build/chaos/soak.md

fuzz: deps ## the parsers under libFuzzer, 20 s each (seconds=n, FUZZ="names")
	@[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >.local/configure.log 2>&1 || { cat .local/configure.log; exit 1; }
	@cmake --build build/fuzz --target fuzzers -- --quiet
	@tests/fuzz/run $(if $(seconds),--seconds $(seconds)) $(FUZZ)

bench: build ## ratios against baselines of the same run
	@tests/bench/run

model: deps ## the protocol's models under spin, whole and with each step taken away
	@tests/model/run

lines: ## how many lines each source has, tables and code
	@infra/lines

format: ## lay out the C sources
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean: down ## forget the build and the stack's data (downloads stay)
	@infra/local/stack reset >/dev/null 2>&1 || true
	@rm -rf build

.PHONY: help deps build demo test up down asan tsan chaos chaos-quick soak fuzz bench model lines format clean
