import { frameStartUs, nearestFrame } from '../rate.js';
import {
  SPEED,
  allClips,
  endOf,
  findClip,
  onFrame,
  rateOfDoc,
  runs,
  sourceEndUs,
  speedOf,
  startOf,
  stepFrames,
  trackOf,
  withLinked,
} from './document.js';
import { carved, closedUp, inOrder, isFree, movedTo, onTracksOf, opened, overlaid, piece, shifted, withIds } from './placing.js';

/**
 * What can be done to clips on the timeline. Each command takes the document and gives another one, or the same where
 * there is nothing to do.
 *
 * @import { Clip, Doc, Track } from './document.js'
 */

/**
 * Lays clips onto a track, over what is there.
 * @param {Doc} doc @param {string} trackId @param {readonly Omit<Clip, 'id'>[]} clips
 * @returns {Doc}
 */
export function place(doc, trackId, clips) {
  return withIds(doc, (newId) => {
    const fresh = clips.map((clip) => /** @type {Clip} */ ({ ...clip, id: newId() }));
    return { tracks: doc.tracks.map((track) => (track.id === trackId && !track.locked ? overlaid(track, fresh, newId) : track)) };
  });
}

/**
 * Moves clips, and those linked to them, by time and by rows; they lie over what was there.
 * @param {Doc} doc @param {ReadonlySet<string>} ids @param {{byUs?: number, byTracks?: number, kind?: 'video' | 'audio'}} how `kind`: whose rows change
 * @returns {Doc}
 */
export function move(doc, ids, { byUs = 0, byTracks = 0, kind }) {
  const moving = withLinked(doc, unlocked(doc, ids));
  const clips = allClips(doc).filter(({ id }) => moving.has(id));
  if (!clips.length || doc.tracks.some((track) => track.locked && track.items.some(({ id }) => moving.has(id)))) return doc;
  const rate = rateOfDoc(doc);
  const firstUs = Math.min(...clips.map(startOf));
  const frames = Math.max(nearestFrame(rate, byUs), -nearestFrame(rate, firstUs));
  const rows = allowedRows(doc, moving, byTracks, kind);
  if (!frames && !rows) return doc;
  return withIds(doc, (newId) => {
    const left = doc.tracks.map((track) => ({ ...track, items: track.items.filter(({ id }) => !moving.has(id)) }));
    /** @type {Map<string, Clip[]>} */
    const arriving = new Map();
    for (const track of doc.tracks) {
      for (const clip of track.items) {
        if (!moving.has(clip.id)) continue;
        const target = rows && track.kind === (kind ?? track.kind) ? neighbour(doc, track, rows) : track;
        const list = arriving.get(target.id) ?? [];
        arriving.set(target.id, [...list, frames ? steppedClip(doc, clip, frames) : clip]);
      }
    }
    return { tracks: left.map((track) => (arriving.has(track.id) ? overlaid(track, arriving.get(track.id) ?? [], newId) : track)) };
  });
}

/** @param {Doc} doc @param {Clip} clip @param {number} frames */
function steppedClip(doc, clip, frames) {
  const startUs = stepFrames(doc, startOf(clip), frames);
  return movedTo(clip, startUs, stepFrames(doc, endOf(clip), frames) - startUs);
}

/** How many rows of their kind all of the clips can move. @param {Doc} doc @param {ReadonlySet<string>} ids @param {number} rows @param {'video' | 'audio'} [kind] */
function allowedRows(doc, ids, rows, kind) {
  const from = doc.tracks.filter((track) => track.kind === (kind ?? track.kind) && track.items.some(({ id }) => ids.has(id)));
  let allowed = rows;
  while (allowed && !from.every((track) => neighbour(doc, track, allowed) && !neighbour(doc, track, allowed).locked))
    allowed -= Math.sign(allowed);
  return allowed;
}

/** @param {Doc} doc @param {Track} track @param {number} rows */
function neighbour(doc, track, rows) {
  const same = doc.tracks.filter(({ kind }) => kind === track.kind);
  return same[same.indexOf(track) + rows];
}

/** @param {Doc} doc @param {Iterable<string>} ids */
const unlocked = (doc, ids) => [...ids].filter((id) => !trackOf(doc, id)?.locked);

/**
 * Moves an edge of a clip, and of those linked to it that begin or end with it, within the source and up to the neighbours.
 * With `ripple` the clip stays where it starts, and what follows it on its track closes up or makes room.
 * @param {Doc} doc @param {string} id @param {'start' | 'end'} edge @param {number} us @param {{ripple?: boolean}} [how]
 * @returns {Doc}
 */
export function trim(doc, id, edge, us, { ripple = false } = {}) {
  const clip = findClip(doc, id);
  if (!clip) return doc;
  const edgeOf = edge === 'start' ? startOf : endOf;
  const together = allClips(doc).filter(
    (each) => each.id === id || (clip.linkId && each.linkId === clip.linkId && edgeOf(each) === edgeOf(clip)),
  );
  if (together.some((each) => trackOf(doc, each.id)?.locked)) return doc;
  const limits = together.map((each) => trimLimits(doc, each, edge, ripple));
  const low = Math.max(...limits.map(([min]) => min));
  const high = Math.min(...limits.map(([, max]) => max));
  const wanted = onFrame(doc, us);
  const newUs = Math.max(low, Math.min(wanted, high));
  if (newUs === edgeOf(clip) || low > high) return doc;
  const ids = new Set(together.map((each) => each.id));
  return { ...doc, tracks: onTracksOf(doc, ids, (track) => trimmedTrack(track, ids, edge, newUs, ripple)) };
}

/** Where an edge can go, µs. @param {Doc} doc @param {Clip} clip @param {'start' | 'end'} edge @param {boolean} ripple @returns {[number, number]} */
function trimLimits(doc, clip, edge, ripple) {
  const items = trackOf(doc, clip.id)?.items ?? [];
  const index = items.findIndex(({ id }) => id === clip.id);
  const { startUs = 0 } = clip.sourceRange ?? {};
  const bound = runs(clip) && clip.freezeFrameSourceUs === undefined;
  if (edge === 'start') {
    const before = items[index - 1];
    const sourceLimit = bound ? startOf(clip) - Math.floor(startUs / speedOf(clip)) : -Infinity;
    return [Math.max(sourceLimit, ripple ? -Infinity : before ? endOf(before) : 0), stepFrames(doc, endOf(clip), -1)];
  }
  const after = items[index + 1];
  const sourceLimit = startOf(clip) + Math.floor((sourceEndUs(doc, clip) - startUs) / speedOf(clip));
  return [stepFrames(doc, startOf(clip), 1), Math.min(sourceLimit, ripple || !after ? Infinity : startOf(after))];
}

/** @param {Track} track @param {ReadonlySet<string>} ids @param {'start' | 'end'} edge @param {number} us @param {boolean} ripple @returns {Track} */
function trimmedTrack(track, ids, edge, us, ripple) {
  const clip = track.items.find(({ id }) => ids.has(id));
  if (!clip) return track;
  const trimmed = edge === 'start' ? reshaped(clip, us, endOf(clip)) : reshaped(clip, startOf(clip), us);
  const set = (/** @type {Track} */ to, /** @type {Clip} */ by) => ({
    ...to,
    items: to.items.map((each) => (each.id === clip.id ? by : each)),
  });
  if (!ripple) return set(track, trimmed);
  const byUs = edge === 'start' ? startOf(clip) - us : us - endOf(clip);
  return set(shifted(track, endOf(clip), byUs), edge === 'start' ? movedTo(trimmed, startOf(clip)) : trimmed);
}

/** A clip between other edges, playing its source on where it reaches further. @param {Clip} clip @param {number} startUs @param {number} endUs @returns {Clip} */
export function reshaped(clip, startUs, endUs) {
  const from = clip.sourceRange?.startUs ?? 0;
  const sourceRange = runs(clip)
    ? {
        startUs: Math.max(0, from + Math.round((startUs - startOf(clip)) * speedOf(clip))),
        durationUs: Math.max(1, Math.round((endUs - startUs) * speedOf(clip))),
      }
    : { startUs: from, durationUs: endUs - startUs };
  return { ...clip, timelineRange: { startUs, durationUs: endUs - startUs }, ...(clip.sourceRange ? { sourceRange } : {}) };
}

/**
 * Cuts the clips that are under a moment.
 * @param {Doc} doc @param {ReadonlySet<string>} ids @param {number} us
 * @returns {Doc}
 */
export function split(doc, ids, us) {
  const atUs = onFrame(doc, us);
  const cutting = withLinked(doc, ids);
  const under = allClips(doc).filter(
    (clip) => cutting.has(clip.id) && startOf(clip) < atUs && endOf(clip) > atUs && !trackOf(doc, clip.id)?.locked,
  );
  if (!under.length) return doc;
  const cut = new Set(under.map(({ id }) => id));
  return withIds(doc, (newId) => {
    /** The halves after the cut are linked among themselves. @type {Map<string, string>} */
    const links = new Map();
    const linkOf = (/** @type {string | undefined} */ link) => {
      if (!link) return {};
      if (!links.has(link)) links.set(link, newId());
      return { linkId: links.get(link) };
    };
    const halves = (/** @type {Clip} */ clip) => [
      piece(clip, startOf(clip), atUs),
      { ...piece(clip, atUs, endOf(clip)), id: newId(), ...linkOf(clip.linkId) },
    ];
    return {
      tracks: onTracksOf(doc, cut, (track) => ({
        ...track,
        items: track.items.flatMap((clip) => (cut.has(clip.id) ? halves(clip) : [clip])),
      })),
    };
  });
}

/** The clips under a moment, on every track that is not locked. @param {Doc} doc @param {number} us @returns {Set<string>} */
export function clipsUnder(doc, us) {
  const at = doc.tracks
    .filter(({ locked }) => !locked)
    .flatMap(({ items }) => items.filter((clip) => startOf(clip) <= us && endOf(clip) > us));
  return new Set(at.map(({ id }) => id));
}

/** Takes clips away, and leaves a gap. @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function remove(doc, ids) {
  const gone = withLinked(doc, unlocked(doc, ids));
  const captions = doc.captions.filter(({ id }) => !ids.has(id));
  const markers = doc.markers.filter(({ id }) => !ids.has(id));
  const tracks = onTracksOf(doc, gone, (track) => ({ ...track, items: track.items.filter(({ id }) => !gone.has(id)) }));
  const same =
    captions.length === doc.captions.length && markers.length === doc.markers.length && tracks.every((track, i) => track === doc.tracks[i]);
  return same ? doc : { ...doc, tracks, captions, markers };
}

/** Takes clips away, and closes the gaps on their tracks. @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function rippleRemove(doc, ids) {
  const gone = withLinked(doc, unlocked(doc, ids));
  const closed = { ...doc, tracks: onTracksOf(doc, gone, (track) => closedUp(track, gone)) };
  return remove(gone.size ? closed : doc, ids);
}

/** Closes the gap of a track that is under a moment. @param {Doc} doc @param {string} trackId @param {number} us @returns {Doc} */
export function closeGap(doc, trackId, us) {
  const track = doc.tracks.find(({ id }) => id === trackId);
  const next = track?.items.find((clip) => startOf(clip) > us);
  if (!track || track.locked || !next || !isFree(track, us, us + 1)) return doc;
  const before = track.items.filter((clip) => endOf(clip) <= us).at(-1);
  const byUs = (before ? endOf(before) : 0) - startOf(next);
  return { ...doc, tracks: doc.tracks.map((each) => (each === track ? shifted(track, startOf(next), byUs) : each)) };
}

/**
 * Clips as they can be pasted: where they lay in relation to the first of them.
 * @param {Doc} doc @param {ReadonlySet<string>} ids
 * @returns {{trackId: string, kind: 'video' | 'audio', clip: Clip}[]}
 */
export function copied(doc, ids) {
  const chosen = withLinked(doc, ids);
  const found = doc.tracks.flatMap((track) =>
    track.items.filter(({ id }) => chosen.has(id)).map((clip) => ({ trackId: track.id, kind: track.kind, clip })),
  );
  const firstUs = Math.min(...found.map(({ clip }) => startOf(clip)));
  return found.map((each) => ({ ...each, clip: movedTo(each.clip, startOf(each.clip) - firstUs) }));
}

/**
 * Lays copied clips over what is at a moment, each on its track, or on the first of its kind when that is gone.
 * @param {Doc} doc @param {ReturnType<typeof copied>} clips @param {number} us @param {{insert?: boolean, trackId?: string}} [how]
 *   `insert`: what is there makes room; `trackId`: where they go if they all come from one track
 * @returns {Doc}
 */
export function paste(doc, clips, us, { insert = false, trackId } = {}) {
  if (!clips.length) return doc;
  const atUs = onFrame(doc, us);
  const oneTrack = new Set(clips.map((each) => each.trackId)).size === 1;
  return withIds(doc, (newId) => {
    /** @type {Map<string, string>} */
    const links = new Map();
    for (const { clip } of clips) if (clip.linkId && !links.has(clip.linkId)) links.set(clip.linkId, newId());
    /** @type {Map<string, Clip[]>} */
    const arriving = new Map();
    for (const { trackId: from, kind, clip } of clips) {
      const usable = doc.tracks.filter((track) => track.kind === kind && !track.locked);
      const target = (oneTrack && usable.find(({ id }) => id === trackId)) || usable.find(({ id }) => id === from) || usable[0];
      if (!target) continue;
      const startUs = onFrame(doc, atUs + startOf(clip));
      const fresh = { ...movedTo(clip, startUs, onFrame(doc, atUs + endOf(clip)) - startUs), id: newId() };
      if (clip.linkId) fresh.linkId = links.get(clip.linkId);
      arriving.set(target.id, [...(arriving.get(target.id) ?? []), fresh]);
    }
    const lengthUs = onFrame(doc, atUs + Math.max(...clips.map(({ clip }) => endOf(clip)))) - atUs;
    const tracks = doc.tracks.map((track) => {
      const fresh = arriving.get(track.id);
      return fresh ? overlaid(insert ? opened(track, atUs, lengthUs, newId) : track, fresh, newId) : track;
    });
    return { tracks };
  });
}

/** Copies right after the last of the clips; what follows makes room. @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function duplicate(doc, ids) {
  const clips = copied(doc, ids);
  const ends = allClips(doc)
    .filter(({ id }) => withLinked(doc, ids).has(id))
    .map(endOf);
  return clips.length ? paste(doc, clips, Math.max(...ends), { insert: true }) : doc;
}

/**
 * Another speed: the clips play the same part of their source, in another time, and what follows on their tracks keeps its
 * distance.
 * @param {Doc} doc @param {ReadonlySet<string>} ids @param {number} speed
 * @returns {Doc}
 */
export function setSpeed(doc, ids, speed) {
  const chosen = withLinked(doc, ids);
  const bounded = Math.round(Math.min(SPEED.max, Math.max(SPEED.min, speed)) * 1000) / 1000;
  const tracks = onTracksOf(doc, chosen, (track) =>
    track.items
      .filter((clip) => chosen.has(clip.id) && runs(clip))
      .reduce((now, { id }) => {
        const clip = /** @type {Clip} */ (now.items.find((each) => each.id === id));
        const playedUs = clip.timelineRange.durationUs * speedOf(clip);
        const endUs = Math.max(stepFrames(doc, startOf(clip), 1), onFrame(doc, startOf(clip) + playedUs / bounded));
        const { speed: _, ...rest } = clip;
        const faster = reshaped({ ...rest, ...(bounded === 1 ? {} : { speed: bounded }) }, startOf(clip), endUs);
        const moved = shifted(now, endOf(clip), endUs - endOf(clip));
        return { ...moved, items: moved.items.map((each) => (each.id === id ? faster : each)) };
      }, track),
  );
  return { ...doc, tracks };
}

/**
 * Holds the picture at a moment for a while: the clip is cut there, and a still of it put in between.
 * @param {Doc} doc @param {string} id @param {number} us @param {number} lengthUs
 * @returns {Doc}
 */
export function freeze(doc, id, us, lengthUs) {
  const clip = findClip(doc, id);
  const track = trackOf(doc, id);
  const atUs = onFrame(doc, us);
  if (!clip || !track || track.locked || !runs(clip) || startOf(clip) > atUs || endOf(clip) <= atUs) return doc;
  const stillEndUs = onFrame(doc, atUs + lengthUs);
  return withIds(doc, (newId) => {
    const { transitionIn: _in, transitionOut: _out, linkId: _link, speed: _speed, ...rest } = clip;
    const sourceUs = (clip.sourceRange?.startUs ?? 0) + Math.round((atUs - startOf(clip)) * speedOf(clip));
    const still = {
      ...rest,
      id: newId(),
      timelineRange: { startUs: atUs, durationUs: stillEndUs - atUs },
      sourceRange: { startUs: sourceUs, durationUs: stillEndUs - atUs },
      freezeFrameSourceUs: sourceUs,
      audioFromVideoDisabled: true,
    };
    const linked = withLinked(doc, [id]);
    return {
      tracks: doc.tracks.map((each) => {
        const roomy = !each.locked && each.items.some((item) => linked.has(item.id)) ? opened(each, atUs, stillEndUs - atUs, newId) : each;
        return each === track ? { ...roomy, items: inOrder([...carved(roomy.items, atUs, stillEndUs, newId), still]) } : roomy;
      }),
    };
  });
}

/**
 * The sound of video clips as clips of their own, on the first sound track that has room for them, linked.
 * @param {Doc} doc @param {ReadonlySet<string>} ids
 * @returns {Doc}
 */
export function detachSound(doc, ids) {
  const from = doc.tracks.filter(({ kind, locked }) => kind === 'video' && !locked).flatMap(({ items }) => items);
  const speaking = from.filter(
    (clip) => ids.has(clip.id) && clip.clipType === 'media' && !clip.isImage && !clip.audioFromVideoDisabled && hasSound(doc, clip),
  );
  return speaking.reduce((now, clip) => detached(now, clip), doc);
}

/** @param {Doc} doc @param {Clip} clip @returns {boolean} false only where the engine has said so */
export function hasSound(doc, clip) {
  const media = doc.media.find(({ path }) => path === clip.source?.path);
  return media !== undefined && media.kind !== 'image' && (!media.info || media.info.audio !== undefined);
}

/** @param {Doc} doc @param {Clip} clip @returns {Doc} */
function detached(doc, clip) {
  return withIds(doc, (newId) => {
    const linkId = clip.linkId ?? newId();
    const { transform: _t, effects: _e, opacity: _o, transitionIn: _in, transitionOut: _out, ...heard } = clip;
    const sound = { ...heard, id: newId(), linkId };
    const silent = { ...clip, linkId, audioFromVideoDisabled: true };
    const tracks = doc.tracks.map((track) => ({ ...track, items: track.items.map((each) => (each.id === clip.id ? silent : each)) }));
    const room = tracks.find((track) => track.kind === 'audio' && !track.locked && isFree(track, startOf(clip), endOf(clip)));
    if (!room) return { tracks: [...tracks, { id: newId(), kind: /** @type {const} */ ('audio'), items: [sound] }] };
    return { tracks: tracks.map((track) => (track === room ? overlaid(track, [sound], newId) : track)) };
  });
}

/** @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function link(doc, ids) {
  if (allClips(doc).filter(({ id }) => ids.has(id)).length < 2) return doc;
  return withIds(doc, (newId) => {
    const linkId = newId();
    return {
      tracks: onTracksOf(doc, ids, (track) => ({
        ...track,
        items: track.items.map((clip) => (ids.has(clip.id) ? { ...clip, linkId } : clip)),
      })),
    };
  });
}

/** @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function unlink(doc, ids) {
  const linked = withLinked(doc, ids);
  return changeClips(doc, linked, ({ linkId: _, ...clip }) => clip);
}

/** Changes clips in themselves. @param {Doc} doc @param {ReadonlySet<string>} ids @param {(clip: Clip) => Clip} change @returns {Doc} */
export function changeClips(doc, ids, change) {
  return {
    ...doc,
    tracks: onTracksOf(doc, ids, (track) => ({ ...track, items: track.items.map((clip) => (ids.has(clip.id) ? change(clip) : clip)) })),
  };
}

/** Sets fields of clips; undefined takes a field away. @param {Doc} doc @param {ReadonlySet<string>} ids @param {Partial<Clip>} fields @returns {Doc} */
export function setFields(doc, ids, fields) {
  return changeClips(doc, ids, (clip) => {
    const merged = { ...clip, ...fields };
    return /** @type {Clip} */ (
      /** @type {unknown} */ (Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)))
    );
  });
}

/** The frame before which a clip of a length ends. @param {Doc} doc @param {number} startUs @param {number} lengthUs */
export const lengthOnFrames = (doc, startUs, lengthUs) => {
  const rate = rateOfDoc(doc);
  const frames = Math.max(1, Math.floor((lengthUs * rate.num) / (rate.den * 1e6) + 1e-3));
  return frameStartUs(rate, nearestFrame(rate, startUs) + frames) - startUs;
};
