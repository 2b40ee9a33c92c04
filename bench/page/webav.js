/** WebAV, as its documentation says to use it. Its clips first copy their file into the origin's private file system. */
import { Combinator, ImgClip, MP4Clip, OffscreenSprite } from '@webav/av-cliper';
import { captionStyle, FPS, insetRect, startOf } from '../jobs.mjs';

const us = (/** @type {number} */ seconds) => Math.round(seconds * 1e6);

export async function boot() {}

/** @param {import('../jobs.mjs').Job} job @param {Record<string, File>} files @param {FileSystemFileHandle} output */
export async function run(job, files, output) {
  const { width, height, bitrate } = job;
  // Without an AAC encoder in the browser it makes no sound at all.
  const hears = (await AudioEncoder.isConfigSupported({ codec: 'mp4a.40.2', sampleRate: 48_000, numberOfChannels: 2 })).supported;
  const film = new Combinator({
    width,
    height,
    bitrate,
    fps: FPS,
    videoCodec: 'avc1.640028',
    ...(!hears && { audio: /** @type {false} */ (false) }),
  });
  for (const [at, cut] of job.cuts.entries()) {
    const lasts = cut.seconds + (job.dissolveS && at + 1 < job.cuts.length ? job.dissolveS : 0);
    const sprite = new OffscreenSprite(await part(files[cut.source], cut.fromS, lasts));
    await sprite.ready;
    sprite.time = { offset: us(startOf(job, at)), duration: us(lasts) };
    Object.assign(sprite.rect, { x: 0, y: 0, w: width, h: height });
    sprite.zIndex = at;
    if (job.dissolveS && at > 0) {
      sprite.opacity = 0;
      const share = Math.round((job.dissolveS / cut.seconds) * 100);
      sprite.setAnimation(
        { '0%': { opacity: 0 }, [`${share}%`]: { opacity: 1 }, '100%': { opacity: 1 } },
        { duration: us(cut.seconds), iterCount: 1 },
      );
    }
    await film.addSprite(sprite);
  }
  if (job.inset) {
    const sprite = new OffscreenSprite(await part(files[job.inset.source], 0, job.seconds));
    await sprite.ready;
    const rect = insetRect(job);
    Object.assign(sprite.rect, { x: rect.x, y: rect.y, w: rect.width, h: rect.height });
    sprite.time = { offset: 0, duration: us(job.seconds) };
    sprite.zIndex = 10;
    sprite.opacity = job.inset.opacity;
    await film.addSprite(sprite);
  }
  if (job.caption) {
    const { fontSize, color, middle } = captionStyle(job);
    const canvas = new OffscreenCanvas(width, Math.ceil(fontSize * 1.5));
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    Object.assign(context, { font: `${fontSize}px sans-serif`, fillStyle: color, textAlign: 'center', textBaseline: 'middle' });
    context.fillText(job.caption, width / 2, canvas.height / 2);
    const sprite = new OffscreenSprite(new ImgClip(await createImageBitmap(canvas)));
    await sprite.ready;
    Object.assign(sprite.rect, { x: 0, y: height * middle - canvas.height / 2, w: canvas.width, h: canvas.height });
    sprite.time = { offset: 0, duration: us(job.seconds) };
    sprite.zIndex = 11;
    await film.addSprite(sprite);
  }
  try {
    await film.output({ maxTime: us(job.seconds) }).pipeTo(await output.createWritable());
  } finally {
    film.destroy();
  }
  return {};
}

/** @param {File | undefined} file @param {number} fromS @param {number} seconds */
async function part(file, fromS, seconds) {
  if (!file) throw new Error('no file');
  const clip = new MP4Clip(/** @type {ReadableStream<Uint8Array>} */ (file.stream()));
  await clip.ready;
  const after = fromS > 0 ? (await clip.split(us(fromS)))[1] : clip;
  await after.ready;
  const whole = after.meta.duration <= us(seconds + 0.1);
  return whole ? after : (await after.split(us(seconds)))[0];
}
