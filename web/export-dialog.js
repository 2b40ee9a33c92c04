import { effect } from '@preact/signals-core';
import { nothing, render } from 'lit/html.js';
import { announce } from './announce.js';
import { prepareChoice } from './export-choice.js';
import { exportForm } from './export-form.js';
import { askToStop, closeSession, openSetup, session } from './export-session.js';
import { lastRemoved } from './film-store.js';
import { cancelledView, doneView, failedView, pickingView, runningView } from './export-view.js';
import { t } from './strings.js';

/** The export dialog: which of its faces shows, where the focus is, what is said aloud, and what Esc does. */

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('export-dialog'));
const body = /** @type {HTMLElement} */ (document.getElementById('export-body'));
const SAY_EVERY_PERCENT = 25;
const SAY_EVERY_MS = 30_000;

/** @type {Element | null} */
let openedFrom = null;

export function openExport() {
  openedFrom = document.activeElement;
  lastRemoved.value = undefined; // the film in the dialog is the film as it is now
  prepareChoice();
  openSetup();
}

export function mountExportDialog() {
  let face = '';
  effect(() => {
    const now = session.value;
    dialog.dataset.state = now.state;
    if (now.state === 'exporting') dialog.dataset.phase = now.phase;
    else delete dialog.dataset.phase;
    if (now.state === 'closed') {
      if (dialog.open) dialog.close();
      render(nothing, body);
    } else {
      if (!dialog.open) dialog.showModal();
      render(view(), body);
    }
    // Only where the face changes: drawing progress must not move anybody's focus.
    const shown = now.state === 'exporting' ? `${now.state} ${now.asking}` : now.state;
    if (shown !== face) focusFor(now.state);
    face = shown;
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    // The browser's own answer to Esc would close the dialog whatever runs in it.
    event.preventDefault();
    escape();
  });
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    escape();
  });
  sayWhatHappens();
}

function view() {
  const now = session.value;
  switch (now.state) {
    case 'setup':
      return exportForm();
    case 'picking':
      return pickingView();
    case 'exporting':
      return runningView(now);
    case 'done':
      return doneView(now);
    case 'cancelled':
      return cancelledView();
    case 'failed':
      return failedView(now);
    default:
      return nothing;
  }
}

function escape() {
  const now = session.value;
  if (now.state === 'exporting') {
    if (now.phase !== 'stopping') askToStop(!now.asking);
  } else closeSession();
}

/** @param {string} state */
function focusFor(state) {
  const first = state === 'setup' ? 'select, input' : '[data-focus]';
  const target = state === 'closed' ? openedFrom : body.querySelector(first);
  if (target instanceof HTMLElement) target.focus();
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
    announce(text, 'export-status');
  };
  effect(() => {
    const now = session.value;
    if (now.state === 'done') return say('done', t.announce.done);
    if (now.state === 'cancelled') return say('cancelled', t.announce.cancelled);
    if (now.state !== 'exporting') return void (said = '');
    if (said === '') {
      quarter = 0;
      return say('started', t.announce.started);
    }
    if (now.phase === 'stopping') return say('stopping', t.announce.stopping);
    if (now.phase === 'finalising') return say('finalising', t.announce.finishing);
    const reached = Math.floor(now.percent / SAY_EVERY_PERCENT);
    if (reached > quarter && performance.now() - saidMs >= SAY_EVERY_MS) {
      quarter = reached;
      say(`${reached}`, t.announce.percent(reached * SAY_EVERY_PERCENT));
    }
  });
}
