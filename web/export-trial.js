import { signal } from '@preact/signals-core';
import { client } from './engine.js';

/**
 * How large a film will be and how long it takes, found by making a little of it: three spots, two seconds in all, thrown away.
 *
 * @import { Settings, Timeline } from './export-worker-client.js'
 * @typedef {{bytes: number, seconds: number}} Measured
 */

const SPOT_US = 700_000;
const SPOTS = [0.1, 0.45, 0.8];

/** By the settings as text. @type {import('@preact/signals-core').Signal<ReadonlyMap<string, Measured>>} */
export const measured = signal(new Map());

/** @type {AbortController | undefined} */
let running;
/** @type {Promise<void>} */
let ended = Promise.resolve();

/** @param {Settings} settings */
export const trialKey = ({ range: _, metadata: __, ...settings }) => JSON.stringify(settings);

export function forgetTrials() {
  measured.value = new Map();
}

/** Resolves when the engine is free. */
export async function stopTrial() {
  running?.abort();
  await ended;
}

/**
 * Measures one after the other what is not known yet.
 * @param {readonly {timeline: Timeline, settings: Settings, startUs: number, lengthUs: number}[]} films
 */
export async function measure(films) {
  await stopTrial();
  if (client.busy || client.state !== 'ready') return;
  const control = (running = new AbortController());
  ended = (async () => {
    for (const film of films) {
      const key = trialKey(film.settings);
      if (control.signal.aborted || measured.value.has(key)) continue;
      const found = await trial(film, control.signal);
      if (found) measured.value = new Map([...measured.value, [key, found]]);
    }
  })();
  await ended;
}

/** @param {{timeline: Timeline, settings: Settings, startUs: number, lengthUs: number}} film @param {AbortSignal} signal @returns {Promise<Measured | undefined>} */
async function trial({ timeline, settings, startUs, lengthUs }, signal) {
  const short = lengthUs <= SPOT_US * (SPOTS.length + 1);
  const spots = short
    ? [{ startUs, durationUs: lengthUs }]
    : SPOTS.map((part) => ({ startUs: Math.round(startUs + part * (lengthUs - SPOT_US)), durationUs: SPOT_US }));
  let [bytes, encodingMs, openingMs, seenUs] = [0, 0, 0, 0];
  try {
    for (const range of spots) {
      let [size, first] = [0, 0];
      const output = new WritableStream({
        write: ({ position, data }) => void (size = Math.max(size, position + data.byteLength)),
      });
      const from = performance.now();
      const onProgress = () => void (first ||= performance.now());
      await client.export({ timeline, settings: { ...settings, range, verify: false }, output }, { signal, onProgress });
      encodingMs += performance.now() - (first || from);
      openingMs += (first || from) - from;
      bytes += size;
      seenUs += range.durationUs;
    }
  } catch {
    return undefined; // stopped, or the export itself will say what is wrong
  }
  const times = lengthUs / seenUs;
  return { bytes: bytes * times, seconds: (openingMs / spots.length + encodingMs * times) / 1000 };
}
