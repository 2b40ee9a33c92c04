/** Cutting a film: by mouse, by keyboard alone, and so that nothing is lost. */
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from '@playwright/test';
import { en } from '../web/strings/en.js';
import { media } from './fixtures/media.ts';
import { expect, test as base } from './harness.ts';
import { Person, expectAccessible } from './person.ts';
import * as read from './read.ts';

/** What serves where there is no picker that gives handles: tests cannot answer the other one. */
const withoutPicker = (): boolean => Reflect.deleteProperty(window, 'showOpenFilePicker');

const test = base.extend<{ person: Person; newcomer: Person }>({
  person: async ({ home }, use) => {
    const person = await home.visitor(Person);
    await person.page.addInitScript(withoutPicker);
    await use(person);
    await person.expectQuiet();
    await home.empty();
  },
  /** In a profile of their own. */
  newcomer: async ({ browser, baseURL }, use) => {
    const person = await Person.open(browser, baseURL!);
    await person.page.addInitScript(withoutPicker);
    await use(person);
    await person.expectQuiet();
    await person.close();
  },
});

const TWO = Buffer.from('1\n00:00:00,500 --> 00:00:02,000\nOne\n\n2\n00:00:02,500 --> 00:00:04,000\nTwo\n');

/** All that the page says of the film. */
function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const clips = [...document.querySelectorAll('.tl-canvas [role=gridcell]')].map((each) => each.ariaLabel?.replace(', selected', ''));
    const tracks = [...document.querySelectorAll('.tl-head button')].map((each) => `${each.ariaLabel} ${each.ariaPressed}`);
    const marks = [...document.querySelectorAll('.marker, .range')].map((each) => each.ariaLabel ?? each.textContent?.trim());
    const fields = [...document.querySelectorAll<HTMLInputElement>('#inspector :is(input, select, textarea, button)')].map((each) =>
      each.type === 'checkbox' ? String(each.checked) : each.value || each.textContent?.trim(),
    );
    const title = document.querySelector<HTMLInputElement>('#film-title')?.value;
    const files = [...document.querySelectorAll('.card')].map((each) => each.ariaLabel);
    return [title, ...files, ...clips, ...tracks, ...marks, ...fields].map(String);
  });
}

test('a newcomer cuts and exports a film within a minute, by keyboard alone', { tag: '@firefox' }, async ({ newcomer: person }, info) => {
  const { page, dialog } = person;
  const beganMs = performance.now();
  await person.visit();
  await person.expectEngineReady();
  await test.step('cut', async () => {
    await person.press('Home', 'Shift+ArrowRight', 's');
    await expect(person.clip('dawn.webm')).toHaveCount(3); // two halves of the picture, and the sound
    await person.press('F6');
    await page.getByRole('button', { name: 'Project', exact: true }).waitFor();
    for (let i = 0; i < 6 && !(await page.evaluate(() => document.activeElement?.matches('.clip'))); i++) await person.press('F6');
    await person.press('Home', 't');
    await expect(page.getByRole('gridcell', { name: /^Title, video/ })).toHaveAttribute('aria-selected', 'true');
  });
  await test.step('carry a clip', async () => {
    await person.timeline.getByRole('gridcell', { name: /^Title, video/ }).focus();
    await person.press('g', 'ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'Enter');
    await expect(person.timeline.getByRole('gridcell', { name: /^Title, video \d, starts 1.1 seconds/ })).toBeVisible();
    await person.press('g', 'ArrowRight', 'Escape');
    await expect(person.timeline.getByRole('gridcell', { name: /^Title, video \d, starts 1.1 seconds/ })).toBeVisible();
  });
  await person.press('Home', 'i', 'Shift+ArrowRight', 'o', 'e');
  await person.expectSetup();
  await person.press('Tab', 'Tab', 'Tab');
  const where = dialog.getByRole('radio', { name: /^In this browser/ });
  for (let i = 0; i < 12 && !(await where.isChecked()); i++)
    await person.press((await page.evaluate(() => document.activeElement?.getAttribute('name') === 'where')) ? 'ArrowDown' : 'Tab');
  await expect(dialog.getByLabel('What', { exact: true })).toHaveValue('range');
  await person.press('Control+Enter');
  await person.expectDone();
  const coming = page.waitForEvent('download');
  await person.press('Enter');
  const path = info.outputPath('film.mp4');
  await (await coming).saveAs(path);
  expect((performance.now() - beganMs) / 1000, 'seconds from the first visit to a verified file').toBeLessThan(60);
  expect(await read.complaints(path)).toBe('');
  const { video, audio } = await read.probe(path);
  expect([video[0]?.nb_read_frames, video[0]?.height, audio.length]).toEqual(['30', 720, 1]);
});

/** A machine answers sooner than Playwright asks by itself. */
const SOON = { intervals: [20, 50, 100] };

test('every command is undone by name', async ({ person }) => {
  test.setTimeout(180_000);
  const { page, timeline, inspector } = person;
  await person.visit();
  await person.expectEngineReady();
  const chosen = person.clip('dawn.webm').first();
  const button = (name: string | RegExp) => timeline.getByRole('button', { name }).first().click();
  const press = (name: string) => inspector.getByRole('button', { name }).click();
  const enter = async (field: Locator, value: string) => {
    await field.fill(value);
    await field.press('Enter');
    await field.blur();
  };
  const fill = (name: string, value: string) => enter(inspector.getByLabel(name, { exact: true }), value);
  const slide = (name: string, value: string) => enter(inspector.getByRole('spinbutton', { name }), value);
  const pick = (name: string, value: string) => inspector.getByLabel(name, { exact: true }).selectOption(value);
  const tile = async (tab: string, name: string) => {
    await person.media.getByRole('tab', { name: tab }).click();
    await person.media.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await person.media.getByRole('tab', { name: 'Media' }).click();
  };
  const marker = () => timeline.getByRole('button', { name: /^Marker 1/ }).press('Enter');
  const caption = () =>
    timeline
      .getByRole('gridcell', { name: /, caption,/ })
      .first()
      .click();
  const open = () =>
    inspector.evaluate((aside) => {
      for (const details of aside.querySelectorAll('details')) details.open = true;
    });
  const step = (name: string) => page.getByRole('button', { name: `Undo: ${name}`, exact: true });

  type Command = readonly [name: string, act: () => Promise<unknown>, first?: Command];
  const commands: readonly Command[] = [
    ['Split dawn.webm', () => person.press('s')],
    ['Split 3 clips', () => person.press('Shift+S')],
    ['Trim dawn.webm', () => person.press('q')],
    ['Trim dawn.webm', () => person.press('w')],
    ['Trim dawn.webm', () => person.press('Shift+Q')],
    ['Trim dawn.webm', () => person.press('Shift+W')],
    ['Trim dawn.webm', () => fill('Length', '2s')],
    ['Slip dawn.webm', () => fill('From in the source', '10f')],
    ['Delete dawn.webm', () => person.press('Delete')],
    ['Delete dawn.webm', () => person.press('Shift+Delete')],
    ['Close the gap', () => person.press('Shift+Delete'), ['Delete dawn.webm', () => person.press('Delete', 'Escape')]],
    ['Cut dawn.webm', () => person.press('Control+x')],
    ['Paste 1 clip', () => person.press('Control+c', 'Control+v')],
    ['Duplicate dawn.webm', () => person.press('d')],
    ['Add a title', () => person.press('t')],
    ['Words: Title', () => enter(inspector.getByLabel('Words'), 'Other'), ['Add a title', () => person.press('t')]],
    ['Freeze frame of dawn.webm', () => person.press('f')],
    ['Set the in point', () => person.press('i')],
    ['Set the out point', () => person.press('o')],
    ['Set in and out', () => person.press('x')],
    ['Clear in and out', () => person.press('Alt+x'), ['Set in and out', () => person.press('x')]],
    ['Add a marker', () => person.press('m')],
    ...(
      [
        ['Move the marker', () => fill('Start', '2s')],
        ['Rename the marker', () => fill('Name', 'Here')],
        ['Delete the marker', () => press('Delete')],
      ] as const
    ).map(([name, act]): Command => [name, () => marker().then(act), ['Add a marker', () => person.press('m')]]),
    ['Add a track', () => button('Add a sound track')],
    ['Remove track V3', () => button('Remove track, V3'), ['Add a track', () => button('Add a video track')]],
    ['Show or hide a track', () => button('Hide, V1')],
    ['Mute a track', () => button('Mute, A1')],
    ['Solo a track', () => button('Solo, A1')],
    ['Lock a track', () => button('Lock, V2')],
    ['Leave out of the film, and back: dawn.webm', () => person.press('Shift+D')],
    ['Sound of the clip off, on: dawn.webm', () => person.press('Alt+m')],
    [
      'Detach the sound of dawn.webm',
      () => press('Detach sound'),
      ['Sound is heard: dawn.webm', () => inspector.getByLabel('Sound is heard').check()],
    ],
    ['Link clips', () => person.press('Control+a').then(() => press('Link'))],
    ['Unlink clips', () => press('Unlink'), ['Link clips', () => person.press('Control+a').then(() => press('Link'))]],
    ['Solo a track', () => person.press('Shift+B')],
    ['Move dawn.webm', () => person.press('g', 'ArrowRight', 'Enter')],
    ['Move dawn.webm', () => fill('Start', '+1')],
    ['Add background', () => tile('Text', 'Background')],
    ['Add adjustment', () => tile('Text', 'Adjustment')],
    ['Slide: 1 clip', () => tile('Effects', 'Slide')],
    ['Black and white: 1 clip', () => tile('Effects', 'Black and white')],
    ['Add a caption', () => tile('Text', 'Caption')],
    ['Words: Caption', () => caption().then(() => enter(inspector.getByLabel('Words'), 'Other'))],
    ['Trim Caption', () => caption().then(() => fill('End', '5s'))],
    ['Style of the captions', () => caption().then(() => fill('Size', '20'))],
    ['Delete 1 item', () => caption().then(() => person.press('Delete'))],
    ['Captions from two.srt', () => person.media.locator('input[type=file]').setInputFiles({ name: 'two.srt', mimeType: '', buffer: TWO })],
    ['Speed: dawn.webm', () => fill('Speed', '200')],
    ['Freeze on its first frame: dawn.webm', () => inspector.getByLabel('Freeze on its first frame').check()],
    ['Opacity: dawn.webm', () => slide('Opacity', '50')],
    ['Rotation: dawn.webm', () => fill('Rotation', '90')],
    ['X: dawn.webm', () => fill('X', '40')],
    ['Crop left: dawn.webm', () => fill('Crop left', '10')],
    ['Saturation: dawn.webm', () => slide('Saturation', '0')],
    ['Goes out: dawn.webm', () => pick('Goes out', 'wipe')],
    ['Leave out of the film: dawn.webm', () => inspector.getByLabel('Leave out of the film').check()],
    ['Rename the film', () => enter(page.getByRole('textbox', { name: 'Film title' }), 'Other')],
    ['Size of the film', () => person.press('Escape').then(() => pick('Format', '1920×1080'))],
    ['Frame rate of the film', () => person.press('Escape').then(() => pick('Frames per second', '25'))],
    ['Put 1 clip on the timeline', () => person.media.getByRole('button', { name: 'Put shore.webm on the timeline' }).click()],
    ['Add tune.wav', () => media('tune.wav').then((path) => person.choose([path]))],
    ['Add 2 files', () => Promise.all([media('tune.wav'), media('still.png')]).then((paths) => person.choose(paths))],
    [
      'Use dolby.mp4 without its sound',
      () => person.card('dolby.mp4').getByRole('button', { name: 'Use without its sound' }).click(),
      ['Add dolby.mp4', () => media('dolby.mp4').then((path) => person.choose([path]))],
    ],
    ['Remove tide.webm from the project', () => person.media.getByRole('button', { name: 'Remove tide.webm' }).click()],
    [
      'Go back to an earlier state',
      async () => {
        await page.getByRole('button', { name: 'Project', exact: true }).click();
        await page.locator('#project-menu .states button').last().click();
      },
      ['Add a title', () => person.press('t')],
    ],
  ];

  const begin = async () => {
    await chosen.click();
    if ((await person.position()) !== '00:00:01:00') await person.goTo('1s');
    await open();
  };
  await begin();
  for (const [name, act, first] of commands) {
    await test.step(name, async () => {
      const untouched = await said(page);
      if (first) {
        await first[1]();
        await expect(step(first[0])).toBeEnabled();
        await open();
      }
      const before = await said(page);
      await act();
      await expect(step(name)).toBeEnabled();
      await expect.poll(() => said(page), SOON).not.toEqual(before);
      await step(name).click();
      if (first) await step(first[0]).click();
      await begin();
      await expect.poll(() => said(page), SOON).toEqual(untouched);
    });
  }

  await test.step('and those are all that there are', () => {
    const patterns = Object.entries(en.steps).map(([key, words]) => [
      key,
      new RegExp(
        `^${(typeof words === 'string' ? words : String(words('§' as never, '§'))).replaceAll('§', '.+').replace(/NaN \w+/g, '.+')}$`,
      ),
    ]) as [string, RegExp][];
    const names = commands.flatMap(([name, , first]) => [name, ...(first ? [first[0]] : [])]);
    const missing = patterns.filter(([, pattern]) => !names.some((name) => pattern.test(name))).map(([key]) => key);
    expect(missing).toEqual([]);
  });
});

test('clips are dragged, trimmed and snapped by mouse', async ({ person }) => {
  const { page } = person;
  await person.visit();
  await person.expectEngineReady();
  const drag = async (from: { x: number; y: number }, dx: number, dy = 0) => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + dx / 2, from.y + dy / 2, { steps: 3 });
    await page.mouse.move(from.x + dx, from.y + dy, { steps: 3 });
    await page.mouse.up();
  };
  const box = async (name: string) => (await person.clip(name).first().boundingBox())!;
  const hello = await box('Hello');
  await drag({ x: hello.x + hello.width / 2, y: hello.y + 30 }, -hello.x + 135); // nearly to the start of the film
  await expect(person.clip('Hello')).toHaveAccessibleName(/starts 0 seconds/);
  const tide = await box('tide.webm');
  await drag({ x: tide.x + tide.width - 3, y: tide.y + 30 }, -tide.width / 2);
  await expect(person.clip('tide.webm').first()).toHaveAccessibleName(/1\.5 seconds long/);
  await page.mouse.move(tide.x + 20, tide.y + 30);
  await page.mouse.down();
  await page.mouse.move(tide.x + 90, tide.y - 20, { steps: 4 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(person.clip('tide.webm').first()).toHaveAccessibleName(/video 1, starts 7 seconds/);
  await drag({ x: tide.x + 30, y: tide.y + 30 }, 20, -58);
  await expect(person.clip('tide.webm').first()).toHaveAccessibleName(/video 2/);
  await test.step('the arrows move the playhead after a click, and the focus after Tab; with Shift always a second', async () => {
    const chosen = person.timeline.getByRole('gridcell', { selected: true });
    await person.clip('dawn.webm').first().click();
    await person.goTo('1s');
    await person.clip('dawn.webm').first().click();
    await person.press('ArrowRight', 'Shift+ArrowRight');
    expect(await person.position()).toBe('00:00:02:01');
    await person.press('Tab', 'Shift+Tab', 'ArrowRight');
    await expect(person.clip('shore.webm').first()).toBeFocused();
    await person.press('Shift+ArrowLeft');
    await expect(person.clip('shore.webm').first()).toBeFocused();
    expect(await person.position()).toBe('00:00:01:01');
    await expect(chosen).toHaveCount(1);
    await person.press('Shift+Enter');
    await expect(chosen).toHaveCount(2);
  });
  await test.step('Space plays after a click on a button, and is the button’s after Tab', async () => {
    const snap = person.timeline.getByRole('button', { name: 'Snap' });
    const pause = page.getByRole('button', { name: 'Pause' });
    await snap.click();
    await expect(snap).toHaveAttribute('aria-pressed', 'false');
    await person.press('Space');
    await expect(pause).toBeVisible();
    await person.press('Space');
    await expect(pause).toBeHidden();
    await expect(snap).toHaveAttribute('aria-pressed', 'false');
    await person.press('Tab', 'Shift+Tab', 'Space');
    await expect(snap).toHaveAttribute('aria-pressed', 'true');
    await expect(pause).toBeHidden();
  });
  await person
    .card('shore.webm')
    .dragTo(person.timeline.locator('.tl-row[data-kind=video]').first().locator('.tl-lane'), { targetPosition: { x: 900, y: 20 } });
  await expect(person.clip('shore.webm')).toHaveCount(3);
});

test('shortcuts of the icon, the film as a list, other keys, exports into a folder', async ({ person }) => {
  const { page, dialog, timeline } = person;
  await page.addInitScript(() => {
    // No test can answer the dialog; a folder of the private files is one of the same class.
    const folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('videos', { create: true });
    Object.assign(window, { showDirectoryPicker: folder });
  });
  await page.goto(`${person.address}?exports`);
  await expect(page.getByRole('region', { name: 'Exports' }).getByText('Nothing has been exported yet.')).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  await person.press('Shift+E');
  await test.step('the film as a list', async () => {
    await person.press('Shift+L');
    const list = page.getByRole('table', { name: 'Clips in the order of time' });
    await expect(list.getByRole('row')).toHaveCount(1 + 7 + 2);
    await list.getByRole('button', { name: 'tide.webm' }).last().click();
    await expect(list.getByRole('button', { name: 'tide.webm' }).last()).toHaveAttribute('aria-pressed', 'true');
    await expectAccessible(page, 'list');
    await person.press('Shift+L');
    expect(await person.position()).toBe('00:00:07:00');
  });
  await test.step('other keys', async () => {
    await person.press('Shift+Slash');
    await page.getByLabel('Keys like those of').selectOption('gran');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await person.press('ArrowRight', 'g');
    await expect(page.getByRole('button', { name: 'Undo: Split tide.webm' })).toBeEnabled();
    await expect(timeline.getByRole('button', { name: 'Split' })).toHaveAttribute('title', 'Split (G)');
    await person.press('Home', 'i', 'Shift+ArrowRight', 'o');
  });
  await person.expectEngineReady();
  await person.openExport();
  await dialog.getByRole('radio', { name: /^Exports folder/ }).check();
  await expect(dialog.getByRole('radio', { name: 'Exports folder: videos' })).toBeChecked();
  await dialog.getByText('Details').click();
  await dialog.getByLabel('Key frame every').fill('0.5');
  await dialog.getByLabel('Author').fill('Нино');
  await person.start();
  await person.expectDone();
  await dialog.getByText('Where the time went').click();
  await expect(dialog.locator('.stages dd').first()).toHaveText(/^\d+ %/);
  expect(
    await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('videos');
      return (await (await folder.getFileHandle('Hello.mp4')).getFile()).text();
    }),
  ).toContain('Нино');
  await page.goto(`${person.address}?new`);
  await expect(page.getByText('0 clips')).toBeVisible();
});

test('a reload in mid-edit loses nothing; a second tab looks on until it takes over', async ({ person }, info) => {
  const { page, context } = person;
  const late = page.getByRole('progressbar', { name: 'The frame is on its way' });
  const space = page.locator('.space-hint');
  await test.step('a first frame that is long in coming is announced, and then how to play', async () => {
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    await context.route('**/preview-client*.js', (route) => gate.then(() => route.continue()));
    await person.visit();
    await expect(late).toBeVisible();
    await expect(space).toBeHidden();
    goOn();
    await expect(space).toHaveText('Space', { timeout: 30_000 });
    await expect(late).toBeHidden();
    await person.press('Space');
    await expect(space).toBeHidden();
    await person.press('Space');
    await context.unrouteAll();
  });
  await expect(page.getByText(/^Saved/)).toBeVisible();
  await person.goTo('2s');
  await person.press('s', 't');
  await page.getByRole('textbox', { name: 'Film title' }).fill('Unsaved');
  const before = await said(page);
  await page.reload(); // within the half second after which a change is saved
  await expect(page.getByRole('textbox', { name: 'Film title' })).toHaveValue('Unsaved');
  await expect(person.clip('Title')).toBeVisible();
  expect((await said(page)).filter((text) => /starts/.test(text))).toEqual(before.filter((text) => /starts/.test(text)));
  await expect(person.card('dawn.webm')).toHaveAttribute('data-state', 'ready');

  const second = await context.newPage();
  await second.goto(person.address);
  await expect(second.getByText('This project is open in another tab')).toBeVisible();
  await expect(second.getByRole('button', { name: 'Split' })).toBeDisabled();
  await second.getByRole('button', { name: 'Take over' }).click();
  await expect(second.getByRole('button', { name: 'Split' })).toBeEnabled();
  await expect(page.getByText('Another tab has taken over')).toBeVisible();
  await second.close();
  await expect(page.getByText('Another tab has taken over')).toBeHidden();

  await test.step('a project that cannot be read is given as it is', async () => {
    const spoil = async (also: string) => {
      await expect(person.card('dawn.webm')).toHaveAttribute('data-state', 'ready');
      await page.waitForTimeout(700); // nothing is saved any more
      await page.evaluate(async (also) => {
        const projects = await (await navigator.storage.getDirectory()).getDirectoryHandle('projects');
        for await (const id of projects.keys()) {
          const project = await projects.getDirectoryHandle(id);
          const stream = await (await project.getFileHandle('project.json', { create: true })).createWritable();
          await stream.write('{"format": "gran-pro');
          await stream.close();
          if (also) await project.removeEntry(also, { recursive: true });
        }
      }, also);
      await page.reload();
    };
    const raw = async () => {
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save raw file' }).click();
      const path = info.outputPath('raw.json');
      await (await coming).saveAs(path);
      return readFile(path, 'utf8');
    };
    await spoil('');
    const toasts = page.locator('#toasts');
    await expect(toasts.getByText(/^The project could not be read\. This is its last good copy/)).toBeVisible();
    await expect(person.clip('Title')).toBeVisible();
    expect(await raw()).toBe('{"format": "gran-pro');
    await expect(space, 'it was played before').toBeHidden();
    await spoil('states');
    await expect(toasts.getByText('The project could not be read, and none of its earlier states.')).toBeVisible();
    await expect(page.getByText('0 clips')).toBeVisible();
    expect(await raw()).toBe('{"format": "gran-pro');
  });
});

test('a film comes back from an OpenTimelineIO file as it went', async ({ person }, info) => {
  const { page } = person;
  await person.visit();
  await person.expectEngineReady();
  await person.goTo('1s');
  await person.press('s', 'm');
  const clips = async () =>
    (await said(page)).filter((text) => /starts|Marker|caption,/.test(text)).map((text) => text.replace(', missing', ''));
  const before = await clips();
  const coming = page.waitForEvent('download');
  await person.menu('Save a copy as .otio');
  const path = info.outputPath('Hello.otio');
  await (await coming).saveAs(path);
  const open = async (file: string) => {
    const chooser = page.waitForEvent('filechooser');
    await person.menu('Open .otio…');
    await (await chooser).setFiles(file);
    await expect(
      page
        .locator('#toasts')
        .getByText(/^Opened:/)
        .last(),
    ).toBeVisible();
    await expect(person.card('dawn.webm')).toHaveAttribute('data-state', 'missing');
  };
  await open(path);
  expect(await clips()).toEqual(before);

  await test.step('what is not known here goes back as it came, in a gap too', async () => {
    const film = JSON.parse(await readFile(path, 'utf8'));
    const time = (value: number) => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 30, value });
    const span = (frames: number) => ({ OTIO_SCHEMA: 'TimeRange.1', start_time: time(0), duration: time(frames) });
    const hologram = { OTIO_SCHEMA: 'Hologram.7', depth: [1, 2], source_range: span(30) };
    const gap = { OTIO_SCHEMA: 'Gap.1', name: '', source_range: span(15), effects: [], markers: [], metadata: { maker: { note: 'wait' } } };
    const inner = { OTIO_SCHEMA: 'Stack.1', name: 'inner', children: [structuredClone(film.tracks.children[0])], metadata: {} };
    film.tracks.children[0].children.push(gap, hologram, inner);
    film.metadata.gran.captions[0].style = { color: '#ff8800' };
    film.metadata.maker = { version: 3 };
    const foreign = info.outputPath('foreign.otio');
    await writeFile(foreign, JSON.stringify(film));
    await open(foreign);
    await expect(person.clip('inner')).toHaveAccessibleName(/long$/); // and is not missing
    const coming = page.waitForEvent('download');
    await person.menu('Save a copy as .otio');
    const again = JSON.parse(await readFile(await (await coming).path(), 'utf8'));
    const items = again.tracks.children[0].children;
    expect(items).toContainEqual(hologram);
    expect(items).toContainEqual(expect.objectContaining({ OTIO_SCHEMA: 'Gap.1', metadata: expect.objectContaining(gap.metadata) }));
    expect(items.at(-1)).toMatchObject({ OTIO_SCHEMA: 'Stack.1', children: [{ OTIO_SCHEMA: 'Track.1' }] });
    expect(again.metadata).toMatchObject({ maker: { version: 3 }, gran: { captions: [{ style: { color: '#ff8800' } }, {}] } });
  });
});

test('a missing file is told, relinked, and exported', async ({ person }) => {
  const { page, dialog } = person;
  await person.visitEmpty();
  await person.expectEngineReady();
  await person.choose([await media('long-gop.mp4')]);
  await expect(person.clip('long-gop.mp4')).toBeVisible();
  await expect(page.getByText(/^Saved/)).toBeVisible();
  await page.waitForTimeout(700);
  await page.evaluate(async () => {
    const projects = await (await navigator.storage.getDirectory()).getDirectoryHandle('projects');
    for await (const id of projects.keys())
      await (await projects.getDirectoryHandle(id)).removeEntry('media', { recursive: true }).catch(() => undefined);
  });
  await page.reload();
  await expect(person.card('long-gop.mp4')).toHaveAttribute('data-state', 'missing');
  await expect(person.clip('long-gop.mp4')).toHaveAccessibleName(/missing/);
  await person.screenshot('10-missing');
  await person.expectEngineReady();
  await person.openExport();
  await expect(dialog.getByText('long-gop.mp4 is missing.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Export…' })).toBeDisabled();
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Relink…' }).click();
  await (await chooser).setFiles(await media('long-gop.mp4'));
  await expect(dialog.getByText(/checks passed/)).toBeVisible();
  await person.saveInBrowser();
  await dialog.getByRole('button', { name: 'In the background' }).click();
  await expect(dialog).toBeHidden();
  await test.step('editing goes on meanwhile', async () => {
    await person.clip('long-gop.mp4').click();
    await person.press('Delete');
    await expect(page.getByText('0 clips')).toBeVisible();
  });
  const exports = page.getByRole('region', { name: 'Exports' });
  await expect(exports.getByText(/^Done/)).toBeVisible({ timeout: 60_000 });
  await expect(exports.getByRole('link', { name: 'Download' })).toBeVisible();
});

test('nothing serious stands in the way of those who use other means', async ({ person }) => {
  test.setTimeout(120_000);
  const { page, dialog } = person;
  const expectClean = (state: string) => expectAccessible(page, state);
  await person.visit();
  await expectClean('sample');
  await person.clip('dawn.webm').first().click();
  await expectClean('inspector');
  await person.press('Shift+Slash');
  await expectClean('keys');
  await page.keyboard.press('Escape');
  await person.expectEngineReady();
  await person.openExport();
  await expect(dialog.getByRole('radio', { name: 'Copy, no re-encode' })).toBeDisabled();
  await expect(dialog.getByText('not possible: 3 clips, title on top …')).toBeVisible();
  await dialog.getByRole('button', { name: 'Why?' }).click();
  await expect(dialog.getByText('1 title has to be drawn into the picture.')).toBeVisible();
  await expectClean('dialog');
  await person.saveInBrowser();
  await person.start();
  await expect(dialog.locator('[data-fact=frame]')).toHaveText(/^[1-9].* \/ /);
  await expectClean('encoding');
  await person.expectDone();
  await expectClean('done');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await person.menu('New project');
  await expect(page.getByText('0 clips')).toBeVisible();
  await expectClean('empty');
  await page.emulateMedia({ colorScheme: 'dark' });
  await person.choose([await media('corrupt.mp4')]);
  await expect(person.card('corrupt.mp4')).toHaveAttribute('data-state', 'problem');
  await expectClean('a broken file, dark');
  // The search holds the page up, and so falsifies when the messages came; other tests judge them.
  await person.pardon();
});

test('the page speaks Russian when it is asked to', async ({ person }) => {
  const { page } = person;
  await person.visit();
  await page.getByRole('button', { name: 'Project', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'Русский' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await expect(page.getByRole('button', { name: 'Разрезать' })).toBeVisible();
  await expect(page.getByRole('gridcell', { name: /^dawn\.webm, видео 1, начало 0 с/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('region', { name: 'Монтажная линейка' })).toBeVisible();
  await person.screenshot('11-russian');
});

test('the script that the first picture of the page waits for is at most 40 KB', async ({ person, baseURL }) => {
  const loaded: string[] = [];
  person.page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js')) loaded.push(response.url());
  });
  await person.visit();
  const html = await (await fetch(baseURL!)).text();
  const wanted = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  const sizes = new Map<string, number>();
  for (let path = wanted.pop(); path; path = wanted.pop()) {
    if (sizes.has(path)) continue;
    const text = await readFile(new URL(`../dist/${path}`, import.meta.url), 'utf8');
    sizes.set(path, gzipSync(text).length);
    for (const [, from] of text.matchAll(/(?:^|[;}\s])import(?:[^"'();]*?from)?\s*["']([^"']+)["']/g))
      wanted.push(new URL(from!, `http://dist/${path}`).pathname.slice(1));
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  console.log(`    ${sizes.size} scripts, ${total} bytes in gzip`);
  expect(loaded.length).toBeGreaterThan(sizes.size);
  expect(total).toBeLessThanOrEqual(40_960);
});
