# The doors. Everything else is in the command `friendly-office`.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= ../shared/data

report: .venv/run.stamp
	$(BIN)/friendly-office all

test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest

lab: .venv-lab/lab.stamp
	.venv-lab/bin/jupyter lab notebooks

examples: .venv/run.stamp
	for example in examples/*/; do $(BIN)/friendly-office all --edition all --workspace $$example --data $(DATA) || exit 1; done
	$(BIN)/python examples/figures.py $(DATA)

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

studies: .venv/dev.stamp
	$(BIN)/python -m pytest -s tests/studies

.venv/run.stamp: requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

.venv-lab/lab.stamp: requirements/lab.txt pyproject.toml
	test -x .venv-lab/bin/python || $(PYTHON) -m venv .venv-lab
	.venv-lab/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lab.txt
	.venv-lab/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.PHONY: report test lab examples bench studies
