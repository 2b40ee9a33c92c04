/** What README.md shows is what the tests run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** @param {string} path */
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('the effect of the README is the one that a newcomer adds in test_tables.py', () => {
  const shown = /```python\n(.*?)```/s.exec(read('README.md'))?.[1] ?? '';
  const tried = /SEPIA = \'\'\'\n""".*?"""\n\n(.*?)\'\'\'/s.exec(read('py/tests/test_tables.py'))?.[1] ?? '';
  assert.notEqual(shown, '');
  assert.equal(shown, tried);
});

test('every make target and every file that the README names is there', () => {
  const readme = read('README.md');
  const makefile = read('Makefile');
  for (const [, target] of readme.matchAll(/`make (\w+)/g)) assert.match(makefile, new RegExp(`^${target}:`, 'm'), `make ${target}`);
  for (const [, path] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) assert.ok(read(path).length, path);
});
