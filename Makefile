# make run    the app on http://localhost:8501 (PORT=... overrides)
# make test   lint, types and every test, the browser ones too
# make replay   the published verdicts over HTTP, all of them: half a minute
# make soak   kill -9 of runner, app, worker and PostgreSQL at random instants, 20 times each: a quarter of an hour
# make screenshots   docs/screenshots anew, from the app as it is; benchmarks say in their heads how to run them

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin

.PHONY: run test lint types unit format replay soak screenshots clean

run: .venv/installed
	$(BIN)/python -m arena init
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: lint types unit

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

unit: .venv/installed-dev
	bash tests/browser/ensure_chromium.sh
	$(BIN)/pytest -n 2 --dist loadscope

replay: .venv/installed-dev
	EVENHAND_WHOLE=1 $(BIN)/pytest tests/arena/test_position_replay.py tests/judging/test_llmbar_over_http.py

soak: .venv/installed-dev
	$(BIN)/python -m benchmarks.soak --write

screenshots: .venv/installed-dev
	bash tests/browser/ensure_chromium.sh
	$(BIN)/python -m tests.browser.screenshots

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Evenhand needs Python 3.11 or newer, this is %s" % sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/python requirements.txt constraints.txt
	$(BIN)/python -m pip install -q -r requirements.txt -c constraints.txt
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install -q -r requirements-dev.txt -c constraints.txt
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
