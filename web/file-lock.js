/**
 * Holds the one writer's place of a file of the origin's private file system, where browsers let in as many writers as there are.
 * @param {string} path
 * @returns {Promise<{close: () => void} | undefined>} which gives it back; undefined where someone else has it
 */
export function holdFile(path) {
  const { locks } = navigator;
  if (!locks) return Promise.resolve({ close() {} });
  return new Promise((resolve, reject) => {
    const held = (/** @type {Lock | null} */ lock) => {
      if (!lock) return resolve(undefined);
      return new Promise((release) => resolve({ close: () => release(undefined) }));
    };
    locks.request(`gran-file ${path}`, { ifAvailable: true }, held).catch(reject);
  });
}
