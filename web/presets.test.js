/** File names out of what people call their films. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileName } from './presets.js';

test('a name keeps its letters and loses what no disk takes', () => {
  const names = ['Море: "лето" 1/2', '...a. ', ' \t\n', '...', 'CON', 'console', 'a\u0000b', '日本'];
  assert.deepEqual(
    names.map((each) => fileName(each, 'film')),
    ['Море лето 1 2', 'a', 'film', 'film', 'CON_', 'console', 'a b', '日本'],
  );
});

test('a long name is as long as a disk takes, in whole letters', () => {
  for (const letter of ['a', 'ж', '語', '👩‍👩‍👧‍👦', 'é']) {
    const name = fileName(letter.repeat(300), 'film');
    const bytes = new TextEncoder().encode(name).length;
    assert(bytes <= 200 && bytes > 200 - new TextEncoder().encode(letter).length, `${letter}: ${bytes}`);
    assert.equal(name.replaceAll(letter, ''), '');
  }
});
