import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const here = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
const sources = ['e2e', 'py/tests', 'web'].flatMap((folder) =>
  readdirSync(here(folder))
    .filter((name) => /^test_.*\.py$|\.spec\.ts$|\.test\.js$/.test(name))
    .map((name) => readFileSync(here(`${folder}/${name}`), 'utf8')),
);

/** A title, or its parts where a test is made for each row of a table: `${what}: an error in plain words`. @param {string} title */
function exists(title) {
  const says = (/** @type {string} */ words) => sources.some((text) => text.includes(words));
  if (title.startsWith('test_')) return says(`def ${title}(`);
  if (/^Test[A-Z]/.test(title)) return says(`\n${title} = `); // a state machine
  if (says(`test('${title}'`) || says(`test(\n  '${title}'`)) return true;
  const templates = sources.flatMap((text) => [...text.matchAll(/test\(`([^`]*)`/g)].map(([, template]) => template ?? ''));
  return templates.some((template) => {
    const [before = '', after = ''] = template.split(/\$\{[^}]*\}/);
    const filled = title.slice(before.length, title.length - after.length);
    return title.startsWith(before) && title.endsWith(after) && (says(`'${filled}':`) || says(`'${filled}'`));
  });
}

test('every row of docs/reliability.md names tests that exist', () => {
  const rows = readFileSync(here('docs/reliability.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| What goes wrong'));
  assert.ok(rows.length > 20);
  for (const row of rows) {
    const cell = row.split(' | ').at(-1) ?? '';
    const titles = [...cell.matchAll(/`([^`]+)`/g)].map(([, title]) => title ?? '');
    assert.notEqual(titles.length, 0, `a row without a test: ${row}`);
    for (const title of titles) assert.ok(exists(title), `no test is called ${title}`);
  }
});
