/** THIRD_PARTY_LICENSES.md names what is shipped, at the version that is shipped. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** @param {string} path */
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const rows = read('THIRD_PARTY_LICENSES.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** @param {string} name @param {string} version */
function assertListed(name, version) {
  const named = rows.filter(([, software]) => software.split(/[\s,()]+/).some((word) => word.toLowerCase() === name.toLowerCase()));
  assert(named.length, `${name} is not listed`);
  assert(
    named.some(([, , versions]) => versions.split(', ').includes(version)),
    `${name} ${version} is listed as ${named.map(([, , versions]) => versions).join(' and ')}`,
  );
}

test('every package whose code is bundled is listed at its version', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  const own = Object.keys(packages[''].dependencies);
  // Tools by what they are for, and yet they leave code of theirs behind.
  const bundled = [...own, 'lucide-static', 'workbox-precaching', 'workbox-core', 'workbox-routing', 'workbox-strategies'];
  for (const name of bundled) assertListed(name, packages[`node_modules/${name}`].version);
});

test('every wheel of the Python runtime is listed at its version', () => {
  const lock = JSON.parse(read('node_modules/pyodide/pyodide-lock.json'));
  for (const name of ['numpy', 'pydantic', 'pydantic-core', 'annotated-types', 'typing-extensions', 'typing-inspection', 'micropip'])
    assertListed(name, lock.packages[name].version);
});
