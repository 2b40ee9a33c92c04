/** The page as a person uses it: by the names of things, never by their insides. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, Watched } from './harness.ts';

const SCREENS = fileURLToPath(new URL('../test-results/screens/', import.meta.url));

/** Nothing serious stands in the way of those who use other means than eyes and a mouse. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // There are no frames, so the way of those that cannot run twice in one page serves, and opens no page of its own for each look.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, nodes }) => `${state}: ${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(' | ')}`); // prettier-ignore
  expect.soft(told).toEqual([]);
}

export class Person extends Watched {
  readonly dialog = this.page.locator('#export-dialog');
  readonly timeline = this.page.getByRole('region', { name: 'Timeline' });
  readonly inspector = this.page.getByRole('complementary', { name: 'Inspector' });
  readonly media = this.page.getByRole('navigation', { name: 'Media' });

  /** The first visit: the sample is on the timeline. */
  async visit(): Promise<void> {
    await this.page.goto(this.address);
    await expect(this.clip('dawn.webm').first()).toBeVisible();
    // Until then the keys do nothing: they come right after the first picture of the page.
    await expect(this.page.getByRole('button', { name: 'Project' })).toBeVisible();
  }

  async visitEmpty(): Promise<void> {
    await this.visit();
    await this.menu('New project');
    await expect(this.page.getByText('0 clips')).toBeVisible();
  }

  async menu(item: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: 'Project', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).first().click();
  }

  async expectEngineReady(): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: /^Ready$/ })).toBeVisible({ timeout: 30_000 });
  }

  /** On the timeline. */
  clip(name: string) {
    return this.timeline.getByRole('gridcell', { name: new RegExp(`^${name.replaceAll('.', '\\.')},`) });
  }

  /** In the media bin. */
  card(name: string) {
    return this.media.getByRole('listitem', { name, exact: true });
  }

  async choose(paths: readonly string[]): Promise<void> {
    await this.media.locator('input[type=file]').setInputFiles([...paths]);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Where the playhead is, as the page says it. */
  position(): Promise<string | null> {
    return this.timeline.getByRole('slider', { name: 'Playhead' }).getAttribute('aria-valuetext');
  }

  async goTo(text: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Position' });
    await field.fill(text);
    await field.press('Enter');
    await field.blur();
  }

  /** Opens the dialog and waits until it knows what this browser can do. */
  async openExport(): Promise<void> {
    await this.page.locator('header').getByRole('button', { name: 'Export', exact: true }).click();
    await this.expectSetup();
  }

  async expectSetup(): Promise<void> {
    await expect(this.dialog).toHaveAttribute('data-state', 'setup');
    await expect(this.dialog.locator('.spinner')).toHaveCount(0, { timeout: 30_000 });
  }

  async custom(): Promise<void> {
    await this.dialog.getByRole('radio', { name: /^Custom/ }).check();
  }

  async saveInBrowser(): Promise<void> {
    await this.dialog.getByRole('radio', { name: /^In this browser/ }).check();
  }

  async start(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Export', exact: true }).click();
  }

  async expectDone(timeoutMs = 60_000): Promise<void> {
    await expect(this.dialog).toHaveAttribute('data-state', /done|failed|cancelled/, { timeout: timeoutMs });
    const reason = this.dialog.locator('.reason');
    expect((await reason.count()) ? await reason.textContent() : '', 'why it failed').toBe('');
    await expect(this.dialog).toHaveAttribute('data-state', 'done');
  }

  async download(folder: string): Promise<string> {
    const coming = this.page.waitForEvent('download');
    await this.dialog.getByRole('link', { name: 'Download' }).click();
    const download = await coming;
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }

  fact(name: string): Promise<string> {
    return this.dialog.locator(`[data-fact=${name}]`).innerText();
  }

  /** For people to look at. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SCREENS, `${name}.png`) });
  }
}
