/**
 * The peers on mediabunny, in a worker of their own: loops as a careful person would write them for each job, and the library's own Conversion.
 * Frames meet a canvas only where something is drawn; what stands still is drawn once.
 */
import * as mb from 'mediabunny';
import { registerAacEncoder } from '@mediabunny/aac-encoder';
import { captionStyle, FPS, insetRect, startOf } from '../jobs.mjs';

/** @typedef {import('../jobs.mjs').Job} Job */

/** Keeps a moment that is meant to be a frame's own from falling just before it. */
const NUDGE_S = 0.25 / FPS;

registerAacEncoder();

/** @type {Map<string, mb.Input>} */
let inputs = new Map();

self.onmessage = async ({ data: { id, peer, job, files, output } }) => {
  try {
    inputs = new Map();
    for (const [name, file] of Object.entries(files))
      inputs.set(name, new mb.Input({ source: new mb.BlobSource(file), formats: mb.ALL_FORMATS }));
    const target = new mb.StreamTarget(await output.createWritable(), { chunked: true, chunkSize: 16 * 2 ** 20 });
    const file = new mb.Output({ format: new mb.Mp4OutputFormat({ fastStart: false }), target });
    await (peer === 'loop' ? loop(job, file) : conversion(job, file));
    for (const input of inputs.values()) input.dispose();
    self.postMessage({ id });
  } catch (error) {
    self.postMessage({ id, error: String(error instanceof Error ? (error.stack ?? error.message) : error) });
  }
};
self.postMessage({ ready: true });

/** @param {string} name */
function input(name) {
  const found = inputs.get(name);
  if (!found) throw new Error(`no source ${name}`);
  return found;
}

/** @param {string} source @param {number} fromS @param {number} seconds */
async function frames(source, fromS, seconds) {
  const track = await input(source).getPrimaryVideoTrack();
  if (!track) throw new Error('no picture');
  return new mb.VideoSampleSink(track).samples(fromS + NUDGE_S, fromS + seconds - NUDGE_S);
}

/** @param {Job} job @param {mb.Output} output */
async function loop(job, output) {
  const video = new mb.VideoSampleSource({ codec: 'avc', bitrate: job.bitrate, keyFrameInterval: 2 });
  const audio = new mb.AudioSampleSource({ codec: 'aac', bitrate: 128_000 });
  output.addVideoTrack(video, { frameRate: FPS });
  output.addAudioTrack(audio);
  await output.start();
  const pictures = job.inset ? composited(job, video) : job.dissolveS ? dissolved(job, job.dissolveS, video) : joined(job, video);
  await Promise.all([pictures.then(() => video.close()), sounds(job, audio).then(() => audio.close())]);
  await output.finalize();
}

/** @param {Job} job @param {mb.AudioSampleSource} audio */
async function sounds(job, audio) {
  const [first] = job.cuts;
  const cuts = job.dissolveS && first ? [{ ...first, seconds: job.seconds }] : job.cuts;
  let startS = 0;
  for (const { source, fromS, seconds } of cuts) {
    const track = await input(source).getPrimaryAudioTrack();
    if (!track) throw new Error('no sound');
    for await (const sample of new mb.AudioSampleSink(track).samples(fromS, fromS + seconds)) {
      const atS = sample.timestamp - fromS;
      // A block on the edge of a cut is cut with it.
      const from = Math.max(0, Math.round(-atS * sample.sampleRate));
      const to = Math.min(sample.numberOfFrames, Math.round((seconds - atS) * sample.sampleRate));
      const part = from > 0 || to < sample.numberOfFrames ? cutSample(sample, from, to) : sample;
      if (part) {
        part.setTimestamp(startS + Math.max(0, atS));
        await audio.add(part);
        part.close();
      }
      if (part !== sample) sample.close();
    }
    startS += seconds;
  }
}

/** @param {mb.AudioSample} sample @param {number} from @param {number} to */
function cutSample(sample, from, to) {
  if (to <= from) return undefined;
  const data = new Float32Array((to - from) * sample.numberOfChannels);
  for (let channel = 0; channel < sample.numberOfChannels; channel++) {
    const plane = data.subarray(channel * (to - from), (channel + 1) * (to - from));
    sample.copyTo(plane, { planeIndex: channel, format: 'f32-planar', frameOffset: from, frameCount: to - from });
  }
  const { sampleRate, numberOfChannels } = sample;
  return new mb.AudioSample({ data, format: 'f32-planar', sampleRate, numberOfChannels, timestamp: 0 });
}

/** @param {mb.VideoSampleSource} video @param {mb.VideoSample} sample @param {number} index closes the sample */
async function add(video, sample, index) {
  sample.setTimestamp(index / FPS);
  sample.setDuration(1 / FPS);
  await video.add(sample);
  sample.close();
}

/** @param {Job} job @param {mb.VideoSampleSource} video */
async function joined(job, video) {
  let index = 0;
  for (const { source, fromS, seconds } of job.cuts) {
    for await (const sample of await frames(source, fromS, seconds)) await add(video, sample, index++);
  }
}

/** @param {Job} job */
function canvasOf({ width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: readsBack });
  if (!context) throw new Error('no canvas');
  return { canvas, context };
}

/** Which of the two kinds of canvas is the faster one where there is no GPU: found by trying both. */
const readsBack = new URL(self.location.href).searchParams.get('readsBack') !== 'no';

/** @param {Job} job @param {mb.VideoSampleSource} video */
async function composited(job, video) {
  const [cut] = job.cuts;
  if (!cut || !job.inset) throw new Error('nothing to composite');
  const draw = await overlays(job);
  const { canvas, context } = canvasOf(job);
  let index = 0;
  for await (const sample of await frames(cut.source, cut.fromS, cut.seconds)) {
    sample.draw(context, 0, 0);
    sample.close();
    await draw(context);
    await add(video, new mb.VideoSample(canvas, { timestamp: 0 }), index++);
  }
}

/** Draws inset and title over the next frame. @param {Job} job */
async function overlays(job) {
  if (!job.inset) throw new Error('no inset');
  const { source, opacity } = job.inset;
  const { x, y, width, height } = insetRect(job);
  const insets = await frames(source, 0, job.seconds);
  const title = titleOf(job);
  return async (/** @type {OffscreenCanvasRenderingContext2D} */ context) => {
    const { value: inset } = await insets.next();
    if (inset) {
      context.globalAlpha = opacity;
      inset.draw(context, x, y, width, height);
      context.globalAlpha = 1;
      inset.close();
    }
    context.drawImage(title.canvas, title.x, title.y);
  };
}

/** @param {Job} job */
function titleOf(job) {
  const { fontSize, color, middle } = captionStyle(job);
  const canvas = new OffscreenCanvas(job.width, Math.ceil(fontSize * 1.5));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.font = `${fontSize}px sans-serif`;
  canvas.width = Math.ceil(context.measureText(job.caption ?? '').width) + 4;
  context.font = `${fontSize}px sans-serif`;
  context.fillStyle = color;
  context.textBaseline = 'middle';
  context.fillText(job.caption ?? '', 2, canvas.height / 2);
  return { canvas, x: Math.round((job.width - canvas.width) / 2), y: Math.round(job.height * middle - canvas.height / 2) };
}

/** @param {Job} job @param {number} lastsS @param {mb.VideoSampleSource} video */
async function dissolved(job, lastsS, video) {
  const [a, b] = job.cuts;
  if (!a || !b) throw new Error('nothing to dissolve');
  const [leaving, coming] = [await frames(a.source, a.fromS, a.seconds + lastsS), await frames(b.source, b.fromS, b.seconds)];
  const [begins, ends] = [startOf(job, 1) * FPS, (startOf(job, 1) + lastsS) * FPS];
  const { canvas, context } = canvasOf(job);
  for (let index = 0; index < job.seconds * FPS; index++) {
    const under = index < ends ? (await leaving.next()).value : undefined;
    const over = index >= begins ? (await coming.next()).value : undefined;
    if (under && over) {
      under.draw(context, 0, 0);
      context.globalAlpha = (index - begins) / (ends - begins);
      over.draw(context, 0, 0);
      context.globalAlpha = 1;
      under.close();
      over.close();
      await add(video, new mb.VideoSample(canvas, { timestamp: 0 }), index);
    } else if (under ?? over) {
      await add(video, /** @type {mb.VideoSample} */ (under ?? over), index);
    }
  }
  await leaving.return?.();
}

/** @param {Job} job @param {mb.Output} output */
async function conversion(job, output) {
  const [cut] = job.cuts;
  if (!cut || job.cuts.length > 1) throw new Error('Conversion takes one source');
  const drawn = job.inset ? canvasOf(job) : undefined;
  const draw = job.inset ? await overlays(job) : undefined;
  const made = await mb.Conversion.init({
    input: input(cut.source),
    output,
    trim: { start: cut.fromS, end: cut.fromS + cut.seconds },
    video: {
      codec: 'avc',
      bitrate: job.bitrate,
      forceTranscode: true,
      keyFrameInterval: 2,
      ...(drawn && {
        process: async (/** @type {mb.VideoSample} */ sample) => {
          sample.draw(drawn.context, 0, 0);
          await draw?.(drawn.context);
          return drawn.canvas;
        },
      }),
    },
    audio: { codec: 'aac', bitrate: 128_000, forceTranscode: true },
  });
  if (!made.isValid) throw new Error('Conversion refuses');
  await made.execute();
}
