# `make help` lists what there is. Needs Python 3.11 or newer and Node 20.19 or newer, nothing else.
# Each step leaves a file behind and is repeated only when what it was made from has changed.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PORT ?= 4318
GRPC_PORT ?= 4317
DEMO ?= 1
ARGS ?=
KILLS ?= 100
SECONDS ?= 600
SEED ?=
MINUTES ?= 30

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
STATIC := server/src/clearspan_server/static/index.html
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' \
	-not -name '*.tsbuildinfo' 2>/dev/null | tr ' ' '?')

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup web run test fuzz check bench soak docs shots dist lock format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "  make run takes DEMO=0 (no demo), PORT=… and GRPC_PORT=…; make test and make bench take ARGS=…"
	@echo "  make chaos takes KILLS=…, SECONDS=… and SEED=…"

setup: .venv/installed ## the Python environment in .venv

.venv/installed: requirements/dev.lock sdk/pyproject.toml server/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Clearspan needs Python 3.11 or newer; none was found on PATH."; exit 1; }
	@test -x $(BIN)/python || { echo "▸ Python environment in .venv ($$($(PYTHON) --version))"; \
		$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv module does not work here; on Debian: apt-get install python3-venv"; exit 1; }; }
	@echo "▸ Python packages, pinned (about 350 MB, the first time only)"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e sdk -e server
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)' \
		2>/dev/null || { echo "Clearspan needs Node 20.19 or newer to build its interface."; exit 1; }
	@echo "▸ npm packages, pinned"
	@cd web && npm ci --loglevel=error --no-progress --no-fund --no-audit --no-update-notifier
	@touch $@

web: $(STATIC) ## the interface, built into the server

$(STATIC): web/node_modules/.package-lock.json $(WEB_SOURCES)
	@echo "▸ Interface"
	@cd web && npm run --silent build -- --logLevel warn
	@touch $@

run: setup web ## everything, then serve on 127.0.0.1:4318 with the demo
	@exec $(BIN)/clearspan up --port $(PORT) --grpc-port $(GRPC_PORT) $(if $(filter 0,$(DEMO)),,--demo) $(ARGS)

test: setup web ## every test, the browser's too
	@scripts/chromium.sh
	@scripts/nginx.sh
	@echo "▸ Tests of web/"
	@cd web && npm test --silent
	@echo "▸ Tests of sdk/, server/, scripts/"
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: setup ## broken requests for MINUTES=30 at what reads them
	@PYTHONPATH=server/tests $(BIN)/python scripts/fuzz.py $(MINUTES)

server/tests/exporters/node_modules/.package-lock.json: server/tests/exporters/package-lock.json
	@echo "▸ OpenTelemetry's exporters for JavaScript, pinned"
	@cd server/tests/exporters && npm ci --loglevel=error --no-progress --no-update-notifier
	@touch $@

define ENVIRONMENT
@echo "▸ Python environment of $*, pinned"
@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .clients/$*
@$(BIN)/uv pip install --quiet --python .clients/$*/bin/python --require-hashes -r $<
@touch $@
endef

.clients/%/installed: server/tests/clients/python/%/requirements.lock | setup
	$(ENVIRONMENT)

.clients/%/installed: server/tests/%/requirements.lock | setup
	$(ENVIRONMENT)

server/tests/clients/node/%/node_modules/.package-lock.json: server/tests/clients/node/%/package-lock.json
	@echo "▸ npm packages of $*, pinned"
	@cd $(<D) && npm ci --loglevel=error --no-progress --no-update-notifier
	@touch $@

CLIENTS := server/tests/clients
CLIENT_ENVIRONMENTS := \
	$(patsubst $(CLIENTS)/python/%/requirements.lock,.clients/%/installed,$(wildcard $(CLIENTS)/python/*/requirements.lock)) \
	$(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard $(CLIENTS)/node/*/package-lock.json))

test-clients: setup server/tests/exporters/node_modules/.package-lock.json $(CLIENT_ENVIRONMENTS) ## real clients of Python and Node; ARGS=NAME for one
	@PYTHONPATH=scripts:server/tests $(BIN)/python scripts/test_clients.py $(ARGS)
	@$(if $(ARGS),:,PYTHONPATH=scripts:server/tests $(BIN)/python scripts/langfuse_clients.py)
	@$(if $(ARGS),:,PYTHONPATH=scripts:server/tests $(BIN)/python scripts/xtrace_client.py)
	@$(if $(ARGS),:,PYTHONPATH=scripts:server/tests $(BIN)/python scripts/gateway_clients.py)
	@$(if $(ARGS),:,PYTHONPATH=scripts:server/tests $(BIN)/python scripts/coding_agents.py)
	@$(if $(ARGS),:,PYTHONPATH=scripts $(BIN)/python scripts/integrations.py)

test-langfuse: setup $(CLIENT_ENVIRONMENTS) ## the quick starts of Langfuse's own clients; ARGS=NAME for one
	@PYTHONPATH=scripts:server/tests $(BIN)/python scripts/langfuse_clients.py $(ARGS)

test-presidio: setup .clients/presidio/installed ## redaction with the real Presidio, in an environment of its own
	@PYTHONPATH=sdk/src:server/src .clients/presidio/bin/python -m pytest server/tests/presidio/real.py $(ARGS)

test-bucket: setup .clients/s3/installed ## cold storage in an S3-compatible store that the tests start
	@$(BIN)/python -m pytest server/tests/s3/real.py $(ARGS)

AGENTS := claude-code codex

test-agents: setup $(AGENTS:%=$(CLIENTS)/node/%/node_modules/.package-lock.json) ## coding agents, told to tell this server; ARGS=NAME for one
	@PYTHONPATH=scripts:server/tests $(BIN)/python scripts/coding_agents.py $(ARGS)

conformance: setup ## captures of real clients against what is known of them, in docs/conformance.md
	@PYTHONPATH=scripts:server/tests $(BIN)/python scripts/conformance.py
	@CLEARSPAN_WHOLE=1 $(BIN)/python -m pytest server/tests/test_captures.py

test-whole: setup ## what make test takes a sample of: every capture, in any order too; every command on a folder; a month of 100 000 calls; every state of a page at every width; erasures that are killed; 10 000 broken queries
	@CLEARSPAN_WHOLE=1 $(BIN)/python -m pytest -o faulthandler_timeout=1800 $(addprefix server/tests/,test_captures.py test_cli_every.py test_cli_move.py test_kill.py test_twice.py test_price_month.py test_normalisations.py test_browser_states.py test_erasure_killed.py test_sql_fuzz.py)

check: setup web/node_modules/.package-lock.json ## format, lint, types, layers, sizes, dead code, docs
	@$(BIN)/python scripts/check.py

format: setup ## format the Python code
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: setup web ## the benchmarks, written to bench/RESULTS.md
	@$(BIN)/python bench/run.py $(ARGS)

bench-metrics: setup ## questions to a million points of metrics, held against numpy, in bench/METRICS.md
	@$(BIN)/python -m bench.metrics bench/METRICS.md

chaos: setup ## kill -9 a hundred times under load, and account for every span in chaos/RESULTS.md
	@$(BIN)/python -m chaos --kills $(KILLS) --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) \
		--results chaos/RESULTS.md $(ARGS)

soak: setup ## the SDK at 2 000 spans/s for 10 minutes, 5 without a server, and 200 short programs, in sdk/SOAK.md
	@PYTHONPATH=scripts:. $(BIN)/python scripts/soak.py $(ARGS)

docs: setup ## the references: docs/sdk.md from the SDK's docstrings, docs/cli.md from the commands
	@$(BIN)/python scripts/reference.py
	@$(BIN)/python scripts/cli_reference.py

shots: setup web ## pictures of the pages, written to docs/images/
	@scripts/chromium.sh
	@$(BIN)/python scripts/shots.py $(ARGS)

dist: setup web ## both distributions in dist/, the interface inside
	@$(BIN)/python scripts/dist.py dist

lock: ## pins anew: requirements/*.lock from server/pyproject.toml and requirements/dev.in
	@test -x $(BIN)/uv || { echo "▸ run make setup first: uv is in there"; exit 1; }
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/lock.sh $(ARGS)

clean: ## removes everything that make has made
	@rm -rf .venv .clients .nginx dist build web/node_modules web/dist $(dir $(STATIC))
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find sdk server scripts bench examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null; true
