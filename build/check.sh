#!/usr/bin/env bash
# The quick gate: style, types, the message contract, unit tests. Runs all of it, then fails if anything did.
set -uo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH"

failed=()
step() { # step NAME COMMAND...
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
  printf '   %s s\n' $((SECONDS - started))
}

no_javascript_eval() { # the policy of the worker's script refuses it only when it is reached
  ! grep -rnE '\brun_js\b' py/gran_worker --include='*.py'
}

step 'ruff check' ruff check --quiet
step 'ruff format' ruff format --check --quiet
step 'no run_js (it is eval)' no_javascript_eval
step 'mypy' mypy
step 'message contract' python build/contract.py --check
step 'pytest' python -m pytest -q
step 'node --test' node --test --test-reporter=dot web/ build/
step 'tsc' tsc
step 'tsc e2e' tsc -p e2e
step 'prettier' prettier --check --log-level warn .

if [ ${#failed[@]} -gt 0 ]; then
  printf '\nFailed: %s\n' "$(IFS=, && echo "${failed[*]}")"
  exit 1
fi
printf '\nAll checks passed\n'
