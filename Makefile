# Everything here sets itself up: a virtual environment in .venv, Node and the npm packages inside the project.
# A stamp file per step makes the second time quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
RUNTIME := $(VENV)/.runtime
WORKBENCH := $(VENV)/.workbench
NPM := node_modules/.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

$(PY):
	@echo "· making a virtual environment in $(VENV)"
	@command -v $(PYTHON) >/dev/null || { echo "Soar needs Python 3.11 or newer; name yours with make PYTHON=…"; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Soar needs Python 3.11 or newer; name yours with make PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# The real bot needs only what requirements.lock names.
$(RUNTIME): $(PY) requirements.lock pyproject.toml
	@if [ ! -e $(WORKBENCH) ]; then echo "· installing what the bot needs (about a minute, once)"; \
	  $(PIP) --require-hashes -r requirements.lock && $(PIP) --no-deps --no-build-isolation --editable .; fi
	@touch $@

# The sandbox and the tests need more: it is a superset, so either order of installing is fine.
$(WORKBENCH): $(PY) requirements-dev.lock pyproject.toml
	@echo "· installing what the sandbox and the tests need (about two minutes, once)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(RUNTIME)

$(NPM): $(WORKBENCH) package.json package-lock.json
	@echo "· installing Cloudflare's runtime and a browser (about half a minute, once)"
	@npm ci --no-fund --no-audit > .npm.log 2>&1 || { cat .npm.log; exit 1; }
	@touch $@

.PHONY: demo
demo: $(NPM)  ## set everything up and start the sandbox with the bot in it, on http://127.0.0.1:8080
	@$(PY) -m bot demo

.PHONY: play
play: $(NPM)  ## play the whole road headless in the sandbox and check it
	@$(PY) -m sandbox.play

.PHONY: run
run: $(RUNTIME)  ## run the real bot; needs SOAR_TELEGRAM_TOKEN
	@$(PY) -m bot run

.PHONY: check
check: $(NPM)  ## lint, types, import contracts
	@echo "· lint"; $(BIN)/ruff check .; $(BIN)/ruff format --check --quiet .
	@echo "· types"; $(BIN)/mypy bot flows deploy sandbox bench
	@echo "· types of the Worker"; node_modules/.bin/tsc -p tsconfig.json
	@echo "· imports"; $(BIN)/lint-imports --no-logo > .import_linter.log 2>&1 || { cat .import_linter.log; exit 1; }

# Three at once on two cores, since many of them wait more than they work; who is done takes over from who is not.
.PHONY: test
test: check  ## everything CI needs
	@echo "· tests"; $(BIN)/pytest -n 3 --dist worksteal

.PHONY: browser
browser: $(NPM)  ## the chat page in Chromium, in Arabic and German, and all transcripts and pictures; a minute or two
	@$(BIN)/pytest -m long tests/acceptance tests/showcase

.PHONY: showcase
showcase: $(NPM)  ## play the road in every language; write docs/transcripts and docs/pictures anew
	@$(PY) -m tests.showcase

.PHONY: crash
crash: $(NPM)  ## kill the real bot before and after every commit and every call of the whole road; 8 to 13 minutes, and 6 for the private way
	@$(PY) -m tests.crash
	@$(PY) -m tests.crash --private --only worker

DRAWN := tests/flows/test_any_order.py tests/intake/test_guard.py tests/intake/test_paste_properties.py tests/bot/test_any_updates.py tests/worker/test_markets.py
.PHONY: fuzz
fuzz: $(NPM)  ## draw more than 20,000 conversations, pastes and runs of updates
	@$(PY) -m pytest --hypothesis-profile=fuzz --hypothesis-show-statistics $(DRAWN)

.PHONY: scale
scale: $(NPM)  ## 1,000 chats, three replicas over PostgreSQL, one of them killed with -9 every 20 s
	@$(PY) -m tests.scale

SOAKED := 10000
.PHONY: soak
soak: $(NPM)  ## 10,000 people set a bot up in one process, and nothing grows; 10 to 20 minutes, SOAKED=… for fewer
	@$(PY) -m bench.soak --onboardings $(SOAKED)

.PHONY: bench
bench: $(NPM)  ## measure; 8 to 10 minutes
	@$(PY) -m bench
	@$(PY) -m tests.scale.ratio

# The peers need older versions of what Soar stands on, so they live in an environment of their own.
PEERS := .venv-peers
$(PEERS)/.installed: requirements-peers.lock
	@echo "· installing Soar's peers in $(PEERS) (half a minute, once)"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-peers.lock
	@touch $@

.PHONY: bench-peers
bench-peers: $(NPM) $(PEERS)/.installed  ## measure Soar beside its peers; about 15 minutes
	@$(PY) -m bench.beside --plot docs/pictures/beside.svg

.PHONY: lock
lock:  ## write the lock files anew; needs uv
	uv pip compile --quiet --python-version 3.11 --generate-hashes --universal --no-emit-index-url --no-strip-extras --no-header --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes --universal --no-emit-index-url --no-strip-extras --no-header --extra build --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes --universal --no-emit-index-url --no-strip-extras --no-header bench/peers/requirements.in -o requirements-peers.lock
	npm install --package-lock-only
