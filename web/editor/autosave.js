import { effect } from '@preact/signals-core';
import { saveProject } from './project-files.js';
import { LAST, projectId } from './project-id.js';
import { saving } from './saving-state.js';
import { doc, readOnly } from './store.js';

/** How the open project is saved, from its first second: soon after each change, and never two at a time. */

const UNSAVED = 'gran-unsaved';
const SAVE_AFTER_MS = 500;

/** The document that is on the disk. @type {unknown} */
let saved;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Promise<void>} one after the other */
let writing = Promise.resolve();

export function saveChanges() {
  effect(() => {
    if (doc.value === saved || readOnly.value) return;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), SAVE_AFTER_MS);
  });
  addEventListener('pagehide', keepUnsaved);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void flush());
}

/** The open document is on the disk as it is, as of `at`. @param {Date} at */
export function noteSaved(at) {
  saved = doc.value;
  saving.value = { state: 'saved', at };
}

/** Writes the open document, whether or not it seems to be on the disk. @returns {Promise<void>} */
export function saveAnew() {
  saved = undefined;
  return save();
}

/** What is still being written is done, and nothing more will be written of the open document. */
export async function stopSaving() {
  clearTimeout(timer);
  await writing;
  saved = doc.value;
}

/** @returns {Promise<void>} */
function save() {
  clearTimeout(timer);
  const [id, now] = [projectId.value, doc.value];
  if (!id || readOnly.value) return writing;
  return enqueue(async () => {
    if (now === saved) return;
    await saveProject(id, now);
    if (projectId.value !== id) return;
    saved = now;
    localStorage.setItem(LAST, id);
    if (doc.value === now) localStorage.removeItem(UNSAVED);
  });
}

/** Work of saving, one after the other: what the page says is saved only when all of it is done. @param {() => Promise<void>} work @returns {Promise<void>} */
export function enqueue(work) {
  saving.value = { ...saving.value, state: 'saving' };
  const done = writing.then(work).then(
    () => {
      if (writing === done) saving.value = { state: 'saved', at: new Date() };
    },
    () => {
      saving.value = { state: 'failed', at: new Date(), retry: () => void save() };
    },
  );
  writing = done;
  return done;
}

/** @returns {Promise<void>} */
export function flush() {
  return doc.value === saved ? writing : save();
}

/** A page that goes has no time for files; it has time for this. */
function keepUnsaved() {
  if (doc.value === saved || readOnly.value || !projectId.value) return;
  try {
    localStorage.setItem(UNSAVED, JSON.stringify({ id: projectId.value, at: Date.now(), doc: doc.value }));
  } catch {
    // A film too large for it: then half a second of work is what is lost.
  }
}

/** What the last page had no time to save. @param {string} id @param {number} savedAt @returns {import('./document.js').Doc | undefined} */
export function takeUnsaved(id, savedAt) {
  const text = localStorage.getItem(UNSAVED);
  if (!text) return undefined;
  try {
    const kept = JSON.parse(text);
    return kept.id === id && kept.at >= savedAt ? kept.doc : undefined;
  } catch {
    return undefined;
  }
}
