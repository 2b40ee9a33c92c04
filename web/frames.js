import { noChange } from 'lit/html.js';
import { Directive, PartType, directive } from 'lit/directive.js';

/**
 * Paints frames of the person's files onto canvases, with the browser's own player. A file that only the export engine
 * can read simply gets no picture here.
 *
 * @typedef {object} Wish what a canvas wants to show
 * @property {File} file
 * @property {'video' | 'audio' | 'image'} kind
 * @property {number} us
 */

const SEEK_PATIENCE_MS = 4000;
const OPEN_PLAYERS = 3;
/** Into the frame, so that rounding cannot hit the one before. */
const INTO_FRAME_S = 0.001;

/** @type {Map<HTMLCanvasElement, Wish>} */
const wishes = new Map();
/** @type {Map<File, Promise<HTMLVideoElement>>} the last used at the end */
const players = new Map();
let painting = false;

class FrameDirective extends Directive {
  /** @type {Partial<Wish>} */
  #shown = {};

  /** @param {import('lit/directive.js').PartInfo} part */
  constructor(part) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('frameOf belongs on a canvas');
  }

  /** @override @param {import('lit/directive.js').ElementPart} part @param {[Wish]} wish */
  update(part, [wish]) {
    const { file, us } = this.#shown;
    if (file !== wish.file || us !== wish.us) {
      this.#shown = wish;
      wishes.set(/** @type {HTMLCanvasElement} */ (part.element), wish);
      if (!painting) void paintAll();
    }
    return noChange;
  }

  /** @override @param {Wish} _wish */
  render(_wish) {
    return noChange;
  }
}

/** `<canvas ${frameOf({file, kind, us})}></canvas>` shows that moment of the file. */
export const frameOf = directive(FrameDirective);

/** One at a time: a seek costs a decoder, and the list has many canvases. */
async function paintAll() {
  painting = true;
  await new Promise((resolve) => setTimeout(resolve));
  while (wishes.size) {
    const [canvas, wish] = /** @type {[HTMLCanvasElement, Wish]} */ (wishes.entries().next().value);
    wishes.delete(canvas);
    if (!canvas.isConnected) continue;
    try {
      await paint(canvas, wish);
      canvas.dataset.painted = 'true';
    } catch {
      canvas.dataset.painted = 'false';
    }
  }
  painting = false;
}

/** @param {HTMLCanvasElement} canvas @param {Wish} wish */
async function paint(canvas, { file, kind, us }) {
  if (kind === 'image') {
    const bitmap = await createImageBitmap(file);
    draw(canvas, bitmap, bitmap.width, bitmap.height);
    return bitmap.close();
  }
  const video = await player(file);
  await seek(video, us / 1e6 + INTO_FRAME_S);
  draw(canvas, video, video.videoWidth, video.videoHeight);
}

/** @param {HTMLCanvasElement} canvas @param {CanvasImageSource} image @param {number} width @param {number} height */
function draw(canvas, image, width, height) {
  const context = canvas.getContext('2d');
  if (!context || !width || !height) throw new Error('no picture');
  const scale = Math.min(canvas.width / width, canvas.height / height);
  const [w, h] = [width * scale, height * scale];
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
}

/** @param {File} file */
function player(file) {
  const opened = players.get(file) ?? openPlayer(file);
  players.delete(file);
  players.set(file, opened);
  for (const [oldest, closing] of players) {
    if (players.size <= OPEN_PLAYERS) break;
    players.delete(oldest);
    closing.then(closePlayer, () => {});
  }
  return opened;
}

/** @param {File} file */
async function openPlayer(file) {
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  video.src = URL.createObjectURL(file);
  try {
    await happened(video, 'loadeddata');
    return video;
  } catch (error) {
    closePlayer(video);
    throw error;
  }
}

/** @param {HTMLVideoElement} video */
function closePlayer(video) {
  URL.revokeObjectURL(video.src);
  video.removeAttribute('src');
  video.load();
}

/** @param {HTMLVideoElement} video @param {number} seconds */
async function seek(video, seconds) {
  const target = Math.max(0, Math.min(seconds, video.duration || seconds));
  if (video.currentTime === target) return;
  video.currentTime = target;
  await happened(video, 'seeked');
}

/** @param {HTMLVideoElement} video @param {string} event @returns {Promise<void>} */
function happened(video, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too slow')), SEEK_PATIENCE_MS);
    const settle = (/** @type {() => void} */ how) => () => {
      clearTimeout(timer);
      how();
    };
    video.addEventListener(event, settle(resolve), { once: true });
    video.addEventListener(
      'error',
      settle(() => reject(new Error('not playable'))),
      { once: true },
    );
  });
}
