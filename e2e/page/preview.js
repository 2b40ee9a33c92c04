/**
 * The page's half of the preview's tests: a stranger's page that imports the built client, puts its canvas on the screen, and writes down
 * what it tells. Imported by the page that has driver.js already.
 */

/** @typedef {import('../preview.spec.ts').PreviewDriver} PreviewDriver */

/** @type {any} */
let preview;
/** @type {HTMLCanvasElement | undefined} */
let canvas;
/** @type {import('../preview.spec.ts').Told} */
const told = { frames: [], states: [], problems: [] };

/** @param {HTMLCanvasElement} source @returns {ImageData} what a person sees */
function seen(source) {
  const sheet = new OffscreenCanvas(source.width, source.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (sheet.getContext('2d', { willReadFrequently: true }));
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, sheet.width, sheet.height);
}

/** @param {ImageData} image */
async function hash({ data }) {
  const digest = await crypto.subtle.digest('SHA-256', data);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

/** @type {PreviewDriver} */
globalThis.granPreview = {
  told,

  async open() {
    const address = new URL('/preview-client.js', location.href).href;
    const { PreviewClient } = await import(address);
    canvas = document.createElement('canvas');
    document.body.replaceChildren(canvas);
    told.frames.length = told.states.length = told.problems.length = 0;
    preview = new PreviewClient(canvas, {
      onFrame: (/** @type {number} */ timeUs) => told.frames.push({ timeUs, at: performance.timeOrigin + performance.now() }),
      onState: (/** @type {any} */ state) => told.states.push(state),
      onProblem: (/** @type {string} */ message, /** @type {any} */ details) => told.problems.push({ message, ...details }),
    });
    await preview.ready;
  },

  async show(timeline, view) {
    preview.show(await granDriver.make(timeline), view);
  },

  call(name, ...values) {
    return preview[name](...values);
  },

  async snapshot(timeUs) {
    const bitmap = await createImageBitmap(await preview.snapshotPng(timeUs), { colorSpaceConversion: 'none' });
    const sheet = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (sheet.getContext('2d', { willReadFrequently: true }));
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return hash(context.getImageData(0, 0, sheet.width, sheet.height));
  },

  async seen() {
    await painted();
    return hash(seen(/** @type {HTMLCanvasElement} */ (canvas)));
  },

  size: () => [canvas?.width ?? 0, canvas?.height ?? 0],

  async pixels() {
    await painted();
    const image = seen(/** @type {HTMLCanvasElement} */ (canvas));
    return { width: image.width, height: image.height, rgba: [...image.data] };
  },

  async peaks(file, perSecond, stopAfter) {
    const made = await granDriver.make(file);
    /** @type {any[]} */
    const parts = [];
    await new Promise((resolve) => {
      const stop = preview.peaks(made, { perSecond }, (/** @type {any} */ part) => {
        parts.push({ first: part.first, min: [...part.min], max: [...part.max], ended: part.ended, problem: part.problem });
        if (part.ended) resolve(undefined);
        if (parts.length === stopAfter) {
          stop();
          setTimeout(resolve, 500);
        }
      });
    });
    return parts;
  },

  close() {
    preview.close();
  },
};
