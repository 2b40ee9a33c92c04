import { computed, effect, untracked } from '@preact/signals-core';
import { nothing, render } from 'lit/html.js';
import { announce } from './announce.js';
import { engine } from './engine.js';
import { obstacle } from './export-checks.js';
import { choice, choiceOf, settingsFor, spanOf, support, timelineFor } from './export-choice.js';
import { askToStop, askingToStop, closeDialog, face, hide, openSetup, showJob as showFace } from './export-face.js';
import { exportForm } from './export-form.js';
import { isBusy, jobWith, jobs } from './export-list.js';
import { measure, stopTrial } from './export-trial.js';
import { failedView } from './export-failed.js';
import { cancelledView, doneView, pickingView, runningView } from './export-view.js';
import { language, t } from './strings.js';

/** The export dialog: which of its faces shows, where the focus is, what is said aloud, and what Esc does. */

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('export-dialog'));
const body = /** @type {HTMLElement} */ (document.getElementById('export-body'));
const SAY_EVERY_PERCENT = 25;
const SAY_EVERY_MS = 30_000;
const MEASURE_AFTER_MS = 600;

/** @type {Element | null} */
let openedFrom = null;
let mounted = false;

export function openExportDialog() {
  mount();
  if (dialog.open) return;
  openedFrom = document.activeElement;
  openSetup();
}

/** @param {number} id */
export function showJob(id) {
  mount();
  openedFrom = document.activeElement;
  showFace(id);
}

const shownJob = computed(() => (face.value.state === 'job' && jobs.value.length ? jobWith(face.value.id) : undefined));
/** The face's name, as the dialog shows it. */
const state = computed(() => {
  const now = face.value.state;
  if (now === 'job') return shownJob.value?.state ?? 'closed';
  return now === 'unpicked' ? 'failed' : now;
});

function mount() {
  if (mounted) return;
  mounted = true;
  let last = '';
  effect(() => {
    const now = state.value;
    const job = shownJob.value;
    void language.value;
    dialog.dataset.state = now;
    if (job?.state === 'exporting') dialog.dataset.phase = job.phase;
    else delete dialog.dataset.phase;
    if (now === 'closed') {
      if (dialog.open) dialog.close();
      render(nothing, body);
    } else {
      if (!dialog.open) dialog.showModal();
      render(view(), body);
    }
    // Only where the face changes: drawing progress must not move anybody's focus.
    const shown = `${now} ${now === 'exporting' && askingToStop.value}`;
    if (shown !== last) focusFor(now);
    last = shown;
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) body.querySelector('form')?.requestSubmit();
    if (event.key !== 'Escape') return;
    // The browser's own answer to Esc would close the dialog whatever runs in it.
    event.preventDefault();
    escape();
  });
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    escape();
  });
  measureWhileOpen();
  sayWhatHappens();
}

function view() {
  const now = face.value;
  const job = shownJob.value;
  if (now.state === 'setup') return exportForm();
  if (now.state === 'picking') return pickingView();
  if (now.state === 'unpicked') return failedView(now.error, now.plan, now.plan.where === 'picker');
  if (!job) return nothing;
  if (job.state === 'done' && job.result) return doneView(job, job.result);
  if (job.state === 'cancelled') return cancelledView();
  if (job.state === 'failed' && job.error) return failedView(job.error, job.plan);
  return runningView(job);
}

function escape() {
  const job = shownJob.value;
  if (job?.state === 'exporting') {
    // What is on the disk already cannot be stopped any more.
    if (job.phase === 'verifying') hide();
    else if (job.phase !== 'stopping') askToStop(!askingToStop.value);
  } else closeDialog();
}

/** @param {string} now */
function focusFor(now) {
  const first = now === 'setup' ? 'input:checked, select, input' : '[data-focus]';
  const target = now === 'closed' ? openedFrom : body.querySelector(first);
  if (target instanceof HTMLElement && target.isConnected) target.focus();
}

/** The chosen preset first, then the others, while nothing else needs the engine. */
function measureWhileOpen() {
  const question = computed(() => {
    const now = choice.value;
    if (face.value.state !== 'setup' || !now || !support.value || obstacle.value || engine.value !== 'ready' || isBusy.value) return '';
    return JSON.stringify([now.preset, now.what, now.captions, settingsFor(now)]);
  });
  effect(() => {
    if (!question.value) return;
    const timer = setTimeout(
      () =>
        untracked(() => {
          const now = choice.value;
          if (!now) return;
          // A little of a film that is copied tells nothing of the whole: its spots begin between key frames.
          const wanted = [
            ...(now.preset === 'copy' ? [] : [now]),
            ...(now.preset === 'custom' ? [] : /** @type {const} */ (['sharing', 'best', 'small']).map(choiceOf)),
          ];
          const films = wanted.map((each) => {
            const { startUs, durationUs } = spanOf(each);
            return { timeline: timelineFor(each), settings: settingsFor(each), startUs, lengthUs: durationUs };
          });
          void measure(films);
        }),
      MEASURE_AFTER_MS,
    );
    return () => {
      clearTimeout(timer);
      void stopTrial();
    };
  });
}

/** Sparingly: each quarter of the way, and what kind of end it came to. */
function sayWhatHappens() {
  let said = '';
  let quarter = 0;
  let saidMs = 0;
  const say = (/** @type {string} */ key, /** @type {string} */ text) => {
    if (said === key) return;
    said = key;
    saidMs = performance.now();
    announce(text, dialog.open ? 'export-status' : 'page-status');
  };
  effect(() => {
    const job = shownJob.value;
    if (job?.state === 'done') return say('done', t.announce.done);
    if (job?.state === 'cancelled') return say('cancelled', t.announce.cancelled);
    if (job?.state !== 'exporting') return void (said = '');
    if (said === '') {
      quarter = 0;
      return say('started', t.announce.started);
    }
    if (job.phase === 'stopping') return say('stopping', t.announce.stopping);
    if (job.phase === 'verifying') return say('verifying', t.phases.verifying);
    if (job.phase === 'finalising') return say('finalising', t.announce.finishing);
    const reached = Math.floor(job.percent / SAY_EVERY_PERCENT);
    if (reached > quarter && performance.now() - saidMs >= SAY_EVERY_MS) {
      quarter = reached;
      say(`${reached}`, t.announce.percent(reached * SAY_EVERY_PERCENT));
    }
  });
}
