/**
 * Exports a project without a person: node build/export.mjs PROJECT.json OUT.mp4
 *
 * PROJECT is `{name?, timeline, settings}` (messages.d.ts), with paths of files, relative to it, as `timeline.sources`. The same
 * built worker does it in a headless browser. OUT appears whole or not at all; its extension decides the container where the
 * settings do not.
 */
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from './browser.mjs';
import { serve } from './serve.mjs';

const INPUT_ID = 'gran-sources';
const PROGRESS_EVERY_MS = 1000;

/** @param {string} projectPath @param {string} outPath */
async function exportProject(projectPath, outPath) {
  const { timeline, settings } = JSON.parse(await readFile(projectPath, 'utf8'));
  const paths = Object.entries(timeline.sources ?? {});
  const files = paths.map(([, path]) => resolve(dirname(projectPath), String(path)));
  const extension = extname(outPath).slice(1);
  if (!settings.container && extension) settings.container = extension;

  const executablePath = findBrowser();
  if (!executablePath) throw new Error('No Chromium was found.');
  const site = await serve();
  // A profile on the disk: the origin's private file system of an incognito window would hold the film in memory.
  const profile = await mkdtemp(join(tmpdir(), 'gran-export-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: BROWSER_FLAGS });
  try {
    const page = await context.newPage();
    // Any document of the site will do. This one has no editor that would start a worker of its own.
    await page.goto(`${site.url}LICENSE`);
    await page.evaluate((id) => {
      const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, id });
      document.body.append(input);
    }, INPUT_ID);
    await page.locator(`#${INPUT_ID}`).setInputFiles(files);
    let toldAt = 0;
    await page.exposeFunction('tell', (/** @type {any} */ { phase, percent, frame }) => {
      if (Date.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = Date.now();
      console.log(`${percent.toFixed(0).padStart(3)} %  ${phase.padEnd(8)}  frame ${frame.current} of ${frame.total}`);
    });
    await page.exposeFunction('warn', (/** @type {string} */ message) => console.warn(`Note: ${message}`));
    const download = page.waitForEvent('download', { timeout: 0 });
    const result = page.evaluate(run, { id: INPUT_ID, keys: paths.map(([key]) => key), timeline, settings, name: basename(outPath) });
    download.catch(() => {}); // the browser closed, and `result` says why
    const { durationMs, frames } = await result;
    const part = `${resolve(outPath)}.part`;
    await (await download).saveAs(part);
    await rename(part, outPath);
    console.log(`${outPath}: ${frames} frames, ${(durationMs / 1000).toFixed(3)} s`);
  } finally {
    await context.close();
    await site.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/**
 * In the page.
 * @param {{id: string, keys: string[], timeline: any, settings: any, name: string}} job
 */
async function run({ id, keys, timeline, settings, name }) {
  const address = new URL('export-worker-client.js', location.href).href;
  const { ExportWorkerClient } = await import(address);
  const input = /** @type {HTMLInputElement} */ (document.getElementById(id));
  const sources = Object.fromEntries(keys.map((key, i) => [key, input.files?.[i]]));
  const folder = await navigator.storage.getDirectory();
  const output = await folder.getFileHandle('export', { create: true });
  const client = new ExportWorkerClient();
  const { tell, warn } = /** @type {any} */ (window);
  const result = await client.export(
    { timeline: { ...timeline, sources }, settings, output },
    { onProgress: tell, onWarning: (/** @type {{message: string}} */ { message }) => warn(message) },
  );
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(await output.getFile()), download: name });
  link.click();
  return result;
}

const [projectPath, outPath] = process.argv.slice(2);
if (!projectPath || !outPath) {
  console.error('Usage: make export PROJECT=examples/hello.json OUT=hello.mp4');
  process.exitCode = 2;
} else {
  try {
    await exportProject(projectPath, outPath);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`Not exported. ${message.replace(/^page\.evaluate: (\w+: )?/, '')}`);
    process.exitCode = 1;
  }
}
