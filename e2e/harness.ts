/**
 * Drives the built app in a real browser and judges what every export must keep to: its messages, its silence towards the outside, the policy,
 * and the state in which it leaves its destination.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base, type Browser, type BrowserContext, type ConsoleMessage, type Page, type WorkerInfo } from '@playwright/test';
import type { Caption, Settings, SourceInfo, Support } from '../web/export-worker-client.js';
import type { Audit, Fault } from './faults.ts';
import { media, MEDIA_NAMES, type MediaName } from './fixtures/media.ts';
import { isProgress, PHASES, problemsIn, type Entry, type Message, type Phase, type Progress } from './judge.ts';
import type { Track } from './model.ts';

export { expect, PHASES };
export type { Entry, Message, Phase, Settings };

const HERE = dirname(fileURLToPath(import.meta.url));
const LETTING_GO_MS = 1000;
const VIEWPORT = { width: 1280, height: 800 };
/** Worker scripts report violations of their own policy only to themselves. */
const VIOLATION = '[policy violated]';

export interface Recorded {
  readonly log: Entry[];
  readonly violations: string[];
  readonly errors: string[];
  readonly longTasks: { readonly at: number; readonly ms: number }[];
}

export interface StreamSpec {
  readonly writeDelayMs?: number;
  readonly closeDelayMs?: number;
  /** Writes that succeed before one fails. */
  readonly failAtWrite?: number;
  readonly failName?: string;
  readonly failMessage?: string;
  readonly failClose?: boolean;
  /** Writes never end. */
  readonly stallAtWrite?: boolean;
}

export type SinkEvent = 'write' | 'written' | 'close' | 'closed' | 'abort' | 'failed';

export interface StreamReport {
  readonly events: { readonly name: SinkEvent; readonly at: number }[];
  size: number;
  /** Bytes that were skipped when they came to be written. */
  holes: number;
  /** The file, once it is closed. */
  bytes: string;
}

export interface When {
  readonly afterMs?: number;
  readonly phase?: Phase;
  readonly frame?: number;
  /** How long after that. */
  readonly laterMs?: number;
}

export type Output = { readonly $opfs: string } | { readonly $stream: StreamSpec };

/** A file that the page makes of a text. */
export interface GivenFile {
  readonly $file: string;
  readonly name: string;
}

/** A file made of another one, or of nothing, with something wrong in it. */
export interface Broken {
  readonly of?: MediaName;
  readonly name?: string;
  readonly text?: string;
  /** Bits in the middle half. */
  readonly flips?: number;
  /** Bytes put `skip` bytes behind the first `behind`. */
  readonly behind?: string;
  readonly skip?: number;
  readonly put?: readonly number[];
  /** What follows is this again and again, or zeros. */
  readonly repeat?: readonly number[];
  readonly zerosMb?: number;
}

export type Source = { readonly $media: MediaName } | { readonly $broken: Broken };

export interface Timeline {
  readonly timebase: { readonly fps: number };
  readonly tracks: readonly Track[];
  readonly sources: Readonly<
    Record<
      string,
      | { readonly $media: MediaName }
      | { readonly $blob: string }
      | { readonly $broken: Broken }
      | { readonly $bytes: string; readonly name: string }
      | { readonly $opfs: string }
      | GivenFile
    >
  >;
  readonly timelines?: Readonly<Record<string, unknown>>;
  readonly fonts?: Readonly<Record<string, { readonly $media: MediaName }>>;
  readonly captions?: readonly Caption[];
}

export interface Request {
  readonly timeline: Timeline;
  readonly settings: Settings;
  readonly output: Output;
  readonly cancel?: When;
  /** Cancel through the signal instead of the method. */
  readonly signal?: boolean;
  /** What goes wrong in the worker meanwhile. */
  readonly faults?: readonly Fault[];
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly recoverable: boolean;
  readonly code?: string;
  readonly clipId?: string;
  readonly timeUs?: number;
}

interface Raw {
  readonly completed?: { readonly durationMs: number; readonly frames: number };
  readonly error?: Refusal;
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cancelledAt?: number;
  readonly stream: number;
}

/** What page/driver.js offers in the page. */
export interface Driver {
  boot(): Promise<void>;
  export(request: Request): Promise<unknown>;
  refusal(request: Request): Promise<unknown>;
  /** Plain values in, what they stand for out. Only for scripts in the page. */
  make(value: unknown): Promise<any>;
  ask(question: 'probe' | 'support', value: any): Promise<SourceInfo | Support>;
  call(method: string, args: unknown[]): Promise<{ value?: any; error?: Refusal }>;
  cancel(): Promise<void>;
  openWire(): Promise<{ wire: number; worker: number }>;
  post(wire: number, message: unknown, transfers?: boolean): Promise<void>;
  closeWire(wire: number): Promise<void>;
  breakWire(wire: number, faults: readonly Fault[]): Promise<void>;
  /** Of a wire's worker, or of the client's. */
  audit(wire?: number): Promise<Audit>;
  streams(): Promise<StreamReport[]>;
  list(): Promise<Record<string, number>>;
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  remove(name: string): Promise<void>;
  unlocked(name: string): Promise<void>;
  /** Opens a file for writing, as another tab would. */
  hold(name: string): Promise<void>;
  /** Writes and closes it; what it holds then. */
  release(name: string): Promise<string>;
}

export interface Outcome {
  /** As the log counts them. */
  readonly worker: number | undefined;
  readonly completed?: { readonly durationMs: number; readonly frames: number };
  readonly error?: Refusal;
  readonly messages: readonly Entry[];
  readonly ms: number;
  /** From the cancel to the end. */
  readonly cancelMs?: number;
  readonly stream?: StreamReport;
  /** What the worker has open, once it has had a second to let go of it. */
  readonly audit: Audit;
}

/** A page under watch. Whatever it does that no export may do is found by `expectQuiet`. */
export class Watched {
  readonly outside: string[] = [];
  readonly complaints: string[] = [];
  /** Complaints that the test at hand provokes. */
  tolerated: RegExp[] = [];
  /** Of the page as it was loaded last. */
  private told: { page: number; entries: Entry[] } = { page: 0, entries: [] };
  private fetching: Promise<void> = Promise.resolve();
  private pardoned = 0;

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly address: string,
  ) {}

  static async open<T extends Watched>(
    this: new (context: BrowserContext, page: Page, address: string) => T,
    browser: Browser,
    address: string,
  ): Promise<T> {
    const context = await browser.newContext({ baseURL: address, viewport: VIEWPORT });
    return Watched.in(context, this, address);
  }

  /** A new page. */
  static async in<T extends Watched>(
    context: BrowserContext,
    kind: new (context: BrowserContext, page: Page, address: string) => T,
    address: string,
  ): Promise<T> {
    const page = await context.newPage();
    await page.addInitScript({ path: join(HERE, 'page/recorder.js') });
    const watched = new kind(context, page, address);
    await watched.watch();
    return watched;
  }

  private async watch(): Promise<void> {
    const { origin } = new URL(this.address);
    const isOutside = (url: URL): boolean => /^(https?|wss?):$/.test(url.protocol) && url.origin !== origin;
    await this.context.route(isOutside, (route) => {
      this.outside.push(route.request().url());
      return route.abort();
    });
    this.page.on('console', (message) => this.heard(message));
    this.context.on('weberror', (error) => this.complaints.push(`uncaught: ${error.error().message}`));
    this.page.on('crash', () => this.complaints.push('the page crashed'));
    this.page.on('worker', (worker) => {
      const report = (mark: string): void =>
        addEventListener('securitypolicyviolation', (event) =>
          console.error(mark, event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber),
        );
      // A worker that is gone before it could be asked has violated nothing.
      worker.evaluate(report, VIOLATION).catch(() => undefined);
    });
  }

  private heard(message: ConsoleMessage): void {
    const text = message.text();
    if (message.type() === 'error' || /without being closed|garbage collected/i.test(text)) this.complaints.push(`console: ${text}`);
  }

  recorded(): Promise<Recorded> {
    return this.page.evaluate(() => granRecord);
  }

  /** Everything that was said so far; each entry is fetched once. */
  async log(from = 0, to?: number): Promise<Entry[]> {
    this.fetching = this.fetching.then(async () => {
      const { page, entries } = await this.page.evaluate(
        ([page, from]) => {
          const isSame = page === performance.timeOrigin;
          return { page: performance.timeOrigin, entries: granRecord.log.slice(isSame ? from : 0) };
        },
        [this.told.page, this.told.entries.length] as const,
      );
      if (page !== this.told.page) [this.told, this.pardoned] = [{ page, entries: [] }, 0];
      this.told.entries.push(...entries);
    });
    await this.fetching;
    return this.told.entries.slice(from, to);
  }

  /** What was said until now is not judged. */
  async pardon(): Promise<void> {
    this.pardoned = (await this.log()).length;
  }

  /** What was forgotten without being closed is told when it is collected, and that may be any number of tests later. */
  async collectGarbage(): Promise<void> {
    const collect = (): void => (globalThis as { gc?(): void }).gc?.();
    const collected = Promise.all(this.page.workers().map((worker) => worker.evaluate(collect).catch(() => undefined)));
    await Promise.race([collected, this.page.waitForTimeout(1000)]); // a worker that hangs does not answer
  }

  /** Asserts that since the last time nothing happened that no export may do. */
  async expectQuiet(): Promise<void> {
    await this.collectGarbage();
    const { violations, errors } = await this.page.evaluate(() => ({
      violations: granRecord.violations.splice(0),
      errors: granRecord.errors.splice(0),
    }));
    const complaints = [...errors, ...this.complaints.splice(0)].filter((text) => !this.tolerated.some((known) => known.test(text)));
    this.tolerated = [];
    expect.soft(this.outside.splice(0), 'requests that left the origin').toEqual([]);
    expect.soft(violations, 'violations of the content security policy').toEqual([]);
    expect.soft(complaints, 'errors of the page and its workers').toEqual([]);
    expect.soft(problemsIn(await this.log(this.pardoned)), 'the messages').toEqual([]);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/**
 * A profile of the browser for the pages of all tests of a process, one after the other, and emptied between them. A page with the engine up stays
 * open in it: as pages of a site share a process here (playwright.config.ts), what that one has compiled serves all, and their engines are up in half
 * the time. The service worker is left to the tests that visit in a profile of their own.
 */
export class Home {
  private constructor(
    private readonly context: BrowserContext,
    private readonly page: Page,
    private readonly address: string,
  ) {}

  static async open(browser: Browser, address: string): Promise<Home> {
    const context = await browser.newContext({ baseURL: address, viewport: VIEWPORT });
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined }));
    const page = await context.newPage();
    await page.goto('/LICENSE');
    await page.evaluate(async () => {
      const { ExportWorkerClient } = await import(new URL('/export-worker-client.js', location.href).href);
      const engine = new ExportWorkerClient();
      await engine.ready;
      Object.assign(globalThis, { engine });
    });
    return new Home(context, page, address);
  }

  /** On a first visit, as far as the page can tell. */
  visitor<T extends Watched>(kind: new (context: BrowserContext, page: Page, address: string) => T): Promise<T> {
    return Watched.in(this.context, kind, this.address);
  }

  /** Forgets who was there. */
  async empty(): Promise<void> {
    for (const page of this.context.pages()) if (page !== this.page) await page.close();
    await this.context.unrouteAll({ behavior: 'ignoreErrors' });
    this.context.removeAllListeners('weberror');
    const session = await this.context.newCDPSession(this.page);
    await session.send('Storage.clearDataForOrigin', { origin: new URL(this.address).origin, storageTypes: 'all' });
    await session.detach();
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.ts': 'video/mp2t',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.mov': 'video/quicktime',
  '.flac': 'audio/flac',
  '.ogg': 'audio/ogg',
};

/** An empty page of the app's own origin and under its own policy, with the built client in it. */
export class Bench extends Watched {
  private counter = 0;

  async start(): Promise<void> {
    const { headers } = await this.context.request.get(this.address).then((response) => ({ headers: response.headers() }));
    const kept = Object.entries(headers).filter(([name]) => /^(content-security|cross-origin|permissions|referrer|x-content)/.test(name));
    const blank = '<!doctype html><title>bench</title><script type="module" src="/__e2e/driver.js"></script>';
    await this.context.route('**/__e2e/*', async (route) => {
      const name = new URL(route.request().url()).pathname.split('/').pop();
      if (name === 'blank.html') await route.fulfill({ headers: Object.fromEntries(kept), contentType: 'text/html', body: blank });
      else await route.fulfill({ contentType: 'text/javascript', body: await readFile(join(HERE, 'page', name ?? ''), 'utf8') });
    });
    await this.context.route('**/export-worker.js', async (route) => {
      const response = await route.fetch();
      const faults = await readFile(join(HERE, 'page/faults.js'), 'utf8');
      await route.fulfill({ response, body: `${faults}\n${await response.text()}` });
    });
    await this.context.route('**/__e2e/media/*', async (route) => {
      const name = MEDIA_NAMES.find((known) => route.request().url().endsWith(`/${known}`));
      if (!name) return route.fulfill({ status: 404 });
      return route.fulfill({ contentType: TYPES[extname(name)] ?? 'application/octet-stream', path: await media(name) });
    });
    await this.page.goto('/__e2e/blank.html');
    await this.page.evaluate(() => granDriver.boot());
  }

  /** A name that no other export has had. */
  name(extension = 'mp4'): string {
    return `export-${++this.counter}.${extension}`;
  }

  /** Exports through the public client; asserts what holds for every end. */
  async export(request: Request): Promise<Outcome> {
    const { output } = request;
    const name = '$opfs' in output ? output.$opfs : undefined;
    const before = await this.page.evaluate(() => granDriver.list());
    const bytesBefore = name && before[name] ? await this.page.evaluate((name) => granDriver.read(name), name) : undefined;
    const raw = (await this.page.evaluate((request) => granDriver.export(request), request)) as Raw;
    const log = await this.log(raw.from, raw.to);
    const messages = log.filter(({ sent }) => !sent);
    const outcome: Outcome = {
      worker: log.find(({ message }) => message.type === 'init_export')?.worker,
      messages,
      audit: await this.expectLetGo(),
      ms: raw.endedAt - raw.startedAt,
      ...(raw.completed && { completed: raw.completed }),
      ...(raw.error && { error: raw.error }),
      ...(raw.cancelledAt !== undefined && { cancelMs: raw.endedAt - raw.cancelledAt }),
      ...('$stream' in output && { stream: (await this.page.evaluate(() => granDriver.streams())).at(-1)! }),
    };
    if (outcome.error && name) await this.expectUntouched(name, bytesBefore, Object.keys(before));
    else if (name) await this.expectOnly([...Object.keys(before), name]);
    return outcome;
  }

  /** What an export is refused with; the destination is the test's own business. */
  async refused(request: Request): Promise<Refusal | undefined> {
    return ((await this.page.evaluate((request) => granDriver.export(request), request)) as Raw).error;
  }

  /** Within a second after an export nothing of it is open any more: no frame, no codec, no file, no port. */
  async expectLetGo(wire?: number): Promise<Audit> {
    const ask = (): Promise<Audit> => this.page.evaluate((wire) => granDriver.audit(wire), wire);
    const left = ({ open }: Audit) => Object.entries(open).filter(([, count]) => count > 0);
    let audit = await ask(); // a worker that had to be replaced is booting still, and busy for a while after
    for (const deadline = Date.now() + LETTING_GO_MS; left(audit).length && Date.now() < deadline; audit = await ask())
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(left(audit), 'objects left open').toEqual([]);
    return audit;
  }

  /** The destination is what it was, or gone when there was nothing (an empty file counts as nothing), and nobody holds it. */
  async expectUntouched(name: string, bytesBefore: string | undefined, names: readonly string[]): Promise<void> {
    if (bytesBefore === undefined) {
      await this.expectOnly(names.filter((other) => other !== name));
    } else {
      await this.expectOnly(names);
      const same = (await this.page.evaluate((name) => granDriver.read(name), name)) === bytesBefore;
      expect(same, `${name} is byte for byte what it was`).toBe(true);
    }
    await this.page.evaluate((name) => granDriver.unlocked(name), name);
  }

  private async expectOnly(names: readonly string[]): Promise<void> {
    const found = Object.keys(await this.page.evaluate(() => granDriver.list()));
    expect(found.sort(), 'files in the folder').toEqual([...new Set(names)].sort());
  }

  /** An export that must succeed; its file ends up on this side. */
  async exportFile(request: Omit<Request, 'output'>, folder: string): Promise<{ path: string; outcome: Outcome }> {
    const name = this.name(request.settings.container ?? 'mp4');
    const outcome = await this.export({ ...request, output: { $opfs: name } });
    expect(outcome.error, 'the export succeeds').toBeUndefined();
    const path = join(folder, name);
    await this.save(name, path);
    return { path, outcome };
  }

  async save(name: string, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(await this.page.evaluate((name) => granDriver.read(name), name), 'base64'));
    await this.page.evaluate((name) => granDriver.remove(name), name);
  }

  /** A method of the client that asks the worker something. */
  async ask(method: string, ...args: unknown[]): Promise<{ value?: any; error?: Refusal }> {
    return this.page.evaluate(([method, args]) => granDriver.call(method, args), [method, args] as const);
  }

  /** The left side of a file's sound as the browser itself plays it: its own demuxer and decoder, and nothing of ours. */
  async playedByBrowser(path: string, rateHz: number): Promise<Float32Array> {
    const file = (await readFile(path)).toString('base64');
    const samples = await this.page.evaluate(
      async ([file, rateHz]) => {
        const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
        const decoded = await new OfflineAudioContext(2, 1, rateHz).decodeAudioData(bytes.buffer);
        let text = '';
        const left = new Uint8Array(decoded.getChannelData(0).buffer);
        for (let at = 0; at < left.length; at += 32_768) text += String.fromCharCode(...left.subarray(at, at + 32_768));
        return btoa(text);
      },
      [file, rateHz] as const,
    );
    const bytes = Buffer.from(samples, 'base64');
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  /** Luma of the frames that show at `times` (seconds) where the browser itself plays the file. */
  async seenByBrowser(path: string, times: readonly number[]): Promise<Uint8Array[]> {
    const file = (await readFile(path)).toString('base64');
    const type = TYPES[extname(path)] ?? '';
    const seen = await this.page.evaluate(
      async ([file, type, times]) => {
        const video = document.createElement('video');
        const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
        video.src = URL.createObjectURL(new Blob([bytes], { type }));
        video.muted = true;
        const next = (event: string): Promise<unknown> => new Promise((resolve) => video.addEventListener(event, resolve, { once: true }));
        await next('loadeddata');
        const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
        const context = canvas.getContext('2d', { willReadFrequently: true })!;
        const frames: string[] = [];
        for (const time of times) {
          const there = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
          video.currentTime = time;
          await there;
          context.drawImage(video, 0, 0);
          const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
          let text = '';
          for (let at = 1; at < data.length; at += 4) text += String.fromCharCode(data[at]!);
          frames.push(btoa(text));
        }
        URL.revokeObjectURL(video.src);
        return frames;
      },
      [file, type, times] as const,
    );
    return seen.map((frame) => new Uint8Array(Buffer.from(frame, 'base64')));
  }

  async openWire(): Promise<Wire> {
    const { wire, worker } = await this.page.evaluate(() => granDriver.openWire());
    return new Wire(this, wire, worker);
  }
}

/** A bare worker, for what the client does not let through. */
export class Wire {
  /** Ends of exports that a test has seen already. */
  private seen = 0;

  constructor(
    readonly bench: Bench,
    readonly number: number,
    /** As the log counts the workers of the page. */
    private readonly worker: number,
  ) {}

  /** Posts a message in which `{$media}` and the like are made real; without `transfers` nothing is transferred. */
  async post(message: unknown, transfers = true): Promise<void> {
    await this.bench.page.evaluate(([wire, message, transfers]) => granDriver.post(wire, message, transfers), [
      this.number,
      message,
      transfers,
    ] as const);
  }

  /** What went in and out. */
  async entries(): Promise<Entry[]> {
    const log = await this.bench.log();
    return log.filter((entry) => entry.worker === this.worker);
  }

  async messages(): Promise<Message[]> {
    return (await this.entries()).filter(({ sent }) => !sent).map(({ message }) => message);
  }

  /** Waits for the `count`th message that `matches`, and returns it. */
  async next(matches: (message: Message) => boolean, count = 1, timeoutMs = 20_000): Promise<Message> {
    let found: Message | undefined;
    await expect
      .poll(async () => (found = (await this.messages()).filter(matches)[count - 1]) !== undefined, {
        timeout: timeoutMs,
        intervals: [20, 50, 100],
      })
      .toBe(true);
    return found!;
  }

  /** The next `completed` or `error`. */
  ended(timeoutMs?: number): Promise<Message> {
    return this.next(({ type }) => type === 'completed' || type === 'error', ++this.seen, timeoutMs);
  }

  breakWith(faults: readonly Fault[]): Promise<void> {
    return this.bench.page.evaluate(([wire, faults]) => granDriver.breakWire(wire, faults), [this.number, faults] as const);
  }

  async close(): Promise<void> {
    await this.bench.page.evaluate((wire) => granDriver.closeWire(wire), this.number);
  }
}

export function progressOf(outcome: Outcome): Progress[] {
  return outcome.messages.map(({ message }) => message).filter(isProgress);
}

/** What telemetry said in the end of who drew. */
export function executorOf(outcome: Outcome): unknown {
  return outcome.messages.map(({ message }) => message).findLast(({ type }) => type === 'telemetry')?.executor;
}

export function warningsOf(outcome: Outcome): Message[] {
  return outcome.messages.map(({ message }) => message).filter(({ type }) => type === 'warning');
}

interface TestFixtures {
  bench: Bench;
}

interface WorkerFixtures {
  sharedBench: Bench;
  /** For Chromium only. */
  home: Home;
}

function addressOf({ project }: WorkerInfo): string {
  if (!project.use.baseURL) throw new Error('the Playwright configuration names no baseURL');
  return project.use.baseURL;
}

/** `bench` is one page and one worker for all tests of a file: an export that spoils the next one is found that way. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  sharedBench: [
    async ({ browser }, use, workerInfo) => {
      const bench = await Bench.open(browser, addressOf(workerInfo));
      await bench.start();
      await use(bench);
      await bench.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  home: [
    async ({ browser }, use, workerInfo) => {
      const home = await Home.open(browser, addressOf(workerInfo));
      await use(home);
      await home.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  bench: async ({ sharedBench }, use) => {
    await use(sharedBench);
    await sharedBench.expectQuiet();
  },
});
