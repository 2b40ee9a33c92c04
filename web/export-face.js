import { signal } from '@preact/signals-core';
import { prepareChoice } from './export-choice.js';
import { askForSpace } from './export-checks.js';
import { rememberFolder } from './export-folder.js';
import { destinationOf, enqueue } from './export-jobs.js';
import { jobWith } from './export-list.js';
import { forgetTrials } from './export-trial.js';
import { drawer } from './editor/drawer-state.js';

/**
 * Which face of the export dialog shows.
 *
 * @import { Plan } from './export-jobs.js'
 * @typedef {{state: 'closed'} | {state: 'setup'} | {state: 'picking'} | {state: 'unpicked', error: Error, plan: Plan} | {state: 'job', id: number}} Face
 */

/** @type {import('@preact/signals-core').Signal<Face>} */
export const face = signal({ state: 'closed' });
/** Whether to stop, the dialog asks. */
export const askingToStop = signal(false);

/** @param {boolean} asking */
export const askToStop = (asking) => void (askingToStop.value = asking);

export function openSetup() {
  prepareChoice();
  forgetTrials();
  void askForSpace();
  void rememberFolder();
  face.value = { state: 'setup' };
}

/** Of a film that is being made, only the dialog goes. */
export function closeDialog() {
  if (face.value.state !== 'picking') face.value = { state: 'closed' };
  askingToStop.value = false;
}

export function hide() {
  closeDialog();
  drawer.value = true;
}

/** @param {number} id */
export function showJob(id) {
  if (jobWith(id)) face.value = { state: 'job', id };
}

/** Called in the click that starts the export. @param {Plan} plan @param {{hidden?: boolean}} [how] */
export async function start(plan, { hidden = false } = {}) {
  face.value = { state: 'picking' };
  try {
    const id = enqueue(plan, await destinationOf(plan));
    if (hidden || jobWith(id)?.state === 'queued') {
      face.value = { state: 'closed' };
      drawer.value = true;
    } else face.value = { state: 'job', id };
  } catch (caught) {
    const error = /** @type {Error} */ (caught);
    const changedTheirMind = plan.where === 'picker' && error.name === 'AbortError';
    face.value = changedTheirMind ? { state: 'setup' } : { state: 'unpicked', error, plan };
  }
}
