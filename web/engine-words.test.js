import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { translator } from './engine-words.js';
import { phrases } from './strings/ru-engine.js';

const say = translator(phrases);

test('what is in a sentence goes along, and a sentence in a sentence is translated too', () => {
  assert.equal(say('{} is empty (0 bytes).'.replace('{}', 'a.mp4')), 'a.mp4 пуст (0 байт).');
  assert.equal(
    say('Clip “sea” (c1) at 0:12.000: sea.mov is missing. Add it again.'),
    'Клип “sea” (c1), 0:12.000: sea.mov не найден. Добавьте его снова.',
  );
  assert.equal(say('Something new.'), 'Something new.');
});

test('the engine does say all that is translated', () => {
  const folder = new URL('../py/gran_worker/', import.meta.url);
  const engine = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
    .replaceAll(/["']\s+f?["']/g, '');
  // What the engine itself puts into a sentence only sometimes.
  const bare = (/** @type {string} */ part) => part.replace(/^[^\w’']+|( (at|after))?[^\w’']*$/g, '');
  const sometimes = /the picture of|the sound of|(?<=with )the software encoder|(?<=[.:]) (?=[A-Z])/;
  const parts = phrases.flatMap(([english]) => english.split('{}').flatMap((part) => part.split(sometimes)));
  const unheard = parts.map(bare).filter((part) => part.length > 2 && !engine.includes(part));
  assert.deepEqual(unheard, []);
});

test('both languages have the same in a sentence', () => {
  const holes = (/** @type {string} */ text) => text.split('{}').length;
  assert.deepEqual(
    phrases.filter(([english, other]) => holes(english) !== holes(other)),
    [],
  );
});
