import './strings/en-later.js';
import { effect, signal, untracked } from '@preact/signals-core';
import { announce } from './announce.js';
import { lastStep } from './editor/store.js';
import { t } from './strings.js';
import { drawer } from './editor/drawer-state.js';
import { watchKept } from './export-kept.js';
import { exportDrawer } from './export-drawer.js';
import { acceptFiles } from './editor/file-drops.js';
import { bin } from './editor/bin.js';
import { listShown } from './editor/clip-list-state.js';
import { inspector } from './editor/inspector.js';
import { listenToKeys } from './editor/keys.js';
import { lookAgainWhenReady } from './editor/media.js';
import { mount } from './editor/mount.js';
import { notes } from './editor/notes.js';
import { painter } from './editor/painter.js';
import { newProject, startProjects } from './editor/project-actions.js';
import { projectMenu } from './editor/project-menu.js';
import { stripOf } from './editor/strip.js';
import { takeFiles } from './editor/intake.js';
import { client } from './engine.js';
import { keepOffer } from './install.js';
import { receiveFiles, receiveWishes } from './launch.js';
import { prepareOffline } from './offline.js';
import { offlineNote } from './offline-note.js';
import { removeOldPrivateFiles } from './saving.js';
import { watchExports } from './while-exporting.js';

/** What the page needs once it is painted: the parts beside the film, the keys, the disk. */

/** What was done is on the screen; that it was undone is easily missed. */
function sayUndone() {
  effect(() => {
    const step = lastStep.value;
    if (step && step.how !== 'done') untracked(() => announce(t.said.step(step.how, step.name)));
  });
}

/** The film as a table, which is fetched when it is first wanted. @type {import('@preact/signals-core').Signal<(() => unknown) | undefined>} */
const list = signal(undefined);

function showList() {
  mount('clip-list', () => (listShown.value ? list.value?.() : undefined));
  const fetched = effect(() => {
    if (!listShown.value || list.peek()) return;
    void import('./editor/clip-list.js').then(({ clipList }) => (list.value = clipList)).finally(() => fetched());
  });
}

/** What the system was told to open the app for. @param {string} wish */
function grant(wish) {
  if (wish === 'new') void newProject();
  if (wish === 'exports') drawer.value = true;
}

/** @returns {Promise<void>} when the project is open */
export function startRest() {
  const opened = startProjects();
  mount('menu', projectMenu);
  mount('notes', notes);
  mount('bin', bin);
  mount('inspector', inspector);
  mount('drawer', exportDrawer);
  mount('offline', offlineNote);
  showList();
  painter.value = stripOf;
  listenToKeys();
  acceptFiles();
  watchExports();
  watchKept();
  sayUndone();
  lookAgainWhenReady();
  keepOffer();
  void removeOldPrivateFiles();
  void prepareOffline(client.ready);
  void opened.then(() => {
    receiveWishes(grant);
    receiveFiles(async (handles) =>
      takeFiles(await Promise.all(handles.map(async (handle) => ({ handle, file: await handle.getFile() })))),
    );
  });
  return opened;
}
