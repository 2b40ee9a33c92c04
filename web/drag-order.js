import { html } from 'lit/html.js';
import { find, moveTo } from './film-store.js';
import * as icons from './icons.js';
import { t } from './strings.js';

/**
 * Dragging a row to another place in its list, with mouse, pen or finger. The buttons of the row do the same for the keyboard.
 * @param {import('./film.js').Clip} clip
 */
export function dragHandle(clip) {
  return html`<span
    class="grip"
    title=${t.list.drag(clip.name)}
    aria-hidden="true"
    @pointerdown=${(/** @type {PointerEvent} */ event) => begin(event, clip.id)}
    >${icons.grip}</span
  >`;
}

/** @param {PointerEvent} event @param {string} id */
function begin(event, id) {
  if (event.button !== 0) return;
  event.preventDefault(); // no text selection on the way
  const list = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (event.currentTarget).closest('ol'));
  const row = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (event.currentTarget).closest('li'));
  const over = new AbortController();
  row.classList.add('dragged');
  // On the window: a pointer captured by the row would be let go when the row moves in the document.
  addEventListener('pointermove', ({ clientY }) => follow(list, id, clientY), { signal: over.signal });
  for (const end of ['pointerup', 'pointercancel']) {
    addEventListener(
      end,
      () => {
        row.classList.remove('dragged');
        over.abort();
      },
      { signal: over.signal },
    );
  }
}

/** Takes the place of the row whose middle the pointer has passed. @param {HTMLElement} list @param {string} id @param {number} y */
function follow(list, id, y) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  const from = rows.findIndex((row) => row.dataset.id === id);
  if (from < 0 || !find(id)) return;
  const passed = (/** @type {HTMLElement} */ row, /** @type {number} */ index) => {
    const { top, height } = row.getBoundingClientRect();
    return index < from ? y < top + height / 2 : y > top + height / 2;
  };
  const above = rows.findIndex((row, index) => index < from && passed(row, index));
  const below = rows.findLastIndex((row, index) => index > from && passed(row, index));
  if (above >= 0) moveTo(id, above);
  else if (below >= 0) moveTo(id, below);
}
