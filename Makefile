# What people and CI say. Each target says what it does; the work is in scripts/.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(HOME)/.cache/obrol/target
export PATH := $(HOME)/.cargo/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run lint test bench openapi soak chaos deny-install

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: ## install what is missing, build, serve on http://127.0.0.1:8080 (PROFILE=release for speed)
	@scripts/run.sh

lint: ## formatting, clippy, the laws of the house, dependencies, the pages
	@scripts/lint.sh

test: ## every test, with its databases, Redis and Chromium (PART="it sqlite" for one part)
	@scripts/test.sh $(PART)

bench: ## the durable chat path and the gateway beside the bare upstream, by turns (PART=gateway for one)
	@scripts/bench.sh $(PART)

openapi: ## write openapi/openapi.json and the web client's types from the code
	@scripts/openapi.sh

soak: ## the crash test with more kills: make soak CYCLES=500 SEED=7 DB=postgres
	@scripts/soak.sh "$(CYCLES)" "$(SEED)" "$(DB)"

chaos: ## people ask while providers fail: make chaos CHATS=1000 AWAY=60 SEED=7 DB=postgres
	@scripts/chaos.sh "$(CHATS)" "$(AWAY)" "$(SEED)" "$(DB)"

deny-install: ## cargo-deny for make lint (about 4 minutes, once)
	@scripts/install.sh deny
