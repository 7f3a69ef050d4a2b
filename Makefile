# Two commands: `make demo` does the main job on the sample region, `make test` checks and tests everything.
PYTHON ?= python3
BIN := .venv/bin
# Processes of tests; each holds about 1.5 GB at its most.
WORKERS ?= 2
READY := .venv/.ready

.PHONY: setup demo serve test check format docs lock clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)
	rm -rf demo
	$(BIN)/sanwang new demo/region --sample
	$(BIN)/sanwang check demo/region
	$(BIN)/sanwang match demo/region -k 20 -o demo/match
	$(BIN)/sanwang plan demo/region --start 2026-01 -o demo/plan
	$(BIN)/sanwang verify demo/plan demo/region
	$(BIN)/sanwang chain demo/region -o demo/chain
	@echo "open demo/plan/plan.html"

# The workbench over a fictional exchange; login and password are shown once, the link on the last line.
serve: $(READY)
	$(BIN)/sanwang serve --demo --folder demo/workbench

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The pages of tables and studies, from their declarations.
docs: $(READY)
	$(BIN)/python scripts/docs/build_pages.py

# Needs uv; versions for every platform and Python the project supports, without the training extra (PyTorch is large and
# comes in builds of its own: take the one for your machine).
lock:
	uv pip compile pyproject.toml --extra dev --universal --no-emit-index-url --no-annotate --no-header -o constraints.txt

clean:
	rm -rf .venv demo dist build
