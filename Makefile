# 电答 · two commands are enough: `make run` and `make test`. Each sets up what it needs and shows progress.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PYTHONPATH := $(CURDIR)
export DIANDA_HOME ?= $(CURDIR)/var

.PHONY: help setup run test test-fast train bench lint fmt clean distclean lock

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## both Python environments, from their locks
	@setup/bootstrap.sh

run: setup ## set up, build what is missing, start everything, print the addresses
	@.venv/bin/dianda serve

train: setup ## build encoder, understanding model and index (again only what changed)
	@.venv/bin/dianda train

test: setup ## lint, types, import rules, then every suite on really running parts
	@setup/test.sh

test-fast: setup ## only the suites that need no running assistant
	@$(PY) -m pytest -m "not service and not browser and not slow" tests

bench: setup train ## latency and throughput beside stock Rasa; search of 1,000 to 100,000 passages
	@$(PY) -m tests.load.bench

lint: setup ## style, types, import rules, articles, flows
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/dianda kb lint
	@.venv/bin/dianda flow lint

fmt: setup ## mend what the linter can mend
	@.venv/bin/ruff check --fix .

lock: ## renew both lock files
	@setup/lock.sh

clean: ## remove models, index, database, logs (not the environments)
	@rm -rf var/models var/index var/db var/logs var/stamps/model-* .pytest_cache .mypy_cache .ruff_cache .hypothesis

distclean: clean ## remove everything that set-up has made
	@rm -rf var .venv bot/assistant/.venv dianda.egg-info
