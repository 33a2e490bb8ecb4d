# Everything a person does here. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check format bench token golden schema access pages rebuild lock clean

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/ready
PAGES := gateway/web/pages/feedback/index.html
PORT ?= 8000
PEOPLE ?= 120
WORKERS ?= 3
AS ?= owner
ARGS ?=

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

demo: $(READY) $(PAGES) ## serve the demo on http://localhost:$PORT (PORT=8000; FRESH=1 begins again; STACK=compose fills that)
ifeq ($(STACK),compose)
	docker compose exec services python -m deploy.fill --people $(PEOPLE)
else
	@IPP_PORT=$(PORT) $(RUN)/python -m deploy.local --people $(PEOPLE) $(if $(filter 1,$(FRESH)),--fresh)
endif

token: $(READY) ## print a bearer token of the running demo (AS=owner, lead, hr, board, auditor, …)
	@PORT=$(PORT) $(RUN)/python -m deploy.token $(AS)

check: $(READY) ## lint, format, types, import contracts
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

test: $(READY) $(PAGES) ## everything, on a real Kafka broker and PostgreSQL; begins with what can't run here
	@deploy/tools.sh
	@$(RUN)/python -m tests.prerequisites
	@tests/all.sh $(WORKERS) $(ARGS)

format: $(READY) ## put the code into the one form
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: $(READY) ## one question against a peer: NAME=append ARGS=--json
	@test -n "$(NAME)" || { echo "Which one? NAME=$$(grep -l 'def main' benchmarks/*.py benchmarks/*/*.py | sed -E 's#benchmarks/##; s#(/__main__)?\.py##' | paste -sd'|')"; exit 2; }
	@$(RUN)/python -m benchmarks.$(NAME) $(ARGS)

golden: $(READY) ## write the golden files of new events; those that exist never change
	@$(RUN)/python -m tests.events.golden

schema: $(READY) ## export the GraphQL schema to gateway/schema.graphql
	@$(RUN)/python -m gateway.export

access: $(READY) ## write docs/access.md: who may see each field
	@$(RUN)/python -m gateway.access_matrix

pages: $(PAGES) ## build the pages of web/ into gateway/web/pages

rebuild: $(READY) ## build a view again beside the old one, compare, swap: VIEW=profile
	@test -n "$(VIEW)" || { echo "Which view? VIEW=<name of a file in projections/views>"; exit 2; }
	@$(RUN)/python -m deploy.views rebuild $(VIEW)

LOCK := $(VENV)-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: ## write both lock files anew from pyproject.toml, with the newest versions it allows
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	$(LOCK) --upgrade --extra dev --extra bench --output-file requirements.lock pyproject.toml
	$(LOCK) --constraint requirements.lock --output-file deploy/requirements.lock pyproject.toml
	rm -rf $(VENV)-lock

clean: ## remove the virtual environment and caches (not the demo's data: that is FRESH=1)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@echo "Installing into $(VENV); the first time takes a minute or more."
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --require-hashes -r requirements.lock
	$(RUN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(PAGES): $(READY) $(shell find web -type f -not -path 'web/node_modules/*')
	@deploy/pages.sh $(RUN)
	@touch $@
