# The suite's commands. Each does its own set-up first; `make help` lists them.
# Options of behave: make acceptance ARGS="-D users=5". Another interpreter: make test PYTHON=python3.12.

VENV_PYTHON = .venv/bin/python
ARGS =
DEFECTS =

.PHONY: help setup acceptance test lint bench prove mutants report lock clean

help: ## show this list
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: ## make .venv from requirements.lock, unless that is done
	@PYTHON="$(PYTHON)" sh tools/setup.sh
	@# Once, and not in each of the twenty processes of a run: where PYTHONDONTWRITEBYTECODE is set they never keep it.
	@$(VENV_PYTHON) -m compileall -q environment.py embedded support

acceptance: setup ## start a deployment, run the features, purge, report (ARGS="-D users=5")
	$(VENV_PYTHON) -m support.acceptance $(ARGS)

lint: setup ## check style, types, and that every step of every feature is defined
	$(VENV_PYTHON) -m ruff check
	$(VENV_PYTHON) -m ruff format --check
	$(VENV_PYTHON) -m mypy
	@# From features/, where no behave.ini makes the dry run write Allure results.
	cd features && ../$(VENV_PYTHON) -m behave --dry-run --no-summary --format null .

test: lint ## lint, then the tests of the suite itself, the features on free ports, and a sample of defects
	@# maim_message from 0.7 on speaks another transport than the suite's own; the client is tested against both.
	@PYTHON="$(PYTHON)" sh tools/setup.sh tests/chat/socket_io.lock .tools/socket_io
	$(VENV_PYTHON) -m pytest -n 2 --dist worksteal
	MAIM_CONFIGURATOR_PORT=auto MAIM_REPLIER_PORT=auto $(VENV_PYTHON) -m support.acceptance $(ARGS)
	$(VENV_PYTHON) -m defects --sample 6

bench: setup ## measure a run and the response times
	$(VENV_PYTHON) -m load.bench $(ARGS)

prove: setup ## plant defects, and see each killed by a scenario (DEFECTS="ISO-03 tokens" for some of them)
	$(VENV_PYTHON) -m defects $(DEFECTS) $(ARGS)

mutants: ## change single places of support/, and see each noticed by a test (ARGS="--sample 20 --packages chat")
	@PYTHON="$(PYTHON)" sh tools/setup.sh tests/chat/socket_io.lock .tools/socket_io
	@PYTHON="$(PYTHON)" sh tools/setup.sh tools/mutants/requirements.lock .tools/mutmut
	.tools/mutmut/bin/python tools/mutants $(ARGS)

report: setup ## make a page of the last run's Allure results
	$(VENV_PYTHON) -m support.reporting.page $(ARGS)

COMPILE = .tools/uv/bin/uv --quiet --no-config --no-python-downloads pip compile --universal --python-version 3.10 \
	--generate-hashes --no-header $(ARGS)

lock: ## pin what pyproject.toml asks for in requirements.lock (ARGS=--upgrade for newer releases)
	$${PYTHON:-python3} -m venv .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) --all-extras pyproject.toml --output-file requirements.lock
	$(COMPILE) tests/chat/socket_io.in --output-file tests/chat/socket_io.lock
	@# With the same releases, for it runs the tests.
	$(COMPILE) --all-extras pyproject.toml tools/mutants/requirements.in --constraint requirements.lock \
		--output-file tools/mutants/requirements.lock

# reports/ and .servers/ stay: they hold what is needed to purge a run and to stop a deployment.
clean: ## remove .venv, tools, caches and Allure's files; keep reports/
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache allure-results allure-report
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
