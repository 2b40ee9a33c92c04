/** Whatever comes in whatever order, from the page, the engine and the disk: every export ends once, and nothing of it follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock, settled } from './testing/clock.js';
import { FakeHandle, slowStream } from './testing/fake-files.js';
import { platform } from './testing/fake-platform.js';
import { FakeWorker } from './testing/fake-worker.js';

/** @typedef {import('./testing/fake-files.js').Disk} Disk */

const SEQUENCES = 500;
const STEPS = 24;
const FINAL_PATIENCE_MS = 70_000;
const SNAPSHOT = /** @type {any} */ ({ timeline: {}, settings: {} });

/** Numbers in [0, 1), by mulberry32: the same seed tells the same story. @param {number} seed */
function randomness(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @typedef {object} Taken one call of export()
 * @property {any[]} ends what its promise came to: a result or an error; never more than one
 * @property {boolean} written the engine said that the file is complete
 * @property {FakeHandle} [handle]
 * @property {Disk} [disk]
 * @property {AbortController} controller
 */

class Story {
  clock = new Clock();
  /** @type {string[]} */
  told = [];
  /** @type {Taken[]} */
  taken = [];
  /** @type {{answered: boolean}[]} */
  questions = [];
  disposed = false;
  /** What was found out where nobody could be told. @type {unknown[]} */
  problems = [];

  /** @param {() => number} random */
  constructor(random) {
    this.random = random;
    platform.reset(this.clock);
    this.client = new ExportWorkerClient();
  }

  /** @param {number} end */
  below(end) {
    return Math.floor(this.random() * end);
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  one(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  get worker() {
    return FakeWorker.all.findLast(({ alive }) => alive);
  }

  get running() {
    return this.taken.find(({ ends }) => ends.length === 0);
  }

  // What the page does

  begin() {
    const busy = this.client.busy;
    const handle = this.random() < 0.5 ? new FakeHandle(this.clock, this.below(2) * 100) : undefined;
    const disk = handle ? undefined : slowStream();
    /** @type {Taken} */
    const taken = { ends: [], written: false, controller: new AbortController(), ...(handle && { handle }), ...(disk && { disk }) };
    const tell = () => void (taken.ends.length && this.problems.push(new Error('something is told of an export that has ended')));
    const options = { signal: taken.controller.signal, onProgress: tell, onWarning: tell, onTelemetry: tell };
    this.client.export({ ...SNAPSHOT, output: /** @type {any} */ (handle ?? disk?.stream) }, options).then(
      (/** @type {any} */ result) => this.ended(taken, result),
      (/** @type {any} */ error) => this.ended(taken, error),
    );
    if (!busy) this.taken.push(taken);
    return async () => {
      if (busy && !this.disposed) assert.equal(taken.ends[0]?.code, 'E_BUSY');
      else if (this.disposed) assert.equal(taken.ends[0]?.recoverable, false);
    };
  }

  /** @param {Taken} taken @param {any} end */
  ended(taken, end) {
    taken.ends.push(end);
    try {
      this.judge(taken, end);
    } catch (problem) {
      this.problems.push(problem);
    }
  }

  /** @param {Taken} taken @param {any} end */
  judge(taken, end) {
    if (!(end instanceof ExportError)) {
      assert.deepEqual(end, { durationMs: 1000, frames: 30 });
      assert(taken.written, 'the engine never said so');
      if (taken.disk) assert.equal(taken.disk.state, 'closed');
    } else {
      assert.match(end.message, /^[A-Z].{10,}/);
      assert.equal(typeof end.recoverable, 'boolean');
    }
    if (!this.taken.includes(taken)) return;
    assert(!this.client.busy || this.running, 'the next export can begin at once');
    if (taken.handle) assert(!taken.handle.locked, 'nobody has the file open any more');
  }

  ask() {
    const question = { answered: false };
    this.questions.push(question);
    const answered = () => void (question.answered = true);
    this.client.probeSource(new Blob()).then(answered, answered);
  }

  cancel() {
    if (this.random() < 0.5) this.client.cancel();
    else this.running?.controller.abort();
  }

  dispose() {
    this.disposed = true;
    this.client.dispose();
  }

  // What the engine does

  ready() {
    this.worker?.boot();
  }

  report() {
    const phase = this.one(['decode', 'compose', 'encode', 'finalize']);
    this.worker?.say(
      this.one([
        { type: 'progress', phase, percent: 1, frame: { current: 1, total: 30 } },
        { type: 'warning', code: 'clamped', message: 'That was too much.' },
        { type: 'telemetry' },
        { type: 'failure', code: 'E_DECODE', clipId: 'c1' },
        { type: 'something newer' },
      ]),
    );
  }

  /** In good order the file comes first, then the word. */
  complete() {
    const taken = this.running;
    const wrote = () => void (taken && (taken.written = true));
    if (this.random() < 0.9) this.worker?.finish(wrote);
    else this.worker?.lie(wrote);
  }

  refuse() {
    this.worker?.refuse({ message: 'The picture of a clip is damaged.', recoverable: this.random() < 0.8 });
  }

  answer() {
    this.worker?.answer(this.random() < 0.5);
  }

  crash() {
    const worker = this.worker;
    this.one([
      () => worker?.onerror?.({ message: 'Bang' }),
      () => worker?.onmessageerror?.({}),
      () => worker?.say({ type: 'error', message: 'Something unexpected happened.', recoverable: false }),
    ])();
  }

  load() {
    this.worker?.say({ type: 'loading', files: this.below(9) });
  }

  /** Without a word. Before it was heard nobody can miss it at once. */
  vanish() {
    const worker = this.worker;
    if (!worker || this.disposed) return;
    worker.vanish();
    if (!worker.ready) return;
    return async () => assert.notEqual(this.worker, undefined, 'another one is there at once');
  }

  /** One that was ended already has something to say after all. */
  haunt() {
    const ghost = this.one(FakeWorker.all);
    if (ghost.ended) ghost.haunt({ type: this.one(['completed', 'error', 'ready', 'progress']), message: 'Boo', frames: 0 });
  }

  // What the disk and time do

  disk() {
    this.running?.disk?.next(this.random() < 0.7);
  }

  async wait() {
    await this.clock.advance(this.one([20, 400, 2100, 5100, 15_100]));
  }

  async tell() {
    const steps = ['begin', 'begin', 'ready', 'ready', 'report', 'report', 'complete', 'refuse', 'cancel', 'crash', 'vanish', 'load'];
    const rest = ['ask', 'answer', 'haunt', 'disk', 'disk', 'wait', 'wait', ...(this.random() < 0.1 ? ['dispose'] : [])];
    const step = this.one([...steps, ...rest]);
    this.told.push(step);
    const after = await /** @type {any} */ (this)[step]();
    // Sometimes the next thing happens before this one has got through.
    if (this.random() < 0.7 || after) await settled();
    await after?.();
    assert(FakeWorker.all.filter(({ alive }) => alive).length <= 1, 'one engine at a time');
    if (this.problems.length) throw this.problems[0];
  }

  /** Nothing moves any more but time, and the disk; whatever runs is cancelled, or ends because the engine is silent. */
  async end() {
    const cancels = this.random() < 0.5;
    this.told.push(cancels ? 'the end, cancelled' : 'the end');
    if (this.client.state === 'starting') this.worker?.boot();
    for (const { disk } of this.taken) disk?.freely();
    await settled();
    if (cancels) this.client.cancel();
    await this.clock.advance(FINAL_PATIENCE_MS);
    for (const { ends } of this.taken) assert.equal(ends.length, 1, `an export came to ${ends.length} ends`);
    assert.equal(this.client.busy, false);
    this.client.dispose();
    await settled();
    assert(
      this.questions.every(({ answered }) => answered),
      'a question is left without an answer',
    );
    assert(FakeWorker.all.every(({ alive }) => !alive));
    assert.equal(this.clock.waiting, 0, 'timers are left');
    if (this.problems.length) throw this.problems[0];
  }
}

platform.install();
const { ExportWorkerClient, ExportError } = await import('./export-worker-client.js');

test('whatever the page, the engine and the disk do, each export ends once and nothing of it follows', async () => {
  /** @type {Record<string, number>} */
  const ends = {};
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    const story = new Story(randomness(seed));
    /** @type {unknown[]} */
    const uncaught = [];
    const onUncaught = (/** @type {unknown} */ error) => void uncaught.push(error);
    process.on('unhandledRejection', onUncaught);
    try {
      for (let i = 0; i < STEPS; i++) await story.tell();
      await story.end();
      assert.deepEqual(uncaught, []);
    } catch (error) {
      throw new Error(`seed ${seed}: ${story.told.join(', ')}`, { cause: error });
    } finally {
      process.off('unhandledRejection', onUncaught);
    }
    for (const end of story.taken.flatMap((taken) => taken.ends)) {
      const kind = end.code ?? (end.recoverable === undefined ? 'completed' : 'error');
      ends[kind] = (ends[kind] ?? 0) + 1;
    }
  }
  for (const kind of ['completed', 'E_CANCELLED', 'E_WORKER', 'E_DECODE', 'E_ENGINE', 'error']) {
    assert((ends[kind] ?? 0) > 10, `${kind} was met too seldom: ${JSON.stringify(ends)}`);
  }
});

/** One export that has begun. */
async function begun() {
  const clock = new Clock();
  platform.reset(clock);
  const client = new ExportWorkerClient();
  const worker = /** @type {FakeWorker} */ (FakeWorker.all[0]);
  worker.boot();
  await settled();
  const handle = new FakeHandle(clock, 0);
  const output = /** @type {any} */ (handle);
  const result = client.export({ ...SNAPSHOT, output }).catch((error) => error);
  await settled();
  return { clock, client, worker, handle, result };
}

/** A client whose worker boots, with an export that waits for it. */
function booting() {
  const clock = new Clock();
  platform.reset(clock);
  const client = new ExportWorkerClient();
  const worker = /** @type {FakeWorker} */ (FakeWorker.all[0]);
  const output = /** @type {any} */ (new FakeHandle(clock, 0));
  const result = client.export({ ...SNAPSHOT, output }).catch((error) => error);
  return { clock, client, worker, result, boot: client.ready.catch((error) => error) };
}

test('an engine of which nothing is heard while it starts is given up after a minute, and so is the export that waits for it', async () => {
  const { clock, client, worker, result, boot } = booting();
  await clock.advance(60_000);
  assert.equal(client.state, 'starting');
  await clock.advance(5000);
  for (const { message, code, recoverable, cause } of [await boot, await result])
    assert.deepEqual(
      { message, code, recoverable, cause },
      { message: 'The export engine did not start', code: 'E_ENGINE', recoverable: false, cause: 'nothing was heard of it for a minute' },
    );
  assert.equal(client.state, 'failed');
  assert(!worker.alive);
  void client.restart();
  /** @type {FakeWorker} */ (FakeWorker.all[1]).boot();
  await client.ready;
  client.dispose();
});

test('an engine that dies while it starts is missed at once', async () => {
  const { client, worker, result, boot } = booting();
  worker.say({ type: 'loading', files: 0 });
  await settled();
  worker.vanish();
  assert.equal((await boot).cause, 'the worker is gone');
  assert.equal((await result).code, 'E_ENGINE');
  client.dispose();
});

test('a slow machine and a slow network start the engine late, not never', async () => {
  const { clock, client, worker, boot } = booting();
  for (let files = 0; files < 10; files++) {
    // No word for most of a minute, then for minutes only that it lives.
    await clock.advance(55_000);
    for (let second = 0; second < 180; second += 2) {
      worker.say({ type: 'loading', files });
      await clock.advance(2000);
    }
  }
  worker.boot();
  assert.equal(await boot, undefined);
  assert.equal(client.state, 'ready');
  client.dispose();
});

test('an engine whose files do not arrive is given up after five minutes', async () => {
  const { clock, client, worker, boot } = booting();
  for (let second = 0; second < 302; second += 2) {
    worker.say({ type: 'loading', files: 3 });
    await clock.advance(2000);
  }
  assert.equal((await boot).cause, 'its files do not arrive');
  client.dispose();
});

const WORKING = { type: 'progress', phase: 'encode', percent: 1, frame: { current: 1, total: 30 } };

test('a page that nobody sees, whose timers come once a minute, does not take a working engine for a silent one', async () => {
  const { clock, client, worker, result } = await begun();
  clock.everyMs = 60_000;
  for (let second = 0; second < 600; second += 2) {
    await clock.advance(2000);
    worker.say(WORKING);
  }
  assert(worker.alive);
  worker.finish(() => {});
  assert.deepEqual(await result, { durationMs: 1000, frames: 30 });
  client.dispose();
});

test('a page that nobody sees still misses an engine that falls silent', async () => {
  const { clock, client, worker, result } = await begun();
  clock.everyMs = 60_000;
  await clock.advance(5 * 60_000);
  assert(!worker.alive);
  assert.equal((await result).code, 'E_WORKER');
  client.dispose();
});

test('a page that was suspended hears what was said meanwhile before it calls the engine silent', async () => {
  const { clock, client, worker, result } = await begun();
  for (let i = 0; i < 5; i++) {
    clock.now += 10 * 60_000; // no timer and no message comes
    await clock.advance(1);
    worker.say(WORKING);
    await settled();
  }
  assert(worker.alive);
  worker.finish(() => {});
  assert.deepEqual(await result, { durationMs: 1000, frames: 30 });
  client.dispose();
});

test('what an engine that broke had created is removed, but no film that another tab put there meanwhile', async () => {
  for (const size of [0, 5000]) {
    const { clock, client, worker, handle, result } = await begun();
    worker.vanish();
    handle.size = size;
    await clock.advance(5000);
    assert.equal((await result).code, 'E_WORKER');
    assert.equal(handle.removed, size === 0);
    client.dispose();
  }
});

test('what is asked in the moment in which the client is closed is answered', async () => {
  const { client, worker } = await begun();
  const answer = client.querySupport({ width: 640, height: 360, fps: 30 }).catch((error) => error);
  client.dispose();
  assert(!worker.alive);
  assert.equal((await Promise.race([answer, settled()]))?.code, 'E_CANCELLED');
});

test('a question that holds what no message can carry is refused as one', async () => {
  const { client, worker } = await begun();
  worker.postMessage = () => {
    throw new DOMException('() => {} could not be cloned', 'DataCloneError');
  };
  const refused = await client.exportOtio(/** @type {any} */ ({ tracks: () => {} })).catch((error) => error);
  assert.equal(refused.code, 'E_CONTRACT');
  client.dispose();
});
