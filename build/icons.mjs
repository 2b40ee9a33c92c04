/**
 * Draws the app's icons from its logo, and takes the picture of it that app stores show: node build/icons.mjs. What it makes is kept in
 * web/pwa/, so that a build needs no browser.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from './browser.mjs';
import { serve } from './serve.mjs';

const WEB = fileURLToPath(new URL('../web/', import.meta.url));
/** Systems cut a maskable icon down to the middle four fifths. */
const ICONS = [
  { name: 'icon-192', side: 192, logo: 0.86, background: 'transparent' },
  { name: 'icon-512', side: 512, logo: 0.86, background: 'transparent' },
  { name: 'icon-maskable', side: 512, logo: 0.6, background: '#101514' },
];

const executablePath = findBrowser();
if (!executablePath) throw new Error('No Chromium was found.');
const logo = await readFile(`${WEB}favicon.svg`, 'utf8');
const browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS });
const site = await serve();
try {
  const page = await browser.newPage();
  for (const { name, side, logo: share, background } of ICONS) {
    await page.setViewportSize({ width: side, height: side });
    await page.setContent(
      `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${background}}svg{width:${100 * share}vw}</style>${logo}`,
    );
    await writeFile(`${WEB}pwa/${name}.png`, await page.screenshot({ omitBackground: true }));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(site.url);
  await page.getByText('Ready', { exact: false }).first().waitFor(); // and with it the preview
  await page.keyboard.press('Space');
  await page.waitForTimeout(2500); // into the title
  await page.keyboard.press('Space');
  await page.waitForTimeout(1000);
  await writeFile(`${WEB}pwa/wide.png`, await page.screenshot());
} finally {
  await browser.close();
  await site.close();
}
