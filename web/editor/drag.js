import { signal } from '@preact/signals-core';
import { t } from '../strings.js';
import { clipName } from './clip-name.js';
import { allClips, editPoints, endOf, findClip, startOf, trackOf, withLinked } from './document.js';
import { moveCaption, setMarker, trimCaption } from './film-commands.js';
import { dragging, follow, snappedUs } from './following.js';
import { move, trim } from './moving.js';
import { goTo } from './player.js';
import { snapOf, toUs } from './scale.js';
import { doc, draft, playheadUs, readOnly, run, select, selectNone, selection, snapping } from './store.js';

/**
 * Dragging on the timeline with mouse, pen or finger: clips, their edges, captions, markers, the playhead, a frame around
 * several. Each of it has keys and fields that do the same.
 *
 * @import { Doc } from './document.js'
 * @typedef {'move' | 'start' | 'end'} Grip
 */

/** The frame drawn around several. @type {import('@preact/signals-core').Signal<{left: number, top: number, width: number, height: number} | undefined>} */
export const marquee = signal(undefined);

/** @param {PointerEvent} event @param {string} id @param {Grip} grip */
export function grabClip(event, id, grip) {
  if (event.button !== 0) return;
  event.stopPropagation();
  const several = event.shiftKey || event.ctrlKey || event.metaKey;
  const was = selection.value.has(id);
  if (several) select(id, { toggle: true });
  else if (!was) select(id);
  const clip = findClip(doc.value, id);
  if (!clip || readOnly.value || trackOf(doc.value, id)?.locked) return;
  const ids = selection.value.has(id) ? selection.value : new Set([id]);
  const command = grip === 'move' ? mover(ids, id) : trimmer(id, grip);
  follow(event, {
    move: (now, dx) => {
      dragging.value = grip;
      draft.value = command(now, dx)(doc.value);
    },
    done: (moved) => {
      const made = draft.value;
      if (moved && made && made !== doc.value) {
        const name = grip === 'move' ? t.steps.move(ids.size === 1 ? clipName(clip) : t.clips(ids.size)) : t.steps.trim(clipName(clip));
        run(name, () => made);
      } else if (!moved && was && !several) select(id);
    },
  });
}

/** @param {ReadonlySet<string>} ids @param {string} id @returns {(event: PointerEvent, dx: number) => (doc: Doc) => Doc} */
function mover(ids, id) {
  const start = doc.value;
  const track = trackOf(start, id);
  const going = withLinked(start, ids);
  const moving = allClips(start).filter((clip) => going.has(clip.id));
  const edges = moving.flatMap((clip) => [startOf(clip), endOf(clip)]);
  const targets = snapTargets(start, going);
  const same = start.tracks.filter(({ kind }) => kind === track?.kind);
  return (event, dx) => {
    let byUs = toUs(dx);
    const snap =
      snapping.value && !event.altKey
        ? snapOf(
            edges.map((us) => us + byUs),
            targets,
          )
        : undefined;
    if (snap) byUs += snap.byUs;
    snappedUs.value = snap?.atUs;
    const over = document.elementsFromPoint(event.clientX, event.clientY).find((element) => element.matches('.tl-row'));
    const row = same.findIndex((each) => each.id === /** @type {HTMLElement | undefined} */ (over)?.dataset.track);
    const byTracks = row < 0 || !track ? 0 : row - same.indexOf(track);
    return (now) => move(now, ids, { byUs, byTracks, kind: track?.kind });
  };
}

/** @param {string} id @param {'start' | 'end'} edge @returns {(event: PointerEvent, dx: number) => (doc: Doc) => Doc} */
function trimmer(id, edge) {
  const start = doc.value;
  const clip = /** @type {import('./document.js').Clip} */ (findClip(start, id));
  const fromUs = edge === 'start' ? startOf(clip) : endOf(clip);
  const targets = snapTargets(start, new Set([id]));
  return (event, dx) => {
    const us = snapped(fromUs + toUs(dx), targets, event.altKey);
    return (now) => trim(now, id, edge, us, { ripple: event.ctrlKey || event.metaKey });
  };
}

/** @param {number} us @param {readonly number[]} targets @param {boolean} free */
function snapped(us, targets, free) {
  const snap = snapping.value && !free ? snapOf([us], targets) : undefined;
  snappedUs.value = snap?.atUs;
  return snap ? snap.atUs : us;
}

/** @param {Doc} now @param {ReadonlySet<string>} but */
function snapTargets(now, but) {
  const rest = {
    ...now,
    tracks: now.tracks.map((track) => ({ ...track, items: track.items.filter(({ id }) => !but.has(id)) })),
    captions: now.captions.filter(({ id }) => !but.has(id)),
  };
  return [...editPoints(rest), playheadUs.value, ...now.markers.map(({ timeUs }) => timeUs)];
}

/** @param {PointerEvent} event @param {string} id @param {Grip} grip */
export function grabCaption(event, id, grip) {
  if (event.button !== 0) return;
  event.stopPropagation();
  select(id, { toggle: event.shiftKey || event.ctrlKey || event.metaKey });
  const caption = doc.value.captions.find((each) => each.id === id);
  if (!caption || readOnly.value) return;
  const targets = snapTargets(doc.value, new Set([id]));
  const fromUs = grip === 'end' ? endOf(caption) : startOf(caption);
  follow(event, {
    move: (now, dx) => {
      dragging.value = grip;
      const us = snapped(fromUs + toUs(dx), targets, now.altKey);
      draft.value = grip === 'move' ? moveCaption(doc.value, id, us - fromUs) : trimCaption(doc.value, id, grip, us);
    },
    done: () => {
      const made = draft.value;
      if (made && made !== doc.value) run(grip === 'move' ? t.steps.move(t.caption) : t.steps.trim(t.caption), () => made);
    },
  });
}

/** @param {PointerEvent} event @param {string} id */
export function grabMarker(event, id) {
  if (event.button !== 0) return;
  event.stopPropagation();
  select(id);
  const marker = doc.value.markers.find((each) => each.id === id);
  if (!marker || readOnly.value) return;
  const targets = snapTargets(doc.value, new Set());
  follow(event, {
    move: (now, dx) => {
      draft.value = setMarker(doc.value, id, { timeUs: Math.max(0, snapped(marker.timeUs + toUs(dx), targets, now.altKey)) });
    },
    done: (moved) => {
      const made = draft.value;
      if (!moved) goTo(marker.timeUs);
      else if (made && made !== doc.value) run(t.steps.moveMarker, () => made);
    },
  });
}

/** @param {PointerEvent & {currentTarget: HTMLElement}} event on the ruler */
export function grabPlayhead(event) {
  if (event.button !== 0) return;
  const { left } = event.currentTarget.getBoundingClientRect();
  const targets = snapTargets(doc.value, new Set());
  const put = (/** @type {PointerEvent} */ now, /** @type {number} */ us) =>
    goTo(Math.max(0, now.shiftKey ? snapped(us, targets, false) : us));
  const fromUs = toUs(event.clientX - left);
  put(event, fromUs);
  follow(event, { move: (now, dx) => put(now, fromUs + toUs(dx)) });
}

/** A frame around several clips, from an empty place. @param {PointerEvent & {currentTarget: HTMLElement}} event */
export function grabEmpty(event) {
  if (event.button !== 0) return;
  const lane = event.currentTarget;
  const grid = /** @type {HTMLElement} */ (lane.closest('.tl-canvas'));
  const before = event.shiftKey ? selection.value : new Set();
  const usAt = toUs(event.clientX - lane.getBoundingClientRect().left);
  if (!event.shiftKey) selectNone();
  follow(event, {
    move: (now, dx, dy) => {
      const box = grid.getBoundingClientRect();
      const y = event.clientY - box.top;
      const x1 = now.clientX - box.left;
      marquee.value = { left: Math.min(x1, x1 - dx), top: Math.min(y, y + dy), width: Math.abs(dx), height: Math.abs(dy) };
      const frame = {
        left: Math.min(now.clientX, now.clientX - dx),
        right: Math.max(now.clientX, now.clientX - dx),
        top: Math.min(event.clientY, now.clientY),
        bottom: Math.max(event.clientY, now.clientY),
      };
      const inside = [...grid.querySelectorAll('.clip')].filter((element) => {
        const each = element.getBoundingClientRect();
        return each.left < frame.right && each.right > frame.left && each.top < frame.bottom && each.bottom > frame.top;
      });
      selection.value = new Set([
        .../** @type {Set<string>} */ (before),
        ...inside.map((element) => /** @type {HTMLElement} */ (element).dataset.id ?? ''),
      ]);
    },
    done: (moved) => {
      marquee.value = undefined;
      if (!moved) goTo(usAt);
    },
    cancel: () => (marquee.value = undefined),
  });
}
