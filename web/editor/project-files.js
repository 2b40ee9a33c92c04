import { openDB } from 'idb';

/**
 * Projects on the disk: each in a folder of the origin's private file system, with its last states and copies of the small files
 * that came without a handle. A list of them, and the handles, are in IndexedDB.
 *
 * @import { Doc } from './document.js'
 * @import { Found } from './media.js'
 * @typedef {{id: string, name: string, savedAt: number}} Entry
 */

const FOLDER = 'projects';
const FILE = 'project.json';
const STATES = 'states';
const MEDIA = 'media';
const KEPT_STATES = 20;
/** Larger files are not copied: they must be found again where they came without a handle. */
export const COPIED_BYTES = 512e6;

const database = openDB('gran', 1, {
  upgrade(db) {
    db.createObjectStore('projects', { keyPath: 'id' });
    db.createObjectStore('handles');
  },
});

/** @returns {Promise<Entry[]>} the last saved first */
export async function listProjects() {
  const entries = /** @type {Entry[]} */ (await (await database).getAll('projects'));
  return entries.sort((a, b) => b.savedAt - a.savedAt);
}

/** @param {string} id @param {string[]} names @returns {Promise<FileSystemDirectoryHandle>} */
async function folder(id, ...names) {
  let at = await navigator.storage.getDirectory();
  for (const name of [FOLDER, id, ...names]) at = await at.getDirectoryHandle(name, { create: true });
  return at;
}

/** Whole or not at all: the browser swaps the file in when it is closed. @param {FileSystemDirectoryHandle} at @param {string} name @param {Blob | string} content */
async function write(at, name, content) {
  const stream = await (await at.getFileHandle(name, { create: true })).createWritable();
  try {
    await stream.write(content);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {});
    throw error;
  }
}

/** @param {string} id @param {Doc} doc @param {{state?: boolean}} [how] `state`: also as one of the last states */
export async function saveProject(id, doc, { state = true } = {}) {
  const savedAt = Date.now();
  const text = JSON.stringify({ format: 'gran-project', savedAt, doc });
  await write(await folder(id), FILE, text);
  await (await database).put('projects', { id, name: doc.name, savedAt });
  if (!state) return;
  const states = await folder(id, STATES);
  await write(states, `${savedAt}.json`, text);
  const names = (await namesIn(states)).sort();
  for (const name of names.slice(0, -KEPT_STATES)) await states.removeEntry(name);
}

/** @param {FileSystemDirectoryHandle} at @returns {Promise<string[]>} */
async function namesIn(at) {
  const names = [];
  for await (const name of at.keys()) names.push(name);
  return names;
}

/** @param {Blob} file @returns {Promise<{doc: Doc, savedAt: number}>} */
async function parsed(file) {
  const { format, doc, savedAt } = JSON.parse(await file.text());
  if (format !== 'gran-project' || !Array.isArray(doc?.tracks)) throw new Error('not a project');
  return { doc, savedAt };
}

/**
 * @param {string} id
 * @returns {Promise<{doc?: Doc, savedAt: number, raw?: Blob}>} where the file cannot be read, `raw` is what it holds, and `doc` the last
 *   good state, if there is one
 */
export async function loadProject(id) {
  const file = await fileOf(id);
  try {
    return await parsed(file);
  } catch {
    // In memory: the file itself is about to be written over.
    const raw = new Blob([await file.arrayBuffer().catch(() => '')], { type: 'application/json' });
    for (const { savedAt } of await listStates(id)) {
      try {
        return { ...(await loadState(id, savedAt)), raw };
      } catch {
        // The next older one.
      }
    }
    return { savedAt: 0, raw };
  }
}

/** @param {string} id @returns {Promise<Blob>} empty where there is none */
async function fileOf(id) {
  try {
    return await (await (await folder(id)).getFileHandle(FILE)).getFile();
  } catch {
    return new Blob();
  }
}

/** @param {string} id @returns {Promise<{savedAt: number}[]>} the newest first */
export async function listStates(id) {
  const names = await namesIn(await folder(id, STATES));
  return names
    .map((name) => ({ savedAt: Number.parseInt(name, 10) }))
    .filter(({ savedAt }) => savedAt > 0)
    .sort((a, b) => b.savedAt - a.savedAt);
}

/** @param {string} id @param {number} savedAt */
export async function loadState(id, savedAt) {
  return parsed(await (await (await folder(id, STATES)).getFileHandle(`${savedAt}.json`)).getFile());
}

/** @param {string} id */
export async function removeProject(id) {
  const root = await navigator.storage.getDirectory();
  await (await root.getDirectoryHandle(FOLDER, { create: true })).removeEntry(id, { recursive: true });
  const db = await database;
  await db.delete('projects', id);
  await db.delete('handles', IDBKeyRange.bound([id], [id, []]));
}

/** Keeps a file for the next visit: its handle, or a copy where there is none. @param {string} id @param {string} path @param {Found} found @returns {Promise<boolean>} whether it will be there */
export async function keepFile(id, path, { file, handle }) {
  const db = await database;
  if (handle) {
    await db.put('handles', handle, [id, path]);
    return true;
  }
  await db.delete('handles', [id, path]);
  if (file.size > COPIED_BYTES) return false;
  const estimate = await navigator.storage.estimate();
  if ((estimate.quota ?? Infinity) - (estimate.usage ?? 0) < file.size * 1.2) return false;
  await write(await folder(id, MEDIA), encodeURIComponent(path), file);
  return true;
}

/**
 * A file of the project, if it can be had without asking.
 * @param {string} id @param {string} path @param {{ask?: boolean}} [how] `ask`: in a click, the person may be asked
 * @returns {Promise<{path: string, found?: Found, lost?: 'missing' | 'permission'}>}
 */
export async function findFile(id, path, { ask = false } = {}) {
  try {
    const copy = await (await folder(id, MEDIA)).getFileHandle(encodeURIComponent(path));
    const file = await copy.getFile();
    // The copy's own name is an encoded one.
    return { path, found: { file: new File([file], path, { type: file.type || typeOf(path), lastModified: file.lastModified }) } };
  } catch {
    // There is no copy: a handle, then.
  }
  const handle =
    /** @type {(FileSystemFileHandle & {queryPermission?: (how: object) => Promise<string>, requestPermission?: (how: object) => Promise<string>}) | undefined} */ (
      await (await database).get('handles', [id, path])
    );
  if (!handle) return { path, lost: 'missing' };
  try {
    const how = { mode: 'read' };
    let state = (await handle.queryPermission?.(how)) ?? 'granted';
    if (state === 'prompt' && ask) state = (await handle.requestPermission?.(how)) ?? 'granted';
    if (state === 'prompt') return { path, lost: 'permission' };
    return { path, found: { file: await handle.getFile(), handle } };
  } catch {
    return { path, lost: 'missing' };
  }
}

/** The private file system forgets types. @param {string} path */
function typeOf(path) {
  const ending = /\.(\w+)(?: \(\d+\))?$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const types = {
    webm: 'video/webm',
    mp4: 'video/mp4',
    mov: 'video/quicktime',
    mkv: 'video/x-matroska',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    webp: 'image/webp',
    avif: 'image/avif',
    svg: 'image/svg+xml',
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    ogg: 'audio/ogg',
    opus: 'audio/ogg',
    flac: 'audio/flac',
    m4a: 'audio/mp4',
  };
  return types[/** @type {keyof typeof types} */ (ending)] ?? '';
}

/** The files of one project for another. @param {string} from @param {string} to @param {readonly string[]} paths */
export async function copyFiles(from, to, paths) {
  for (const path of paths) {
    const { found } = await findFile(from, path);
    if (found) await keepFile(to, path, found);
  }
}
