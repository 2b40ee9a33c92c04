/**
 * Small pictures of a film while it is made. Each question `{width, height}` is answered by `{picture, timeUs}`, an ImageBitmap no larger
 * than that of a frame that is being encoded: a page that does not ask costs the export nothing.
 *
 * @import { LivePicture } from './export-worker-client.js'
 */

const EVERY_MS = 1000;
/** Sharp enough beside the numbers of a progress view, on a dense screen too. */
const BOX = { width: 384, height: 216 };

/** @param {Worker} worker @returns {MessagePort} the page's end of what the worker is lent */
export function lendViewer(worker) {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ type: 'lend_viewer', port: port2 }, [port2]);
  return port1;
}

/**
 * Asks, one picture after the other, while anybody can see the page.
 * @param {MessagePort} port @param {(picture: LivePicture) => void} show whoever is shown a picture closes it
 * @returns {() => void} ends it
 */
export function watchPictures(port, show) {
  const ask = () => document.hidden || port.postMessage(BOX);
  // An answer may take long, and nobody knows how long: a frame can be copied, or be hard work. To ask again is to ask once.
  const timer = setInterval(ask, EVERY_MS);
  ask();
  port.onmessage = ({ data }) => show(data);
  return () => {
    clearInterval(timer);
    port.onmessage = ({ data }) => data.picture.close();
  };
}
