import { untracked } from '@preact/signals-core';
import { saveFile } from '../save-file.js';
import { t } from '../strings.js';
import { enqueue, flush, noteSaved, saveAnew, saveChanges, stopSaving, takeUnsaved } from './autosave.js';
import { onReconnect } from './bin.js';
import { emptyDoc } from './document.js';
import { setCaptions } from './film-commands.js';
import { onOther } from './intake.js';
import { captionsFrom, otioFrom, saveOtio } from './interchange.js';
import { addFiles, lost, onFound, relink, restore } from './media.js';
import { LAST, projectId } from './project-id.js';
import * as disk from './project-files.js';
import { holdProject, onTurn } from './project-lock.js';
import { loadSample, sampleDoc } from './sample.js';
import { doc, history, openDoc, readOnly, run } from './store.js';
import { toast } from './toasts.js';
import { hint } from './transport.js';

/** Projects: which one is open, and what the menu does to it. */

/** The sample that came with the page is open; nobody has changed it as long as nothing was done to it. */
let isSample = false;

const newId = () => crypto.randomUUID();
const noop = () => {};

/** @returns {Promise<void>} when the project of the last time, or the sample, is on the screen */
export async function startProjects() {
  onFound((path, found) => {
    const id = projectId.value;
    void enqueue(() => keep(id, path, found));
  });
  onReconnect(reconnect);
  onTurn({ flush, reload: async () => void (await openProject(projectId.value, { held: true })) });
  onOther({ otio: openOtio, captions: importCaptions, added: offerOwnProject });
  const last = localStorage.getItem(LAST);
  saveChanges();
  if (last) {
    if (!(await openProject(last).catch(() => false))) await newProject();
  } else await openSample();
}

// Opening

export async function openSample() {
  if (projectId.value) await flush();
  const id = newId();
  openDoc(sampleDoc(t.sample));
  enter(id);
  hint.value = true;
  isSample = true;
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
  await saveAnew();
}

/** @param {string} id @param {{held?: boolean}} [how] `held`: this tab has its lock already @returns {Promise<boolean>} false where it cannot be read */
export async function openProject(id, { held = false } = {}) {
  if (projectId.value && projectId.value !== id) await flush();
  const { doc: found, savedAt, raw } = await disk.loadProject(id);
  if (raw) tellUnreadable(raw, found && new Date(savedAt));
  if (!found) return false;
  const unsaved = takeUnsaved(id, savedAt);
  openDoc(unsaved ?? found);
  enter(id);
  localStorage.setItem(LAST, id);
  if (!unsaved) noteSaved(new Date(savedAt));
  if (!held) await holdProject(id);
  restore(await Promise.all(doc.value.media.map(({ path }) => disk.findFile(id, path))));
  if (unsaved && !readOnly.value) await saveAnew();
  return true;
}

/** What there is may still be of use to somebody. @param {Blob} raw the file as it is @param {Date} [at] of the state that is opened in its place */
function tellUnreadable(raw, at) {
  const save = { label: t.project.saveRaw, act: () => saveFile(raw, 'project.json') };
  toast(at ? t.project.olderState(at) : t.project.unreadable, { bad: true, stays: true, choices: raw.size ? [save] : [] });
}

/** @param {string} id */
function enter(id) {
  projectId.value = id;
  isSample = hint.value = false;
}

/** An earlier state of this project, as a step that can be undone. @param {number} savedAt */
export async function openState(savedAt) {
  const { doc: found } = await disk.loadState(projectId.value, savedAt);
  run(t.steps.restore, () => found);
}

// Files

/** @param {string} id @param {string} path @param {import('./media.js').Found} found */
async function keep(id, path, found) {
  try {
    if (!(await disk.keepFile(id, path, found))) toast(t.project.notKept(found.file.name));
  } catch {
    toast(t.project.notKept(found.file.name));
  }
  if (!isSample || history.value.past.length) void navigator.storage.persist?.();
}

/** In a click: asks the browser for all files that it may not read yet. */
async function reconnect() {
  const paths = [...lost.value].filter(([, why]) => why === 'permission').map(([path]) => path);
  const id = projectId.value;
  for (const path of paths) {
    const { found, lost: why } = await disk.findFile(id, path, { ask: true });
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
            const found = await Promise.all(mine.map(({ path, from }) => disk.findFile(from, path)));
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

export async function duplicateProject() {
  await flush();
  const [from, id] = [projectId.value, newId()];
  const copy = { ...doc.value, name: t.project.copyOf(doc.value.name || t.untitled) };
  await disk.copyFiles(
    from,
    id,
    copy.media.map(({ path }) => path),
  );
  await disk.saveProject(id, copy);
  await openProject(id);
}

export async function deleteProject() {
  const id = projectId.value;
  const [next] = (await disk.listProjects()).filter((entry) => entry.id !== id);
  await stopSaving();
  if (!next || !(await openProject(next.id))) await newProject();
  await disk.removeProject(id);
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
  await saveAnew();
}

/** @param {File} file */
async function importCaptions(file) {
  const captions = await captionsFrom(file);
  if (captions) run(t.steps.importCaptions(file.name), (now) => setCaptions(now, captions));
}
