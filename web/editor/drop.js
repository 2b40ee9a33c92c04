import { addToTimeline } from './film-commands.js';
import { t } from '../strings.js';
import { carriesFiles, droppedFiles } from './picking.js';
import { takeFiles } from './intake.js';
import { HEAD_PX, toUs } from './scale.js';
import { run } from './store.js';

/** Files, and media out of the bin, dropped onto the timeline. */

export const MEDIA_TYPE = 'application/x-gran-media';

/** @param {DragEvent} event */
const isOurs = ({ dataTransfer }) => dataTransfer?.types.includes(MEDIA_TYPE) || carriesFiles(dataTransfer);

/** @param {DragEvent & {currentTarget: HTMLElement}} event */
export function over(event) {
  if (!isOurs(event)) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  event.currentTarget.dataset.dropping = 'true';
}

/** @param {DragEvent & {currentTarget: HTMLElement}} event */
export function leaving({ currentTarget, relatedTarget }) {
  if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) delete currentTarget.dataset.dropping;
}

/** @param {DragEvent & {currentTarget: HTMLElement}} event */
export async function dropped(event) {
  if (!isOurs(event)) return;
  event.preventDefault();
  event.stopPropagation();
  const { currentTarget: canvas, dataTransfer } = event;
  delete canvas.dataset.dropping;
  delete document.documentElement.dataset.dropping;
  const row = /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest('.tl-row') : null);
  const startUs = Math.max(0, toUs(event.clientX - canvas.getBoundingClientRect().left - HEAD_PX));
  const where = { trackId: row?.dataset.track, startUs };
  const path = dataTransfer?.getData(MEDIA_TYPE);
  if (path) run(t.steps.toTimeline(1), (now) => addToTimeline(now, [path], where), { selectNew: true });
  else await takeFiles(await droppedFiles(dataTransfer), where);
}
