import './strings/en-later.js';
import { exportDrawer } from './export-drawer.js';
import { acceptFiles } from './editor/file-drops.js';
import { bin } from './editor/bin.js';
import { inspector } from './editor/inspector.js';
import { listenToKeys } from './editor/keys.js';
import { lookAgainWhenReady } from './editor/media.js';
import { mount } from './editor/mount.js';
import { notes } from './editor/notes.js';
import { painter } from './editor/painter.js';
import { startProjects } from './editor/project-actions.js';
import { projectMenu } from './editor/project-menu.js';
import { stripOf } from './editor/strip.js';
import { removeOldPrivateFiles } from './saving.js';
import { watchExports } from './while-exporting.js';

/** What the page needs once it is painted: the parts beside the film, the keys, the disk. */

/** @returns {Promise<void>} when the project is open */
export function startRest() {
  const opened = startProjects();
  mount('menu', projectMenu);
  mount('notes', notes);
  mount('bin', bin);
  mount('inspector', inspector);
  mount('drawer', exportDrawer);
  painter.value = stripOf;
  listenToKeys();
  acceptFiles();
  watchExports();
  lookAgainWhenReady();
  void removeOldPrivateFiles();
  return opened;
}
