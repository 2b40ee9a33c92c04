import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyableOf } from './copyable.js';
import { setFields } from './editor/clip-fields.js';
import { split } from './editor/cutting.js';
import { allClips, emptyDoc } from './editor/document.js';
import * as film from './editor/film-commands.js';
import { place } from './editor/moving.js';

/** @import { Clip, Doc, MediaFacts } from './editor/document.js' */

const SECOND = 1_000_000;
const WHOLE = { startUs: 0, durationUs: 4 * SECOND };

/** @param {{video?: Partial<MediaFacts['video']>, audio?: Partial<MediaFacts['audio']> | null}} [facts] @returns {MediaFacts} */
const factsOf = ({ video = {}, audio = {} } = {}) => ({
  durationUs: 10 * SECOND,
  video: { codec: 'avc', width: 1920, height: 1080, fps: 30, rotationDeg: 0, ...video },
  ...(audio ? { audio: { codec: 'aac', sampleRate: 44_100, channels: 1, ...audio } } : {}),
});

/** Four seconds out of the middle of one file. @param {MediaFacts} [info] @param {Partial<Clip>} [fields] @returns {Doc} */
function filmOf(info = factsOf(), fields = {}) {
  const doc = film.addMedia(emptyDoc('Film'), [{ path: 'a.mp4', name: 'a.mp4', kind: 'video', size: 10_000_000, info }]);
  return withClip(doc, { ...fields });
}

/** @param {Doc} doc @param {Partial<Clip>} fields @param {string} [track] */
function withClip(doc, fields, track = 'v1') {
  const clip = { kind: /** @type {const} */ ('clip'), clipType: /** @type {const} */ ('media'), source: { path: 'a.mp4' } };
  return place(doc, track, [{ ...clip, timelineRange: WHOLE, sourceRange: { startUs: SECOND, durationUs: 4 * SECOND }, ...fields }]);
}

/** @param {Doc} doc @param {import('./export-worker-client.js').TimeRange} [span] @param {boolean} [captions] */
const reasons = (doc, span = WHOLE, captions = true) => copyableOf(doc, span, { captions }).obstacles.map(({ why }) => why);

test('one clip as it is can be copied, in the format of its file', () => {
  assert.deepEqual(copyableOf(filmOf(), WHOLE, { captions: true }), {
    obstacles: [],
    bytes: 4_000_000,
    format: {
      container: 'mp4',
      codec: 'avc',
      megabits: 8,
      sound: true,
      audioCodec: 'aac',
      soundFormat: { bitrate: 320_000, sampleRate: 44_100, channels: 1 },
    },
  });
  const containers = [
    ['vp9', 'opus', 'webm'],
    ['vp9', 'aac', 'mp4'],
    ['vp8', 'aac', 'mkv'],
    ['avc', 'opus', 'mp4'],
    ['av1', null, 'webm'],
  ];
  for (const [codec, sound, container] of containers) {
    const info = factsOf({ video: { codec: codec ?? '' }, audio: sound ? { codec: sound } : null });
    assert.equal(copyableOf(filmOf(info), WHOLE, { captions: true }).format?.container, container, `${codec} and ${sound}`);
  }
});

test('a clip that was only cut in two is still one, and so is one that nothing was done to', () => {
  const doc = filmOf();
  assert.deepEqual(reasons(split(doc, new Set([allClips(doc)[0].id]), 2 * SECOND)), []);
  const nothing = { opacity: 1, transform: { scale: { x: 1, y: 1 }, crop: { left: 0, top: 0, right: 0, bottom: 0 } }, audioGain: 1 };
  assert.deepEqual(reasons(filmOf(factsOf(), nothing)), []);
});

test('what stands against a copy is named, and counts only in the part that is exported', () => {
  const shorter = { timelineRange: { startUs: 0, durationUs: 2 * SECOND } };
  const later = { timelineRange: { startUs: 2 * SECOND, durationUs: 2 * SECOND }, sourceRange: { startUs: 0, durationUs: 2 * SECOND } };
  const two = withClip(filmOf(factsOf(), { ...shorter, sourceRange: { startUs: 4 * SECOND, durationUs: 2 * SECOND } }), later);
  assert.deepEqual(reasons(two), ['clips']);
  assert.deepEqual(reasons(two, { startUs: 0, durationUs: 2 * SECOND }), []);
  assert.deepEqual(reasons(film.addOverlay(two, 0, { clipType: 'text', text: 'On top' })), ['clips', 'title']);

  const captioned = film.addCaption(filmOf(), 0, 'Said');
  assert.deepEqual(reasons(captioned), ['captions']);
  assert.deepEqual(reasons(captioned, WHOLE, false), []);
  assert.deepEqual(reasons(film.addOverlay(filmOf(), 0, { clipType: 'background', backgroundColor: '#000000' })), ['drawn']);
  assert.deepEqual(reasons(emptyDoc('Film')), ['empty']);
  assert.deepEqual(reasons(filmOf(), { startUs: 0, durationUs: 5 * SECOND }), ['gap', 'soundShort']);
});

test('a picture that is not that of its file is named', () => {
  /** @type {[string, Partial<Clip>][]} */
  const changes = [
    ['opacity', { opacity: 0.5 }],
    ['transform', { transform: { scale: { x: -1, y: 1 } } }],
    ['crop', { transform: { crop: { left: 0.1, top: 0, right: 0, bottom: 0 } } }],
    ['effect', { effects: [{ id: 'e', type: 'blur', strength: 3 }] }],
    ['transition', { transitionIn: { type: 'dissolve', durationUs: SECOND } }],
    ['freeze', { freezeFrameSourceUs: 0, audioFromVideoDisabled: true }],
  ];
  for (const [name, fields] of changes) assert.deepEqual(reasons(filmOf(factsOf(), fields)), ['changed'], name);
  assert.deepEqual(reasons(filmOf(factsOf(), { speed: 2 })), ['changed', 'soundChanged']);
  const off = { effects: [{ id: 'e', type: /** @type {const} */ ('blur'), strength: 3, enabled: false }] };
  assert.deepEqual(reasons(filmOf(factsOf(), off)), []);

  assert.deepEqual(reasons(filmOf(factsOf({ video: { width: 1280, height: 720 } }))), ['size']);
  assert.deepEqual(reasons(filmOf(factsOf({ video: { fps: 29.97 } }))), ['rate']);
  assert.deepEqual(reasons(filmOf(factsOf({ video: { codec: 'hevc' } }))), ['codec']);
  assert.deepEqual(reasons(filmOf(factsOf({ video: { rotationDeg: 90 } }))), ['turned']);
});

test('sound that has to be made anew is named', () => {
  assert.deepEqual(reasons(filmOf(factsOf(), { audioGain: 0.5 })), ['soundChanged']);
  assert.deepEqual(reasons(filmOf(factsOf({ audio: { codec: 'vorbis' } }))), ['soundCodec']);
  const doubled = withClip(filmOf(), {}, 'a1');
  assert.deepEqual(reasons(doubled), ['sounds']);
  assert.deepEqual(reasons(film.setTrack(doubled, 'a1', { audioMuted: true })), []);
  assert.deepEqual(reasons(film.setTrack(doubled, 'a1', { audioSolo: true })), []);
  const [picture] = allClips(doubled);
  const silent = setFields(doubled, new Set([picture.id]), { audioFromVideoDisabled: true });
  assert.deepEqual(reasons(silent), []);
  assert.deepEqual(reasons(film.setTrack(silent, 'a1', { audioGain: 2 })), ['soundChanged']);
});

test('a hidden track is not in the way, and two clips at once are', () => {
  const over = {
    ...filmOf(),
    tracks: [{ id: 'v2', kind: /** @type {const} */ ('video'), items: [] }, ...filmOf().tracks],
  };
  const both = withClip(over, { audioFromVideoDisabled: true }, 'v2');
  assert.deepEqual(reasons(both), ['clips', 'layers']);
  assert.deepEqual(reasons(film.setTrack(both, 'v2', { videoHidden: true })), []);
});
