import { effect, untracked } from '@preact/signals-core';
import { jobs, runningJob } from './export-list.js';
import { t } from './strings.js';

/** What the page does around a running export: the tab's title, the app's badge, the screen kept awake, a question before the tab closes, a note when it is done. */

/** @type {WakeLockSentinel | undefined} */
let lock;

export function watchExports() {
  const pageTitle = document.title;
  let wasExporting = false;
  effect(() => {
    const job = runningJob.value;
    document.title = job ? `${Math.floor(job.percent)} % – ${job.plan.film}` : pageTitle;
    const exporting = job !== undefined;
    if (exporting === wasExporting) return;
    wasExporting = exporting;
    if (exporting) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
    void (exporting ? navigator.setAppBadge?.() : navigator.clearAppBadge?.())?.catch(() => {}); // only installed apps have one
    void (exporting ? keepAwake() : letSleep());
  });
  // The browser takes the lock away from a hidden page, and does not give it back by itself.
  document.addEventListener('visibilitychange', () => {
    if (wasExporting && document.visibilityState === 'visible') void keepAwake();
  });
  notifyOfEnds();
}

/** Those who look elsewhere, and have allowed it, are told. */
function notifyOfEnds() {
  /** @type {Set<number>} */
  const told = new Set();
  effect(() => {
    for (const { id, state, handle, error } of jobs.value) {
      if ((state !== 'done' && state !== 'failed') || told.has(id)) continue;
      told.add(id);
      if (document.visibilityState === 'visible' || !('Notification' in globalThis) || Notification.permission !== 'granted') continue;
      untracked(
        () =>
          new Notification(state === 'done' ? t.announce.done : t.failed.heading, {
            body: state === 'done' ? handle.name : (error?.message ?? ''),
          }),
      );
    }
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
