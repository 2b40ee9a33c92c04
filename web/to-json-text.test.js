import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJsonText } from './to-json-text.js';

/** What Python gets to see of a message that was posted. @param {unknown} message */
const seen = (message) => JSON.parse(toJsonText(structuredClone(message)));

test('what JSON can say is said as it is', () => {
  const message = { type: 'x', list: [1, -0.5, true, null, 'é\ud800'], nested: { a: {} } };
  assert.equal(toJsonText(message), JSON.stringify(message));
});

test('what JSON cannot say is named', () => {
  const named = {
    nan: NaN,
    up: Infinity,
    down: -Infinity,
    big: 12n,
    date: new Date(0),
    map: new Map(),
    bytes: new Uint8Array(2),
    number: Object(1),
  };
  const names = ['NaN', 'Infinity', '-Infinity', 'bigint 12', 'Date', 'Map', 'Uint8Array', 'Number'];
  assert.deepEqual(
    Object.values(seen(named)),
    names.map((name) => ({ $js: name })),
  );
  assert.equal(toJsonText(new Blob(['x'])), '{"$js":"Blob"}');
  assert.equal(toJsonText(new WritableStream()), '{"$js":"WritableStream"}');
});

test('an absent member stays absent, a hole does not move the items after it', () => {
  assert.deepEqual(seen({ a: undefined, b: 1 }), { b: 1 });
  assert.deepEqual(seen([1, , undefined]), [1, { $js: 'undefined' }, { $js: 'undefined' }]); // prettier-ignore
});

test('own keys of any name are members and nothing else', () => {
  const message = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toJSON": 2}');
  assert.equal(toJsonText(message), '{"__proto__":{"polluted":true},"constructor":1,"toJSON":2}');
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test('nobody can pass an object off as a file', () => {
  assert.deepEqual(seen({ file: { $js: 'File' } }), { file: { $js: 'Object' } });
});

test('messages that would never end do', () => {
  /** @type {any} */
  const circle = { list: [] };
  circle.list.push(circle);
  assert.deepEqual(seen(circle), { list: [{ $js: 'circular reference' }] });

  /** @type {any} */
  let deep = {};
  for (let i = 0; i < 10_000; i++) deep = { deep };
  assert.match(toJsonText(deep), /too deep a nesting/);

  /** @type {any} */
  let wide = 'x';
  for (let i = 0; i < 40; i++) wide = [wide, wide];
  assert.match(toJsonText(wide), /too much data/);
  assert.match(toJsonText({ list: new Array(2 ** 32 - 1), text: 'x' }), /too much data/);
});

test('an object of very many members is one problem, not that many', () => {
  const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`${i}.mp4`, 0]));
  assert.deepEqual(seen({ sources: many }), { sources: { $js: 'too many members' } });
  delete many['0.mp4'];
  assert.equal(Object.keys(seen({ sources: many }).sources).length, 20_000);
});
