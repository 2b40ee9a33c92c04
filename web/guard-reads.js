const LOOK_EVERY = 256;
const LIMIT_MS = 1500;

/**
 * Damaged files send demuxers in circles: they read again what they have read, without ever waiting for anything, so that nothing else in
 * the worker gets a turn, neither a cancel nor the guard on progress. A reader that goes on like that is stopped.
 * @template {object} Source
 * @param {Source} source of mediabunny
 * @param {() => number} [now] ms
 */
export function guardReads(source, now = () => performance.now()) {
  const reader = /** @type {{_read: (...range: unknown[]) => unknown}} */ (source);
  const read = reader._read.bind(source);
  let reads = 0;
  /** When the running turn of the event loop was first looked at, if one runs. @type {number | undefined} */
  let turnBeganAt;
  reader._read = (...range) => {
    if (++reads % LOOK_EVERY === 0) {
      if (turnBeganAt === undefined) {
        turnBeganAt = now();
        setTimeout(() => (turnBeganAt = undefined));
      } else if (now() - turnBeganAt > LIMIT_MS) throw new RangeError('reading it comes to no end');
    }
    return read(...range);
  };
  return source;
}
