import { durationOf, nestedIn, startOf, usedPaths } from './document.js';

/**
 * The timeline that the engine is given: of the document as it is now, with the files.
 *
 * @import { Clip as TimelineClip, Effect, TextStyle, Timeline, Track as TimelineTrack } from '../export-worker-client.js'
 * @import { Clip, Doc } from './document.js'
 *
 * @typedef {object} Cut
 * @property {{width: number, height: number}} [size] of the output: lengths in the document are px of its own size
 * @property {boolean} [captions] drawn into the picture
 */

/** @param {Doc} doc @returns {TextStyle} */
export function captionStyle({ height, captionStyle: own }) {
  return {
    fontFamily: 'Noto Sans',
    fontSize: Math.round(height / 18),
    fontWeight: 600,
    color: '#ffffff',
    backgroundColor: '#000000b0',
    align: 'center',
    verticalAlign: 'bottom',
    padding: Math.round(height / 60),
    ...own,
  };
}

/** @param {Doc} doc @returns {TextStyle} */
export const titleStyle = ({ height }) => ({
  fontFamily: 'Noto Sans',
  fontSize: Math.round(height / 9),
  fontWeight: 700,
  color: '#ffffff',
  align: 'center',
  verticalAlign: 'middle',
});

/**
 * Clips whose file is not there are left out: whoever exports asks first.
 * @param {Doc} doc @param {ReadonlyMap<string, File | FileSystemFileHandle>} files @param {Cut} [cut]
 * @returns {Timeline}
 */
export function timelineOf(doc, files, { size = doc, captions = !doc.captionsHidden } = {}) {
  const scale = Math.min(size.width / doc.width, size.height / doc.height);
  const sources = Object.fromEntries([...usedPaths(doc)].flatMap((path) => (files.has(path) ? [[path, files.get(path)]] : [])));
  const counts = (/** @type {TimelineClip} */ clip) =>
    !clip.disabled && (!clip.source || nestedIn(doc, clip) !== undefined || clip.source.path in sources);
  const tracks = doc.tracks.map(({ locked: _, gaps: __, items, ...track }) => ({
    ...track,
    items: items.filter(counts).map(({ linkId: _, ...clip }) => scaled(clip, scale)),
  }));
  const nested = Object.entries(doc.timelines ?? {}).map(([path, inner]) => [
    path,
    {
      ...inner,
      tracks: inner.tracks.map((track) => ({
        ...track,
        items: track.items.flatMap((item) => (item.kind === 'clip' && counts(item) ? [scaled(item, scale)] : [])),
      })),
    },
  ]);
  return {
    timebase: doc.timebase,
    tracks: captions && doc.captions.length ? [captionTrack(doc, scale), ...tracks] : tracks,
    sources: /** @type {Timeline['sources']} */ (sources),
    ...(nested.length ? { timelines: Object.fromEntries(nested) } : {}),
  };
}

/** @param {Doc} doc @param {number} scale @returns {TimelineTrack} */
function captionTrack(doc, scale) {
  const endUs = durationOf(doc);
  const style = scaledStyle(captionStyle(doc), scale);
  const lift = Math.round((doc.height / 18) * scale);
  const shown = doc.captions.filter((caption) => startOf(caption) < endUs);
  return {
    id: 'captions',
    kind: 'video',
    items: shown.map(({ id, text, timelineRange: { startUs, durationUs }, style: own }) => ({
      kind: 'clip',
      id,
      clipType: 'text',
      timelineRange: { startUs, durationUs: Math.min(durationUs, endUs - startUs) },
      text,
      style: { ...style, ...own },
      ...((own?.verticalAlign ?? style.verticalAlign) === 'bottom' ? { transform: { position: { x: 0, y: -lift } } } : {}),
    })),
  };
}

/** @param {TimelineClip} clip @param {number} scale @returns {TimelineClip} */
function scaled(clip, scale) {
  if (scale === 1) return clip;
  const { transform, style, effects } = clip;
  const position = transform?.position;
  return {
    ...clip,
    ...(position ? { transform: { ...transform, position: { x: position.x * scale, y: position.y * scale } } } : {}),
    ...(style || clip.clipType === 'text' ? { style: scaledStyle(style ?? {}, scale) } : {}),
    ...(effects ? { effects: effects.map((effect) => scaledEffect(effect, scale)) } : {}),
  };
}

/** @param {TextStyle} style @param {number} scale @returns {TextStyle} */
function scaledStyle(style, scale) {
  const { fontSize = 64, letterSpacing, padding } = style;
  return {
    ...style,
    fontSize: Math.min(2000, Math.max(1, fontSize * scale)),
    ...(letterSpacing ? { letterSpacing: letterSpacing * scale } : {}),
    ...(padding ? { padding: padding * scale } : {}),
  };
}

/** @param {Effect} effect @param {number} scale @returns {Effect} */
const scaledEffect = (effect, scale) => (effect.type === 'blur' ? { ...effect, strength: Math.min(50, effect.strength * scale) } : effect);
