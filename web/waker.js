/** For so long callbacks may follow upon each other before whatever else waits for this thread, a cancel among it, gets its turn. */
const PATIENCE_MS = 4;

/**
 * @param {() => void} run
 * @returns {() => void} has `run` called as soon as what runs now is over. A message to the own thread costs a hundred times what a microtask does.
 */
export function waker(run) {
  const { port1, port2 } = new MessageChannel();
  let turn = 0;
  port1.onmessage = () => {
    turn = performance.now();
    run();
  };
  return () => {
    if (performance.now() - turn < PATIENCE_MS) queueMicrotask(run);
    else port2.postMessage(0);
  };
}
