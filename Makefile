# Everything is done in .venv, which each target fills with what it needs; a second call is instant.
# Needed beforehand: make and Python 3.10 or newer. Choose another interpreter with PYTHON=….

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := $(CURDIR)/.plynx
DEMO_OUTPUT := examples-output/wdbc
HUB_PROXY := tests/hub/node_modules/.installed
# Two processes, as files wait more than they compute; tests of one file stay together and in order.
PYTEST_FLAGS ?= -n 2 --dist loadfile

# What the demonstration writes stays in this folder: settings of libraries that would go to the home
# directory are pointed at DEMO_HOME.
DEMO_ENVIRONMENT = PLYNX_HOME="$(DEMO_HOME)" IPYTHONDIR="$(DEMO_HOME)/ipython" \
	MPLCONFIGDIR="$(DEMO_HOME)/matplotlib" DASK_CONFIG="$(DEMO_HOME)/dask"

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean
.DELETE_ON_ERROR:

help: ## show this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile

demo: $(VENV)/.installed-examples ## run examples/wdbc; a second time it is restored from the cache
	@$(DEMO_ENVIRONMENT) $(BIN)/jupyter-plynx run examples/wdbc/wdbc.plynx --output-dir $(DEMO_OUTPUT)
	@echo
	@echo "The plot, the scores and the report:"
	@find $(DEMO_OUTPUT)/Compare_regressors -type f | sort | sed 's/^/  /'

test: $(VENV)/.installed-test $(HUB_PROXY) ## run all tests
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

check: $(VENV)/.installed-dev ## lint, formatting, types and the rules on imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test ## measure against raw Dask and papermill; writes benchmarks/results.md
	$(BIN)/python -m benchmarks

clean: ## remove the environment, the demonstration's data and all caches
	rm -rf $(VENV) .plynx examples-output dist build .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

# JupyterHub's proxy, for the test under a hub.
$(HUB_PROXY): tests/hub/package.json
	@command -v npm >/dev/null 2>&1 || { \
		echo "make: the tests need Node.js with npm. On Debian or Ubuntu: apt install npm" >&2; exit 1; }
	@cd tests/hub && npm install --silent --no-audit --no-fund --no-update-notifier --package-lock=false
	@touch $@

# The environment. A stamp for each set of dependencies; "dev" holds "test", which holds "examples".
$(BIN)/python:
	@set -e; \
	if [ -n "$(PYTHON)" ]; then candidates="$(PYTHON)"; \
	else candidates="python3.13 python3.12 python3.11 python3.10 python3"; fi; \
	for candidate in $$candidates; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then \
			python="$$candidate"; break; fi; \
	done; \
	if [ -z "$${python:-}" ]; then \
		echo "make: no Python 3.10 or newer found (tried: $$candidates)." \
			"Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Making $(VENV) with $$("$$python" -c 'import sys; print(sys.executable)')"; \
	rm -rf $(VENV); \
	if command -v uv >/dev/null 2>&1; then uv venv --quiet --python "$$python" $(VENV); \
	elif "$$python" -c 'import ensurepip, venv' 2>/dev/null; then "$$python" -m venv $(VENV); \
	else \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "make: $$python cannot make virtual environments. On Debian or Ubuntu:" \
			"apt install python$$version-venv. Or install uv." >&2; exit 1; fi

# pip is slow at installing many packages: uv does it when it is there or can be had. Like pip it trusts
# the certificates of the system, which may have one of its own network (two names: old and new uv).
export UV_NATIVE_TLS := 1
export UV_SYSTEM_CERTS := 1
$(VENV)/.installed-%: pyproject.toml $(BIN)/python
	@set -e; \
	echo "Installing what is needed ($*)"; \
	if command -v uv >/dev/null 2>&1; then uv="uv"; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true; \
		uv="$(BIN)/uv"; \
	fi; \
	if "$$uv" --version >/dev/null 2>&1 \
		&& "$$uv" pip install --quiet --python $(BIN)/python --editable ".[$*]"; then :; \
	else \
		echo "uv could not do it: trying pip" >&2; \
		$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"; \
	fi; \
	touch $@; \
	case "$*" in \
		dev) touch $(VENV)/.installed-test $(VENV)/.installed-examples ;; \
		test) touch $(VENV)/.installed-examples ;; \
	esac
