import { html } from 'lit/html.js';
import { t } from '../strings.js';
import { clipFields } from './inspector-clip.js';
import { captionFields, filmFields, markerFields } from './inspector-film.js';
import { primary, readOnly, selectedCaption, selectedMarker } from './store.js';

/** What is chosen, and everything about it that can be changed. */

export function inspector() {
  const clip = primary.value;
  const caption = selectedCaption.value;
  const marker = selectedMarker.value;
  return html`<fieldset class="inspector" ?disabled=${readOnly.value}>
    <legend class="visually-hidden">${t.inspector.label}</legend>
    ${clip ? clipFields(clip) : caption ? captionFields(caption) : marker ? markerFields(marker) : filmFields()}
  </fieldset>`;
}
