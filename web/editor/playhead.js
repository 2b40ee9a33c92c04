import { t } from '../strings.js';
import { editPoints } from './document.js';
import * as player from './player.js';
import { doc, filmUs, playheadUs } from './store.js';

/** Where the playhead goes, and what is seen there. */

const SECOND_US = 1_000_000;

/** @param {1 | -1} direction */
export function toEdit(direction) {
  const points = editPoints(doc.value);
  const to = direction > 0 ? points.find((us) => us > playheadUs.value) : points.findLast((us) => us < playheadUs.value);
  if (to !== undefined) player.goTo(to);
}

/** @param {1 | -1} direction */
export function toMarker(direction) {
  const { markers } = doc.value;
  const to =
    direction > 0 ? markers.find(({ timeUs }) => timeUs > playheadUs.value) : markers.findLast(({ timeUs }) => timeUs < playheadUs.value);
  if (to) player.goTo(to.timeUs);
}

/** @param {number} seconds */
export const jump = (seconds) => player.goTo(Math.min(filmUs.value, playheadUs.value + seconds * SECOND_US));

export const toStart = () => player.goTo(0);
export const toEnd = () => player.goTo(filmUs.value);

export async function saveFrame() {
  const blob = await player.frameAsPng();
  if (!blob) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${doc.value.name || t.untitled} ${Math.round(playheadUs.value / 1000)}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
