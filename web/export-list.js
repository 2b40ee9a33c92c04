import { computed, signal } from '@preact/signals-core';

/** The exports of this visit, for those who show them. */

/** @type {import('@preact/signals-core').Signal<readonly import('./export-jobs.js').Job[]>} */
export const jobs = signal([]);
export const runningJob = computed(() => jobs.value.find(({ state }) => state === 'exporting'));
/** The engine has work, or soon will. */
export const isBusy = computed(() => jobs.value.some(({ state }) => state === 'exporting' || state === 'queued'));

/** @param {number} id */
export const jobWith = (id) => jobs.value.find((job) => job.id === id);
