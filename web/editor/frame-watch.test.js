import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { FrameWatch } from './frame-watch.js';

/** @type {boolean} */
let late;
/** @type {FrameWatch} */
let watch;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  late = false;
  watch = new FrameWatch((is) => (late = is));
});

test('a frame is late after 300 ms, until it comes', () => {
  watch.ask(1_000_000);
  mock.timers.tick(299);
  assert.equal(late, false);
  mock.timers.tick(1);
  assert.equal(late, true);
  watch.came(1_000_000, false);
  assert.equal(late, false);
  mock.timers.tick(1000);
  assert.equal(late, false, 'nothing more is waited for');
});

test('asking again and again does not put it off', () => {
  for (let i = 0; i < 4; i++) {
    watch.ask(i * 100_000);
    mock.timers.tick(100);
  }
  assert.equal(late, true);
});

test('another frame than the one that was asked for last is something to see, and the wait goes on', () => {
  watch.ask(1_000_000);
  mock.timers.tick(250);
  watch.ask(2_000_000);
  watch.came(1_000_000, false);
  mock.timers.tick(299);
  assert.equal(late, false);
  mock.timers.tick(1);
  assert.equal(late, true);
});

test('while it plays each frame is waited for, and when it stops none', () => {
  watch.ask();
  watch.came(0, true);
  mock.timers.tick(300);
  assert.equal(late, true);
  watch.came(33_333, true);
  assert.equal(late, false);
  watch.stop();
  mock.timers.tick(1000);
  assert.equal(late, false);
});
