/** How files come in: the browser's picker, with handles where it gives them; a drop; a paste. */

/** @import { Found } from './media.js' */

export const ACCEPT = 'video/*,audio/*,image/*,.mkv,.mov,.m4v,.ts,.mts,.flac,.opus,.srt,.vtt,.ass,.otio';

/** @typedef {{showOpenFilePicker?: (options: object) => Promise<FileSystemFileHandle[]>}} Picker */

/**
 * Must be called in a click. An input serves where the browser has no picker that gives handles.
 * @param {{multiple?: boolean, input: HTMLInputElement | null}} how @returns {Promise<Found[]>} none when the person changed their mind
 */
export async function pickFiles({ multiple = true, input }) {
  const { showOpenFilePicker } = /** @type {Picker} */ (globalThis);
  if (!showOpenFilePicker) {
    input?.click();
    return [];
  }
  try {
    const handles = await showOpenFilePicker({ id: 'gran-media', multiple, startIn: 'videos' });
    return await Promise.all(handles.map(async (handle) => ({ handle, file: await handle.getFile() })));
  } catch (error) {
    // A policy, or a browser without a screen, forbids this picker; the input may still be allowed.
    if (/** @type {Error} */ (error).name !== 'AbortError') input?.click();
    return [];
  }
}

/** What was dropped, folders with all that is in them. Must be called in the event. @param {DataTransfer | null} transfer @returns {Promise<Found[]>} */
export async function droppedFiles(transfer) {
  const items = [...(transfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  // All at once: the items are emptied when the event is over.
  const waiting = items.map((item) => {
    const file = item.getAsFile();
    const handle = /** @type {{getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>}} */ (item).getAsFileSystemHandle?.();
    return { file, handle };
  });
  const found = await Promise.all(
    waiting.map(async ({ file, handle: coming }) => {
      const handle = await coming?.catch(() => null);
      if (handle?.kind === 'directory') return filesIn(/** @type {FileSystemDirectoryHandle} */ (handle));
      return file ? [{ file, ...(handle ? { handle: /** @type {FileSystemFileHandle} */ (handle) } : {}) }] : [];
    }),
  );
  return found.flat();
}

/** @param {FileSystemDirectoryHandle} folder @returns {Promise<Found[]>} */
async function filesIn(folder) {
  /** @type {Found[]} */
  const found = [];
  for await (const handle of folder.values()) {
    if (handle.name.startsWith('.')) continue;
    if (handle.kind === 'directory') found.push(...(await filesIn(/** @type {FileSystemDirectoryHandle} */ (handle))));
    else
      found.push({
        handle: /** @type {FileSystemFileHandle} */ (handle),
        file: await /** @type {FileSystemFileHandle} */ (handle).getFile(),
      });
  }
  return found;
}

/** @param {DataTransfer | null | undefined} transfer */
export const carriesFiles = (transfer) => transfer?.types.includes('Files') ?? false;
