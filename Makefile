# What you can ask for: make help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
BENCH ?= pico
SCENARIO ?=
ARGS ?=
PYTEST := $(BIN)/pytest -n 2

.PHONY: help setup image check test test-long trace mutation breakings evidence demo bench campaign clean
.DEFAULT_GOAL := help

help:
	@echo 'Manostat: firmware, simulator and tests of a pressure-limited injection pump.'
	@echo 'Not a certified medical device.'
	@echo
	@echo '  make demo        one injection, live, on an emulated Pico with the real image'
	@echo '                   BENCH=pico|core|vm  SCENARIO=name  ARGS="--list" lists them'
	@echo '  make test        everything but the long tests; sets up and builds what is missing'
	@echo '  make test-long   the long tests too'
	@echo '  make check       style, types and host tests: the quick inner loop'
	@echo '  make trace       requirements, their code and tests: build/trace/index.html'
	@echo '  make mutation    changes of the core that no test notices, half an hour (estimate); goes on where it was'
	@echo '  make breakings   hardware tests that notice each deliberate breaking of the firmware, an hour or'
	@echo '                   two; goes on where it was (ARGS=--docs writes docs/breakings.md, --list)'
	@echo '  make evidence    all that was shown, of this firmware: docs/evidence, build/evidence.json;'
	@echo '                   runs what is missing, an hour or two the first time (ARGS=--as-is: nothing)'
	@echo '  make bench       the measured figures, also in build/bench.json'
	@echo '  make campaign    a million virtual injections of the firmware'"'"'s own code, then the report;'
	@echo '                   half an hour on two cores (estimate); goes on where it was'
	@echo '                   ARGS="--runs 20000" makes fewer, ARGS=--list says what is drawn'
	@echo '  make image       build/RPI_PICO.uf2 and build/RPI_PICO-bench.uf2'
	@echo '                   ARGS="--micropython DIR" takes a ready MicroPython source tree'
	@echo '  make setup       the tools in $(VENV); what the others call first'
	@echo '  make clean       remove build/ and $(VENV)'
	@echo
	@echo 'Needed: python3 (3.11 or later) with venv, gcc, git, make. The Arm compiler is installed'
	@echo 'when this runs as root on Debian; otherwise make image says the one command to run.'

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@echo 'setup: installing the tools into $(VENV), about a minute the first time'
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'python3 is older than 3.11'; exit 1; }
	@python3 -m venv $(VENV) || { echo 'python3 lacks venv: apt-get install python3-venv'; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

image: setup
	@$(BIN)/manostat image $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -q tests -m 'not pico and not long'

test: setup
	@$(BIN)/manostat image
	$(PYTEST) -m 'not long' --requirements

test-long: setup
	@echo 'test-long: everything, whole injections, fault matrix, power cuts and soak: about 45 minutes on two cores (estimate)'
	@$(BIN)/manostat image
	$(PYTEST) --timeout 3600 --requirements

trace: setup
	@$(BIN)/manostat trace $(ARGS)

mutation: setup
	@$(BIN)/manostat mutation $(ARGS)

breakings: setup
	@$(BIN)/manostat breakings $(ARGS)

evidence: setup
	@$(BIN)/manostat image
	@$(BIN)/manostat evidence $(ARGS)

demo: setup
	@$(BIN)/manostat image
	@$(BIN)/manostat demo --bench $(BENCH) $(if $(SCENARIO),--scenario $(SCENARIO)) $(ARGS)

bench: setup
	@$(BIN)/manostat image
	@$(BIN)/manostat bench $(ARGS)

campaign: setup
	@$(BIN)/manostat campaign $(ARGS)

clean:
	rm -rf build $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
