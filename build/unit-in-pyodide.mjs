/**
 * Runs py/tests inside the runtime that is shipped: dist/pyodide's interpreter, numpy and pydantic. Arguments go to pytest.
 * The tools that only tests need come from the virtual environment, one by one, so that none of its other packages is seen.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = /^(_?pytest|_?hypothesis\w*|pluggy|iniconfig|sortedcontainers|pygments|packaging|py\.py)\b/;

const root = fileURLToPath(new URL('..', import.meta.url));
const runtime = join(root, 'dist', 'pyodide');

const versions = join(root, '.venv', 'lib');
const site = join(versions, readdirSync(versions)[0] ?? '', 'site-packages');
const tools = mkdtempSync(join(tmpdir(), 'gran-unit-'));
const compiled = join(root, '.stamps', 'pycache');
mkdirSync(compiled, { recursive: true });

/** @type {number} */
let failed = 1;
try {
  for (const name of readdirSync(site).filter((name) => TOOLS.test(name))) {
    cpSync(join(site, name), join(tools, name), { recursive: true, preserveTimestamps: true });
  }
  const { loadPyodide } = await import(join(runtime, 'pyodide.mjs'));
  const python = await loadPyodide({
    indexURL: runtime,
    packages: ['numpy', 'pydantic'],
    env: { HOME: '/home/pyodide', PYTHONPYCACHEPREFIX: '/pycache', HYPOTHESIS_STORAGE_DIRECTORY: '/tmp/hypothesis' },
  });
  for (const [inside, outside] of Object.entries({ '/repo': root, '/tools': tools, '/pycache': compiled })) {
    python.FS.mkdirTree(inside);
    python.mountNodeFS(inside, outside);
  }
  const { version, platform } = python.pyimport('sys');
  console.log(`Unit tests on Python ${version.split(' ')[0]} (${platform})`);
  python.globals.set('arguments', python.toPy(process.argv.slice(2)));
  failed = python.runPython(`
import os, sys
sys.path.append("/tools")
os.chdir("/repo")
import pytest
# fd capture needs dup(), faulthandler signals; neither is there.
int(pytest.main(["-q", "--capture=sys", "-p", "no:faulthandler", "-p", "no:cacheprovider", *arguments]))
`);
} catch (error) {
  // Not the whole error: Node would quote the line of pyodide.asm.mjs that it came through, all 1.2 MB of it.
  console.error(/** @type {Error} */ (error).message);
} finally {
  rmSync(tools, { recursive: true, force: true });
}
process.exit(failed);
