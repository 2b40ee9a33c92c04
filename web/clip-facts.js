import { t } from './strings.js';
import { rateOf } from './rate.js';
import { formatTime } from './timecode.js';
import { bytes } from './format.js';

/** What is said about a file in one line. */

/** @param {string} codec */
export const codecName = (codec) => t.codecs[codec] ?? codec.toUpperCase();

/** @param {import('./film.js').Clip} clip @returns {string[]} */
export function facts({ info, kind, file, problem, silent }) {
  if (!info || problem) return [bytes(file.size)];
  const { video, audio } = info;
  return [
    kind === 'image' ? t.list.picture : formatTime(info.durationUs),
    ...(video ? [`${video.width}×${video.height}`] : []),
    ...(video?.fps && kind === 'video' ? [t.list.fps(shownRate(video.fps))] : []),
    ...(video?.rotationDeg ? [t.list.rotated(video.rotationDeg)] : []),
    ...(video && kind === 'video' ? [codecName(video.codec)] : []),
    ...(audio ? [`${codecName(audio.codec)} ${t.list.kilohertz(audio.sampleRate)} ${channels(audio.channels)}`] : []),
    ...(kind === 'video' && !audio ? [silent ? t.list.silenced : t.list.noSound] : []),
    bytes(file.size),
  ];
}

/** @param {number} fps */
function shownRate(fps) {
  const { num, den } = rateOf(fps);
  return num / den;
}

/** @param {number} n */
function channels(n) {
  return n === 1 ? t.list.mono : n === 2 ? t.list.stereo : t.list.channels(n);
}
