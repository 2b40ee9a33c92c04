import { signal } from '@preact/signals-core';
import { openDB } from 'idb';
import { newFile } from './saving.js';

/** A folder of the person's, into which exports go without a question each time. */

const KEY = 'folder';

/** @typedef {FileSystemDirectoryHandle & {requestPermission(how: {mode: 'readwrite'}): Promise<PermissionState>}} Folder */

const picker = /** @type {{showDirectoryPicker?: (how: object) => Promise<Folder>}} */ (globalThis);
export const canKeepFolder = typeof picker.showDirectoryPicker === 'function';

const database = openDB('gran-exports', 1, { upgrade: (db) => void db.createObjectStore('kept') });

/** @type {import('@preact/signals-core').Signal<Folder | undefined>} */
export const folder = signal(undefined);

/** The one that was chosen the last time. */
export async function rememberFolder() {
  folder.value ??= await (await database).get('kept', KEY);
}

/** In a click. Leaves it as it is where the person changes their mind. */
export async function chooseFolder() {
  try {
    folder.value = await picker.showDirectoryPicker?.({ id: 'gran-exports', mode: 'readwrite', startIn: 'videos' });
    await (await database).put('kept', folder.value, KEY);
  } catch (error) {
    if (/** @type {Error} */ (error).name !== 'AbortError') throw error;
  }
}

/** In a click: the browser may ask again after a restart. An older export of the same name stays. @param {string} name @param {string} ending */
export async function fileInFolder(name, ending) {
  if (!folder.value || (await folder.value.requestPermission({ mode: 'readwrite' })) !== 'granted') {
    throw new DOMException('The folder may not be written to.', 'NotAllowedError');
  }
  return newFile(folder.value, name, ending);
}
