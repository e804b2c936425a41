# make run          start the bot and the pixel server; without a BOT_TOKEN, the demo
# make test         run all tests
# make check        check format, style and types
# make bench        measure the figures of docs/measurements.md
# make faults       try to make the product lose something, for an hour
# make words        update the translators' template and every catalogue, and compile them
# make stories      rewrite demo/stories with what people see now
# make screenshots  take the pictures of the pages and the chat in docs/ again
# make lock         pin everything that an installation brings, with hashes
# make audit        ask the public database for known vulnerabilities of what is pinned

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.PHONY: run test check bench faults screenshots words stories lock audit

# HOST, PORT and PUBLIC_URL are fixed first: honcho gives every child another PORT.
run: $(VENV)/ready
	@settled=$$($(PY) -m settings) && eval "$$settled" || exit 2; \
	if [ "$$mode" = demo ]; then exec $(PY) -m demo; fi; \
	$(PY) -m storage upgrade || exit 2; \
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" exec $(VENV)/bin/honcho --env /dev/null start web bot

test: $(VENV)/ready-dev
	$(PY) -m pytest --numprocesses auto

check: $(VENV)/ready-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

bench: $(VENV)/ready-dev
	$(PY) -m bench

faults: $(VENV)/ready-dev
	$(PY) -m bench faults

words: $(VENV)/ready-dev
	$(PY) -m tools.catalogues update

screenshots: $(VENV)/ready-dev
	$(PY) -m tools.page_screenshots
	$(PY) -m tools.chat_screenshots

lock: $(VENV)/ready-dev
	$(PY) -m tools.lock

audit: $(VENV)/bin/python
	$(PY) -m venv --clear $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	$(VENV)/audit/bin/pip-audit --vulnerability-service osv --disable-pip -r requirements.txt -r requirements-dev.txt

stories: $(VENV)/ready-dev
	$(PY) -m pytest --quiet tests/test_storybook.py --record

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Readback needs Python 3.11 or newer: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready: requirements.txt | $(VENV)/bin/python
	@echo "Installing what Readback needs into $(VENV). pip says nothing until it is done, in a minute or two."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what Readback and its tests need into $(VENV). pip says nothing until it is done, in two minutes or three."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@ $(VENV)/ready
