/** The page as a person uses it: by the names of things, never by their insides. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, Watched } from './harness.ts';

const SCREENS = fileURLToPath(new URL('../test-results/screens/', import.meta.url));

export class Person extends Watched {
  readonly dialog = this.page.locator('dialog');

  async visit(): Promise<void> {
    await this.page.goto(this.address);
    await expect(this.page.getByRole('heading', { name: 'Drop your clips here' })).toBeVisible();
  }

  async expectEngineReady(): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: 'Ready' })).toBeVisible({ timeout: 20_000 });
  }

  clip(name: string) {
    return this.page.getByRole('listitem', { name, exact: true });
  }

  async takeSample(): Promise<void> {
    await this.page.getByRole('button', { name: 'Try the sample' }).click();
    for (const name of ['dawn.webm', 'tide.webm', 'shore.webm']) await expect(this.clip(name)).toHaveAttribute('data-state', 'ready');
  }

  async choose(paths: readonly string[]): Promise<void> {
    await this.page
      .locator('main input[type=file]')
      .first()
      .setInputFiles([...paths]);
  }

  /** Opens the dialog and waits until it knows what this browser can do. */
  async openExport(): Promise<void> {
    await this.page.locator('header').getByRole('button', { name: 'Export' }).click();
    await this.expectSetup();
  }

  async expectSetup(): Promise<void> {
    await expect(this.dialog).toHaveAttribute('data-state', 'setup');
    await expect(this.dialog.getByText('Asking the browser…')).toBeHidden();
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
