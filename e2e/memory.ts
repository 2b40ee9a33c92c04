/** How much memory the browser's processes really use, and whether it grows. */
import { readFile, writeFile } from 'node:fs/promises';
import type { BrowserContext, CDPSession } from '@playwright/test';

const MIB = 2 ** 20;

/**
 * Proportional set size, from Linux: WebAssembly memory, codecs and graphics included, pages that are shared counted once. Not the browser's own
 * program, whose share depends on how many browsers run.
 */
export class Memory {
  private constructor(private readonly session: CDPSession) {}

  static async of(context: BrowserContext): Promise<Memory> {
    const browser = context.browser();
    if (!browser) throw new Error('this context does not tell its browser');
    return new Memory(await browser.newBrowserCDPSession());
  }

  /** MiB of all renderers together: the page and its workers are in one of them. */
  async rendererMib(): Promise<number> {
    return this.sum(bytesOf);
  }

  /** Forgets the peak. Returns MiB resident now, which is what the next peak grows from. */
  async beginPeak(): Promise<number> {
    await this.sum((pid) => writeFile(`/proc/${pid}/clear_refs`, '5').then(() => 0));
    return this.peakMib();
  }

  /** MiB that all renderers together had resident at most since then. */
  peakMib(): Promise<number> {
    return this.sum(async (pid) => 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0));
  }

  private async sum(bytes: (pid: number) => Promise<number>): Promise<number> {
    const { processInfo } = await this.session.send('SystemInfo.getProcessInfo');
    const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => bytes(id));
    return (await Promise.all(sizes)).reduce((a, b) => a + b, 0) / MIB;
  }
}

async function bytesOf(pid: number): Promise<number> {
  // A process that is gone uses nothing.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kB = (kind: string): number => Number(new RegExp(`^${kind}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return 1024 * (kB('Pss_Anon') + kB('Pss_Shmem'));
}

export interface Sample {
  readonly x: number;
  readonly y: number;
}

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** y per x, by Theil and Sen: the median slope of all pairs, which a garbage collector's saw does not bend. */
export function slope(samples: readonly Sample[]): number {
  const slopes: number[] = [];
  samples.forEach((a, i) => {
    for (const b of samples.slice(i + 1)) if (b.x > a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  });
  return median(slopes);
}

/** The least of each of `parts` equal stretches: what is there when a collector has just been, which the next garbage only hides. */
export function floors(samples: readonly Sample[], parts: number): Sample[] {
  const [first, last] = [samples[0]!.x, samples.at(-1)!.x];
  const stretches = Array.from({ length: parts }, (): Sample[] => []);
  for (const sample of samples) stretches[Math.min(parts - 1, Math.floor((parts * (sample.x - first)) / (last - first)))]!.push(sample);
  return stretches.filter((each) => each.length).map((each) => each.reduce((a, b) => (b.y < a.y ? b : a)));
}

export { median };
