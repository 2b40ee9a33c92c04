import { html } from 'lit/html.js';
import { t } from '../strings.js';
import { setFields } from './clip-fields.js';
import { clipName } from './clip-name.js';
import { rateOfDoc } from './document.js';
import { doc, run, selectedClips, selection } from './store.js';
import { parseTimecode, timecode } from './timecode.js';

/**
 * What the inspector's parts are made of, whatever they are about.
 *
 * @import { Clip } from './document.js'
 */

/** @param {string} key @param {unknown} name @param {unknown} body @param {boolean} [open] */
export function section(key, name, body, open = true) {
  return html`<details class="section" ?open=${open} data-section=${key}>
    <summary>${name}</summary>
    <div class="rows">${body}</div>
  </details>`;
}

const rate = () => rateOfDoc(doc.value);
export const code = (/** @type {number} */ us) => timecode(rate(), us);
export const parse = (/** @type {number} */ fromUs) => (/** @type {string} */ text) => parseTimecode(rate(), text, fromUs);
/** Of a label and what is chosen: such steps follow on one another. @param {string} what */
export const mergeKey = (what) => `${what} ${[...selection.value].join(' ')}`;

/** @param {string} what the field's name @param {Partial<Clip>} fields */
export function set(what, fields) {
  const ids = selection.value;
  run(
    t.steps.change(what, selectedClips.value.length === 1 ? clipName(selectedClips.value[0]) : t.clips(ids.size)),
    (now) => setFields(now, ids, fields),
    {
      merge: mergeKey(what),
    },
  );
}
