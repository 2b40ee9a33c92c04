/**
 * Takes away the file behind a handle. Firefox (153) has no `remove()`, and no handles but those of the origin's private files, where it can
 * be found by its place.
 * @param {FileSystemFileHandle} handle
 */
export async function removeFile(handle) {
  const { remove } = /** @type {{remove?: () => Promise<void>}} */ (handle);
  if (remove) return remove.call(handle);
  const root = await navigator.storage.getDirectory();
  const place = await root.resolve(handle);
  const name = place?.pop();
  if (!place || name === undefined) return;
  let folder = root;
  for (const each of place) folder = await folder.getDirectoryHandle(each);
  await folder.removeEntry(name);
}
