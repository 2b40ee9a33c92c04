#!/usr/bin/env bash
# Drives the built app in a real browser. Arguments go to Playwright: build/e2e.sh -g cancel
set -euo pipefail
cd "$(dirname "$0")/.."
build/system.sh browser
build/system.sh desktop
if (($#)); then exec node_modules/.bin/playwright test "$@"; fi
failed=0
node_modules/.bin/playwright test --project timed || failed=1
others=(untimed)
if node build/browser.mjs firefox >/dev/null; then
  others+=(firefox)
else
  echo "Firefox is not installed, so its tests are skipped. To run them: apt-get install firefox-esr"
fi
node_modules/.bin/playwright test --project "${others[@]}" || failed=1
exit $failed
