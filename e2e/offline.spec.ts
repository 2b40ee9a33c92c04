/** The installed app: it starts and exports without a network, keeps nothing but itself, and becomes a newer one only on the person's word. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from '../build/browser.mjs';
import { serve } from '../build/serve.mjs';
import { expect, test } from './harness.ts';
import { expectAccessible } from './person.ts';
import * as read from './read.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

const READY = /Ready offline|everything works/;

/** A person's own browser: what it keeps is still there when it is started again. */
class Browser {
  readonly outside: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async start(profile: string): Promise<Browser> {
    const executablePath = findBrowser();
    const context = await chromium.launchPersistentContext(profile, { args: BROWSER_FLAGS, ...(executablePath && { executablePath }) });
    const browser = new Browser(context, context.pages()[0] ?? (await context.newPage()));
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== 'localhost') browser.outside.push(request.url());
    });
    return browser;
  }

  async visit(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async expectReady(): Promise<void> {
    await expect(this.page.getByText(READY)).toBeVisible({ timeout: 40_000 });
  }
}

const tidy: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of tidy.splice(0).reverse()) await step();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gran-offline-'));
  tidy.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function started(profile: string): Promise<Browser> {
  const browser = await Browser.start(profile);
  tidy.push(() => browser.context.close());
  return browser;
}

test('without a network and after a restart the app starts, and exports a film that is right', async ({}, info) => {
  test.setTimeout(120_000);
  const [host, profile] = [await serve(), await folder()];
  const first = await started(profile);
  await first.visit(host.url);
  await first.expectReady();
  await first.context.close();
  await host.close();

  const again = await started(profile);
  await again.visit(`${host.url}?from=elsewhere`);
  await again.expectReady();
  await expectAccessible(again.page, 'offline');
  // The headers are those that the host once sent: without them there would be no policy, and no isolation.
  const { isolated, policy } = await again.page.evaluate(async () => {
    const { headers } = await fetch('./index.html');
    return { isolated: crossOriginIsolated, policy: headers.get('content-security-policy') };
  });
  expect(isolated).toBe(true);
  expect(policy).toContain("default-src 'none'");

  // Text needs fonts, AAC an encoder of our own: parts that nothing has asked for before.
  const bytes = await again.page.evaluate(async () => {
    const { ExportWorkerClient } = await import(new URL('./export-worker-client.js', location.href).href);
    const output = await (await navigator.storage.getDirectory()).getFileHandle('offline.mp4', { create: true });
    const range = { startUs: 0, durationUs: 1_000_000 };
    const items = [{ kind: 'clip', id: 't', clipType: 'text', timelineRange: range, text: 'Ни сети, ни сервера', style: { fontSize: 40 } }];
    const timeline = { timebase: { fps: 30 }, tracks: [{ id: 'v', kind: 'video', items }], sources: {} };
    const audio = { codec: 'aac', bitrate: 128_000, sampleRate: 48_000, channels: 2 };
    const settings = { width: 640, height: 360, fps: 30, codec: 'avc', bitrate: 2_000_000, container: 'mp4', audio };
    await new ExportWorkerClient().export({ timeline, settings, output });
    return [...new Uint8Array(await (await output.getFile()).arrayBuffer())];
  });
  const path = info.outputPath('offline.mp4');
  await writeFile(path, Buffer.from(bytes));
  expect(await read.complaints(path)).toBe('');
  const { video, audio } = await read.probe(path);
  expect([video[0]?.codec_name, video[0]?.nb_read_frames, audio[0]?.codec_name]).toEqual(['h264', '30', 'aac']);

  // What another app shares comes as a form, from outside of the app.
  const sharing = await again.context.newPage();
  await sharing.setContent(
    `<form method="post" enctype="multipart/form-data" action="${host.url}share"><input type="file" name="files"></form>`,
  );
  await sharing.locator('input').setInputFiles({ name: 'IMG_0042.mov', mimeType: 'video/quicktime', buffer: Buffer.from('film') });
  await sharing.locator('form').evaluate((form: HTMLFormElement) => form.submit());
  await sharing.waitForURL(`${host.url}?shared`);
  const received = (): Promise<string> =>
    sharing.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('received');
      return (await (await folder.getFileHandle('IMG_0042.mov')).getFile()).text();
    });
  await expect.poll(() => received().catch(() => '')).toBe('film');

  const kept = await again.page.evaluate(async () => {
    const addresses = [];
    for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) addresses.push(url);
    return addresses;
  });
  expect(kept.length).toBeGreaterThan(40);
  expect(kept.filter((url) => !url.startsWith(host.url) || !url.includes('__WB_REVISION__'))).toEqual([]);
  expect([...first.outside, ...again.outside], 'requests that left the origin').toEqual([]);
});

/** dist/ as another build would have made it: one page is different, and the service worker says so. */
async function nextBuild(): Promise<string> {
  const site = `${await folder()}/`;
  await cp(DIST, site, { recursive: true });
  const page = await readFile(`${site}index.html`, 'utf8');
  const newer = page.replace(/<title>[^<]*/, '<title>The next Gran');
  const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const worker = await readFile(`${site}service-worker.js`, 'utf8');
  expect(worker).toContain(hash(page));
  await writeFile(`${site}index.html`, newer);
  await writeFile(`${site}service-worker.js`, worker.replaceAll(hash(page), hash(newer)));
  return site;
}

test('a newer build waits for the word of the person, and for the end of an export', async () => {
  test.setTimeout(120_000);
  const [host, profile] = [await serve(), await folder()];
  const { page, ...browser } = await started(profile);
  await page.goto(host.url);
  await expect(page.getByText(READY)).toBeVisible({ timeout: 40_000 });
  const title = await page.title();
  await host.close();

  const next = await serve({ port: Number(new URL(host.url).port), site: await nextBuild() });
  tidy.push(() => next.close());
  await page.reload();
  const restart = page.getByRole('button', { name: 'Restart' });
  await expect(restart).toBeVisible({ timeout: 40_000 });
  expect(await page.title()).toBe(title);
  await page.reload();
  expect(await page.title(), 'reloading is no word').toBe(title);

  // As a running export does, here in another tab, of some page of the site.
  const other = await browser.context.newPage();
  await other.goto(`${host.url}LICENSE`);
  await other.evaluate(
    () => void navigator.locks.request('gran-export', { mode: 'shared' }, () => new Promise((end) => Object.assign(window, { end }))),
  );
  await restart.click();
  await expect(page.getByText('After the export')).toBeVisible();
  expect(await page.title()).toBe(title);
  await other.evaluate(() => (window as unknown as { end: () => void }).end());
  await restart.click();
  await expect(page).toHaveTitle('The next Gran');
});

test('a page that embeds the exporter gets no service worker', async ({ bench }) => {
  expect(await bench.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});
