/** What the system hands to the installed app: files that are opened with it or shared with it, and shortcuts of its icon. */

const INBOX = 'shared';
const KEPT = 'received';
const STARTING_MS = 10_000;

/** @typedef {{files?: readonly FileSystemFileHandle[], targetURL?: string}} Launch */

/** @type {((wish: string) => void) | undefined} */
let onLaterWish;

/** Shortcuts of the manifest, by the words after their question mark: that of this start, and of those to come. @param {(wish: string) => void} onWish */
export function receiveWishes(onWish) {
  onWish(location.search.slice(1));
  // A reload is no new start.
  if (location.search) history.replaceState(null, '', location.pathname);
  onLaterWish = onWish;
}

/**
 * @param {(files: FileSystemFileHandle[]) => void} onFiles called for every delivery, from this one on; the handles are readable. Shared
 *   files lie in the origin's private file system and are the page's to remove
 */
export function receiveFiles(onFiles) {
  const { launchQueue } = /** @type {{launchQueue?: {setConsumer(consumer: (launch: Launch) => void): void}}} */ (
    /** @type {unknown} */ (window)
  );
  launchQueue?.setConsumer(({ files, targetURL }) => {
    if (files?.length) onFiles([...files]);
    // One that comes right after the start is the start itself.
    else if (targetURL && performance.now() > STARTING_MS) onLaterWish?.(new URL(targetURL).search.slice(1));
  });
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
