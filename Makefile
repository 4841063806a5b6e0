# Everything a checkout needs, from `python3` (3.11 or newer) and pip alone.
.DEFAULT_GOAL := help
.PHONY: help demo dev test check soak browser fidelity chaos clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# pyright runs on the node of PATH where there is one; else it brings its own through pip.
export PYRIGHT_PYTHON_GLOBAL_NODE ?= 1

help:  ## Show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY)  ## Run the examples: done, undone, an answer lost, an operator needed
	@$(BIN)/allornone demo

dev: $(READY)  ## Run the server, its UI, the paper venues and a worker until Ctrl-C
	@$(BIN)/allornone dev

test: $(READY)  ## Run the tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(READY)  ## Check format, style, imports, types and licences
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python .ci/licences.py

soak: $(READY)  ## Run the tests that repeat one thing, with 200 repetitions
	@ALLORNONE_SOAK_RUNS=200 $(BIN)/python -m pytest -m "soak or long"

browser: $(READY)  ## Work Temporal's UI in a real Chromium; needs chromium, node and npm
	cd tests/browser && npm install --silent
	@ALLORNONE_BROWSER_REQUIRED=1 $(BIN)/python -m pytest -m browser tests/browser

fidelity: $(READY)  ## Let the exchanges' own clients use the test exchange; installs them into .venv-fidelity
	$(PYTHON) -m venv .venv-fidelity
	.venv-fidelity/bin/python -m pip install --quiet --disable-pip-version-check -r tests/fidelity/requirements.txt
	@ALLORNONE_FIDELITY_REQUIRED=1 .venv-fidelity/bin/python -m pytest tests/fidelity

chaos: $(READY)  ## Run the fault campaign in its daily form, about half an hour; SEED=n to repeat one
	@$(BIN)/python -m tests.campaign --seed $(or $(SEED),0)

clean:  ## Remove what make made, and the demo's data; never a log that is in use
	@if [ -e .allornone/server.json ]; then echo "a server of .allornone may run; stop it first" >&2; exit 2; fi
	rm -rf $(VENV) .venv-fidelity tests/browser/node_modules .allornone dist .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedded,exchanges,dev]'
	@touch $@
