# The two commands of the README, and what a change is checked with. `make help` lists them.
# Everything lives in .venv, pinned by constraints.txt; nothing outside this folder is touched.

PYTHON ?=
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# Python 3.11's pip pins what a build needs by PIP_CONSTRAINT, a new pip by PIP_BUILD_CONSTRAINT.
INSTALL := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
PYTEST := $(BIN)/python -m pytest -q

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: play serve test test-all lint format types contracts pictures bench clean help

play: $(VENV)/.play  ## play the game; make play ARGS="--help" passes arguments on
	@$(BIN)/isocross $(ARGS)

serve: $(VENV)/.web  ## play it in a browser of this machine; ARGS="--port 8000"
	@$(BIN)/isocross serve $(ARGS)

test: $(VENV)/.dev  ## the quick tests; ARGS="-k margin" picks some
	@$(PYTEST) -n 3 --dist loadgroup -m "not slow" $(ARGS)

test-all: $(VENV)/.dev  ## every test, the slow ones too, and more random examples
	@ISOCROSS_HYPOTHESIS=all $(PYTEST) -n 3 --dist loadgroup $(ARGS)

lint: $(VENV)/.dev  ## ruff: style and layout
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev  ## ruff: mend what it can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

types: $(VENV)/.dev  ## mypy, strict, on engine and saves
	@$(BIN)/mypy

contracts: $(VENV)/.dev  ## import-linter: tui, saves, engine, downwards only
	@$(BIN)/lint-imports --no-cache --no-logo

pictures: $(VENV)/.dev  ## the README's screenshots, from a real session
	@$(BIN)/python -m tests.tui.pictures

bench: $(VENV)/.dev  ## speed: tests/benchmarks/bench_*.py
	@$(PYTEST) -s -o python_files='bench_*.py' tests/benchmarks $(ARGS)

clean:  ## remove .venv and what the tools left
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@awk -F ':.*##  *' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

# A third of a screen test is waiting for idleness: three workers keep two cores busy.
# Three stamps, so that `make play` installs no web server and no developers' tools; each holds the one before.
$(VENV)/.play: pyproject.toml constraints.txt $(VENV)/pyvenv.cfg
	@echo "isocross: installing what the game needs into $(VENV) (once)"
	@$(INSTALL) -e '.[files]'
	@touch $@

$(VENV)/.web: pyproject.toml constraints.txt $(VENV)/pyvenv.cfg
	@echo "isocross: installing the game and what a browser needs into $(VENV) (once)"
	@$(INSTALL) -e '.[files,web]'
	@touch $(VENV)/.play $@

$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/pyvenv.cfg
	@echo "isocross: installing the game and what its tests need into $(VENV) (once)"
	@$(INSTALL) -e '.[files,web,dev]'
	@touch $(VENV)/.play $(VENV)/.web $@

# The first Python that is new enough; PYTHON=... says which.
$(VENV)/pyvenv.cfg:
	@for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			"$$python" -m venv --clear $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "isocross: \"$$python -m venv\" failed; on Debian and Ubuntu it needs the package python3-venv" >&2; \
			exit 1; \
		fi; \
	done; \
	echo "isocross: needs Python 3.11 or newer; $(if $(PYTHON),$(PYTHON) is not,none was found). Say which with: make PYTHON=... $(MAKECMDGOALS)" >&2; \
	exit 1
