/** This exporter, through its public client. */
import { captionStyle, startOf } from '../jobs.mjs';

const US = 1_000_000;
const us = (/** @type {number} */ seconds) => Math.round(seconds * US);

/** @type {any} */
let client;

export async function boot() {
  const address = new URL('/export-worker-client.js', location.href).href;
  const { ExportWorkerClient } = await import(/* @vite-ignore */ address);
  client = new ExportWorkerClient();
  await client.ready;
}

/** @param {import('../jobs.mjs').Job} job @param {Record<string, File>} files @param {FileSystemFileHandle} output */
export async function run(job, files, output) {
  let telemetry;
  const settings = {
    width: job.width,
    height: job.height,
    fps: 30,
    codec: 'avc',
    bitrate: job.bitrate,
    container: 'mp4',
    copy: 'never',
    audio: { codec: 'aac', bitrate: 128_000, sampleRate: 48_000, channels: 2, copy: 'never' },
    ...job.settings,
  };
  const onTelemetry = (/** @type {any} */ message) => (telemetry = message);
  await client.export({ timeline: timelineOf(job, files), settings, output }, { onTelemetry });
  return { telemetry };
}

/** @param {import('../jobs.mjs').Job} job @param {Record<string, File>} sources */
function timelineOf(job, sources) {
  const quiet = job.dissolveS !== undefined;
  const film = job.cuts.map((cut, at) => ({
    ...media(`cut ${at}`, cut.source, startOf(job, at), cut.fromS, cut.seconds),
    audioFromVideoDisabled: quiet,
    ...(job.dissolveS && at > 0 && { transitionIn: { type: 'dissolve', durationUs: us(job.dissolveS), mode: 'blend' } }),
  }));
  const tracks = [{ id: 'film', kind: 'video', items: film }];
  if (job.inset) {
    const { source, scale, x, y, opacity } = job.inset;
    const clip = media('inset', source, 0, 0, job.seconds);
    const transform = { scale: { x: scale, y: scale }, position: { x, y } };
    tracks.unshift({ id: 'inset', kind: 'video', items: [{ ...clip, opacity, transform, audioFromVideoDisabled: true }] });
  }
  if (job.caption) {
    const { fontSize, color, middle } = captionStyle(job);
    const clip = {
      kind: 'clip',
      id: 'title',
      clipType: 'text',
      text: job.caption,
      timelineRange: { startUs: 0, durationUs: us(job.seconds) },
    };
    const style = { fontFamily: 'sans-serif', fontSize, color, align: 'center', verticalAlign: 'middle' };
    const transform = { position: { x: 0, y: (middle - 0.5) * job.height } };
    tracks.unshift({ id: 'titles', kind: 'video', items: [/** @type {any} */ ({ ...clip, style, transform })] });
  }
  const [first] = job.cuts;
  if (quiet && first)
    tracks.push({ id: 'sound', kind: 'audio', items: [/** @type {any} */ (media('sound', first.source, 0, first.fromS, job.seconds))] });
  return { timebase: { fps: 30 }, sources, tracks };
}

/** @param {string} id @param {string} path @param {number} atS @param {number} fromS @param {number} seconds @returns {any} */
function media(id, path, atS, fromS, seconds) {
  return {
    kind: 'clip',
    clipType: 'media',
    id,
    source: { path },
    timelineRange: { startUs: us(atS), durationUs: us(seconds) },
    sourceRange: { startUs: us(fromS), durationUs: us(seconds) },
  };
}
