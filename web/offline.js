import { signal } from '@preact/signals-core';
import { EXPORT_LOCK } from './export-worker-client.js';

/**
 * Whether the app will start without a network, and whether a newer build waits to be used. The service worker does the keeping
 * (service-worker.js); nothing of it runs in a page that only embeds the exporter.
 *
 * @typedef {object} OfflineState
 * @property {'unknown' | 'impossible' | 'preparing' | 'ready' | 'failed'} readiness
 * @property {number} progress 0..1 of what has to be kept, while it is `preparing`
 * @property {boolean} online as the browser knows it
 * @property {boolean} updateReady a newer build is kept, and waits for {@link useUpdate}
 */

const SERVICE_WORKER_FILE = './service-worker.js';
const LOOK_AGAIN_MS = 60 * 60 * 1000;

/** @type {import('@preact/signals-core').Signal<OfflineState>} */
export const offlineState = signal({ readiness: 'unknown', progress: 0, online: navigator.onLine, updateReady: false });

/** @param {Partial<OfflineState>} change */
const tell = (change) => (offlineState.value = { ...offlineState.value, ...change });

/** @type {ServiceWorkerRegistration | undefined} */
let registration;
let restarting = false;

/** @param {Promise<unknown>} [after] what is more urgent than to keep files: both want the same network */
export async function prepareOffline(after) {
  addEventListener('online', () => tell({ online: true }));
  addEventListener('offline', () => tell({ online: false }));
  if (!navigator.serviceWorker) return tell({ readiness: 'impossible' });
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) tell({ readiness: 'ready', progress: 1 });
  serviceWorker.addEventListener('message', ({ data }) => {
    if (data?.type === 'precache_progress' && offlineState.value.readiness !== 'ready') {
      tell({ readiness: 'preparing', progress: data.share });
    }
  });
  serviceWorker.addEventListener('controllerchange', () => {
    if (restarting) location.reload();
  });
  await after?.catch(() => {});
  try {
    // The page's address, not this module's: the service worker is for all of the site.
    const address = new URL(SERVICE_WORKER_FILE, document.baseURI);
    registration = await serviceWorker.register(address, { updateViaCache: 'none' });
  } catch {
    // Without a network there is nothing to ask for, and what is kept goes on working.
    if (!serviceWorker.controller) tell({ readiness: 'failed' });
    return;
  }
  const known = registration;
  if (known.waiting) tell({ updateReady: true });
  if (known.installing) follow(known.installing);
  known.addEventListener('updatefound', () => known.installing && follow(known.installing));
  setInterval(() => known.update().catch(() => {}), LOOK_AGAIN_MS);
}

/**
 * Starts the newer build, on the person's word. Not while any tab exports: the answer is then `exporting`.
 * @returns {Promise<'restarting' | 'exporting' | 'none'>}
 */
export async function useUpdate() {
  const waiting = registration?.waiting;
  if (!waiting) return 'none';
  return navigator.locks.request(EXPORT_LOCK, { ifAvailable: true }, (lock) => {
    if (!lock) return 'exporting';
    restarting = true;
    waiting.postMessage({ type: 'activate_update' });
    return 'restarting';
  });
}

/** @param {ServiceWorker} worker that is being installed */
function follow(worker) {
  const isFirst = !registration?.active;
  if (isFirst) tell({ readiness: 'preparing' });
  worker.addEventListener('statechange', () => {
    if (worker.state === 'installed' && !isFirst) tell({ updateReady: true });
    if (worker.state === 'activated') tell({ readiness: 'ready', progress: 1, updateReady: false });
    if (worker.state === 'redundant' && isFirst && offlineState.value.readiness !== 'ready') tell({ readiness: 'failed' });
  });
}
