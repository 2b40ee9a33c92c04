import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { removeTrack, setTrack } from './film-commands.js';
import { run, targetTrack } from './store.js';

/**
 * What a track is called, and what it is told as a whole.
 *
 * @import { Track } from './document.js'
 */

/** @param {Track} track @param {string} label */
export function trackHead(track, label) {
  const set = (/** @type {string} */ step, /** @type {Partial<Track>} */ fields) => () =>
    run(step, (now) => setTrack(now, track.id, fields));
  const toggle = (/** @type {string} */ name, /** @type {unknown} */ look, /** @type {boolean} */ on, /** @type {() => void} */ act) =>
    html`<button
      type="button"
      class="track-button"
      title=${name}
      aria-label=${`${name}, ${label}`}
      aria-pressed=${on ? 'true' : 'false'}
      @click=${act}
    >
      ${look}
    </button>`;
  const { videoHidden = false, audioMuted = false, audioSolo = false, locked = false } = track;
  return html`<div role="rowheader" class="tl-head">
    <button
      type="button"
      class="track-label"
      title=${track.name ? `${track.name} – ${t.timeline.target}` : t.timeline.target}
      aria-label=${`${t.timeline.target}, ${label}`}
      aria-pressed=${targetTrack.value === track.id ? 'true' : 'false'}
      @click=${() => (targetTrack.value = targetTrack.value === track.id ? undefined : track.id)}
    >
      ${label}
    </button>
    ${track.kind === 'video' ? toggle(t.timeline.hide, icon(videoHidden ? 'eye-off' : 'eye'), videoHidden, set(t.steps.hideTrack, { videoHidden: !videoHidden })) : nothing}
    ${toggle(t.timeline.mute, 'M', audioMuted, set(t.steps.muteTrack, { audioMuted: !audioMuted }))}
    ${toggle(t.timeline.solo, 'S', audioSolo, set(t.steps.soloTrack, { audioSolo: !audioSolo }))}
    ${toggle(t.timeline.lock, icon(locked ? 'lock' : 'lock-open'), locked, set(t.steps.lockTrack, { locked: !locked }))}
    ${
      track.items.length
        ? nothing
        : html`<button
            type="button"
            class="track-button"
            title=${t.timeline.removeTrack}
            aria-label=${`${t.timeline.removeTrack}, ${label}`}
            @click=${() => run(t.steps.removeTrack(label), (now) => removeTrack(now, track.id))}
          >
            ${icon('x')}
          </button>`
    }
  </div>`;
}
