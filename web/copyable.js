import { endOf, mediaOf, rateOfDoc, speedOf, startOf } from './editor/document.js';
import { hasSound } from './editor/linking.js';
import { LIMITS, even } from './presets.js';

/**
 * Whether a film can go into a file without being encoded again, and what stands against it. Pure. The engine copies by itself where it
 * can (docs/adr/0006); this tells beforehand, from what is known of the files.
 *
 * @import { TimeRange } from './export-worker-client.js'
 * @import { Clip, Doc, MediaFacts, Track } from './editor/document.js'
 * @import { CopiedFormat } from './presets.js'
 *
 * @typedef {'empty' | 'reading' | 'clips' | 'title' | 'captions' | 'drawn' | 'layers' | 'gap' | 'changed' | 'turned' | 'size' | 'rate' | 'codec'
 *   | 'sounds' | 'soundChanged' | 'soundCodec' | 'soundShort' | 'browser'} Why
 * @typedef {{why: Why, n: number, name: string}} Obstacle `n`: of how many clips, `name`: the first of their files
 * @typedef {{obstacles: readonly Obstacle[], format?: CopiedFormat, bytes: number}} Copyable `format` where nothing stands against it
 */

const PICTURES = ['avc', 'vp8', 'vp9', 'av1'];
const SOUNDS = ['aac', 'opus'];
/** Sound that ends so little before the picture ends with its file: nobody cut it. */
const SHORT_US = 100_000;
const RATE_OFF = 1 / 2000;
/** Packets are copied only where they need little more than what is asked for, so that all is asked for. */
const SOUND_BITRATE = 320_000;

/** @param {Doc} doc @param {TimeRange} span the part that is exported @param {{captions: boolean}} how `captions`: drawn into the picture @returns {Copyable} */
export function copyableOf(doc, span, { captions }) {
  const shown = clipsIn(doc, span, ({ kind, videoHidden }) => kind === 'video' && !videoHidden);
  const pictures = shown.filter(({ clip }) => isFilm(clip));
  const heard = voicesIn(doc, span);
  const pictured = pictureObstacles(doc, span, shown, captions);
  const several = pictured.some(({ why }) => why === 'clips');
  // Several clips have several sounds: once is enough said.
  const obstacles = [...pictured, ...soundObstacles(doc, span, heard).filter(({ why }) => !(several && why === 'sounds'))];
  const media = pictures[0] && mediaOf(doc, pictures[0].clip);
  const bytes = media?.info ? (media.size * span.durationUs) / media.info.durationUs : 0;
  if (obstacles.length || !media?.info?.video) return { obstacles, bytes };
  const sound = heard[0] && mediaOf(doc, heard[0].clip)?.info?.audio;
  return { obstacles, bytes, format: formatOf(media.info.video.codec, sound, (media.size * 8) / media.info.durationUs) };
}

/** @param {string} codec @param {MediaFacts['audio']} sound @param {number} megabits @returns {CopiedFormat} */
function formatOf(codec, sound, megabits) {
  const matroska = sound?.codec === 'aac' ? 'mkv' : 'webm';
  return {
    container: codec === 'avc' || (sound?.codec === 'aac' && codec !== 'vp8') ? 'mp4' : matroska,
    codec,
    megabits: Math.min(LIMITS.megabits.max, Math.max(LIMITS.megabits.min, Math.ceil(megabits * 10) / 10)),
    sound: sound !== undefined,
    ...(sound
      ? {
          audioCodec: /** @type {'aac' | 'opus'} */ (sound.codec),
          soundFormat: { bitrate: SOUND_BITRATE, sampleRate: sound.sampleRate, channels: sound.channels },
        }
      : {}),
  };
}

/** @typedef {{clip: Clip, track: Track}} Placed */

/** @param {Doc} doc @param {TimeRange} span @param {(track: Track) => boolean} counts @returns {Placed[]} in the order of time */
function clipsIn(doc, span, counts) {
  return doc.tracks
    .filter(counts)
    .flatMap((track) => track.items.map((clip) => ({ clip, track })))
    .filter(({ clip }) => !clip.disabled && meets(clip, span))
    .sort((a, b) => startOf(a.clip) - startOf(b.clip));
}

/** @param {TimeRange} span */
const endUsOf = ({ startUs, durationUs }) => startUs + durationUs;

/** @param {{timelineRange: TimeRange}} item @param {TimeRange} span */
const meets = (item, span) => startOf(item) < endUsOf(span) && endOf(item) > span.startUs;

/** @param {Clip} clip */
const isFilm = ({ clipType, isImage }) => clipType === 'media' && !isImage;

/** @param {Doc} doc @param {TimeRange} span @param {readonly Placed[]} shown @param {boolean} captions @returns {Obstacle[]} */
function pictureObstacles(doc, span, shown, captions) {
  if (!shown.length) return [{ why: 'empty', n: 0, name: '' }];
  const films = shown.filter(({ clip }) => isFilm(clip));
  const clips = films.map(({ clip }) => clip);
  const spoken = captions ? doc.captions.filter((each) => meets(each, span)).length : 0;
  const lie = clips.some((clip, i) => i > 0 && startOf(clip) < endOf(clips[i - 1]));
  const begin = clips.every((clip, i) => startOf(clip) <= (i ? endOf(clips[i - 1]) : span.startUs));
  const reach = Math.max(...clips.map(endOf)) >= endUsOf(span);
  const found = (/** @type {Why} */ why, /** @type {(placed: Placed) => boolean} */ is) => told(doc, why, shown.filter(is));
  return [
    ...counted('clips', joined(clips).length, 2),
    ...found('title', ({ clip }) => clip.clipType === 'text'),
    ...counted('captions', spoken),
    ...found('drawn', ({ clip }) => !isFilm(clip) && clip.clipType !== 'text'),
    ...counted('layers', lie ? films.length : 0),
    ...counted('gap', clips.length && !(begin && reach) ? 1 : 0),
    ...found('changed', ({ clip, track }) => isFilm(clip) && !isUntouched(clip, track)),
    ...films.flatMap((each) => told(doc, fileObstacle(doc, mediaOf(doc, each.clip)?.info), [each])).slice(0, 1),
  ];
}

/** @param {Doc} doc @param {MediaFacts | undefined} info @returns {Why | undefined} */
function fileObstacle(doc, info) {
  if (!info) return 'reading';
  const { num, den } = rateOfDoc(doc);
  const { codec = '', width = 0, height = 0, fps = 0, rotationDeg = 0 } = info.video ?? {};
  if (!PICTURES.includes(codec)) return 'codec';
  if (rotationDeg) return 'turned';
  if (width !== even(doc.width) || height !== even(doc.height)) return 'size';
  return Math.abs((fps * den) / num - 1) > RATE_OFF ? 'rate' : undefined;
}

/** @param {Why} why @param {number} n @param {number} [from] @returns {Obstacle[]} */
const counted = (why, n, from = 1) => (n >= from ? [{ why, n, name: '' }] : []);

/** @param {Doc} doc @param {Why | undefined} why @param {readonly Placed[]} placed @returns {Obstacle[]} */
function told(doc, why, placed) {
  if (!why || !placed.length) return [];
  const [{ clip }] = placed;
  return [{ why, n: placed.length, name: mediaOf(doc, clip)?.name ?? clip.name ?? '' }];
}

/** What is heard. @param {Doc} doc @param {TimeRange} span @returns {Placed[]} */
function voicesIn(doc, span) {
  const solo = doc.tracks.some(({ audioSolo }) => audioSolo);
  return clipsIn(doc, span, ({ audioMuted, audioSolo }) => (solo ? audioSolo === true : !audioMuted)).filter(
    ({ clip, track }) => isFilm(clip) && hasSound(doc, clip) && !(track.kind === 'video' && clip.audioFromVideoDisabled),
  );
}

/** @param {Doc} doc @param {TimeRange} span @param {readonly Placed[]} heard @returns {Obstacle[]} */
function soundObstacles(doc, span, heard) {
  if (!heard.length) return [];
  const [first, last] = [heard[0], heard[heard.length - 1]];
  const n = joined(heard.map(({ clip }) => clip)).length;
  const codec = mediaOf(doc, first.clip)?.info?.audio?.codec ?? '';
  const reaches = startOf(first.clip) <= span.startUs && endOf(last.clip) >= endUsOf(span) - SHORT_US;
  return [
    ...counted('sounds', n, 2),
    ...told(
      doc,
      'soundChanged',
      heard.filter(({ clip, track }) => !soundsUntouched(clip, track)),
    ),
    ...told(doc, codec && !SOUNDS.includes(codec) ? 'soundCodec' : undefined, [first]),
    ...told(doc, n === 1 && !reaches ? 'soundShort' : undefined, [first]),
  ];
}

/** A clip that was only cut in two goes on as if it were whole. @param {readonly Clip[]} clips @returns {Clip[]} the first of each piece */
function joined(clips) {
  const goesOn = (/** @type {Clip} */ clip, /** @type {Clip} */ before) =>
    clip.source?.path === before.source?.path &&
    startOf(clip) === endOf(before) &&
    clip.sourceRange?.startUs === (before.sourceRange?.startUs ?? 0) + (before.sourceRange?.durationUs ?? 0);
  return clips.filter((clip, i) => i === 0 || !goesOn(clip, clips[i - 1]));
}

/** @param {Clip} clip @param {Track} track */
function isUntouched(clip, track) {
  const { opacity = 1, transform = {}, transitionIn, transitionOut, freezeFrameSourceUs } = clip;
  const { scale = { x: 1, y: 1 }, rotationDeg = 0, position = { x: 0, y: 0 }, crop } = transform;
  const filtered = [...(clip.effects ?? []), ...(track.effects ?? [])].some(({ enabled }) => enabled !== false);
  const moved = scale.x !== 1 || scale.y !== 1 || rotationDeg % 360 !== 0 || position.x !== 0 || position.y !== 0;
  const cropped = Object.values(crop ?? {}).some((part) => part !== 0);
  const retimed = speedOf(clip) !== 1 || freezeFrameSourceUs !== undefined;
  return opacity === 1 && !filtered && !moved && !cropped && !retimed && !transitionIn && !transitionOut;
}

/** @param {Clip} clip @param {Track} track */
function soundsUntouched(clip, track) {
  const plain = (/** @type {Clip | Track} */ { audioGain = 1, audioBalance = 0, audioFadeInUs = 0, audioFadeOutUs = 0 }) =>
    audioGain === 1 && audioBalance === 0 && audioFadeInUs === 0 && audioFadeOutUs === 0;
  return plain(clip) && plain(track) && speedOf(clip) === 1 && clip.freezeFrameSourceUs === undefined;
}
