import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { clipName } from './clip-name.js';
import { endOf, mediaOf, nestedIn, rateOfDoc, speedOf, startOf } from './document.js';
import { grabClip } from './drag.js';
import { moving } from './grid-keys.js';
import { files, stateOf } from './media.js';
import { peaksChanged } from './peaks.js';
import { scrollPx, toPx, viewPx, zoom } from './scale.js';
import { focused, selection } from './store.js';
import { painter } from './painter.js';
import { timecode } from './timecode.js';

/**
 * A clip on the timeline.
 *
 * @import { Clip, Doc, Track } from './document.js'
 */

const HEIGHTS = { video: 58, audio: 42 };
/** Strips are painted in windows of this many pixels, so that scrolling repaints now and then. */
const TILE_PX = 512;
const SAID_EVERY = 1e6;

/** @param {Doc} now @param {Track} track @param {string} label @param {Clip} clip */
export function clipView(now, track, label, clip) {
  const { id } = clip;
  const selected = selection.value.has(id);
  const left = toPx(startOf(clip));
  const width = Math.max(3, toPx(clip.timelineRange.durationUs));
  const state = clip.source && !nestedIn(now, clip) ? stateOf(clip.source.path) : 'ready';
  const bad = state === 'missing' || state === 'problem' || state === 'permission';
  const kind = track.kind === 'audio' ? 'audio' : clip.clipType;
  const name = clipName(clip);
  const grab = (/** @type {import('./drag.js').Grip} */ grip) => (/** @type {PointerEvent} */ event) => grabClip(event, id, grip);
  return html`<div
    role="gridcell"
    class="clip"
    data-id=${id}
    data-kind=${kind}
    data-state=${state}
    data-disabled=${clip.disabled || nothing}
    data-moving=${moving.value === id || nothing}
    tabindex=${focused.value === id || (!focused.value && isFirst(now, id)) ? '0' : '-1'}
    aria-selected=${selected ? 'true' : 'false'}
    aria-label=${t.timeline.clipName({
      name,
      track: label,
      startS: startOf(clip) / SAID_EVERY,
      lengthS: clip.timelineRange.durationUs / SAID_EVERY,
      selected,
      transition: clip.transitionIn ? t.transitions[clip.transitionIn.type] : '',
      problem: bad ? t.states[state] : '',
    })}
    title=${`${name}\n${timecode(rateOfDoc(now), startOf(clip))} – ${timecode(rateOfDoc(now), endOf(clip))}`}
    .style=${`inset-inline-start: ${left}px; inline-size: ${width}px`}
    @pointerdown=${grab('move')}
  >
    ${strip(now, track, clip, left, width)}
    <span class="clip-name">
      ${bad ? icon('triangle-alert') : nothing}${clip.linkId ? icon('link') : nothing}<span>${name}</span>
      ${clip.freezeFrameSourceUs === undefined ? nothing : icon('snowflake')}
      ${speedOf(clip) === 1 ? nothing : html`<small>${Math.round(speedOf(clip) * 100)} %</small>`}
      ${clip.effects?.some(({ enabled = true }) => enabled) ? html`<small>fx</small>` : nothing}
    </span>
    ${clip.transitionIn ? html`<span class="transition in" .style=${`inline-size: ${Math.min(width, toPx(clip.transitionIn.durationUs))}px`}>${icon('blend')}</span>` : nothing}
    ${clip.transitionOut ? html`<span class="transition out" .style=${`inline-size: ${Math.min(width, toPx(clip.transitionOut.durationUs))}px`}>${icon('blend')}</span>` : nothing}
    <span class="edge start" @pointerdown=${grab('start')}></span><span class="edge end" @pointerdown=${grab('end')}></span>
  </div>`;
}

/** @param {Doc} now @param {string} id */
const isFirst = (now, id) => now.tracks.find(({ items }) => items.length)?.items[0].id === id;

/** The part of the clip that is near the screen, painted. @param {Doc} now @param {Track} track @param {Clip} clip @param {number} left @param {number} width */
function strip(now, track, clip, left, width) {
  const media = mediaOf(now, clip);
  const file = clip.source ? files.value.get(clip.source.path) : undefined;
  const stripOf = painter.value;
  if (!stripOf || !file || !media || width < 6) return nothing;
  const from = Math.max(0, Math.floor((scrollPx.value - TILE_PX - left) / TILE_PX) * TILE_PX);
  const to = Math.min(width, from + Math.ceil((viewPx.value + 3 * TILE_PX) / TILE_PX) * TILE_PX);
  if (to <= from) return nothing;
  const still = clip.isImage || clip.freezeFrameSourceUs !== undefined;
  const usPerPx = still ? 0 : (1e6 / zoom.value) * speedOf(clip);
  const video = media.info?.video;
  const sounds = !still && !clip.audioFromVideoDisabled && media.info?.audio !== undefined;
  return html`<canvas
    aria-hidden="true"
    .style=${`inset-inline-start: ${from}px; inline-size: ${to - from}px`}
    ${stripOf({
      file,
      kind: track.kind === 'audio' ? 'audio' : media.kind,
      durationUs: media.info?.durationUs ?? 0,
      fromUs: still ? (clip.freezeFrameSourceUs ?? 0) : (clip.sourceRange?.startUs ?? 0) + from * usPerPx,
      usPerPx,
      width: to - from,
      height: HEIGHTS[track.kind],
      aspect: video ? video.width / video.height : 16 / 9,
      sounds,
      gain: clip.audioGain ?? 1,
      version: sounds ? peaksChanged.value : 0,
    })}
  ></canvas>`;
}
