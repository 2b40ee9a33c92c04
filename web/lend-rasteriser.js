/** A port to lend to a worker, behind which the page draws SVG files (svg-rasteriser.js). Whatever comes through it is answered, one after the other. */
export function lendRasteriser() {
  const { port1, port2 } = new MessageChannel();
  let queue = Promise.resolve();
  port1.onmessage = ({ data }) => {
    queue = queue.then(() => answer(port1, data));
  };
  return port2;
}

/** @param {MessagePort} port @param {any} question */
async function answer(port, question) {
  const { requestId } = question;
  try {
    // Few films have such files.
    const { rasterise } = await import('./svg-rasteriser.js');
    const image = await rasterise(question);
    port.postMessage({ requestId, image }, [image]);
  } catch (error) {
    port.postMessage({ requestId, problem: /** @type {Error} */ (error).message });
  }
}
