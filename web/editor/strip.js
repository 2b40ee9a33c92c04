import { noChange } from 'lit/html.js';
import { Directive, directive } from 'lit/directive.js';
import { picture, pictureNow } from '../frames.js';
import { PER_SECOND, peaksOf } from './peaks.js';

/**
 * What is painted inside a clip: pictures along its time, and its sound as a wave.
 *
 * @typedef {object} Strip
 * @property {File} file
 * @property {'video' | 'audio' | 'image'} kind
 * @property {number} durationUs of the whole file
 * @property {number} fromUs source time at the canvas's left edge
 * @property {number} usPerPx source time that a pixel is wide; 0 for a still
 * @property {number} width px
 * @property {number} height px
 * @property {number} aspect of the picture
 * @property {boolean} sounds
 * @property {number} gain
 * @property {number} version of the peaks
 */

class StripDirective extends Directive {
  #key = '';
  #turn = 0;

  /** @override @param {import('lit/directive.js').ElementPart} part @param {[Strip]} strip */
  update(part, [strip]) {
    const { file, version, ...rest } = strip;
    const key = `${file.name} ${file.size} ${strip.sounds ? version : ''} ${Object.values(rest)}`;
    if (key === this.#key) return noChange;
    this.#key = key;
    this.#turn += 1;
    const turn = this.#turn;
    const canvas = /** @type {HTMLCanvasElement} */ (part.element);
    const current = () => turn === this.#turn && canvas.isConnected;
    requestAnimationFrame(() => current() && paint(canvas, strip, current));
    return noChange;
  }

  /** @override @param {Strip} _strip */
  render(_strip) {
    return noChange;
  }
}

/** `<canvas ${stripOf({…})}></canvas>` */
export const stripOf = directive(StripDirective);

/** @param {HTMLCanvasElement} canvas @param {Strip} strip @param {() => boolean} current */
function paint(canvas, strip, current) {
  const ratio = Math.min(2, devicePixelRatio);
  const [width, height] = [Math.max(1, Math.round(strip.width * ratio)), Math.max(1, Math.round(strip.height * ratio))];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, strip.width, strip.height);
  const wave = strip.sounds ? (strip.kind === 'audio' ? strip.height : Math.round(strip.height * 0.36)) : 0;
  if (strip.kind !== 'audio') paintPictures(context, strip, strip.height - wave, current);
  if (wave) paintWave(context, strip, strip.height - wave, wave);
}

/** @param {CanvasRenderingContext2D} context @param {Strip} strip @param {number} height @param {() => boolean} current */
function paintPictures(context, { file, kind, fromUs, usPerPx, width, durationUs, aspect }, height, current) {
  const each = Math.max(24, Math.round(height * aspect));
  // Moments on a grid that doubles: zooming and scrolling come back to the same pictures.
  const grid = usPerPx ? 2 ** Math.max(15, Math.ceil(Math.log2(each * usPerPx))) : 1;
  const first = usPerPx ? Math.floor(fromUs / grid) : 0;
  const step = usPerPx ? grid / usPerPx : each;
  for (let n = first; ; n += 1) {
    const x = usPerPx ? (n * grid - fromUs) / usPerPx : n * each;
    if (x >= width) break;
    const us = usPerPx ? Math.max(0, Math.min(n * grid, durationUs - 1000)) : 0;
    const draw = (/** @type {ImageBitmap} */ bitmap) => cover(context, bitmap, x, step, height, each);
    const wish = { file, kind, us };
    const now = pictureNow(wish);
    if (now) draw(now);
    else if (now === undefined) void picture(wish, current).then((bitmap) => bitmap && current() && draw(bitmap));
  }
}

/** A picture repeated over its step, which is up to twice as wide. @param {CanvasRenderingContext2D} context @param {ImageBitmap} bitmap @param {number} x @param {number} step @param {number} height @param {number} each */
function cover(context, bitmap, x, step, height, each) {
  context.save();
  context.beginPath();
  context.rect(x, 0, step, height);
  context.clip();
  for (let at = x; at < x + step; at += each) context.drawImage(bitmap, at, 0, each, height);
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Strip} strip @param {number} top @param {number} height */
function paintWave(context, { file, durationUs, fromUs, usPerPx, width, gain }, top, height) {
  const peaks = peaksOf(file, durationUs);
  if (!peaks || !usPerPx) return;
  const middle = top + height / 2;
  const style = getComputedStyle(context.canvas);
  context.fillStyle = style.getPropertyValue('--wave-ground');
  context.fillRect(0, top, width, height);
  context.fillStyle = style.getPropertyValue('--wave');
  for (let x = 0; x < width; x += 1) {
    const from = Math.floor(((fromUs + x * usPerPx) / 1e6) * PER_SECOND);
    const to = Math.max(from + 1, Math.floor(((fromUs + (x + 1) * usPerPx) / 1e6) * PER_SECOND));
    if (from < 0 || from >= peaks.known) continue;
    let [low, high] = [0, 0];
    for (let i = from; i < Math.min(to, peaks.known); i += 1) {
      low = Math.min(low, peaks.min[i]);
      high = Math.max(high, peaks.max[i]);
    }
    const reach = height / 2 - 1;
    const y0 = middle - Math.min(1, high * gain) * reach;
    const y1 = middle - Math.max(-1, low * gain) * reach;
    context.fillRect(x, y0, 1, Math.max(1, y1 - y0));
  }
}
