import { signal } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { readOnly } from './store.js';

/** One tab at a time edits a project; the others look on, until they take over or the first one is closed. */

const WAIT_FOR_SAVE_MS = 1500;
const channel = new BroadcastChannel('gran-projects');

/** Saves what is not saved yet, before another tab goes on. @type {() => Promise<void>} */
let flush = async () => {};
/** Opens again what another tab has left. @type {() => Promise<void>} */
let reload = async () => {};
/** @param {{flush: typeof flush, reload: typeof reload}} ways */
export const onTurn = (ways) => ({ flush, reload } = ways);

/** Ends what this tab holds or waits for. */
let leave = () => {};
const taken = signal(false);
let projectId = '';

/** @param {string} id @returns {Promise<void>} when it is known whether this tab may edit */
export function holdProject(id) {
  leave();
  projectId = id;
  return new Promise((known) => {
    if (!navigator.locks) return known();
    void request(id, { ifAvailable: true }, (granted) => {
      readOnly.value = !granted;
      taken.value = false;
      known();
      if (!granted) waitFor(id);
    });
  });
}

/** @param {string} id @param {LockOptions} how @param {(granted: boolean) => void} told */
async function request(id, how, told) {
  try {
    await navigator.locks.request(`gran-project-${id}`, how, (lock) => {
      told(lock !== null);
      return lock ? new Promise((/** @type {(value?: unknown) => void} */ release) => (leave = () => release())) : undefined;
    });
  } catch {
    // Another tab has taken over, or this one no longer waits.
    if (projectId === id && !how.signal?.aborted) {
      readOnly.value = true;
      taken.value = true;
      waitFor(id);
    }
  }
}

/** Its turn comes when the other tab is closed. @param {string} id */
function waitFor(id) {
  const control = new AbortController();
  leave = () => control.abort();
  void request(id, { signal: control.signal }, () => {
    if (projectId === id) void reload().then(() => (readOnly.value = false));
  });
}

async function takeOver() {
  const id = projectId;
  leave();
  const answered = new Promise((done) => {
    channel.addEventListener('message', ({ data }) => data?.saved === id && done(undefined), { once: true });
    setTimeout(done, WAIT_FOR_SAVE_MS);
  });
  channel.postMessage({ save: id });
  await answered;
  void request(id, { steal: true }, () => void reload().then(() => (readOnly.value = false)));
}

channel.addEventListener('message', async ({ data }) => {
  if (data?.save !== projectId || readOnly.value) return;
  await flush();
  channel.postMessage({ saved: projectId });
});

export function lockNote() {
  if (!readOnly.value) return nothing;
  return html`<p class="banner note" role="status">
    ${icon('lock')}<span>${taken.value ? t.lock.taken : t.lock.elsewhere}</span>
    <button type="button" class="small" @click=${takeOver}>${t.lock.takeOver}</button>
  </p>`;
}
