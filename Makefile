# Each target makes .venv and installs what it needs; Python with venv and pip, and a C compiler, are enough.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test browser-test spark-test release-check lint docs pictures bench browser spark clean

demo: $(READY)
	$(BIN)/python -m sla_rules.testing.simulate --out build/demo

test: lint docs
	$(BIN)/pytest
	@echo "Left out: the HTML report in a browser (make browser-test), and Spark (make spark-test)."

browser-test: browser
	$(BIN)/pytest tests/browser

# The semantic tests once more, on the Spark evaluator, and its own.
spark-test: spark
	$(BIN)/python -m pytest -p tests.spark.plugin tests/evaluators tests/intercall tests/spark

release-check: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev,release]"
	$(BIN)/python -m tests.release

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: $(READY)
	$(BIN)/sphinx-build -E -n -W --keep-going -q docs build/docs

pictures: browser
	$(BIN)/python -m docs.pictures

bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev,bench]"
	$(BIN)/python -m benchmarks

# What a browser takes: Debian's chromium, which root installs where it is missing.
browser: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev,browser]"
	@if ! command -v chromium > /dev/null; then \
	  if [ "$$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then \
	    echo "There is no chromium, and only root on Debian can install it here: apt-get install chromium"; exit 1; \
	  fi; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get install -qq -y chromium > /dev/null 2>&1 \
	    || { apt-get update -qq && apt-get install -qq -y chromium > /dev/null; }; \
	fi

# What Spark takes: Java, which root installs on Debian where it is missing.
spark: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev,spark]"
	@if ! command -v java > /dev/null; then \
	  if [ "$$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then \
	    echo "There is no Java, and only root on Debian can install it here: apt-get install openjdk-17-jre-headless"; \
	    exit 1; \
	  fi; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get install -qq -y openjdk-17-jre-headless > /dev/null 2>&1 \
	    || { apt-get update -qq && apt-get install -qq -y openjdk-17-jre-headless > /dev/null; }; \
	fi

$(READY): pyproject.toml
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'Python 3.11 or later is needed; say which with PYTHON=python3.x'"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $(READY)

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
