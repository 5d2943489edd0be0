# Everything happens in virtual environments inside this folder (.venv*); nothing else on the
# machine is touched. They are made again when pyproject.toml changes.

PYTHON ?= python3

# The classic stack is of the time of Python 3.10.
CLASSIC_PYTHON ?= $(shell for python in python3.10 $$HOME/.pyenv/versions/3.10.*/bin/python $(PYTHON); \
	do "$$python" -c "" 2>/dev/null && echo "$$python" && break; done)

MODERN := .venv
CLASSIC := .venv-classic
OLDEST := .venv-seed
WHEEL := .venv-wheel

# The marker of a finished environment: a pip that was interrupted leaves none.
READY := installed
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
ACCEPTANCE := -m unittest discover -s tests/acceptance -t .
# Before Python 3.12 a run that finds no tests counts as success.
SOME := 2>&1 | awk '{ print; fflush() } /^Ran [1-9]/ { some = 1 } END { exit !some }'

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

.DEFAULT_GOAL := help
.PHONY: help demo test test-classic acceptance compatibility lint docs build-check bench torture clean
# A recipe that fails half-way must not leave its target behind.
.DELETE_ON_ERROR:

help:  ## Show what there is to make.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: $(MODERN)/$(READY)  ## Write and apply migrations on SQLite, through both command lines.
	$(MODERN)/bin/python examples/demo.py

test: $(MODERN)/$(READY)  ## Run all tests on the modern stack, a process for each core, with coverage.
	$(MODERN)/bin/python -m pytest -n auto --dist worksteal --cov --cov-report=term

test-classic: $(CLASSIC)/$(READY) $(OLDEST)/$(READY)  ## Run the acceptance tests on Flask 1.1 and Flask 0.12.
	$(CLASSIC)/bin/python $(ACCEPTANCE) $(SOME)
	$(OLDEST)/bin/python $(ACCEPTANCE) $(SOME)

acceptance: $(MODERN)/$(READY)  ## Run the acceptance tests with unittest and with nosetests.
	$(MODERN)/bin/python $(ACCEPTANCE) $(SOME)
	$(MODERN)/bin/nosetests tests/acceptance $(SOME)

compatibility: $(MODERN)/$(READY)  ## Print what projects of every earlier release do.
	$(MODERN)/bin/python -m tests.compatibility

# ROUNDS, PAIRS and SEED may be given.
torture: $(MODERN)/$(READY)  ## Kill, disturb and race runs on every database, and count what goes wrong.
	$(MODERN)/bin/python -m tests.torture $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))
	$(MODERN)/bin/python -m tests.property $(if $(PAIRS),--pairs $(PAIRS)) $(if $(SEED),--seed $(SEED))

lint: $(MODERN)/$(READY)  ## Check style and types.
	$(MODERN)/bin/ruff check
	$(MODERN)/bin/ruff format --check
	$(MODERN)/bin/mypy

docs: $(MODERN)/$(READY)  ## Build the documentation in docs/_build/html; a warning is an error.
	$(MODERN)/bin/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html"

# The tests come out of the sdist and run far from the checkout, so that only the wheel can be
# what they test, and what the sdist lacks is missed.
build-check: $(MODERN)/$(READY)  ## Build sdist and wheel; run the acceptance tests on the installed wheel.
	rm -rf dist $(WHEEL)
	$(MODERN)/bin/python -m build --outdir dist . > /dev/null
	$(PYTHON) -m venv $(WHEEL)
	$(WHEEL)/bin/python $(PIP_INSTALL) "$$(ls dist/*.whl)[test]"
	folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	tar -xzf dist/*.tar.gz -C "$$folder" --strip-components=1; \
	rm -r "$$folder/flask_migrate"; \
	python="$$PWD/$(WHEEL)/bin/python"; cd "$$folder"; \
	"$$python" -c "import flask_migrate as it; print('Testing', it.__file__); assert 'site-packages' in it.__file__"; \
	"$$python" $(ACCEPTANCE) $(SOME)

# QUICK=1: small sizes only. CASES="words": cases with one of them in the name. CHART=1: draw it.
bench: $(MODERN)/$(READY)  ## Time every case beside Flask-Migrate 4.1.0.
	$(MODERN)/bin/python -m benchmarks $(if $(QUICK),--quick) $(if $(CHART),--chart) $(CASES)

clean:  ## Remove everything that was made here.
	rm -rf .venv* build dist docs/_build *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MODERN)/$(READY): pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10) and 'Python 3.10 or newer is needed: make PYTHON=python3.12')"
	$(PYTHON) -m venv --clear $(MODERN)
	$(MODERN)/bin/python $(PIP_INSTALL) -e ".[dev]"
	@touch $@

$(CLASSIC)/$(READY): pyproject.toml tests/acceptance/classic.txt
	$(CLASSIC_PYTHON) -m venv --clear $(CLASSIC)
	$(CLASSIC)/bin/python $(PIP_INSTALL) -e . -r tests/acceptance/classic.txt
	@touch $@

$(OLDEST)/$(READY): pyproject.toml tests/acceptance/seed.txt
	$(CLASSIC_PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python $(PIP_INSTALL) -e . -r tests/acceptance/seed.txt
	@touch $@
