# Two commands do everything: `make start` serves the app, `make test` runs every check.
# Each installs what is missing and says what it does; .stamps/ remembers what is there already.

PYTHON ?= python3
PORT ?= 8314

S := .stamps
PY := .venv/bin/python
RUNTIME := dist/pyodide/pyodide-lock.json
WHEEL := $(S)/wheel
SITE := dist/index.html

WORKER_FILES := $(shell find py/gran_worker -name '*.py')
WEB_FILES := $(shell find web -type f)

.PHONY: start test check unit build export scenes screens bench e2e soak mixing paint fuzz contract lock clean

start: build
	@node build/serve.mjs --port $(PORT)

# What needs no browser is done two at a time, the output of each in one piece.
test:
	@$(MAKE) --no-print-directory -j2 --output-sync=target check unit
	@build/e2e.sh

unit: build
	@node build/unit-in-pyodide.mjs

check: $(S)/venv $(S)/npm
	@build/check.sh

build: $(SITE)

# make export PROJECT=examples/hello.json OUT=hello.mp4
export: $(SITE)
	@build/system.sh browser
	@node build/export.mjs "$(PROJECT)" "$(OUT)"

# Exports every scene of e2e/scenes.ts with both executors and puts them beside its reference: docs/pictures/
scenes: $(SITE)
	@build/scenes.sh

# How soon the worker is up; then beside other exporters, in one run: docs/bench/. make bench ARGS="--jobs composite --quick"
bench: $(SITE) bench/node_modules
	@build/system.sh browser
	@node bench/boot.mjs
	@node bench/run.mjs $(ARGS)

bench/node_modules: bench/package-lock.json
	@echo "Installing the peers into bench/node_modules"
	@cd bench && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

e2e: $(SITE)
	@build/e2e.sh

# Every state of the page at two sizes, light and dark, in both languages, to be looked at: test-results/screens/
screens: $(SITE)
	@build/e2e.sh --project screens

# Ten minutes of flashes and clicks: sound may not drift. Half an hour of 720p, three hours of twenty tracks of sound: memory may not grow;
# the result goes into docs/soak.md.
soak: $(SITE)
	@GRAN_SYNC_MINUTES=10 GRAN_SOAK_RECORD=1 build/e2e.sh e2e/sound.spec.ts -g 'flash and click'
	@GRAN_SOAK_MINUTES=30 GRAN_SOAK_RECORD=1 build/e2e.sh e2e/soak.spec.ts
	@GRAN_SOUND_SOAK_MINUTES=180 build/e2e.sh e2e/sound-soak.spec.ts

# How fast twenty clips are mixed, in times real time, in the interpreter that is shipped
mixing: $(SITE)
	@node bench/mixing.mjs

# How long a visitor looks at nothing, for the first time and later
paint: $(SITE)
	@build/system.sh browser
	@node bench/first-paint.mjs

# make fuzz N=5000 SEED=1
N ?= 2000
SEED ?= 1
fuzz: $(SITE)
	@GRAN_FUZZ_CASES=$(N) GRAN_FUZZ_SEED=$(SEED) build/e2e.sh e2e/fuzz.spec.ts

# Writes the message contract that both sides read; `make check` refuses a stale one.
contract: $(S)/venv $(S)/npm
	$(PY) build/contract.py

# After a change of requirements.in; hashes of all platforms' files.
lock:
	build/lock.sh

clean:
	rm -rf dist .stamps .venv node_modules test-results playwright-report

$(S)/system: build/system.sh
	@build/system.sh tools
	@mkdir -p $(S) && touch $@

$(S)/venv: requirements.lock | $(S)/system
	@echo "Installing the Python tools into .venv"
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(S)/npm: package-lock.json | $(S)/system
	@echo "Installing the JavaScript packages into node_modules"
	@npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

$(RUNTIME): build/runtime.py build/compile.mjs build/compile.py requirements.lock $(S)/npm | $(S)/venv
	@$(PY) build/runtime.py

$(WHEEL): build/wheel.py pyproject.toml LICENSE $(WORKER_FILES) $(RUNTIME)
	@$(PY) build/wheel.py
	@touch $@

$(SITE): vite.config.js $(wildcard kernel/*.ts) $(WEB_FILES) LICENSE THIRD_PARTY_LICENSES.md $(WHEEL)
	@find dist -mindepth 1 -maxdepth 1 ! -name pyodide -exec rm -rf {} +
	@node_modules/.bin/vite build --logLevel warn --mode worker
	@node_modules/.bin/vite build --logLevel warn --mode clients
	@node_modules/.bin/vite build --logLevel warn
	@node_modules/.bin/asc kernel/planar.ts kernel/blend.ts --outFile dist/planar.wasm -O3 --runtime stub --enable simd --noAssert
	@node_modules/.bin/vite build --logLevel warn --mode offline
	@echo "Site in dist/"
	@touch $@
