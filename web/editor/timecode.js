import { frameStartUs, nearestFrame } from '../rate.js';

/**
 * A moment as editors write it: hours, minutes, seconds, frames.
 * @param {import('../rate.js').Rate} rate @param {number} us
 */
export function timecode(rate, us) {
  const frame = nearestFrame(rate, us);
  const nominal = Math.round(rate.num / rate.den);
  const seconds = Math.floor(frame / nominal);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % nominal]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}

/**
 * What a person types into such a field: 00:01:02:12, 1:02.5, 62.5, 45f, or +12 and -1:00 from where it is.
 * @param {import('../rate.js').Rate} rate @param {string} text @param {number} fromUs
 * @returns {number | undefined}
 */
export function parseTimecode(rate, text, fromUs) {
  const [, sign = '', rest = ''] = /^\s*([+-]?)(.*)$/.exec(text) ?? [];
  const us = moment(rate, rest.trim());
  if (us === undefined) return undefined;
  return sign === '+' ? fromUs + us : sign === '-' ? Math.max(0, fromUs - us) : us;
}

/** @param {import('../rate.js').Rate} rate @param {string} text */
function moment(rate, text) {
  const nominal = Math.round(rate.num / rate.den);
  const whole = /^(\d+):(\d+):(\d+):(\d+)$/.exec(text);
  if (whole) {
    const [h, m, s, f] = whole.slice(1).map(Number);
    return frameStartUs(rate, ((h * 60 + m) * 60 + s) * nominal + f);
  }
  const frames = /^(\d+)\s*f$/i.exec(text);
  if (frames) return frameStartUs(rate, Number(frames[1]));
  const parts = text.replace(',', '.').replace(/\s*s$/i, '').split(':');
  if (parts.length > 3 || !parts.every((part) => /^(\d+(\.\d*)?|\.\d+)$/.test(part))) return undefined;
  return Math.round(parts.reduce((sum, part) => sum * 60 + Number(part), 0) * 1e6);
}
