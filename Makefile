# Everything a user or a developer runs. The first target that needs it makes .venv from the lock files.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CONFIG ?= config.yaml
PYTEST ?= -n 2

.PHONY: install install-dev run test test-fast lint demo bench lock clean

install: $(VENV)/.run          ## set up .venv with the pinned versions
install-dev: $(VENV)/.dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Zhixun needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run              ## the daemon in the foreground
	$(BIN)/zhixun -c $(CONFIG) run

demo: $(VENV)/.run             ## the whole product, offline, within a minute
	$(BIN)/zhixun demo

test: $(VENV)/.dev             ## all tests; ARGS="-k name" for some
	$(BIN)/python -m pytest $(PYTEST) $(ARGS)

test-fast: $(VENV)/.dev        ## what needs no server, no browser and no other process
	ZHIXUN_FAST=1 $(BIN)/python -m pytest $(PYTEST) -m "not slow and not postgres" $(or $(ARGS),tests/unit)

lint: $(VENV)/.dev             ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev            ## the benchmarks that need nothing but this checkout
	$(BIN)/python benchmarks/pipeline.py

lock:                          ## after a change of dependencies in pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --group build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --group test --extra apprise --extra mcp --extra openai --extra parquet --extra render --extra xlsx pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
