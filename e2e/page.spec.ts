/** From the first visit to a film on the disk, as a person goes there. */
import { copyFile, truncate } from 'node:fs/promises';
import { media } from './fixtures/media.ts';
import { BLOCK } from './films.ts';
import { expect, test as base } from './harness.ts';
import { Person, expectAccessible } from './person.ts';
import * as read from './read.ts';

const test = base.extend<{ person: Person }>({
  person: async ({ browser, baseURL }, use) => {
    const person = await Person.open(browser, baseURL!);
    await use(person);
    await person.expectQuiet();
    await person.close();
  },
});

test('the sample becomes a film that can be downloaded, and another one after a cancel', async ({ person }, info) => {
  const { page, dialog } = person;
  await person.visit();
  await person.screenshot('01-first');
  await person.expectEngineReady();
  await expect(person.card('tide.webm')).toHaveAttribute('data-state', 'ready');

  await test.step('trim and name', async () => {
    await person.clip('tide.webm').first().click();
    await person.inspector.getByLabel('Length', { exact: true }).fill('2s');
    await person.inspector.getByLabel('Length', { exact: true }).press('Enter');
    await expect(person.clip('tide.webm').first()).toHaveAccessibleName(/2 seconds long/);
    await page.getByRole('textbox', { name: 'Film title' }).fill('Утро & море');
    await page.getByRole('textbox', { name: 'Film title' }).press('Enter');
    await person.screenshot('02-selected');
  });
  await test.step('in and out', async () => {
    await page.getByRole('textbox', { name: 'Film title' }).blur();
    await person.press('Home', 'i');
    await person.goTo('2s');
    await person.press('o');
  });

  await person.openExport();
  await person.screenshot('03-setup');
  await dialog.getByLabel('What', { exact: true }).selectOption('all');
  await person.custom();
  await test.step('what this browser cannot encode is disabled, with the reason', async () => {
    const hevc = dialog.getByRole('option', { name: /HEVC/ });
    await expect(hevc).toBeDisabled();
    expect(await hevc.innerText()).toMatch(/HEVC\) – .+/);
  });
  await dialog.getByLabel('Size').selectOption('480');
  await dialog.getByLabel('Frames per second').selectOption('29.97');
  await person.expectSetup();
  await person.saveInBrowser();

  await test.step('cancel', async () => {
    await person.start();
    await expect(dialog).toHaveAttribute('data-state', 'exporting');
    await expect(dialog.locator('[data-fact=frame]')).toHaveText(/^[1-9].* \/ /);
    await test.step('what is being encoded can be seen', async () => {
      const live = dialog.getByRole('img', { name: 'What is being encoded' });
      const colours = () =>
        live.evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          return [canvas.width, canvas.height, new Set(new Uint32Array(data.buffer)).size > 100];
        });
      await expect.poll(colours).toEqual([384, 216, true]);
    });
    await person.screenshot('04-exporting');
    await page.keyboard.press('Escape');
    await expect(dialog.getByRole('alertdialog', { name: 'Stop the export?' })).toBeVisible();
    await person.screenshot('05-asking');
    await dialog.getByRole('button', { name: 'Keep going' }).click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toHaveAttribute('data-state', 'cancelled');
    await person.screenshot('06-cancelled');
    expect(await privateFiles(person)).toEqual([]);
  });

  await dialog.getByRole('button', { name: 'Export again' }).click();
  await person.expectSetup();
  await dialog.getByLabel('What', { exact: true }).selectOption('range');
  await person.start();
  await person.expectDone();
  await person.screenshot('07-done');
  const path = await person.download(info.outputDir);
  expect(path).toMatch(/Утро.*море\.mp4$/);
  await expectFilm(person, path, { rate: '30000/1001', height: 480, sound: 'aac' });

  await test.step('export again, as WebM without sound, and unchecked', async () => {
    // To read it back takes for ever now.
    const forEver = () => {
      const { getFile } = FileSystemFileHandle.prototype;
      FileSystemFileHandle.prototype.getFile = async function () {
        const file = await getFile.call(this);
        return this.name.includes('море') && file.size ? new Promise<File>(() => {}) : file;
      };
    };
    await Promise.all(page.workers().map((worker) => worker.evaluate(forEver)));
    await dialog.getByRole('button', { name: 'Export again' }).click();
    await person.expectSetup();
    await dialog.getByLabel('Format').selectOption('webm');
    await dialog.getByRole('checkbox', { name: 'Sound' }).uncheck();
    await person.start();
    await dialog.getByRole('button', { name: 'Skip' }).click({ timeout: 30_000 });
    await person.expectDone();
    await expect(dialog.getByText(/^Not checked/)).toBeVisible();
    await expect(dialog.getByText(/^Checked/)).toHaveCount(0);
    await expectFilm(person, await person.download(info.outputDir), { rate: '30000/1001', height: 480, sound: null });
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toBeHidden();
  });
});

test('a file that cannot be read says so on its card, and one that changes says so at the end', async ({ person }, info) => {
  const { page, dialog } = person;
  const changing = info.outputPath('changing.mp4');
  await copyFile(await media('long-gop.mp4'), changing);
  await person.visitEmpty();
  await person.expectEngineReady();
  await person.choose([await media('corrupt.mp4'), changing]);
  await expect(person.clip('changing.mp4')).toBeVisible();
  await test.step('the first film on the timeline fills it', async () => {
    const width = async (part: string) => (await person.timeline.locator(part).first().boundingBox())!.width;
    await expect.poll(async () => (await width('.clip')) / (await width('.tl-scroll'))).toBeGreaterThan(0.7);
  });
  await expect(person.card('corrupt.mp4')).toHaveAttribute('data-state', 'problem');
  await expect(person.card('corrupt.mp4').getByRole('alert')).toHaveText(/corrupt\.mp4/);
  await person.screenshot('08-problem');
  await person.media.getByRole('button', { name: 'Remove corrupt.mp4' }).click();
  await expect(person.card('corrupt.mp4')).toBeHidden();

  await truncate(changing, 20_000);
  await person.openExport();
  await person.saveInBrowser();
  await person.start();
  await expect(dialog).toHaveAttribute('data-state', 'failed');
  await expect(dialog.getByRole('alert')).toHaveText(/changing\.mp4/);
  await expect(dialog.getByRole('alert')).not.toHaveText(/Error\b|\/|undefined/);
  await person.screenshot('09-failed');
  await expect(dialog.getByRole('button', { name: 'Skip that clip' })).toBeVisible();
  await expectAccessible(page, 'failed');
  expect(await privateFiles(person)).toEqual([]);

  await test.step('the file is put back, and the same film works', async () => {
    await dialog.getByRole('button', { name: 'Close' }).click();
    await person.media.getByRole('button', { name: 'Remove changing.mp4' }).click();
    await expect(page.getByText('0 clips')).toBeVisible();
    await person.choose([await media('long-gop.mp4')]);
    await expect(person.clip('long-gop.mp4')).toBeVisible();
    await person.openExport();
    await dialog.getByRole('radio', { name: 'Copy, no re-encode' }).check();
    await expect(dialog.getByText('MP4 · H.264 · AAC')).toBeVisible();
    await person.start();
    await person.expectDone();
    const copy = await person.download(info.outputDir);
    for (const kind of ['v', 'a'] as const)
      expect(await read.packetHashes(copy, kind)).toEqual(await read.packetHashes(await media('long-gop.mp4'), kind));
  });
});

test('a minute of film never holds the page up for more than 50 ms', { tag: '@timed' }, async ({ person }) => {
  test.setTimeout(300_000);
  const { page, dialog } = person;
  await person.visitEmpty();
  await person.expectEngineReady();
  await person.choose([await media('long-gop.mp4')]);
  await person.clip('long-gop.mp4').click();
  for (let i = 1; i < 10; i++) await page.keyboard.press('d');
  await expect(page.getByText('10 clips')).toBeVisible();
  await person.openExport();
  await person.saveInBrowser();
  // What the page itself does comes every time; what others do on the same cores comes and goes. So the best of three counts.
  let longest = Infinity;
  for (let attempt = 1; attempt <= 3 && longest > 50; attempt++) {
    const startedAt = await page.evaluate(() => performance.now());
    await person.start();
    await person.expectDone(120_000);
    expect(await person.fact('frames')).toMatch(/^1.?800$/);
    const tasks = (await person.recorded()).longTasks.filter(({ at }) => at >= startedAt);
    longest = Math.max(0, ...tasks.map(({ ms }) => ms));
    const when = tasks.map(({ at, ms }) => `${ms} ms at ${Math.round(at - startedAt)}`).join(', ');
    console.log(`    a minute of film took ${await person.fact('took')}; tasks over 50 ms: ${when || 'none'}`);
    await dialog.getByRole('button', { name: 'Export again' }).click();
    await person.expectSetup();
  }
  expect(longest).toBeLessThanOrEqual(50);
});

test('editing the sample never holds the page up for more than 50 ms', { tag: '@timed' }, async ({ person }) => {
  const { page } = person;
  await person.visit();
  await person.expectEngineReady();
  let longest = Infinity;
  for (let attempt = 1; attempt <= 3 && longest > 50; attempt++) {
    const startedAt = await page.evaluate(() => performance.now());
    const clip = (await person.clip('dawn.webm').first().boundingBox())!;
    await page.mouse.move(clip.x + 40, clip.y + 30);
    await page.mouse.down();
    await page.mouse.move(clip.x + 70, clip.y + 30, { steps: 6 });
    await page.mouse.up();
    await person.press('s', 't', 'Control+z', 'Control+z', 'Control+z', '=', '-', 'Space');
    await page.waitForTimeout(400);
    await person.press('Space', 'Home');
    const tasks = (await person.recorded()).longTasks.filter(({ at }) => at >= startedAt);
    longest = Math.max(0, ...tasks.map(({ ms }) => ms));
    console.log(`    longest task while editing: ${Math.round(longest)} ms`);
  }
  expect(longest).toBeLessThanOrEqual(50);
});

function privateFiles(person: Person): Promise<string[]> {
  return person.page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('exports', { create: true });
    return Array.fromAsync(folder.keys());
  });
}

interface Wanted {
  readonly rate: string;
  readonly height: number;
  readonly sound: string | null;
}

/** The file is whole, and is what the page says of it. */
async function expectFilm(person: Person, path: string, { rate, height, sound }: Wanted): Promise<void> {
  expect(await read.complaints(path)).toBe('');
  const { video, audio, duration } = await read.probe(path);
  const frames = Number(video[0]?.nb_read_frames);
  expect(video[0]?.height).toBe(height);
  expect(audio.map((stream) => stream.codec_name)).toEqual(sound ? [sound] : []);
  expect(Number((await person.fact('frames')).replace(/\D/g, ''))).toBe(frames);
  const [num = 0, den = 1] = rate.split('/').map(Number);
  expect(Math.abs(Number(duration) - (frames * den) / num)).toBeLessThan((2 * BLOCK) / 48_000 + 0.001);
  if (path.endsWith('.mp4')) expect(video[0]?.avg_frame_rate).toBe(rate);
}
