const LOOK_EVERY = 256;
const LIMIT_MS = 1500;
/** So many looks are not that long a turn's: where Python computes between two steps of a reader, time alone says nothing. */
const LIMIT_LOOKS = 40;

/**
 * Damaged files send demuxers in circles: they ask again for what they have read, or for what lies behind the end, without ever waiting for
 * anything, so that nothing else in the worker gets a turn, neither a cancel nor the guard on progress. A reader that goes on like that is
 * stopped. Whether its source is still open is the one thing that it asks for at each step.
 * @template {object} Source
 * @param {Source} source of mediabunny
 * @param {() => number} [now] ms
 */
export function guardReads(source, now = () => performance.now()) {
  const reader = /** @type {{_disposed: boolean}} */ (source);
  let isDisposed = reader._disposed;
  let steps = 0;
  /** When the running turn of the event loop was first looked at, if one runs. @type {number | undefined} */
  let turnBeganAt;
  let looks = 0;
  const look = () => {
    looks++;
    if (turnBeganAt === undefined) {
      [turnBeganAt, looks] = [now(), 0];
      setTimeout(() => (turnBeganAt = undefined));
    } else if (now() - turnBeganAt > LIMIT_MS && looks > LIMIT_LOOKS) throw new RangeError('reading it comes to no end');
  };
  Object.defineProperty(reader, '_disposed', {
    get() {
      if (++steps % LOOK_EVERY === 0) look();
      return isDisposed;
    },
    set: (value) => (isDisposed = value),
  });
  return source;
}
