/** Where a film can be saved: where the person says, or in the origin's private file system for a download. */

const FOLDER = 'exports';
const KEPT_MS = 24 * 3600_000;

/**
 * @typedef {object} SavePickerOptions
 * @property {string} suggestedName
 * @property {string} id
 * @property {string} startIn
 * @property {{description: string, accept: Record<string, string[]>}[]} types
 */

const picker = /** @type {{showSaveFilePicker?: (options: SavePickerOptions) => Promise<FileSystemFileHandle>}} */ (globalThis);

export const canPick = typeof picker.showSaveFilePicker === 'function';

/**
 * Must be called in the click itself. Rejects with an AbortError when the person changes their mind.
 * @param {string} name @param {string} ending @param {string} mime @param {string} description
 * @returns {Promise<FileSystemFileHandle>}
 */
export async function pickFile(name, ending, mime, description) {
  const types = [{ description, accept: { [mime]: [`.${ending}`] } }];
  const handle = await picker.showSaveFilePicker?.({ suggestedName: `${name}.${ending}`, id: 'gran-export', startIn: 'videos', types });
  if (!handle) throw new TypeError('no save dialog');
  return handle;
}

/** A new file in the private file system: an older export of the same name stays. @param {string} name @param {string} ending */
export const newPrivateFile = async (name, ending) => newFile(await privateFolder(), name, ending);

/** A file under a name that is free. @param {FileSystemDirectoryHandle} folder @param {string} name @param {string} ending */
export async function newFile(folder, name, ending) {
  for (let n = 1; ; n += 1) {
    const full = n === 1 ? `${name}.${ending}` : `${name} (${n}).${ending}`;
    if (!(await exists(folder, full))) return folder.getFileHandle(full, { create: true });
  }
}

/** For browsers whose handles cannot remove themselves. @param {{name: string}} file */
export async function removePrivateFile({ name }) {
  try {
    await (await privateFolder()).removeEntry(name);
  } catch {
    // It is gone already, which is what was wanted; or another tab writes to one of that name.
  }
}

/** Films that wait for their download, the last one first. @returns {Promise<File[]>} */
export async function privateFiles() {
  /** @type {File[]} */
  const found = [];
  for await (const handle of (await privateFolder()).values()) if (handle.kind === 'file') found.push(await handle.getFile());
  return found.filter(({ size }) => size).sort((one, other) => other.lastModified - one.lastModified);
}

/** Films that were kept for a download that never came. */
export async function removeOldPrivateFiles() {
  try {
    const folder = await privateFolder();
    for await (const handle of folder.values()) {
      if (handle.kind !== 'file') continue;
      const file = await handle.getFile();
      if (Date.now() - file.lastModified > KEPT_MS) await removePrivateFile(handle);
    }
  } catch {
    // No private file system here, or no access to it: then there is nothing to remove.
  }
}

async function privateFolder() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name */
async function exists(folder, name) {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'NotFoundError') return false;
    throw error;
  }
}
