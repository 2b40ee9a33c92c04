/** Every state of the page, for people to look at: `make screens`. Nothing is judged here; other tests do that. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { media } from './fixtures/media.ts';
import { expect, test } from './harness.ts';
import { Person } from './person.ts';

const FOLDER = fileURLToPath(new URL('../test-results/screens/', import.meta.url));
const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 700 },
];

const CAPTIONS = `1\n00:00:00,500 --> 00:00:02,000\nHello <i>there</i>\n\n2\n00:00:02,500 --> 00:00:04,000\nA second caption\n`;

for (const { width, height } of SIZES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const locale of ['en', 'ru']) {
      test(`every state at ${width}×${height}, ${colorScheme}, ${locale}`, async ({ browser, baseURL }, info) => {
        test.setTimeout(180_000);
        const folder = join(FOLDER, `${width}-${colorScheme}-${locale}`);
        await mkdir(folder, { recursive: true });
        const context = await browser.newContext({ baseURL: baseURL!, viewport: { width, height }, colorScheme, locale });
        await context.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'));
        const page = await context.newPage();
        const person = new Person(context, page, baseURL!);
        const { dialog } = person;
        let n = 0;
        const shoot = async (name: string) => {
          await page.waitForTimeout(150); // what fades has faded
          await page.screenshot({ path: join(folder, `${String(++n).padStart(2, '0')}-${name}.png`) });
        };
        const chooseFiles = (...paths: string[]) => page.locator('#bin input[type=file]').setInputFiles(paths);
        const menu = async (index: number) => {
          await page.locator('#project-menu-button').click();
          await page.locator('#project-menu > [role=menuitem]').nth(index).click();
        };
        const clip = (kind: string) => page.locator(`.clip[data-kind=${kind}]`).first();
        const inspect = async (name: string) => {
          if (width < 1000) await page.locator('.drawer-button').click();
          for (const section of await page.locator('#inspector details').all())
            await section.evaluate((details: HTMLDetailsElement) => void (details.open = true));
          await shoot(name);
          await page.locator('#inspector').evaluate((aside) => aside.firstElementChild?.scrollTo(0, 1e6) ?? aside.scrollTo(0, 1e6));
          await page.locator('#inspector').evaluate((aside) => aside.scrollTo(0, 1e6));
          await shoot(`${name}-below`);
          if (width < 1000) await page.locator('.drawer-button').click();
        };

        await page.goto(baseURL!);
        await expect(page.locator('#project-menu-button')).toBeVisible();
        await shoot('first');
        await expect(page.locator('.engine')).toHaveAttribute('data-engine', 'ready', { timeout: 60_000 });
        await expect(page.locator('.card[data-state=ready]')).toHaveCount(3);
        await page.waitForTimeout(1500); // strips and waveforms
        await shoot('ready');
        await page.locator('.clip').filter({ hasText: 'dawn.webm' }).first().click();
        await inspect('clip');
        await page.locator('.clip').filter({ hasText: 'tide.webm' }).last().click();
        await inspect('sound');
        await person.press('t');
        await inspect('title');
        await person.press('Control+z');
        await clip('caption').click();
        await inspect('caption');
        await page.locator('.timecode').focus();
        await page.locator('.timecode').blur();
        await person.press('Escape', 'Home', 'i', 'Shift+ArrowRight', 'o', 'm', 'm');
        await page.locator('.marker').first().focus();
        await person.press('Enter');
        await inspect('marker');
        await person.press('Escape');
        await page.locator('#tab-text').click();
        await shoot('texts');
        await page.locator('.clip').filter({ hasText: 'tide.webm' }).first().click();
        await page.locator('#tab-effects').click();
        await shoot('effects');
        await page.locator('#tab-media').click();
        await person.press('Delete');
        await shoot('deleted');
        await person.press('Control+z', 'g', 'ArrowRight');
        await shoot('moving');
        await person.press('Escape', 'Shift+L');
        await shoot('list');
        await person.press('Shift+L');
        await page.locator('#project-menu-button').click();
        await page.waitForTimeout(600);
        await shoot('menu');
        await person.press('Escape', 'Shift+Slash');
        await shoot('keys');
        await person.press('Escape', 'Escape', 'Shift+E');
        await shoot('no-exports');
        await person.press('Shift+E');

        await writeFile(info.outputPath('captions.srt'), CAPTIONS);
        await chooseFiles(info.outputPath('captions.srt'));
        await page.waitForTimeout(1500);
        await shoot('captions-imported');

        await page.locator('#open-export').click();
        await shoot('checking');
        await expect(dialog.locator('.spinner')).toHaveCount(0, { timeout: 30_000 });
        await shoot('setup');
        await dialog.locator('#export-what').selectOption('all');
        await dialog.locator('input[value=browser]').check();
        await dialog.locator('input[value=custom]').check();
        await dialog.locator('details').first().evaluate((details: HTMLDetailsElement) => void (details.open = true)); // prettier-ignore
        await shoot('custom');
        await dialog.evaluate((element) => element.scrollTo(0, 1e6));
        await dialog.locator('form').evaluate((element) => element.scrollTo(0, 1e6));
        await shoot('custom-below');
        await dialog.locator('#export-name').fill('');
        await shoot('blocked');
        await dialog.locator('#export-name').fill('Film');
        await dialog.locator('[type=submit]').click();
        await expect(dialog.locator('[data-fact=frame]')).toHaveText(/^[1-9].* \/ /, { timeout: 30_000 });
        await page.waitForTimeout(1500);
        await shoot('exporting');
        await person.press('Escape');
        await shoot('asking');
        await dialog.getByRole('alertdialog').getByRole('button').first().click();
        await expect(dialog).toHaveAttribute('data-state', 'cancelled');
        await shoot('cancelled');
        await dialog.locator('button.primary').click();
        await dialog.locator('#export-what').selectOption('range');
        await dialog.locator('input[value=small]').check();
        await dialog.locator('[type=submit]').click();
        await expect(dialog).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
        await page.waitForTimeout(500);
        await shoot('done');
        await person.press('Escape', 'Shift+E');
        await shoot('exports');
        await person.press('Shift+E');

        await context.setOffline(true);
        await shoot('offline');
        await context.setOffline(false);
        const second = await context.newPage();
        await second.goto(baseURL!);
        await expect(second.locator('.banner.note')).toBeVisible();
        await second.screenshot({ path: join(folder, `${String(++n).padStart(2, '0')}-second-tab.png`) });
        await second.close();

        await menu(0);
        await expect(page.locator('.clip')).toHaveCount(0);
        await shoot('empty');
        await chooseFiles(await media('corrupt.mp4'), await media('long-gop.mp4'));
        await expect(page.locator('.card[data-state=problem]')).toBeVisible();
        await page.waitForTimeout(500);
        await shoot('problem');
        await page.waitForTimeout(700);
        await page.evaluate(async () => {
          const projects = await (await navigator.storage.getDirectory()).getDirectoryHandle('projects');
          for await (const id of projects.keys())
            await (await projects.getDirectoryHandle(id)).removeEntry('media', { recursive: true }).catch(() => undefined);
        });
        await page.reload();
        await expect(page.locator('.card[data-state=missing]').first()).toBeVisible();
        await page.waitForTimeout(700);
        await shoot('missing');
        await person.press('e');
        await expect(dialog.locator('.checks [data-state=bad]').first()).toBeVisible({ timeout: 30_000 });
        await page.waitForTimeout(1000);
        await shoot('missing-export');
        await person.press('Escape');
        await page.setViewportSize({ width: 600, height: 700 });
        await shoot('narrow');
        await context.close();
      });
    }
  }
}
