/** Files that the system hands to the installed app: opened with it, or shared with it from another app. */

const INBOX = 'shared';
const KEPT = 'received';

/**
 * @param {(files: FileSystemFileHandle[]) => void} onFiles called for every delivery, from this one on; the handles are readable. Shared
 *   files lie in the origin's private file system and are the page's to remove
 */
export function receiveFiles(onFiles) {
  const { launchQueue } = /** @type {any} */ (window);
  launchQueue?.setConsumer((/** @type {{files?: FileSystemFileHandle[]}} */ { files }) => files?.length && onFiles([...files]));
  void takeShared().then((files) => files.length && onFiles(files));
}

/** What came in through the share target, each once. @returns {Promise<FileSystemFileHandle[]>} */
async function takeShared() {
  const root = await navigator.storage?.getDirectory?.();
  const inbox = await root?.getDirectoryHandle(INBOX).catch(() => undefined);
  if (!root || !inbox) return [];
  const kept = await root.getDirectoryHandle(KEPT, { create: true });
  const taken = [];
  for await (const handle of inbox.values()) {
    if (handle.kind !== 'file') continue;
    const { name } = handle;
    await /** @type {any} */ (handle).move(kept, await freeName(kept, name));
    taken.push(/** @type {FileSystemFileHandle} */ (handle));
  }
  return taken;
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name */
async function freeName(folder, name) {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${stem} ${count}${extension}`;
    const taken = await folder.getFileHandle(free).then(
      () => true,
      () => false,
    );
    if (!taken) return free;
  }
}
