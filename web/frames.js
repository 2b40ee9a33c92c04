import { noChange } from 'lit/html.js';
import { Directive, PartType, directive } from 'lit/directive.js';

/**
 * Small pictures out of the person's files, by the browser's own player. A file that only the engine can read simply gets
 * none here.
 *
 * @typedef {object} Wish
 * @property {File} file
 * @property {'video' | 'audio' | 'image'} kind
 * @property {number} us
 */

const SEEK_PATIENCE_MS = 4000;
const OPEN_PLAYERS = 3;
/** Into the frame, so that rounding cannot hit the one before. */
const INTO_FRAME_S = 0.001;
const HEIGHT_PX = 108;
const KEPT_PICTURES = 600;

/** @typedef {{wish: Wish, done: (picture: ImageBitmap | undefined) => void, wanted: () => boolean}} Order */
/** @type {Order[]} the newest are painted first: they are what is looked at */
const orders = [];
/** @type {Map<File, Map<number, ImageBitmap | null>>} null: cannot be had */
const pictures = new Map();
let kept = 0;
/** @type {Map<File, Promise<HTMLVideoElement>>} the last used at the end */
const players = new Map();
let working = false;

/** A picture that is there already; null when it cannot be had. @param {Wish} wish @returns {ImageBitmap | null | undefined} */
export const pictureNow = ({ file, us }) => pictures.get(file)?.get(us);

/** @param {Wish} wish @param {() => boolean} [wanted] asked when its turn has come @returns {Promise<ImageBitmap | undefined>} */
export function picture(wish, wanted = () => true) {
  const there = pictureNow(wish);
  if (there !== undefined) return Promise.resolve(there ?? undefined);
  return new Promise((done) => {
    orders.push({ wish, done, wanted });
    if (!working) void work();
  });
}

/** One at a time: a seek costs a decoder. */
async function work() {
  working = true;
  await new Promise((resolve) => setTimeout(resolve));
  for (let order = orders.pop(); order; order = orders.pop()) {
    const { wish, done, wanted } = order;
    if (!wanted()) done(undefined);
    else if (pictureNow(wish) !== undefined) done(pictureNow(wish) ?? undefined);
    else done(keep(wish, await made(wish)));
  }
  working = false;
}

/** @param {Wish} wish @param {ImageBitmap | undefined} bitmap */
function keep({ file, us }, bitmap) {
  if (kept > KEPT_PICTURES) {
    pictures.clear(); // what is on the screen is painted already; the rest is made again when it is needed
    kept = 0;
  }
  if (!pictures.has(file)) pictures.set(file, new Map());
  pictures.get(file)?.set(us, bitmap ?? null);
  kept += 1;
  return bitmap;
}

/** @param {Wish} wish @returns {Promise<ImageBitmap | undefined>} */
async function made({ file, kind, us }) {
  try {
    if (kind === 'image') return await createImageBitmap(file, { resizeHeight: HEIGHT_PX, resizeQuality: 'medium' });
    const video = await player(file);
    await seek(video, us / 1e6 + INTO_FRAME_S);
    return await createImageBitmap(video, { resizeHeight: HEIGHT_PX, resizeQuality: 'low' });
  } catch {
    return undefined;
  }
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
    if (this.#shown.file === wish.file && this.#shown.us === wish.us) return noChange;
    this.#shown = wish;
    const canvas = /** @type {HTMLCanvasElement} */ (part.element);
    void picture(wish, () => canvas.isConnected && this.#shown === wish).then((bitmap) => {
      if (bitmap && this.#shown === wish) fit(canvas, bitmap);
    });
    return noChange;
  }

  /** @override @param {Wish} _wish */
  render(_wish) {
    return noChange;
  }
}

/** `<canvas ${frameOf({file, kind, us})}></canvas>` shows that moment of the file. */
export const frameOf = directive(FrameDirective);

/** @param {HTMLCanvasElement} canvas @param {ImageBitmap} bitmap */
function fit(canvas, bitmap) {
  const context = canvas.getContext('2d');
  const scale = Math.min(canvas.width / bitmap.width, canvas.height / bitmap.height);
  const [w, h] = [bitmap.width * scale, bitmap.height * scale];
  context?.clearRect(0, 0, canvas.width, canvas.height);
  context?.drawImage(bitmap, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
  canvas.dataset.painted = 'true';
}
