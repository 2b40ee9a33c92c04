import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waker } from './waker.js';

const LASTS_MS = 60;

/** A callback that asks to be called again until `LASTS_MS` are over, `work` each time. @param {() => void} work @returns {Promise<number>} its calls */
function chain(work) {
  return new Promise((resolve) => {
    const began = performance.now();
    let calls = 0;
    const wake = waker(() => {
      calls++;
      work();
      if (performance.now() - began < LASTS_MS) wake();
      else resolve(calls);
    });
    wake();
  });
}

// Node's own would hand on a thousand messages in one turn, and keep Node waiting for more.
const { MessageChannel } = globalThis;
let turns = 0;
before(() => {
  Object.assign(globalThis, {
    MessageChannel: class {
      port1 = { onmessage: () => {} };
      port2 = { postMessage: () => void setImmediate(() => (turns++, this.port1.onmessage())) };
    },
  });
});
after(() => void Object.assign(globalThis, { MessageChannel }));

test('callbacks that follow upon each other for long let others have their turn', async () => {
  turns = 0;
  const calls = await chain(() => {
    for (const began = performance.now(); performance.now() - began < 1;);
  });
  assert(turns >= 3, `${turns} turns of others`);
  assert(calls > turns);
});

test('a callback waits for no message', async () => {
  let called = false;
  const wake = waker(() => (called = true));
  wake();
  assert(!called);
  await Promise.resolve();
  assert(called);
});
