import { effect, untracked } from '@preact/signals-core';
import { t } from '../strings.js';
import { onReconnect } from './bin.js';
import { emptyDoc } from './document.js';
import { setCaptions } from './film-commands.js';
import { onOther } from './intake.js';
import { captionsFrom, otioFrom, saveOtio } from './interchange.js';
import { addFiles, lost, onFound, relink, restore } from './media.js';
import { LAST, projectId } from './project-id.js';
import { copyFiles, findFile, keepFile, listProjects, loadProject, loadState, removeProject, saveProject } from './project-files.js';
import { holdProject, onTurn } from './project-lock.js';
import { loadSample, sampleDoc } from './sample.js';
import { saving } from './saving-state.js';
import { doc, history, openDoc, readOnly, run } from './store.js';
import { toast } from './toasts.js';
import { hint } from './transport.js';

/** Projects: which one is open, how it is saved from its first second, and what the menu does to it. */

const UNSAVED = 'gran-unsaved';
const SAVE_AFTER_MS = 500;

/** The sample that came with the page, as long as nobody has changed it. */
let untouchedSample = false;

/** The document that is on the disk. @type {unknown} */
let saved;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Promise<void>} one after the other */
let writing = Promise.resolve();

const newId = () => crypto.randomUUID();
const noop = () => {};

/** @returns {Promise<void>} when the project of the last time, or the sample, is on the screen */
export async function startProjects() {
  onFound((path, found) => {
    const id = projectId.value;
    void enqueue(() => keep(id, path, found));
  });
  onReconnect(reconnect);
  onTurn({ flush, reload: async () => openProject(projectId.value, { held: true }) });
  onOther({ otio: openOtio, captions: importCaptions, added: offerOwnProject });
  const last = localStorage.getItem(LAST);
  saveChanges();
  if (last) {
    try {
      await openProject(last);
    } catch {
      toast(t.project.unreadable, { bad: true });
      await newProject();
    }
  } else await openSample();
}

// Opening

export async function openSample() {
  if (projectId.value) await flush();
  const id = newId();
  openDoc(sampleDoc(t.sample));
  enter(id);
  hint.value = true;
  untouchedSample = true;
  const held = holdProject(id);
  const fetched = loadSample();
  void enqueue(() => fetched.then(noop, noop)); // without its files it is nothing to come back to
  try {
    const files = await fetched;
    // The engine looks at them when it is up.
    if (projectId.value === id) for (const { path, found } of files) void relink(path, found);
  } catch {
    toast(t.sample.failed, { bad: true });
  }
  await held;
}

export async function newProject() {
  void flush(); // what is on its way keeps nobody waiting
  const id = newId();
  openDoc(emptyDoc(t.project.fresh));
  enter(id);
  restore([]);
  await holdProject(id);
  saved = undefined;
  await save();
}

/** @param {string} id @param {{held?: boolean}} [how] `held`: this tab has its lock already */
export async function openProject(id, { held = false } = {}) {
  if (projectId.value && projectId.value !== id) await flush();
  const { doc: found, savedAt, older } = await loadProject(id);
  const unsaved = takeUnsaved(id, savedAt);
  openDoc(unsaved ?? found);
  enter(id);
  localStorage.setItem(LAST, id);
  saved = unsaved ? undefined : doc.value;
  saving.value = { state: 'saved', at: new Date(savedAt) };
  if (older) toast(t.project.olderState(new Date(savedAt)), { bad: true });
  if (!held) await holdProject(id);
  restore(await Promise.all(doc.value.media.map(({ path }) => findFile(id, path))));
  if (unsaved && !readOnly.value) await save();
}

/** @param {string} id */
function enter(id) {
  projectId.value = id;
  untouchedSample = hint.value = false;
}

/** An earlier state of this project, as a step that can be undone. @param {number} savedAt */
export async function openState(savedAt) {
  const { doc: found } = await loadState(projectId.value, savedAt);
  run(t.steps.restore, () => found);
}

// Saving

function saveChanges() {
  effect(() => {
    const now = doc.value;
    if (now === saved || readOnly.value) return;
    if (history.value.past.length) untouchedSample = false;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), SAVE_AFTER_MS);
  });
  addEventListener('pagehide', keepUnsaved);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void flush());
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
function enqueue(work) {
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

/** @param {string} id @param {number} savedAt @returns {import('./document.js').Doc | undefined} */
function takeUnsaved(id, savedAt) {
  const text = localStorage.getItem(UNSAVED);
  if (!text) return undefined;
  try {
    const kept = JSON.parse(text);
    return kept.id === id && kept.at >= savedAt ? kept.doc : undefined;
  } catch {
    return undefined;
  }
}

// Files

/** @param {string} id @param {string} path @param {import('./media.js').Found} found */
async function keep(id, path, found) {
  try {
    if (!(await keepFile(id, path, found))) toast(t.project.notKept(found.file.name));
  } catch {
    toast(t.project.notKept(found.file.name));
  }
  if (!untouchedSample) void navigator.storage.persist?.();
}

/** In a click: asks the browser for all files that it may not read yet. */
async function reconnect() {
  const paths = [...lost.value].filter(([, why]) => why === 'permission').map(([path]) => path);
  const id = projectId.value;
  for (const path of paths) {
    const { found, lost: why } = await findFile(id, path, { ask: true });
    if (found) await relink(path, found);
    else lost.value = new Map([...lost.value, [path, why ?? 'missing']]);
  }
}

/** Somebody's own files in the sample: do they want a film of their own? @param {readonly string[]} paths */
function offerOwnProject(paths) {
  if (!hint.value || !paths.length) return;
  hint.value = false;
  const mine = untracked(() => paths.map((path) => ({ path, from: projectId.value })));
  toast(t.sample.own, {
    stays: true,
    choices: [
      {
        label: t.project.new,
        act: () =>
          void (async () => {
            const found = await Promise.all(mine.map(({ path, from }) => findFile(from, path)));
            await newProject();
            await addFiles(
              found.flatMap((each) => (each.found ? [each.found] : [])),
              {},
            );
          })(),
      },
    ],
  });
}

// The menu

export const otherProjects = listProjects;

export async function duplicateProject() {
  await flush();
  const [from, id] = [projectId.value, newId()];
  const copy = { ...doc.value, name: t.project.copyOf(doc.value.name || t.untitled) };
  await copyFiles(
    from,
    id,
    copy.media.map(({ path }) => path),
  );
  await saveProject(id, copy);
  await openProject(id);
}

export async function deleteProject() {
  const id = projectId.value;
  const [next] = (await listProjects()).filter((entry) => entry.id !== id);
  clearTimeout(timer);
  await writing;
  saved = doc.value;
  if (next) await openProject(next.id);
  else await newProject();
  await removeProject(id);
}

/** The film as a file for other editors. */
export async function saveCopy() {
  await flush();
  await saveOtio(doc.value);
}

/** @param {import('./media.js').Found} found */
async function openOtio({ file }) {
  const opened = await otioFrom(file);
  if (!opened) return;
  await flush();
  const id = newId();
  openDoc(opened);
  enter(id);
  restore(opened.media.map(({ path }) => ({ path, lost: 'missing' })));
  await holdProject(id);
  saved = undefined;
  await save();
}

/** @param {File} file */
async function importCaptions(file) {
  const captions = await captionsFrom(file);
  if (captions) run(t.steps.importCaptions(file.name), (now) => setCaptions(now, captions));
}
