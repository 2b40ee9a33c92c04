/** Several encoders on one film: the file that one alone makes, but for the bits that each spends. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CUTS, expectFrames, expectSound, longFilm, MP4, shot, timeline, WEBM } from './films.ts';
import { media } from './fixtures/media.ts';
import { expect, test, type Outcome, type Settings, type Timeline } from './harness.ts';
import * as read from './read.ts';

const run = promisify(execFile);
const N = 3;
const HALF_SECONDS = { keyFrameIntervalMs: 500 };
/** Frame by frame, whatever the containers' ticks. */
const ALIGNED = '[0:v]settb=1/30,setpts=N[a];[1:v]settb=1/30,setpts=N[b];[a][b]psnr=shortest=1';
/** With one quantizer for all frames encoders differ in what they remember of earlier ones. */
const NOISE_DB = 0.1;

/** What the last telemetry tells. */
function told(outcome: Outcome): { encoders: number; queuePeaks: Record<string, number>; liveObjects: Record<string, number> } {
  return outcome.messages.map(({ message }) => message).findLast(({ type }) => type === 'telemetry') as never;
}

async function psnrDb(path: string, source: string): Promise<number> {
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-i', path, '-i', source, '-lavfi', ALIGNED, '-f', 'null', '-']);
  return Number(/average:([\d.]+)/.exec(stderr)?.[1]);
}

interface Case {
  readonly film: Timeline;
  readonly settings: Settings;
  /** The source that the whole film shows. */
  readonly shows?: 'long-gop.mp4';
}

const CASES: Readonly<Record<string, Case>> = {
  'VP9 in WebM, straight and drawn': { film: CUTS, settings: { ...WEBM, ...HALF_SECONDS } },
  'VP9 in MP4, straight': {
    film: timeline([shot('all', 'long-gop.mp4', [0, 6], 0)]),
    settings: { ...MP4, ...HALF_SECONDS, codec: 'vp9', quality: 0.5 },
    shows: 'long-gop.mp4',
  },
  'AV1 in MP4, straight': {
    film: timeline([shot('all', 'long-gop.mp4', [0, 3], 0)]),
    settings: { ...MP4, ...HALF_SECONDS, codec: 'av1', quality: 0.5, audio: false },
    shows: 'long-gop.mp4',
  },
};

for (const [name, { film, settings, shows }] of Object.entries(CASES)) {
  test(`${N} encoders make what one makes: ${name}`, async ({ bench }, info) => {
    const alone = await bench.exportFile({ timeline: film, settings: { ...settings, encoders: 1 } }, info.outputDir);
    const shared = await bench.exportFile({ timeline: film, settings: { ...settings, encoders: N } }, info.outputDir);
    expect([told(alone.outcome).encoders, told(shared.outcome).encoders]).toEqual([1, N]);
    expect(shared.outcome.audit.most['VideoEncoder'], 'encoders that were open at once').toBe(N);
    expect(told(shared.outcome).queuePeaks['heldBytes']).toBeGreaterThan(0);

    await expectFrames(shared.path, film, settings, shared.outcome);
    if (settings.audio) {
      await expectSound(shared.path, film, settings);
      expect(await read.packetHashes(shared.path, 'a'), 'the sound').toEqual(await read.packetHashes(alone.path, 'a'));
    }
    const pictures = async (path: string) =>
      (await read.packets(path)).filter(({ type }) => type === 'video').map(({ seconds, key }) => `${seconds}${key ? ' key' : ''}`);
    expect(await pictures(shared.path)).toEqual(await pictures(alone.path));

    if (!shows) {
      const again = await bench.exportFile({ timeline: film, settings: { ...settings, encoders: N } }, info.outputDir);
      expect(await read.packetHashes(again.path, 'v'), 'the same on every run').toEqual(await read.packetHashes(shared.path, 'v'));
      return;
    }
    const source = await media(shows);
    const [aloneDb, sharedDb] = [await psnrDb(alone.path, source), await psnrDb(shared.path, source)];
    console.log(`    ${aloneDb} dB alone, ${sharedDb} dB shared`);
    expect(sharedDb, 'PSNR against the source, dB').toBeGreaterThan(aloneDb - NOISE_DB);
  });
}

test('a cancel ends all encoders, and so does the first that fails', async ({ bench }) => {
  const settings: Settings = { ...WEBM, ...HALF_SECONDS, encoders: N };
  const request = { timeline: longFilm(60), settings };
  const cancelled = await bench.export({ ...request, output: { $opfs: bench.name('webm') }, cancel: { frame: 100 } });
  expect(cancelled.error?.code).toBe('E_CANCELLED');
  expect(cancelled.cancelMs).toBeLessThanOrEqual(1000);

  const failed = await bench.export({
    ...request,
    output: { $opfs: bench.name('webm') },
    faults: [{ where: 'VideoEncoder.encode', at: 100, times: 1, how: 'error', message: 'Encoding task failed' }],
  });
  expect(failed.error).toMatchObject({ code: 'E_ENCODER_LOST', recoverable: true });
  expect(failed.error?.message).toMatch(/^The video encoder stopped at 0:\d\d\.\d+ \(Encoding task failed\)/);
  for (const { message } of [cancelled, failed].flatMap(({ messages }) => messages.at(-1)!)) expect(message.type).toBe('error');
  expect(told(failed).liveObjects).toMatchObject({ VideoEncoder: 0, VideoFrame: 0, VideoDecoder: 0 });
});
