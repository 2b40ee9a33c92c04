/** So long callbacks may run before whatever else waits for this thread, a cancel among it, gets its turn. */
const PATIENCE_MS = 4;

/**
 * @param {() => void} run
 * @returns {() => void} has `run` called as soon as what runs now is over. A message to the own thread costs a hundred times what a microtask does.
 */
export function waker(run) {
  const { port1, port2 } = new MessageChannel();
  let spentMs = 0;
  const timed = () => {
    const began = performance.now();
    run();
    spentMs += performance.now() - began;
  };
  port1.onmessage = () => {
    spentMs = 0;
    timed();
  };
  return () => {
    if (spentMs < PATIENCE_MS) queueMicrotask(timed);
    else port2.postMessage(0);
  };
}
