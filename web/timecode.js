import { frameStartUs } from './rate.js';

/** How a person writes a moment: 1:02.5, 62.5, 1:00:02, 62,5s, or 45f for the 45th frame. */

/** @param {string} text @param {import('./rate.js').Rate} [rate] what makes frame numbers mean something @returns {number | undefined} µs */
export function parseTime(text, rate) {
  const plain = text.trim().replace(',', '.').replace(/\s*s$/i, '');
  const frame = /^(\d{1,8})\s*f$/i.exec(plain);
  if (frame && rate) return frameStartUs(rate, Number(frame[1]));
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d*)?|\.\d+)$/.exec(plain);
  if (!match) return undefined;
  const [, hours = '0', minutes = '0', seconds] = match;
  return Number(hours) * 3600e6 + Number(minutes) * 60e6 + Math.round(Number(seconds) * 1e6);
}

/** `0:01.500`, to the millisecond. @param {number} us */
export function formatTime(us) {
  const ms = Math.round(us / 1000);
  return `${clock(Math.floor(ms / 1000))}.${String(ms % 1000).padStart(3, '0')}`;
}

/** `0:01`, to the second. @param {number} us */
export function formatSeconds(us) {
  return clock(Math.round(us / 1e6));
}

/** @param {number} seconds */
function clock(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
