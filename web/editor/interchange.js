import { client } from '../engine.js';
import { saveFile } from '../save-file.js';
import { inWords, t } from '../strings.js';
import { openReport } from './dialogs.js';
import { emptyDoc, startOf } from './document.js';
import { toast } from './toasts.js';

/**
 * Films and captions from and for other programs; the engine reads and writes them.
 *
 * @import { Marker as OtioMarker, OtioImport } from '../export-worker-client.js'
 * @import { Caption, Clip, Doc, Media } from './document.js'
 */

/** What of the document has no place of its own in OpenTimelineIO, and goes along in it. */
const OWN = /** @type {const} */ (['width', 'height', 'sized', 'captionStyle', 'captionsHidden', 'range']);
/** What the engine hands over to be handed back. */
const KEPT = /** @type {const} */ (['timelines', 'otio']);

/** @param {Doc} doc */
export async function saveOtio(doc) {
  const { name, timebase, tracks, captions, markers, media } = doc;
  const own = Object.fromEntries([...OWN, ...KEPT].flatMap((key) => (doc[key] === undefined ? [] : [[key, doc[key]]])));
  const timeline = {
    ...own,
    timebase,
    captions: captions.map(flat),
    tracks: tracks.map(({ gaps = [], ...track }) => ({ ...track, items: [...track.items, ...gaps] })),
  };
  const options = {
    name,
    markers: markers.map((marker) => /** @type {OtioMarker} */ ({ durationUs: 0, color: 'GREEN', comment: '', ...marker })),
    media: Object.fromEntries(
      media.map(({ path, name: file, info }) => [path, { name: file, ...(info?.durationUs ? { durationUs: info.durationUs } : {}) }]),
    ),
  };
  await telling(async () => {
    saveFile(new Blob([await client.exportOtio(timeline, options)], { type: 'application/json' }), `${name || t.untitled}.otio`);
    toast(t.project.copySaved);
  });
}

/** @param {File} file @returns {Promise<Doc | undefined>} */
export function otioFrom(file) {
  return telling(async () => {
    const imported = await client.importOtio(file);
    const { report } = imported;
    toast(t.project.importReport(report.approximated.length, report.ignored.length), {
      choices: [{ label: t.failed.details, act: () => void openReport(report) }],
    });
    return docOf(imported);
  });
}

/** @param {OtioImport} imported @returns {Doc} */
function docOf({ name, timeline, markers, media }) {
  const { fps } = timeline.timebase;
  const empty = emptyDoc(name || t.untitled);
  const own = /** @type {Partial<Doc>} */ (timeline);
  const tracks = timeline.tracks.map((track) => {
    const gaps = track.items.filter((item) => item.kind === 'gap');
    const items = track.items.filter((item) => item.kind === 'clip').sort((a, b) => startOf(a) - startOf(b));
    return { ...track, items, ...(gaps.length ? { gaps } : {}) };
  });
  const ids = JSON.stringify([tracks, markers]).matchAll(/"(?:id|linkId)":"[a-z]+(\d+)"/g);
  const lastId = Math.max(100, ...[...ids].map(([, n]) => Number(n)).filter(Number.isSafeInteger));
  return {
    ...empty,
    ...Object.fromEntries([...OWN, ...KEPT].flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]]))),
    timebase: { fps: Array.isArray(fps) ? fps : [Math.round(Number(fps) * 1000), 1000] },
    tracks,
    markers: markers.map((marker) => ({ ...marker })),
    captions: (timeline.captions ?? []).map((caption, n) => ({
      id: `c${lastId + n + 1}`,
      ...captionOf(caption),
    })),
    media: media.map(({ path, name: file, durationUs }) => mediaFrom(path, file, durationUs)),
    lastId: lastId + (timeline.captions?.length ?? 0) + 1,
  };
}

/** @param {string} path @param {string} name @param {number} [durationUs] @returns {Media} */
function mediaFrom(path, name, durationUs) {
  return {
    path,
    name,
    kind: /\.(mp3|wav|flac|ogg|opus|m4a|aac)$/i.test(name) ? 'audio' : 'video',
    size: 0,
    ...(durationUs ? { info: { durationUs } } : {}),
  };
}

/** @param {File} file @returns {Promise<Omit<Caption, 'id'>[] | undefined>} */
export function captionsFrom(file) {
  return telling(async () => {
    const { captions, notes } = await client.importCaptions(file);
    if (notes.length) toast(notes.map(inWords).join(' '));
    return captions.map(captionOf);
  });
}

/** @param {readonly Caption[]} captions @param {string} name */
export async function saveCaptions(captions, name) {
  await telling(async () =>
    saveFile(new Blob([await client.exportCaptions(captions.map(flat), 'srt')], { type: 'application/x-subrip' }), `${name}.srt`),
  );
}

/** @param {Caption} caption */
export const flat = ({ text, timelineRange, style }) => ({ text, ...timelineRange, ...(style ? { style } : {}) });

/** @param {import('../export-worker-client.js').Caption} caption @returns {Omit<Caption, 'id'>} */
const captionOf = ({ text, startUs, durationUs, style }) => ({ text, timelineRange: { startUs, durationUs }, ...(style ? { style } : {}) });

/** @template T @param {() => Promise<T>} act @returns {Promise<T | undefined>} */
async function telling(act) {
  try {
    return await act();
  } catch (error) {
    toast(inWords(/** @type {Error} */ (error).message), { bad: true });
    return undefined;
  }
}
