import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as clipFields from './clip-fields.js';
import * as cutting from './cutting.js';
import { allClips, durationOf, emptyDoc, endOf, findClip, startOf } from './document.js';
import * as film from './film-commands.js';
import * as linking from './linking.js';
import * as moving from './moving.js';
import * as pasting from './pasting.js';
import * as retiming from './retiming.js';
import { noHistory, recorded, redone, undone } from './history.js';
import { timelineOf } from './snapshot.js';

/** @import { Doc } from './document.js' */

const SECOND = 1_000_000;
const info = {
  durationUs: 10 * SECOND,
  video: { codec: 'avc', width: 1280, height: 720, fps: 30, rotationDeg: 0 },
  audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
};

/** A film of clips of one file of ten seconds, one after the other, each this many seconds long. @param {...number} lengths @returns {Doc} */
function filmOf(...lengths) {
  let doc = film.addMedia(emptyDoc('Film'), [{ path: 'a.mp4', name: 'a.mp4', kind: 'video', size: 1, info }]);
  let startUs = 0;
  for (const seconds of lengths) {
    const range = { startUs, durationUs: seconds * SECOND };
    const clip = {
      kind: /** @type {const} */ ('clip'),
      clipType: /** @type {const} */ ('media'),
      name: 'a.mp4',
      source: { path: 'a.mp4' },
    };
    doc = moving.place(doc, 'v1', [{ ...clip, timelineRange: range, sourceRange: { startUs: SECOND, durationUs: seconds * SECOND } }]);
    startUs += seconds * SECOND;
  }
  return doc;
}

/** Start and end of the clips, in seconds, by track. @param {Doc} doc */
const shape = (doc) =>
  doc.tracks.filter(({ items }) => items.length).map(({ items }) => items.map((clip) => [startOf(clip) / SECOND, endOf(clip) / SECOND]));

/** @param {Doc} doc @param {number} n */
const nth = (doc, n) => allClips(doc)[n].id;

/** @param {Doc} doc @param {...number} ns */
const some = (doc, ...ns) => new Set(ns.map((n) => nth(doc, n)));

/** What every document keeps to, whatever was done to it. @param {Doc} doc */
function expectSound(doc) {
  const ids = allClips(doc).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  for (const { items } of doc.tracks) {
    for (const [i, clip] of items.entries()) {
      assert.ok(Number.isInteger(startOf(clip)) && Number.isInteger(endOf(clip)), 'whole microseconds');
      assert.ok(startOf(clip) >= 0 && clip.timelineRange.durationUs > 0, 'inside the film');
      if (i) assert.ok(startOf(clip) >= endOf(items[i - 1]), 'in order, not overlapping');
      const { sourceRange } = clip;
      if (sourceRange) assert.ok(sourceRange.startUs >= 0 && sourceRange.durationUs > 0, 'inside the source');
    }
  }
}

/** @param {Doc} doc */
function sound(doc) {
  expectSound(doc);
  return doc;
}

test('a clip split in two plays what it played', () => {
  const doc = sound(cutting.split(filmOf(4), some(filmOf(4), 0), 1.5 * SECOND));
  assert.deepEqual(shape(doc), [
    [
      [0, 1.5],
      [1.5, 4],
    ],
  ]);
  assert.deepEqual(
    allClips(doc).map(({ sourceRange }) => sourceRange),
    [
      { startUs: SECOND, durationUs: 1.5 * SECOND },
      { startUs: 2.5 * SECOND, durationUs: 2.5 * SECOND },
    ],
  );
});

test('a transition stays with the edge it belongs to when its clip is split', () => {
  const fade = { type: /** @type {const} */ ('dissolve'), durationUs: 500_000 };
  const whole = clipFields.setFields(filmOf(4), some(filmOf(4), 0), { transitionIn: fade, transitionOut: fade });
  const [first, second] = allClips(cutting.split(whole, some(whole, 0), 2 * SECOND));
  assert.deepEqual(
    [first.transitionIn, first.transitionOut, second.transitionIn, second.transitionOut],
    [fade, undefined, undefined, fade],
  );
});

test('a moved clip lies over what was there, and leaves a gap', () => {
  const doc = filmOf(2, 2, 4);
  assert.deepEqual(shape(sound(moving.move(doc, some(doc, 0), { byUs: 5 * SECOND }))), [
    [
      [2, 4],
      [4, 5],
      [5, 7],
      [7, 8],
    ],
  ]);
});

test('nothing moves to before the film', () => {
  const doc = filmOf(2, 2);
  assert.equal(moving.move(doc, some(doc, 0), { byUs: -SECOND }), doc);
});

test('a clip moves between tracks, and not onto a locked one', () => {
  const two = film.addTrack(filmOf(2), 'video');
  const up = sound(moving.move(two, some(two, 0), { byTracks: -1, kind: 'video' }));
  assert.equal(up.tracks[0].items.length, 1);
  const locked = film.setTrack(two, two.tracks[0].id, { locked: true });
  assert.equal(moving.move(locked, some(locked, 0), { byTracks: -1, kind: 'video' }), locked);
});

test('an edge goes as far as the source and the neighbour let it', () => {
  const doc = cutting.remove(filmOf(2, 2, 2), some(filmOf(2, 2, 2), 1));
  assert.deepEqual(shape(sound(moving.trim(doc, nth(doc, 0), 'end', 99 * SECOND))), [
    [
      [0, 4],
      [4, 6],
    ],
  ]);
  assert.deepEqual(
    shape(sound(moving.trim(doc, nth(doc, 1), 'start', 0))),
    [
      [
        [0, 2],
        [3, 6],
      ],
    ],
    'one second of source is left before it',
  );
  assert.deepEqual(
    shape(sound(moving.trim(doc, nth(doc, 1), 'end', 99 * SECOND))),
    [
      [
        [0, 2],
        [4, 13],
      ],
    ],
    'nine seconds of source from its in point',
  );
});

test('a ripple trim closes up, and makes room', () => {
  const doc = filmOf(4, 2);
  assert.deepEqual(shape(sound(moving.trim(doc, nth(doc, 0), 'start', SECOND, { ripple: true }))), [
    [
      [0, 3],
      [3, 5],
    ],
  ]);
  assert.deepEqual(shape(sound(moving.trim(doc, nth(doc, 0), 'end', 5 * SECOND, { ripple: true }))), [
    [
      [0, 5],
      [5, 7],
    ],
  ]);
});

test('a deleted clip leaves a gap; a ripple delete closes it; a gap can be closed later', () => {
  const doc = filmOf(2, 2, 2);
  const gap = cutting.remove(doc, some(doc, 1));
  assert.deepEqual(shape(sound(gap)), [
    [
      [0, 2],
      [4, 6],
    ],
  ]);
  assert.deepEqual(shape(sound(cutting.rippleRemove(doc, some(doc, 1)))), [
    [
      [0, 2],
      [2, 4],
    ],
  ]);
  assert.deepEqual(shape(sound(cutting.closeGap(gap, 'v1', 3 * SECOND))), [
    [
      [0, 2],
      [2, 4],
    ],
  ]);
});

test('a copy pasted into a clip takes its place; a duplicate makes room', () => {
  const doc = filmOf(2, 4);
  const pasted = sound(pasting.paste(doc, pasting.copied(doc, some(doc, 0)), 3 * SECOND));
  assert.deepEqual(shape(pasted), [
    [
      [0, 2],
      [2, 3],
      [3, 5],
      [5, 6],
    ],
  ]);
  assert.deepEqual(shape(sound(pasting.duplicate(doc, some(doc, 0)))), [
    [
      [0, 2],
      [2, 4],
      [4, 8],
    ],
  ]);
});

test('twice the speed takes half the time, and what follows closes up', () => {
  const doc = filmOf(4, 2);
  const fast = sound(retiming.setSpeed(doc, some(doc, 0), 2));
  assert.deepEqual(shape(fast), [
    [
      [0, 2],
      [2, 4],
    ],
  ]);
  assert.equal(allClips(fast)[0].sourceRange?.durationUs, 4 * SECOND);
  assert.deepEqual(shape(retiming.setSpeed(fast, some(fast, 0), 1)), shape(doc));
});

test('a freeze frame holds the picture where it was, and moves the rest on', () => {
  const doc = filmOf(4);
  const frozen = sound(retiming.freeze(doc, nth(doc, 0), SECOND, 2 * SECOND));
  assert.deepEqual(shape(frozen), [
    [
      [0, 1],
      [1, 3],
      [3, 6],
    ],
  ]);
  assert.deepEqual(
    allClips(frozen).map(({ freezeFrameSourceUs }) => freezeFrameSourceUs),
    [undefined, 2 * SECOND, undefined],
  );
});

test('detached sound goes with its picture until it is unlinked', () => {
  const doc = filmOf(4);
  const apart = sound(linking.detachSound(doc, some(doc, 0)));
  assert.deepEqual(shape(apart), [[[0, 4]], [[0, 4]]]);
  assert.equal(allClips(apart)[0].audioFromVideoDisabled, true);
  const moved = sound(moving.move(apart, some(apart, 0), { byUs: SECOND, kind: 'video' }));
  assert.deepEqual(shape(moved), [[[1, 5]], [[1, 5]]]);
  assert.deepEqual(shape(sound(moving.trim(moved, nth(moved, 1), 'end', 3 * SECOND))), [[[1, 3]], [[1, 3]]]);
  const cut = sound(cutting.split(moved, some(moved, 0), 2 * SECOND));
  assert.equal(new Set(allClips(cut).map(({ linkId }) => linkId)).size, 2, 'each half goes with its own half');
  const free = linking.unlink(moved, some(moved, 0));
  assert.deepEqual(shape(moving.move(free, some(free, 0), { byUs: SECOND, kind: 'video' })), [[[2, 6]], [[1, 5]]]);
});

test('edges lie on frames at 29.97 too', () => {
  const doc = { ...filmOf(4), timebase: { fps: /** @type {[number, number]} */ ([30_000, 1001]) } };
  const cut = sound(cutting.split(doc, some(doc, 0), 1_000_000));
  assert.equal(endOf(allClips(cut)[0]), 1_001_000, 'frame 30 starts there');
  const moved = sound(moving.move(cut, some(cut, 1), { byUs: 33_000 }));
  assert.equal(startOf(allClips(moved)[1]), 1_034_367);
});

test('files go to the end of the track of their kind, and set the size of a film that has none', () => {
  const doc = film.addMedia(emptyDoc('Film'), [
    { path: 'b.mp4', name: 'b.mp4', kind: 'video', size: 1, info: { ...info, video: { ...info.video, fps: 25, width: 640, height: 360 } } },
  ]);
  const put = sound(film.addToTimeline(doc, ['b.mp4', 'b.mp4']));
  assert.deepEqual(shape(put), [
    [
      [0, 10],
      [10, 20],
    ],
  ]);
  assert.deepEqual([put.width, put.height, put.timebase.fps], [640, 360, [25, 1]]);
});

test('a title finds a free track above the film, or makes one', () => {
  const doc = sound(film.addOverlay(filmOf(4), 0, { clipType: 'text', text: 'Hello' }));
  assert.deepEqual(
    doc.tracks.map(({ kind, items }) => [kind, items.length]),
    [
      ['video', 1],
      ['video', 1],
      ['audio', 0],
    ],
  );
  assert.equal(film.addOverlay(doc, 6 * SECOND, { clipType: 'text', text: 'Bye' }).tracks.length, 3);
});

test('the out point before the in point takes it back to the start', () => {
  const doc = film.setRangeEdge(filmOf(4), 'in', 2 * SECOND, 4 * SECOND);
  assert.deepEqual(doc.range, { startUs: 2 * SECOND, durationUs: 2 * SECOND });
  assert.deepEqual(film.setRangeEdge(doc, 'out', SECOND, 4 * SECOND).range, { startUs: 0, durationUs: SECOND });
});

test('captions keep to their place between their neighbours', () => {
  const doc = film.addCaption(film.addCaption(filmOf(9), 0, 'one'), 3 * SECOND, 'two');
  const [one, two] = doc.captions.map(({ id }) => id);
  assert.equal(endOf(film.trimCaption(doc, one, 'end', 99 * SECOND).captions[0]), 3 * SECOND);
  assert.equal(film.moveCaption(doc, two, -2 * SECOND), doc);
  assert.equal(film.addCaption(doc, SECOND, 'between'), doc);
});

test('what is undone is as it was, and what is redone is as it became', () => {
  const first = filmOf(4);
  const second = cutting.split(first, some(first, 0), SECOND);
  const third = cutting.remove(second, some(second, 0));
  let history = recorded(recorded(noHistory(), first, 'Split'), second, 'Delete');
  const back = undone(history, third);
  assert.deepEqual([back?.doc, back?.name], [second, 'Delete']);
  history = /** @type {NonNullable<typeof back>} */ (back).history;
  assert.equal(redone(history, second)?.doc, third);
  assert.equal(recorded(history, second, 'Other').future.length, 0, 'a new step ends what could be redone');
});

test('the steps of one slider are one step', () => {
  const doc = filmOf(1);
  const history = recorded(recorded(noHistory(), doc, 'Opacity', 'opacity'), filmOf(2), 'Opacity', 'opacity');
  assert.deepEqual(
    history.past.map((step) => step.doc),
    [doc],
  );
});

test('lengths in pixels follow the size of the output; missing files are left out', () => {
  const doc = clipFields.setFields(filmOf(4), some(filmOf(4), 0), {
    transform: { position: { x: 100, y: 50 } },
    effects: [{ id: 'b', type: 'blur', strength: 8 }],
  });
  const files = new Map([['a.mp4', new File([], 'a.mp4')]]);
  const [clip] = timelineOf(doc, files, { size: { width: 960, height: 540 } }).tracks[0].items;
  assert.deepEqual(clip.kind === 'clip' && [clip.transform?.position, clip.effects?.[0]], [
    { x: 50, y: 25 },
    { id: 'b', type: 'blur', strength: 4 },
  ]);
  assert.deepEqual(timelineOf(doc, new Map()).tracks[0].items, []);
});

test('a film in the film brings its files along, without those that are missing', () => {
  const inner = filmOf(1, 2);
  const [track] = inner.tracks;
  const shown = { kind: /** @type {const} */ ('clip'), clipType: /** @type {const} */ ('timeline'), source: { path: 'titles' } };
  const range = { startUs: 0, durationUs: SECOND };
  const doc = {
    ...moving.place(emptyDoc('Outer'), 'v1', [{ ...shown, timelineRange: range, sourceRange: range }]),
    timelines: { titles: { timebase: inner.timebase, tracks: [{ ...track, items: [...track.items] }] } },
  };
  const file = new File([], 'a.mp4');
  const there = timelineOf(doc, new Map([['a.mp4', file]]));
  assert.deepEqual(
    [there.sources, there.tracks[0].items.length, there.timelines?.titles.tracks[0].items.length],
    [{ 'a.mp4': file }, 1, 2],
  );
  const gone = timelineOf(doc, new Map());
  assert.deepEqual([gone.sources, gone.tracks[0].items.length, gone.timelines?.titles.tracks[0].items.length], [{}, 1, 0]);
});

test('what an imported file held in a gap moves with the clips after it', () => {
  const doc = filmOf(1, 1);
  const gap = { kind: /** @type {const} */ ('gap'), id: 'g', timelineRange: { startUs: 2 * SECOND, durationUs: SECOND } };
  const held = { ...doc, tracks: doc.tracks.map((track, n) => (n ? track : { ...track, gaps: [gap] })) };
  const [{ gaps }] = cutting.rippleRemove(held, some(held, 0)).tracks;
  assert.deepEqual(gaps?.[0].timelineRange, { startUs: SECOND, durationUs: SECOND });
});

test('a caption of its own colours keeps them', () => {
  const range = { startUs: 0, durationUs: SECOND };
  const doc = { ...filmOf(2), captions: [{ id: 'c', text: 'Hi', timelineRange: range, style: { color: '#ff0000' } }] };
  const [{ items }] = timelineOf(doc, new Map([['a.mp4', new File([], 'a.mp4')]])).tracks;
  assert.deepEqual(items[0].kind === 'clip' && [items[0].style?.color, items[0].style?.fontWeight], ['#ff0000', 600]);
});

test('ten thousand clips are edited without a thought', () => {
  const many = {
    ...filmOf(),
    tracks: [
      {
        id: 'v1',
        kind: /** @type {const} */ ('video'),
        items: Array.from({ length: 10_000 }, (_, n) => ({
          kind: /** @type {const} */ ('clip'),
          clipType: /** @type {const} */ ('background'),
          id: `x${n}`,
          timelineRange: { startUs: n * SECOND, durationUs: SECOND },
        })),
      },
    ],
  };
  const moved = sound(moving.move(many, new Set(['x5000']), { byUs: 500_000 }));
  assert.equal(durationOf(moved), 10_000 * SECOND);
  assert.ok(findClip(moved, 'x5000'));
});
