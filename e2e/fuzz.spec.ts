/**
 * Spoiled files: each export ends in time, whole or with an error that names its clip; memory does not run away, and a good film can be made
 * right after. Sixty cases in every run; `make fuzz` does N of them, from the seed SEED.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { MediaName } from './fixtures/media.ts';
import { media } from './fixtures/media.ts';
import { MP4, shot, timeline } from './films.ts';
import { expect, test, type Outcome, type Request, type Timeline } from './harness.ts';
import { Memory } from './memory.ts';
import { spoil } from './mutate.ts';

const CASES = Number(process.env.GRAN_FUZZ_CASES ?? 60);
const SEED = Number(process.env.GRAN_FUZZ_SEED ?? 1);
const LIMIT_MS = 15_000;
const GROWTH_MIB = 256;
const BATCH = 10;

const SEEDS: readonly MediaName[] = [
  'silent.mp4',
  'vertical.mp4',
  'ms-pts.webm',
  'alpha.webm',
  'still.png',
  'turned.jpg',
  'moving.gif',
  'mono-8k.wav',
  'mono-16k.flac',
  'mono-22k.mp3',
  'tune.ogg',
  'tune.m4a',
  'tune-opus.webm',
  'tune-96k.mov',
];
const GOOD = timeline([shot('good', 'silent.mp4', [0, 0.5], 0.5)]);
const SETTINGS = { ...MP4, width: 160, height: 90 };

/** One second of a file under its own name: what it is has to be found from its bytes. */
function filmOf(name: string, bytes: Buffer): Timeline {
  const isImage = /\.(png|jpg|gif)$/.test(name);
  const range = { startUs: 0, durationUs: 1_000_000 };
  const clip = {
    kind: 'clip',
    clipType: 'media',
    id: 'spoiled',
    timelineRange: range,
    sourceRange: range,
    source: { path: name },
  } as const;
  return {
    timebase: { fps: 30 },
    tracks: [{ id: 'v', kind: 'video', items: [{ ...clip, ...(isImage && { isImage }) }] }],
    sources: { [name]: { $bytes: bytes.toString('base64'), name } },
  };
}

function problemOf(outcome: Outcome): string {
  if (outcome.ms > LIMIT_MS) return `it took ${Math.round(outcome.ms)} ms`;
  if (outcome.completed) return '';
  const { message, recoverable, clipId } = outcome.error!;
  if (!recoverable) return `it cost the worker: ${message}`;
  if (clipId !== 'spoiled') return `it names no clip: ${message}`;
  if (!/^Clip “[^”]+” \(spoiled\)/.test(message)) return `it does not begin with its clip: ${message}`;
  if (/undefined|null|NaN|\[object|Traceback|Proxy|Error:|\bat \w+\.\w+ \(|blob:/.test(message)) return `it is not for people: ${message}`;
  return '';
}

test.describe.configure({ mode: 'serial' });

/** What longer runs found: an endless table of samples, a worker that was left when a decoder of alpha broke, packets that all have one time. */
const FOUND = [60_061, 60_105, 70_142];
const RANGE = Array.from({ length: CASES }, (_, i) => SEED + i);
const BATCHES = [FOUND, ...Array.from({ length: Math.ceil(CASES / BATCH) }, (_, i) => RANGE.slice(i * BATCH, (i + 1) * BATCH))];

for (const seeds of BATCHES) {
  test(`spoiled files ${seeds[0]} to ${seeds.at(-1)}`, async ({ bench }, info) => {
    test.setTimeout(BATCH * LIMIT_MS + 60_000);
    bench.tolerated.push(/./); // the browser's decoders complain as they like
    const memory = await Memory.of(bench.context);
    const before = await memory.rendererMib();
    const problems: string[] = [];
    const ends: string[] = [];
    for (const seed of seeds) {
      const name = SEEDS[seed % SEEDS.length]!;
      const { bytes, ways } = spoil(await readFile(await media(name)), seed);
      const request: Request = { timeline: filmOf(name, bytes), settings: SETTINGS, output: { $opfs: bench.name() } };
      const outcome = await bench.export(request);
      if ('$opfs' in request.output && outcome.completed)
        await bench.page.evaluate((name) => granDriver.remove(name), request.output.$opfs);
      const problem = problemOf(outcome);
      ends.push(
        `${seed} ${name}, ${ways.join(', ')}: ${outcome.completed ? 'completed' : outcome.error!.message} (${Math.round(outcome.ms)} ms)`,
      );
      if (problem) {
        problems.push(`seed ${seed}, ${name} (${ways.join(', ')}): ${problem}`);
        await writeFile(info.outputPath(`${seed}-${name}`), bytes);
      }
    }
    const grown = (await memory.rendererMib()) - before;
    await writeFile(info.outputPath('ends.txt'), ends.join('\n'));
    if (process.env.GRAN_FUZZ_TRACE) console.log(ends.join('\n'));
    expect(problems).toEqual([]);
    expect(grown, 'MiB that ten spoiled files cost').toBeLessThan(GROWTH_MIB);
    const { outcome } = await bench.exportFile({ timeline: GOOD, settings: SETTINGS }, info.outputDir);
    expect(outcome.completed).toEqual({ frames: 15, durationMs: 500 });
  });
}
