import { batch, computed, signal } from '@preact/signals-core';
import { allClips, durationOf, emptyDoc, findClip, onFrame, rateOfDoc } from './document.js';
import { noHistory, recorded, redone, sealed, undone } from './history.js';

/**
 * The state of the editor: the document, what of it is chosen, where the playhead is, and what was done.
 *
 * @import { Doc } from './document.js'
 * @import { History } from './history.js'
 * @import { Signal } from '@preact/signals-core'
 */

/** @type {Signal<Doc>} */
export const doc = signal(emptyDoc(''));
/** What a drag would make of the document, while it goes on. @type {Signal<Doc | undefined>} */
export const draft = signal(undefined);
export const shown = computed(() => draft.value ?? doc.value);
/** @type {Signal<History>} */
export const history = signal(noHistory());
/** Ids of clips, captions and markers. @type {Signal<ReadonlySet<string>>} */
export const selection = signal(new Set());
/** The one that the keyboard is on. @type {Signal<string | undefined>} */
export const focused = signal(undefined);
export const playheadUs = signal(0);
export const snapping = signal(true);
/** Where what is added goes. @type {Signal<string | undefined>} */
export const targetTrack = signal(undefined);
/** Another tab edits this project: nothing here may change it. */
export const readOnly = signal(false);
/** The command that was done, undone or redone last, for those who listen. @type {Signal<{how: 'done' | 'undone' | 'redone', name: string} | undefined>} */
export const lastStep = signal(undefined);

export const filmUs = computed(() => durationOf(shown.value));
export const rate = computed(() => rateOfDoc(doc.value));
export const selectedClips = computed(() => allClips(shown.value).filter(({ id }) => selection.value.has(id)));
export const selectedCaption = computed(() => shown.value.captions.find(({ id }) => selection.value.has(id)));
export const selectedMarker = computed(() => shown.value.markers.find(({ id }) => selection.value.has(id)));

/** Called when somebody tries to change what they may not. @type {() => void} */
let refuse = () => {};
/** @param {() => void} tell */
export const onRefused = (tell) => (refuse = tell);

/**
 * Does something to the document, so that it can be undone by its name.
 * @param {string} name @param {(doc: Doc) => Doc} command @param {{merge?: string, selectNew?: boolean}} [how]
 * @returns {boolean} whether anything changed
 */
export function run(name, command, { merge, selectNew = false } = {}) {
  if (readOnly.value) {
    refuse();
    return false;
  }
  const before = doc.value;
  const after = command(before);
  if (after === before) return false;
  batch(() => {
    history.value = recorded(history.value, before, name, merge);
    doc.value = after;
    draft.value = undefined;
    const known = new Set([...allClips(before), ...before.captions].map(({ id }) => id));
    const now = [...allClips(after), ...after.captions].map(({ id }) => id);
    const fresh = now.filter((id) => !known.has(id));
    if (selectNew && fresh.length) selection.value = new Set(fresh);
    else forget();
    lastStep.value = { how: 'done', name };
  });
  return true;
}

/** Changes the document by what was learned, not by what somebody did: there is nothing to undo. @param {(doc: Doc) => Doc} change */
export function learn(change) {
  const everywhere = (/** @type {import('./history.js').Step} */ step) => ({ ...step, doc: change(step.doc) });
  batch(() => {
    doc.value = change(doc.value);
    history.value = { past: history.value.past.map(everywhere), future: history.value.future.map(everywhere) };
  });
}

export const undo = () => travel(undone, 'undone');
export const redo = () => travel(redone, 'redone');

/** @param {typeof undone} way @param {'undone' | 'redone'} how */
function travel(way, how) {
  if (readOnly.value) return refuse();
  const step = way(history.value, doc.value);
  if (!step) return;
  batch(() => {
    history.value = step.history;
    doc.value = step.doc;
    draft.value = undefined;
    forget();
    lastStep.value = { how, name: step.name };
  });
}

/** The next change of a field is a step of its own. */
export const sealStep = () => (history.value = sealed(history.value));

/** Another document altogether. @param {Doc} opened */
export function openDoc(opened) {
  batch(() => {
    doc.value = opened;
    draft.value = undefined;
    history.value = noHistory();
    selection.value = new Set();
    focused.value = undefined;
    targetTrack.value = undefined;
    playheadUs.value = 0;
    lastStep.value = undefined;
  });
}

/** Drops from the selection what is no longer there. */
function forget() {
  const there = new Set([...allClips(doc.value), ...doc.value.captions, ...doc.value.markers].map(({ id }) => id));
  const kept = [...selection.value].filter((id) => there.has(id));
  if (kept.length !== selection.value.size) selection.value = new Set(kept);
  if (focused.value && !there.has(focused.value)) focused.value = undefined;
}

/** @param {string} id @param {{add?: boolean, toggle?: boolean}} [how] */
export function select(id, { add = false, toggle = false } = {}) {
  const now = selection.value;
  batch(() => {
    focused.value = id;
    if (toggle && now.has(id)) selection.value = new Set([...now].filter((each) => each !== id));
    else selection.value = add || toggle ? new Set([...now, id]) : new Set([id]);
  });
}

export function selectNone() {
  if (selection.value.size) selection.value = new Set();
}

export function selectAll() {
  selection.value = new Set(allClips(doc.value).map(({ id }) => id));
}

/** The clip that the inspector is about. */
export const primary = computed(() => {
  const last = focused.value && selection.value.has(focused.value) ? findClip(shown.value, focused.value) : undefined;
  return last ?? selectedClips.value[0];
});

/** @param {number} us */
export const seek = (us) => (playheadUs.value = onFrame(doc.value, us));
