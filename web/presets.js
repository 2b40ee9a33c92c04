import { STANDARD_RATES, rateOf } from './rate.js';

/**
 * What can be chosen for an export, and what is sensible when nothing is. Pure.
 *
 * @import { AudioSettings, CodecSupport, Settings, Support } from './export-worker-client.js'
 * @import { Rate } from './rate.js'
 *
 * @typedef {'mp4' | 'mov' | 'webm' | 'mkv' | 'm4a' | 'mp3' | 'ogg' | 'flac' | 'wav'} ContainerName
 * @typedef {'picker' | 'folder' | 'browser'} Where
 * @typedef {'sharing' | 'best' | 'small' | 'audio' | 'copy' | 'custom'} Preset
 *
 * @typedef {object} Choice what the form holds
 * @property {Preset} preset
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
 * @property {Where} where
 * @property {number} keyFrameS seconds from one to the next
 * @property {boolean} constant the same bitrate all the time
 * @property {boolean} alpha keep what is transparent
 * @property {string} artist
 * @property {string} comment
 * @property {'all' | 'range' | 'selection'} what
 * @property {'burn' | 'embed' | 'srt' | 'off'} captions
 * @property {SoundFormat} [soundFormat] a source's own, where its sound is copied
 *
 * @typedef {Pick<AudioSettings, 'bitrate' | 'sampleRate' | 'channels'>} SoundFormat
 * @typedef {Partial<Choice> & Pick<Choice, 'container' | 'codec' | 'sound'>} CopiedFormat a source's own
 *
 * @typedef {object} Picture the film's
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
  m4a: { mime: 'audio/mp4', video: [], audio: ['aac'] },
  mp3: { mime: 'audio/mpeg', video: [], audio: ['mp3'] },
  ogg: { mime: 'audio/ogg', video: [], audio: ['opus'] },
  flac: { mime: 'audio/flac', video: [], audio: ['flac'] },
  wav: { mime: 'audio/wav', video: [], audio: ['pcm-s16'] },
};
/** @param {ContainerName} container */
export const isSoundOnly = (container) => CONTAINERS[container].video.length === 0;
export const CONTAINER_NAMES = /** @type {ContainerName[]} */ (Object.keys(CONTAINERS));
export const VIDEO_CODECS = ['avc', 'hevc', 'vp9', 'av1', 'vp8'];
/** @type {AudioSettings['codec'][]} */
export const AUDIO_CODECS = ['aac', 'opus', 'mp3', 'flac', 'pcm-s16'];
const ALPHA = { codecs: ['vp8', 'vp9'], containers: ['webm', 'mkv'] };
/** Whether such a film can be transparent. @param {Choice} choice */
export const canBeTransparent = ({ codec, container }) => ALPHA.codecs.includes(codec) && ALPHA.containers.includes(container);
export const HEIGHTS = [2160, 1440, 1080, 720, 480];
export const LIMITS = { px: { min: 16, max: 8192 }, megabits: { min: 0.1, max: 200 }, keyFrameS: { min: 0.1, max: 20 } };

const AUDIO_BITRATES = /** @type {Record<string, number>} */ ({ aac: 192_000, opus: 128_000, mp3: 192_000, flac: 320_000 });
const KEY_FRAME_S = 2;
const CHANNELS = 2;
const SAMPLE_RATE = 48_000;
const PCM_BITRATE = SAMPLE_RATE * CHANNELS * 16;
const WIDE = 16 / 9;
const FALLBACK = { width: 1920, height: 1080, fps: 30 };
/** What a codec needs for the look of H.264. @type {Record<string, number>} */
const THRIFT = { avc: 1, vp8: 1.1, vp9: 0.7, hevc: 0.7, av1: 0.6 };

/** Encoders take even sizes only. @param {number} px */
export const even = (px) => Math.min(LIMITS.px.max, Math.max(LIMITS.px.min, 2 * Math.floor(px / 2)));

/** The shape of the film at a height that people know by number: an upright film's 1080p is 1080 wide. @param {number} lines @param {Picture | undefined} picture */
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

/** @param {string} name @param {boolean} sound @param {Where} where @returns {Choice} */
export function firstChoice(name, sound, where) {
  return {
    preset: 'sharing',
    container: 'mp4',
    codec: 'avc',
    size: 'source',
    width: FALLBACK.width,
    height: FALLBACK.height,
    rate: 'source',
    megabits: undefined,
    sound,
    audioCodec: 'aac',
    name,
    where,
    keyFrameS: KEY_FRAME_S,
    constant: false,
    alpha: false,
    artist: '',
    comment: '',
    what: 'all',
    captions: 'burn',
  };
}

const MUCH = 2.5;
const LITTLE = 0.6;

/**
 * What a preset means for a picture. `custom` means what the form says.
 * @param {Choice} choice @param {Preset} preset @param {Picture | undefined} picture
 * @param {CopiedFormat} [copied] what the film is copied as, if it can be
 * @returns {Choice}
 */
export function withPreset(choice, preset, picture, copied) {
  const lines = Math.min(picture?.width ?? FALLBACK.width, picture?.height ?? FALLBACK.height);
  const upTo = (/** @type {number} */ most) => (lines > most ? String(most) : 'source');
  const rated = (/** @type {Choice} */ made, /** @type {number} */ times) => ({
    ...made,
    megabits: Number((recommendedMegabits(sizeOf(made, picture), rateNamed(made.rate, picture), made.codec) * times).toFixed(1)),
  });
  /** @type {Choice} */
  const base = { ...choice, preset, rate: 'source', megabits: undefined, sound: true, soundFormat: undefined };
  switch (preset) {
    case 'sharing':
      return { ...base, container: 'mp4', codec: 'avc', audioCodec: 'aac', size: upTo(1080) };
    case 'best':
      return rated({ ...base, container: 'mp4', codec: 'avc', audioCodec: 'aac', size: 'source' }, MUCH);
    case 'small':
      return rated({ ...base, container: 'webm', codec: 'vp9', audioCodec: 'opus', size: upTo(720) }, LITTLE);
    case 'audio':
      return { ...base, container: 'm4a', audioCodec: 'aac' };
    case 'copy':
      return { ...base, size: 'source', keyFrameS: KEY_FRAME_S, constant: false, alpha: false, ...copied };
    case 'custom':
      return { ...choice, preset, soundFormat: undefined };
  }
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
  const tags = Object.entries({ title, artist: choice.artist.trim(), comment: choice.comment.trim() }).filter(([, tag]) => tag);
  return {
    container: choice.container,
    width,
    height,
    fps: [rate.num, rate.den],
    codec: isSoundOnly(choice.container) ? false : choice.codec,
    bitrate: Math.round((choice.megabits ?? recommendedMegabits({ width, height }, rate, choice.codec)) * 1e6),
    audio: choice.sound && { ...settingsOfSound(choice.audioCodec), ...choice.soundFormat },
    ...(choice.keyFrameS === KEY_FRAME_S ? {} : { keyFrameIntervalMs: Math.round(choice.keyFrameS * 1000) }),
    ...(choice.constant ? { bitrateMode: 'constant' } : {}),
    ...(choice.alpha && canBeTransparent(choice) ? { alpha: true } : {}),
    ...(tags.length ? { metadata: Object.fromEntries(tags) } : {}),
  };
}

/** @param {AudioSettings['codec']} codec @returns {AudioSettings} */
export function settingsOfSound(codec) {
  return { codec, bitrate: AUDIO_BITRATES[codec] ?? 320_000, sampleRate: SAMPLE_RATE, channels: CHANNELS };
}

/** @param {Settings} settings @param {number} durationUs */
export function estimatedBytes({ codec, bitrate, audio }, durationUs) {
  const sound = audio ? (audio.codec === 'pcm-s16' ? PCM_BITRATE : audio.bitrate) : 0;
  return (((codec ? bitrate : 0) + sound) / 8) * (durationUs / 1e6);
}

/** Disks take 255, and the ending, a number and the browser's own ending of an unfinished file come on top. */
const NAME_BYTES = 200;
/** On Windows, whatever their ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** A file name that every system takes; letters of all languages stay. @param {string} text @param {string} fallback */
export function fileName(text, fallback) {
  const plain = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ').replace(/\s+/g, ' ');
  const name = short(plain.trim().replace(/^\.+/, '')).replace(/[. ]+$/, '');
  return RESERVED.test(name) ? `${name}_` : name || fallback;
}

/** As many whole letters of `text` as there is room for. @param {string} text */
function short(text) {
  const encoder = new TextEncoder();
  let [kept, room] = ['', NAME_BYTES];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    room -= encoder.encode(segment).length;
    if (room < 0) break;
    kept += segment;
  }
  return kept;
}
