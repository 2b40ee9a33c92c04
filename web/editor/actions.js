import { announce } from '../announce.js';
import { t } from '../strings.js';
import { setFields } from './clip-fields.js';
import { clipName, namesOf } from './clip-name.js';
import * as cutting from './cutting.js';
import { endOf, findClip, startOf, trackOf, withLinked } from './document.js';
import * as film from './film-commands.js';
import * as linking from './linking.js';
import * as moving from './moving.js';
import * as pasting from './pasting.js';
import { goTo } from './player.js';
import * as retiming from './retiming.js';
import {
  doc,
  filmUs,
  focused,
  lastStep,
  playheadUs,
  primary,
  run,
  select,
  selectedClips,
  selection,
  snapping,
  targetTrack,
  undo,
} from './store.js';
import { titleStyle } from './snapshot.js';
import { toast } from './toasts.js';

/** What keys and buttons do: commands on what is chosen, or under the playhead, with their names. */

const FREEZE_US = 2_000_000;

/** @type {ReturnType<typeof pasting.copied>} */
let clipboard = [];

/** What an edit at the playhead is about: the chosen clips under it; else those of the target track; else the uppermost one. */
function aim() {
  const under = cutting.clipsUnder(doc.value, playheadUs.value);
  const chosen = [...selection.value].filter((id) => under.has(id));
  if (chosen.length) return new Set(chosen);
  const targeted = [...under].filter((id) => trackOf(doc.value, id)?.id === targetTrack.value);
  if (targeted.length) return new Set(targeted);
  const order = doc.value.tracks.flatMap(({ items }) => items).filter(({ id }) => under.has(id));
  const best = order.find(({ clipType }) => clipType === 'media') ?? order[0];
  return new Set(best ? [best.id] : []);
}

/** @param {boolean} all */
export function split(all = false) {
  const ids = all ? cutting.clipsUnder(doc.value, playheadUs.value) : aim();
  run(t.steps.split(namesOf(ids)), (now) => cutting.split(now, ids, playheadUs.value));
}

/** @param {'start' | 'end'} edge @param {boolean} ripple */
export function trimToPlayhead(edge, ripple) {
  const [id] = aim();
  const clip = id && findClip(doc.value, id);
  if (!clip) return;
  const changed = run(t.steps.trim(clipName(clip)), (now) => moving.trim(now, id, edge, playheadUs.value, { ripple }));
  if (changed && ripple && edge === 'start') goTo(startOf(clip));
}

/** @param {boolean} ripple */
export function remove(ripple = false) {
  const ids = selection.value;
  if (!ids.size) {
    const track = targetTrack.value ?? film.mainTrack(doc.value, 'video')?.id;
    if (ripple && track) run(t.steps.closeGap, (now) => cutting.closeGap(now, track, playheadUs.value));
    return;
  }
  const label = t.steps.remove(ids.size === 1 && selectedClips.value.length ? namesOf(ids) : t.items(ids.size));
  const next = neighbourOf(ids);
  const count = ids.size;
  if (!run(label, (now) => (ripple ? cutting.rippleRemove : cutting.remove)(now, ids))) return toast(t.lockedTrack);
  if (next && findClip(doc.value, next)) focused.value = next;
  toast(t.deleted(count), { step: lastStep.value, choices: [{ label: t.undo, act: undo }] });
}

/** Where the keyboard goes when clips go. @param {ReadonlySet<string>} ids */
function neighbourOf(ids) {
  const gone = withLinked(doc.value, ids);
  for (const { items } of doc.value.tracks) {
    const at = items.findIndex(({ id }) => gone.has(id));
    if (at >= 0) return items.slice(at).find(({ id }) => !gone.has(id))?.id ?? items.slice(0, at).findLast(({ id }) => !gone.has(id))?.id;
  }
  return undefined;
}

export function copy() {
  if (!selectedClips.value.length) return;
  clipboard = pasting.copied(doc.value, selection.value);
  announce(t.said.copied(clipboard.length));
}

export function cut() {
  if (!selectedClips.value.length) return;
  copy();
  run(t.steps.cut(namesOf(selection.value)), (now) => cutting.remove(now, selection.value));
}

export function paste() {
  if (!clipboard.length) return;
  const [from, all] = [playheadUs.value, clipboard];
  const endUs = from + Math.max(...all.map(({ clip }) => endOf(clip)));
  if (run(t.steps.paste(t.clips(all.length)), (now) => pasting.paste(now, all, from, { trackId: targetTrack.value }), { selectNew: true }))
    goTo(endUs);
}

export function duplicate() {
  const ids = selection.value;
  run(t.steps.duplicate(namesOf(ids)), (now) => pasting.duplicate(now, ids), { selectNew: true });
}

export function title() {
  const fields = { clipType: /** @type {const} */ ('text'), text: t.newTitle, style: titleStyle(doc.value) };
  run(t.steps.addTitle, (now) => film.addOverlay(now, playheadUs.value, fields), { selectNew: true });
  focusFirstSelected();
}

/** @param {'background' | 'adjustment'} clipType */
export function overlay(clipType) {
  const fields = clipType === 'background' ? { clipType, backgroundColor: '#1d3557' } : { clipType, effects: [] };
  run(t.steps.addOverlay(t.clipTypes[clipType]), (now) => film.addOverlay(now, playheadUs.value, fields), { selectNew: true });
  focusFirstSelected();
}

export function focusFirstSelected() {
  const [id] = selection.value;
  if (id) focused.value = id;
}

export function caption() {
  run(t.steps.addCaption, (now) => film.addCaption(now, playheadUs.value, t.newCaption), { selectNew: true });
}

export function freeze() {
  const [id] = aim();
  const clip = id && findClip(doc.value, id);
  if (clip) run(t.steps.freeze(clipName(clip)), (now) => retiming.freeze(now, id, playheadUs.value, FREEZE_US));
}

export function marker() {
  run(t.steps.addMarker, (now) => film.addMarker(now, playheadUs.value, t.marker(now.markers.length + 1)));
}

export function editMarker() {
  const near = doc.value.markers.find(({ timeUs }) => timeUs === playheadUs.value);
  if (!near) return marker();
  select(near.id);
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector('#inspector input[type=text]'))?.focus());
}

/** @param {'in' | 'out'} edge */
export function mark(edge) {
  run(edge === 'in' ? t.steps.setIn : t.steps.setOut, (now) => film.setRangeEdge(now, edge, playheadUs.value, filmUs.value));
}

export const clearRange = () => doc.value.range && run(t.steps.clearRange, film.clearRange);

export function rangeAroundSelection() {
  const chosen = selectedClips.value;
  if (chosen.length) run(t.steps.setRange, (now) => film.setRange(now, Math.min(...chosen.map(startOf)), Math.max(...chosen.map(endOf))));
}

export function toggleSnap() {
  snapping.value = !snapping.value;
  announce(snapping.value ? t.said.snapOn : t.said.snapOff);
}

/** @param {number} n counted as the tracks are shown: V1 and up, then A1 and down */
export function target(n) {
  const order = [
    ...doc.value.tracks.filter(({ kind }) => kind === 'video').reverse(),
    ...doc.value.tracks.filter(({ kind }) => kind === 'audio'),
  ];
  const track = order[n - 1];
  if (track) targetTrack.value = targetTrack.value === track.id ? undefined : track.id;
}

export function detachSound() {
  run(t.steps.detachSound(namesOf(selection.value)), (now) => linking.detachSound(now, selection.value));
}

/** Changes a field of all chosen clips as of the first of them. @param {string} step @param {(clip: import('./document.js').Clip) => Partial<import('./document.js').Clip>} fields */
function setOnChosen(step, fields) {
  const clip = primary.value;
  if (clip) run(t.steps.change(step, namesOf(selection.value)), (now) => setFields(now, selection.value, fields(clip)));
}

export const toggleDisabled = () => setOnChosen(t.keys.disable, ({ disabled }) => ({ disabled: disabled ? undefined : true }));

export const toggleSound = () =>
  setOnChosen(t.keys.silence, ({ audioFromVideoDisabled: off }) => ({ audioFromVideoDisabled: off ? undefined : true }));

/** Of the target track; else of that of the chosen clip. */
export function toggleSolo() {
  const track = doc.value.tracks.find(({ id }) => id === targetTrack.value) ?? (primary.value && trackOf(doc.value, primary.value.id));
  if (track) run(t.steps.soloTrack, (now) => film.setTrack(now, track.id, { audioSolo: !track.audioSolo }));
}

export const linkClips = () => run(t.steps.link, (now) => linking.link(now, selection.value));
export const unlinkClips = () => run(t.steps.unlink, (now) => linking.unlink(now, selection.value));
