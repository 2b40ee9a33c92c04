#!/usr/bin/env bash
# Installs the system packages that are missing, and says which. `system.sh tools` is what building needs,
# `system.sh browser` what running a browser test or a headless export needs on top, `system.sh desktop` what some tests need on top of that.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() {
  printf 'gran: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

can_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }
}

install() {
  say "Installing with apt-get: $*"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need() { # need PACKAGES WHY
  can_install || fail "$2, and apt-get is not usable here. Please install it and try again."
  # shellcheck disable=SC2086 - a list of packages
  install $1
}

tools() {
  local python="${PYTHON:-python3}"
  "$python" -c 'import venv, ensurepip' 2>/dev/null || need 'python3 python3-venv python3-pip' 'Python with venv and pip is missing'
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed; $python is $("$python" -V)"
  command -v npm >/dev/null || need 'nodejs npm' 'Node.js with npm is missing'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js 20.19 or newer is needed; this is $(node -v)"
}

browser() {
  if ! node build/browser.mjs >/dev/null; then
    if can_install; then
      install chromium || say "apt-get has no chromium here."
    fi
    if ! node build/browser.mjs >/dev/null; then
      say "Fetching Chromium with Playwright"
      node_modules/.bin/playwright install chromium || true
    fi
    node build/browser.mjs >/dev/null || fail "No Chromium was found or could be installed. Name one in GRAN_CHROMIUM."
  fi
  say "Browser: $(node build/browser.mjs)"
  command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || need ffmpeg 'ffmpeg is missing'
}

desktop() { # what answers the browser's save dialog in a test (e2e/portal.py); without it that test is skipped
  command -v dbus-run-session >/dev/null && /usr/bin/python3 -c 'from gi.repository import Gio' 2>/dev/null && return
  if can_install; then
    install dbus python3-gi || say "apt-get has no dbus or python3-gi here: the test of the save dialog will be skipped."
  else
    say "dbus-run-session or python3-gi is missing: the test of the save dialog will be skipped."
  fi
}

case "${1:-}" in
  tools) tools ;;
  browser) browser ;;
  desktop) desktop ;;
  *) fail "usage: build/system.sh tools|browser|desktop" ;;
esac
