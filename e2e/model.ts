/**
 * What §5 of the specification says an export must show and play, worked out the slow way from the snapshot in whole numbers. It shares no
 * code and no shape with the engine: no plan, no segments, one question per frame.
 */
import type { Pictures } from './read.ts';

export interface Rate {
  readonly num: bigint;
  readonly den: bigint;
}

export interface TimeRange {
  readonly startUs: number;
  readonly durationUs: number;
}

/** The fields of a snapshot's clip that decide which frame is shown and where it is drawn. */
export interface Clip {
  readonly kind: 'clip';
  readonly clipType: 'media' | 'background';
  readonly id: string;
  readonly timelineRange: TimeRange;
  readonly sourceRange?: TimeRange;
  readonly source?: { readonly path: string };
  readonly speed?: number;
  readonly freezeFrameSourceUs?: number;
  readonly isImage?: boolean;
  readonly disabled?: boolean;
  readonly opacity?: number;
  readonly audioGain?: number;
  readonly audioBalance?: number;
  readonly audioFadeInUs?: number;
  readonly audioFromVideoDisabled?: boolean;
  readonly backgroundColor?: string;
  readonly transform?: { readonly scale?: { x: number; y: number }; readonly position?: { x: number; y: number } };
}

export interface Gap {
  readonly kind: 'gap';
  readonly id: string;
  readonly timelineRange: TimeRange;
}

export interface Track {
  readonly id: string;
  readonly kind: 'video' | 'audio';
  readonly videoHidden?: boolean;
  readonly audioMuted?: boolean;
  readonly audioSolo?: boolean;
  readonly items: readonly (Clip | Gap)[];
}

const ONE_SECOND_US = 1_000_000n;

/** When frame `index` starts: the exact time, rounded half up to a microsecond. */
export function frameStartUs(index: bigint, rate: Rate): bigint {
  return (2n * index * ONE_SECOND_US * rate.den + rate.num) / (2n * rate.num);
}

/** The first frame at or after an edge; an edge one microsecond behind a frame is on it, for editors round. */
export function firstFrameAt(edgeUs: bigint, rate: Rate): bigint {
  let index = ((edgeUs - 1n) * rate.num) / (ONE_SECOND_US * rate.den);
  if (index < 0n) index = 0n;
  while (index > 0n && frameStartUs(index - 1n, rate) >= edgeUs - 1n) index--;
  while (frameStartUs(index, rate) < edgeUs - 1n) index++;
  return index;
}

function endUs({ startUs, durationUs }: TimeRange): bigint {
  return BigInt(startUs) + BigInt(durationUs);
}

function enabledClips(tracks: readonly Track[]): Clip[] {
  return tracks.flatMap(({ items }) => items.filter((item): item is Clip => item.kind === 'clip' && !item.disabled));
}

/** How many frames a timeline makes, and when the last of them ends. */
export function length(tracks: readonly Track[], rate: Rate): { frames: number; durationUs: number } {
  const lastUs = enabledClips(tracks).reduce((last, clip) => (endUs(clip.timelineRange) > last ? endUs(clip.timelineRange) : last), 0n);
  const frames = firstFrameAt(lastUs, rate);
  return { frames: Number(frames), durationUs: Number(frameStartUs(frames, rate)) };
}

/** A decimal number as an exact fraction: 0.1 is one tenth, not the double nearest to it. */
export function exactly(value: number): Rate {
  const text = String(value);
  const [, whole, digits = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`${text} is no plain decimal`);
  return { num: BigInt(whole + digits), den: 10n ** BigInt(digits.length) };
}

/**
 * Which picture of the source a clip shows at an output frame: the last whose time is at or before the wanted one plus half a tick; the last
 * of `sourceRange` past its end, the first before the beginning.
 */
export function pictureShown(clip: Clip, frame: bigint, rate: Rate, source: Pictures): number {
  const range = clip.sourceRange;
  if (!range) throw new TypeError(`clip ${clip.id} has no source range`);
  const speed = exactly(clip.speed ?? 1);
  const startUs = BigInt(clip.timelineRange.startUs);
  let sinceUs = frameStartUs(frame, rate) - startUs;
  if (sinceUs < 0n) sinceUs = 0n;
  // Everything below is in µs times the speed's denominator.
  const scale = speed.den;
  let wanted = BigInt(range.startUs) * scale + sinceUs * speed.num;
  if (clip.freezeFrameSourceUs !== undefined) wanted = BigInt(clip.freezeFrameSourceUs) * scale;
  else if (wanted > endUs(range) * scale - scale) wanted = endUs(range) * scale - scale;
  // pts·tb ≤ wanted + tb/2, all over one denominator: (2·pts − 1)·tb ≤ 2·wanted.
  const { num, den } = source.timeBase;
  const reached = (pts: bigint): boolean => (2n * pts - 1n) * num * ONE_SECOND_US * scale <= 2n * wanted * den;
  let shown = 0;
  while (shown + 1 < source.pts.length && reached(source.pts[shown + 1]!)) shown++;
  return shown;
}

export interface Shown {
  readonly clip: Clip;
  /** Null for what has no frames: an image, a background. */
  readonly picture: number | null;
}

/** The clips at one output frame, top first. */
export function shownAt(tracks: readonly Track[], frame: number, rate: Rate, sources: ReadonlyMap<string, Pictures>): Shown[] {
  const shown: Shown[] = [];
  for (const track of tracks) {
    if (track.kind !== 'video' || track.videoHidden) continue;
    for (const item of track.items) {
      if (item.kind !== 'clip' || item.disabled) continue;
      const from = firstFrameAt(BigInt(item.timelineRange.startUs), rate);
      const until = firstFrameAt(endUs(item.timelineRange), rate);
      if (BigInt(frame) < from || BigInt(frame) >= until) continue;
      const source = item.source && !item.isImage ? sources.get(item.source.path) : undefined;
      shown.push({ clip: item, picture: source ? pictureShown(item, BigInt(frame), rate, source) : null });
    }
  }
  return shown;
}

/** The output's sample at a time: rounded half up. */
export function sampleAt(us: number, rateHz: number): number {
  return Number((2n * BigInt(us) * BigInt(rateHz) + ONE_SECOND_US) / (2n * ONE_SECOND_US));
}

export interface Heard {
  readonly clip: Clip;
  readonly atUs: number;
  /** A click of 1 ms lasts this long at the clip's speed. */
  readonly spanUs: number;
}

/**
 * When the clicks of the sources are heard: `clicksUs` gives a source's own. A click that the end of its clip cuts in two is left out of both
 * the count and the comparison.
 */
export function clicksHeard(tracks: readonly Track[], clicksUs: (path: string) => readonly number[]): Heard[] {
  const solo = tracks.some((track) => track.audioSolo);
  const heard: Heard[] = [];
  for (const track of tracks) {
    if (solo ? !track.audioSolo : track.audioMuted) continue;
    for (const item of track.items) {
      if (item.kind !== 'clip' || item.disabled || item.isImage || !item.source || !item.sourceRange) continue;
      if (item.audioGain === 0 || item.freezeFrameSourceUs !== undefined || (track.kind === 'video' && item.audioFromVideoDisabled))
        continue;
      const speed = item.speed ?? 1;
      const { startUs, durationUs } = item.timelineRange;
      const sourceEndUs = item.sourceRange.startUs + item.sourceRange.durationUs;
      for (const click of clicksUs(item.source.path)) {
        const sinceUs = (click - item.sourceRange.startUs) / speed;
        if (sinceUs < 0 || sinceUs + 1000 / speed > durationUs || click + 1000 > sourceEndUs) continue;
        heard.push({ clip: item, atUs: startUs + sinceUs, spanUs: 1000 / speed });
      }
    }
  }
  return heard.sort((one, other) => one.atUs - other.atUs);
}
