import { effect } from '@preact/signals-core';
import { session } from './export-session.js';
import { title } from './film-store.js';
import { t } from './strings.js';

/** What the page does around a running export: the tab's title, the screen kept awake, a question before the tab closes. */

/** @type {WakeLockSentinel | undefined} */
let lock;

export function watchExports() {
  const pageTitle = document.title;
  let wasExporting = false;
  effect(() => {
    const now = session.value;
    const exporting = now.state === 'exporting';
    document.title = exporting ? `${Math.floor(now.percent)} % – ${title.value || t.untitled}` : pageTitle;
    if (exporting === wasExporting) return;
    wasExporting = exporting;
    if (exporting) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
    void (exporting ? keepAwake() : letSleep());
  });
  // The browser takes the lock away from a hidden page, and does not give it back by itself.
  document.addEventListener('visibilitychange', () => {
    if (wasExporting && document.visibilityState === 'visible') void keepAwake();
  });
}

/** @param {BeforeUnloadEvent} event */
function ask(event) {
  event.preventDefault();
}

async function keepAwake() {
  try {
    lock = await navigator.wakeLock?.request('screen');
  } catch {
    // A low battery, or a policy: the export runs on all the same.
  }
}

async function letSleep() {
  await lock?.release();
  lock = undefined;
}
