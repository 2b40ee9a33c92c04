import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ReadAhead } from './read-ahead.js';

/** @param {number} count @param {Error} [failure] behind them */
function given(count, failure) {
  const samples = Array.from({ length: count }, (_, number) => ({ number, closed: false, close() { this.closed = true } })); // prettier-ignore
  const log = { samples, fetched: 0, returned: 0 };
  /** @type {AsyncIterator<(typeof samples)[number]>} */
  const iterator = {
    async next() {
      const value = samples[log.fetched];
      if (value) return (log.fetched++, { value, done: /** @type {false} */ (false) });
      if (failure) throw failure;
      return { value: undefined, done: /** @type {true} */ (true) };
    },
    async return() {
      log.returned++;
      return { value: undefined, done: /** @type {true} */ (true) };
    },
  };
  return { log, iterator };
}

test('all come, in order, and no more than a few are fetched ahead', async () => {
  const { log, iterator } = given(10);
  const ahead = new ReadAhead(iterator, 3);
  await turn();
  assert.equal(log.fetched, 3);
  const numbers = [];
  while (await ahead.more()) {
    numbers.push(ahead.take()?.number);
    assert(log.fetched <= numbers.length + 3);
  }
  assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await ahead.close();
  assert.equal(log.returned, 0, 'what has ended is left alone');
});

test('closing closes what was not taken, also what is still on its way', async () => {
  const { log, iterator } = given(10);
  const ahead = new ReadAhead(iterator, 2);
  await ahead.more();
  ahead.take();
  await ahead.close();
  await turn();
  assert.deepEqual(log.samples.slice(1, log.fetched).map(({ closed }) => closed), Array(log.fetched - 1).fill(true)); // prettier-ignore
  assert.equal(log.samples[0]?.closed, false, 'what was taken is its taker’s');
  assert.equal(log.returned, 1);
  assert.equal(await ahead.more(), false);
});

test('a failure comes behind what came before it', async () => {
  const { iterator } = given(2, new Error('broken'));
  const ahead = new ReadAhead(iterator, 8);
  await turn();
  assert.equal(await ahead.more(), true);
  assert.equal(ahead.take()?.number, 0);
  assert.equal(ahead.take()?.number, 1);
  await assert.rejects(ahead.more(), /broken/);
});
