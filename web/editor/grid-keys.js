import { signal } from '@preact/signals-core';
import { announce } from '../announce.js';
import { t } from '../strings.js';
import { clipName, namesOf } from './clip-name.js';
import { allClips, endOf, findClip, rateOfDoc, startOf, stepFrames, trackLabel, trackOf } from './document.js';
import { cameByKey } from './focus-way.js';
import { move } from './moving.js';
import { reveal } from './scale.js';
import { doc, focused, primary, run, sealStep, select, selection, undo } from './store.js';
import { timecode } from './timecode.js';

/**
 * The timeline by keyboard: the arrows go from clip to clip; in move mode they carry the clip along.
 */

/** The clip that is carried. @type {import('@preact/signals-core').Signal<string | undefined>} */
export const moving = signal(undefined);
let steps = 0;

/** @param {KeyboardEvent} event */
export function gridKey(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const id = target.dataset.id;
  if (!id || event.ctrlKey || event.metaKey || event.altKey) return;
  const used = moving.value ? carry(event) : walk(event, id);
  if (!used) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {KeyboardEvent} event @param {string} id */
function walk({ key, shiftKey }, id) {
  if (key === 'Enter') {
    select(id, { toggle: shiftKey });
    say(id);
    return true;
  }
  // After a click the arrows go on frame by frame, as editors' do.
  const next = cameByKey() && !shiftKey && key.startsWith('Arrow') ? neighbour(id, key) : undefined;
  if (!next) return false;
  focusClip(next);
  return true;
}

/** @param {string} id @param {string} key */
function neighbour(id, key) {
  const rows = [
    ...doc.value.tracks.map(
      ({ items }) => /** @type {readonly {id: string, timelineRange: {startUs: number, durationUs: number}}[]} */ (items),
    ),
    doc.value.captions,
  ].filter((items) => items.length);
  const row = rows.findIndex((items) => items.some((item) => item.id === id));
  const at = rows[row]?.findIndex((item) => item.id === id) ?? -1;
  if (at < 0) return undefined;
  if (key === 'ArrowLeft') return rows[row][at - 1]?.id;
  if (key === 'ArrowRight') return rows[row][at + 1]?.id;
  const other = rows[row + (key === 'ArrowUp' ? -1 : 1)];
  const middle = startOf(rows[row][at]) + rows[row][at].timelineRange.durationUs / 2;
  const distance = (/** @type {{timelineRange: {startUs: number, durationUs: number}}} */ item) =>
    Math.max(startOf(item) - middle, middle - endOf(item), 0);
  return other && [...other].sort((a, b) => distance(a) - distance(b))[0].id;
}

/** @param {string} id */
export function focusClip(id) {
  focused.value = id;
  const clip = findClip(doc.value, id);
  if (clip) reveal(startOf(clip));
  const clipElement = () => document.querySelector(/** @type {'div'} */ (`.clip[data-id="${CSS.escape(id)}"]`));
  // At once, for the next key may come before the next frame; once it has been drawn, where it was too far away.
  if (clipElement()) clipElement()?.focus();
  else requestAnimationFrame(() => clipElement()?.focus());
}

/** Begins to carry the clip that has the focus. */
export function grab() {
  const id = focused.value ?? [...selection.value][0];
  if (!id || !findClip(doc.value, id)) return;
  if (moving.value) return drop();
  if (!selection.value.has(id)) select(id);
  sealStep();
  moving.value = id;
  steps = 0;
  focusClip(id);
  announce(t.said.grabbed(clipName(/** @type {import('./document.js').Clip} */ (findClip(doc.value, id)))), 'page-alert');
}

function drop() {
  const id = moving.value;
  moving.value = undefined;
  if (id) say(id);
}

/** @param {KeyboardEvent} event */
function carry({ key, shiftKey }) {
  const id = /** @type {string} */ (moving.value);
  if (key === 'Enter' || key === ' ' || key === 'Tab') {
    drop();
    return key !== 'Tab';
  }
  if (key === 'Escape') {
    if (steps) undo();
    moving.value = undefined;
    announce(t.said.putBack);
    return true;
  }
  const frames = shiftKey ? Math.round(doc.value.timebase.fps[0] / doc.value.timebase.fps[1]) : 1;
  /** @type {Record<string, {frames?: number, tracks?: number}>} */
  const ways = { ArrowLeft: { frames: -frames }, ArrowRight: { frames }, ArrowUp: { tracks: -1 }, ArrowDown: { tracks: 1 } };
  const by = ways[key];
  if (!by) return false;
  if (nudge(by, { merge: `carry ${id}` })) steps += 1;
  say(id);
  focusClip(id);
  return true;
}

/** Moves what is chosen. @param {{frames?: number, tracks?: number}} by @param {{merge?: string}} how */
function nudge({ frames = 0, tracks = 0 }, how) {
  const ids = selection.value;
  const clip = primary.value;
  if (!clip) return false;
  const byUs = Math.sign(frames) * Math.abs(stepFrames(doc.value, startOf(clip), Math.abs(frames)) - startOf(clip));
  const kind = trackOf(doc.value, clip.id)?.kind;
  return run(t.steps.move(namesOf(ids)), (now) => move(now, ids, { byUs, byTracks: tracks, kind }), how);
}

/** @param {string} id */
function say(id) {
  const clip = allClips(doc.value).find((each) => each.id === id);
  const track = trackOf(doc.value, id);
  if (!clip || !track) return;
  announce(t.said.at(clipName(clip), trackLabel(doc.value, track), timecode(rateOfDoc(doc.value), startOf(clip)), selection.value.has(id)));
}
