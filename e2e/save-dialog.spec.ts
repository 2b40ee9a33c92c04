/** The browser's own save dialog, answered for real: what a person picks is where the film is, and nowhere else is anything left. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { media } from './fixtures/media.ts';
import { Desktop, missingForDesktop } from './desktop.ts';
import { expect, test as base } from '@playwright/test';
import { Person } from './person.ts';
import * as read from './read.ts';

const MISSING = missingForDesktop();

const test = base.extend<{ desktop: Desktop }>({
  desktop: async ({}, use) => {
    const desktop = await Desktop.open();
    await use(desktop);
    await desktop.close();
  },
});
test.skip(MISSING !== '', `No save dialog can be answered here: ${MISSING}`);

test('the save dialog: cancelled, saved, saved over a film that is there, and stopped midway', async ({ baseURL, desktop }, info) => {
  test.setTimeout(90_000);
  const folder = info.outputPath('films');
  await mkdir(folder, { recursive: true });
  const person = await Person.open(desktop.browser, baseURL!);
  const { dialog } = person;
  await person.visitEmpty();
  await person.expectEngineReady();
  await person.choose([await media('long-gop.mp4')]);
  await expect(person.clip('long-gop.mp4')).toBeVisible();
  await person.openExport();
  const save = (path: string | null): Promise<void> => {
    desktop.willSaveAs(path);
    return dialog.getByRole('button', { name: 'Export…' }).click();
  };

  await test.step('cancelled: nothing is exported, and nothing is said', async () => {
    await save(null);
    expect(await desktop.suggested()).toMatch(/^\S.*\.mp4$/);
    await person.expectSetup();
    await expect(dialog.getByRole('alert')).toHaveCount(0);
    expect(await readdir(folder)).toEqual([]);
  });

  const film = join(folder, 'Моё кино.mp4');
  await test.step('saved under a new name', async () => {
    await save(film);
    await person.expectDone();
    await expectFilm(film);
  });

  await test.step('saved over a name that is there', async () => {
    const old = join(folder, 'old.mp4');
    await writeFile(old, Buffer.alloc(3_000_000, 'the film of last week'));
    await dialog.getByRole('button', { name: 'Export again' }).click();
    await person.expectSetup();
    await save(old);
    await person.expectDone();
    await expectFilm(old);
    expect((await readFile(old)).includes('the film of last week')).toBe(false);
  });

  await test.step('stopped midway: the file that the dialog made is gone', async () => {
    // Longer than a hand takes to the button, on any machine.
    await dialog.getByRole('button', { name: 'Close' }).click();
    await person.clip('long-gop.mp4').click();
    for (let i = 1; i < 10; i++) await person.press('d');
    await person.openExport();
    await save(join(folder, 'stopped.mp4'));
    await expect(dialog).toHaveAttribute('data-state', 'exporting');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toHaveAttribute('data-state', 'cancelled');
  });
  await expect.poll(() => readdir(folder).then((names) => names.sort()), { timeout: 3000 }).toEqual(['old.mp4', 'Моё кино.mp4']);

  await person.expectQuiet();
  await person.close();
});

async function expectFilm(path: string): Promise<void> {
  expect(await read.complaints(path)).toBe('');
  expect((await read.probe(path)).video[0]?.nb_read_frames).toBe('180');
}
