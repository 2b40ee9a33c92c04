import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { waker } from './waker.js';

const LASTS_MS = 60;
const PATIENCE_MS = 4;
const WORK_MS = 1;

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
/** Work takes time here and nothing else does, whatever the machine is doing. */
let nowMs = 0;
before(() => {
  mock.method(performance, 'now', () => nowMs);
  Object.assign(globalThis, {
    MessageChannel: class {
      port1 = { onmessage: () => {} };
      port2 = { postMessage: () => void setImmediate(() => (turns++, this.port1.onmessage())) };
    },
  });
});
after(() => {
  mock.restoreAll();
  Object.assign(globalThis, { MessageChannel });
});

test('callbacks that follow upon each other for long let others have their turn', async () => {
  turns = 0;
  assert.equal(await chain(() => void (nowMs += WORK_MS)), LASTS_MS / WORK_MS);
  assert.equal(turns, LASTS_MS / (PATIENCE_MS + WORK_MS) - 1);
});

test('a callback waits for no message', async () => {
  let called = false;
  const wake = waker(() => (called = true));
  wake();
  assert(!called);
  await Promise.resolve();
  assert(called);
});
