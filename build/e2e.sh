#!/usr/bin/env bash
# Drives the built app in a real browser. Arguments go to Playwright: build/e2e.sh -g cancel
set -euo pipefail
cd "$(dirname "$0")/.."
build/system.sh browser
build/system.sh desktop
exec node_modules/.bin/playwright test "$@"
