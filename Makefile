# Everything here sets itself up: a virtual environment in .venv, Node and the npm packages inside the project.
# A stamp file per step makes the second time quick.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
RUNTIME := $(VENV)/.runtime
WORKBENCH := $(VENV)/.workbench
NPM := node_modules/.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

$(PY):
	@echo "· making a virtual environment in $(VENV)"
	@command -v $(PYTHON) >/dev/null || { echo "Soar needs Python 3.11 or newer; name yours with make PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# The real bot needs only what requirements.lock names.
$(RUNTIME): $(PY) requirements.lock pyproject.toml
	@if [ ! -e $(WORKBENCH) ]; then echo "· installing what the bot needs (about a minute, once)"; \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@touch $@

# The sandbox and the tests need more: it is a superset, so either order of installing is fine.
$(WORKBENCH): $(PY) requirements-dev.lock pyproject.toml
	@echo "· installing what the sandbox and the tests need (about two minutes, once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(RUNTIME)

$(NPM): $(WORKBENCH) package.json package-lock.json
	@echo "· installing Cloudflare's runtime and a browser (about half a minute, once)"
	@npm ci --silent --no-fund --no-audit
	@touch $@
