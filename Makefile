# Assembly. `make run` starts it, `make test` checks it; `make` lists the rest.

PORT ?= 3000
DATA ?= data
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY = .venv/bin/python
export ASSEMBLY_PORT = $(PORT)
export ASSEMBLY_DATA_DIR = $(DATA)

.DEFAULT_GOAL := help
.PHONY: help run run-scaled dev reset test unit postgres attack journeys check format bench floods screenshots migration

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: .venv/.run ## Start Assembly at http://localhost:3000 (PORT= and DATA= change it)
	@exec $(PY) -m assembly_ui serve

run-scaled: .venv/.scaled ## Start it as several processes on PostgreSQL and Valkey, to try out
	@exec $(PY) -m tools.scaled

dev: .venv/.run ## Start it with hot reload: pages on PORT, API on 8000
	@$(PY) -m assembly_ui dev

reset: ## Forget the demo: delete the data folder's database
	@test ! -e $(DATA)/assembly.db.lock || $(PYTHON) -c 'import fcntl, sys; \
		fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)' $(DATA)/assembly.db.lock 2>/dev/null \
		|| { echo "Assembly is running on $(DATA). Stop it (Ctrl-C) before its data is deleted."; exit 1; }
	@rm -rf $(DATA)/assembly.db $(DATA)/assembly.db-wal $(DATA)/assembly.db-shm $(DATA)/assembly.db.rescued-* .states
	@rm -rf $(DATA)/postgresql
	@echo "The demo's data is gone. make run starts afresh."

test: ## Everything CI runs: checks, then all tests (T=path narrows it)
ifdef T
	@$(MAKE) --no-print-directory check
	@$(PY) tools/chromium.py
	@$(PY) -m pytest -q $(T)
else
	@$(MAKE) --no-print-directory check unit postgres attack journeys
endif

unit: .venv/.test ## Only the quick shelves, without a browser
	@$(PY) -m pytest -q -n 2 tests/unit tests/integration

postgres: .venv/.test ## The rooms' tests of what they keep, on PostgreSQL
	@$(PY) -m pytest -q -n 2 --postgresql tests/integration tests/attack

attack: .venv/.test ## Attacks on a running demo, from every side, without a browser
	@$(PY) -m pytest -q -n 2 --dist loadfile tests/attack

journeys: .venv/.test ## Only the browser's shelf
	@$(PY) tools/chromium.py
	@$(PY) -m pytest -q -n 2 --dist loadgroup tests/journeys

check: .venv/.test ## Lint, format, types, import rules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

format: .venv/.test ## Put the code into its one shape
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: .venv/.bench ## Measure against the bars; writes docs/benchmarks.md (ONLY=row narrows it)
	@$(PY) tools/chromium.py
	@$(PY) -m tools.bench $(if $(ONLY),--only $(ONLY))

floods: .venv/.bench ## Flood a demo of its own from one address; prints what that costs
	@$(PY) -m tools.floods

screenshots: .venv/.test ## Take the README's pictures and every screen, into screenshots/
	@$(PY) tools/chromium.py
	@$(PY) -m tools.screenshots

migration: .venv/.test ## Write the migration that the tables need (NAME="adds …")
	@.venv/bin/alembic revision --autogenerate -m "$(NAME)"

.venv/.run: requirements.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "Assembly needs Python 3.11 or newer, and there is none here. Install one, or name it: make run PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) tools/venv.py requirements.txt $@

.venv/.scaled: requirements.txt requirements-scaled.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "Assembly needs Python 3.11 or newer, and there is none here. Install one, or name it: make run-scaled PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) tools/venv.py requirements-scaled.txt $@

.venv/.test: requirements.txt requirements-scaled.txt requirements-test.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "Assembly needs Python 3.11 or newer, and there is none here. Install one, or name it: make test PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) tools/venv.py requirements-test.txt $@

.venv/.bench: .venv/.test requirements-bench.txt
	@$(PYTHON) tools/venv.py requirements-bench.txt $@
