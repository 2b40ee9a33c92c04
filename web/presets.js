import { STANDARD_RATES, rateOf, standardRate } from './rate.js';

/**
 * What can be chosen for an export, and what is sensible when nothing is. Pure.
 *
 * @import { AudioSettings, CodecSupport, Settings, Support } from './export-worker-client.js'
 * @import { Rate } from './rate.js'
 *
 * @typedef {'mp4' | 'mov' | 'webm' | 'mkv'} ContainerName
 *
 * @typedef {object} Choice what the form holds
 * @property {ContainerName} container
 * @property {string} codec
 * @property {string} size a key of the sizes, or 'custom'
 * @property {number} width
 * @property {number} height
 * @property {string} rate a key of STANDARD_RATES, or 'source'
 * @property {number | undefined} megabits a second; undefined for the recommended
 * @property {boolean} sound
 * @property {AudioSettings['codec']} audioCodec
 * @property {string} name without the ending
 * @property {'picker' | 'browser'} where
 *
 * @typedef {object} Picture the first clip's
 * @property {number} width
 * @property {number} height
 * @property {number} fps
 */

/** @typedef {{mime: string, video: string[], audio: AudioSettings['codec'][]}} Container */
/** Codecs in the order of preference. @type {Record<ContainerName, Container>} */
export const CONTAINERS = {
  mp4: { mime: 'video/mp4', video: ['avc', 'hevc', 'vp9', 'av1'], audio: ['aac', 'opus', 'mp3', 'flac'] },
  mov: { mime: 'video/quicktime', video: ['avc', 'hevc'], audio: ['aac', 'pcm-s16'] },
  webm: { mime: 'video/webm', video: ['vp9', 'av1', 'vp8'], audio: ['opus'] },
  mkv: { mime: 'video/x-matroska', video: ['avc', 'hevc', 'vp9', 'av1', 'vp8'], audio: ['aac', 'opus', 'flac', 'pcm-s16', 'mp3'] },
};
export const CONTAINER_NAMES = /** @type {ContainerName[]} */ (Object.keys(CONTAINERS));
export const VIDEO_CODECS = ['avc', 'hevc', 'vp9', 'av1', 'vp8'];
/** @type {AudioSettings['codec'][]} */
export const AUDIO_CODECS = ['aac', 'opus', 'mp3', 'flac', 'pcm-s16'];
export const HEIGHTS = [2160, 1440, 1080, 720, 480];
export const LIMITS = { px: { min: 16, max: 8192 }, megabits: { min: 0.1, max: 200 } };

const AUDIO_BITRATES = /** @type {Record<string, number>} */ ({ aac: 192_000, opus: 128_000, mp3: 192_000, flac: 320_000 });
const CHANNELS = 2;
const SAMPLE_RATE = 48_000;
const PCM_BITRATE = SAMPLE_RATE * CHANNELS * 16;
const WIDE = 16 / 9;
const FALLBACK = { width: 1920, height: 1080, fps: 30 };
/** What a codec needs for the look of H.264. @type {Record<string, number>} */
const THRIFT = { avc: 1, vp8: 1.1, vp9: 0.7, hevc: 0.7, av1: 0.6 };

/** Encoders take even sizes only. @param {number} px */
export const even = (px) => Math.min(LIMITS.px.max, Math.max(LIMITS.px.min, 2 * Math.floor(px / 2)));

/** The shape of the first clip at a height that people know by number: an upright film's 1080p is 1080 wide. @param {number} lines @param {Picture | undefined} picture */
export function sizeAt(lines, { width, height } = FALLBACK) {
  const shape = Math.max(width, height) / Math.min(width, height) || WIDE;
  const long = 2 * Math.round((lines * shape) / 2);
  return width >= height ? { width: even(long), height: lines } : { width: lines, height: even(long) };
}

/** @param {Picture | undefined} picture */
export function sourceSize({ width, height } = FALLBACK) {
  return { width: even(width), height: even(height) };
}

/** @param {Choice} choice @param {Picture | undefined} picture @returns {{width: number, height: number}} */
export function sizeOf(choice, picture) {
  if (choice.size === 'source') return sourceSize(picture);
  if (choice.size === 'custom') return { width: even(choice.width), height: even(choice.height) };
  return sizeAt(Number(choice.size), picture);
}

/** @param {string} name @param {Picture | undefined} picture @returns {Rate} */
export function rateNamed(name, picture) {
  return STANDARD_RATES[name] ?? rateOf(picture?.fps || FALLBACK.fps);
}

/**
 * Megabits a second that look good: 8 for H.264 at 1080p and 30 frames, less than in proportion as the picture or the rate grows.
 * @param {{width: number, height: number}} size @param {Rate} rate @param {string} codec
 */
export function recommendedMegabits({ width, height }, { num, den }, codec) {
  const megabits = 8 * ((width * height) / (1920 * 1080)) ** 0.75 * (num / den / 30) ** 0.5 * (THRIFT[codec] ?? 1);
  const step = megabits < 4 ? 0.1 : 0.5;
  return Math.max(0.3, Math.round(megabits / step) * step);
}

/** @param {Picture | undefined} picture @param {string} name @param {boolean} sound @param {'picker' | 'browser'} where @returns {Choice} */
export function firstChoice(picture, name, sound, where) {
  const rate = picture?.fps && standardRate(picture.fps);
  return {
    container: 'mp4',
    codec: 'avc',
    size: 'source',
    ...sourceSize(picture),
    // A measured average like 29.83 makes a poor output rate, so then the nearest usual one is suggested.
    rate: rate || !picture?.fps ? (rate ? 'source' : '30') : (standardRate(picture.fps, Infinity) ?? '30'),
    megabits: undefined,
    sound,
    audioCodec: 'aac',
    name,
    where,
  };
}

/** @param {readonly CodecSupport[]} codecs @param {string} codec @param {string} container @returns {boolean} */
export function canUse(codecs, codec, container) {
  const row = codecs.find((each) => each.codec === codec);
  return row !== undefined && row.supported && row.containers.includes(container);
}

/**
 * A choice that can be made: where the container or the browser rules a codec out, the first that works takes its place.
 * @param {Choice} choice @param {Support | undefined} support
 * @returns {Choice}
 */
export function settled(choice, support) {
  const kind = CONTAINERS[choice.container];
  const video = (/** @type {string} */ codec) => (support ? canUse(support.video, codec, choice.container) : kind.video.includes(codec));
  const audio = (/** @type {AudioSettings['codec']} */ codec) =>
    support ? canUse(support.audio, codec, choice.container) : kind.audio.includes(codec);
  const codec = video(choice.codec) ? choice.codec : (kind.video.find(video) ?? choice.codec);
  const audioCodec = audio(choice.audioCodec) ? choice.audioCodec : (kind.audio.find(audio) ?? choice.audioCodec);
  return codec === choice.codec && audioCodec === choice.audioCodec ? choice : { ...choice, codec, audioCodec };
}

/** @param {Choice} choice @param {Picture | undefined} picture @param {string} title @returns {Settings} */
export function settingsOf(choice, picture, title) {
  const { width, height } = sizeOf(choice, picture);
  const rate = rateNamed(choice.rate, picture);
  return {
    container: choice.container,
    width,
    height,
    fps: [rate.num, rate.den],
    codec: choice.codec,
    bitrate: Math.round((choice.megabits ?? recommendedMegabits({ width, height }, rate, choice.codec)) * 1e6),
    audio: choice.sound && audioSettings(choice.audioCodec),
    ...(title ? { metadata: { title } } : {}),
  };
}

/** @param {AudioSettings['codec']} codec @returns {AudioSettings} */
function audioSettings(codec) {
  return { codec, bitrate: AUDIO_BITRATES[codec] ?? 320_000, sampleRate: SAMPLE_RATE, channels: CHANNELS };
}

/** @param {Settings} settings @param {number} durationUs */
export function estimatedBytes({ bitrate, audio }, durationUs) {
  const sound = audio ? (audio.codec === 'pcm-s16' ? PCM_BITRATE : audio.bitrate) : 0;
  return ((bitrate + sound) / 8) * (durationUs / 1e6);
}

/** A file name that every system takes; letters of all languages stay. @param {string} text @param {string} fallback */
export function fileName(text, fallback) {
  const plain = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ').replace(/\s+/g, ' ');
  return (
    plain
      .trim()
      .replace(/^\.+|[. ]+$/g, '')
      .slice(0, 120) || fallback
  );
}
