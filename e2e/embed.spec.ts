/** The public face: a stranger's page of thirty lines, and the app in any folder of any host. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../build/serve.mjs';
import { media } from './fixtures/media.ts';
import { expect, test, Watched } from './harness.ts';
import { Person } from './person.ts';
import * as read from './read.ts';

test('the example page exports what it says, beside the files of dist/', async ({ browser, baseURL }, info) => {
  const stranger = await Watched.open(browser, baseURL!);
  const { page, context } = stranger;
  const example = await readFile(fileURLToPath(new URL('../examples/embed.html', import.meta.url)), 'utf8');
  expect(example.trim().split('\n').length, 'lines').toBeLessThanOrEqual(40);
  // As on a site that dist/ was copied to: beside the client, and with no policy of ours.
  await context.route('**/embed.html', (route) => route.fulfill({ contentType: 'text/html', body: example }));
  await page.goto('/embed.html');
  await page.getByLabel('Video').setInputFiles(await media('long-gop.mp4'));
  const status = page.getByRole('status');
  await expect(status).toHaveText('60 frames, 2000 ms', { timeout: 30_000 });
  await expect(page.getByRole('progressbar')).toHaveJSProperty('value', 100);
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  const path = info.outputPath('embedded.webm');
  await (await coming).saveAs(path);
  expect(await read.complaints(path)).toBe('');
  const { video, audio } = await read.probe(path);
  expect([video[0]?.codec_name, video[0]?.width, video[0]?.height, video[0]?.nb_read_frames]).toEqual(['vp8', 640, 360, '60']);
  expect(audio[0]?.codec_name).toBe('opus');
  const film = await read.readFilm(path);
  expect(film.frames.map((_, i) => read.numberIn(film, i))).toEqual(film.frames.map((_, index) => ({ source: 1, index })));

  await page.getByLabel('Video').setInputFiles(await media('corrupt.mp4'));
  await expect(status).toHaveText(/corrupt\.mp4 holds neither picture nor sound/);
  await stranger.expectQuiet();
  await stranger.close();
});

test('the app works from a folder of a host', async ({ browser }, info) => {
  const host = await serve({ base: '/films/made here/' });
  const person = await Person.open(browser, host.url);
  try {
    await person.visit();
    await person.expectEngineReady();
    await person.openExport();
    await person.custom();
    await person.dialog.getByLabel('Size').selectOption('480');
    await person.saveInBrowser();
    await person.start();
    await person.expectDone();
    expect(await read.complaints(await person.download(info.outputDir))).toBe('');
    await person.expectQuiet();
  } finally {
    await person.close();
    await host.close();
  }
});
