/**
 * How long a visitor looks at nothing: from the request to the first picture of the page. Cold is a browser that has never been here, warm is
 * one that has everything from the service worker. node bench/first-paint.mjs [VISITS]
 */
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from '../build/browser.mjs';
import { serve } from '../build/serve.mjs';

const visits = Number(process.argv[2] ?? 7);
const site = await serve();
const executablePath = findBrowser();
const browser = await chromium.launch({ args: BROWSER_FLAGS, ...(executablePath && { executablePath }) });

/** @param {import('@playwright/test').Page} page @returns {Promise<{paint: number, film: number}>} ms from the request; `film`: its clips are there */
function readings(page) {
  return page.evaluate(async () => {
    while (!document.querySelector('.clip')) await new Promise(requestAnimationFrame);
    const film = performance.now();
    const paint = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    while (paint() === undefined) await new Promise(requestAnimationFrame);
    return { paint: /** @type {number} */ (paint()), film };
  });
}

/** @param {readonly number[]} ms */
const told = (ms) => {
  const sorted = [...ms].sort((a, b) => a - b);
  return `${Math.round(sorted[sorted.length >> 1])} ms (${Math.round(sorted[0])} to ${Math.round(sorted[sorted.length - 1])})`;
};

const cold = [];
for (let n = 0; n < visits; n += 1) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(site.url, { waitUntil: 'commit' });
  cold.push(await readings(page));
  await context.close();
}

const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
await page.goto(site.url);
await page.getByText('Ready offline', { exact: true }).waitFor({ timeout: 60_000 });
const warm = [];
for (let n = 0; n < visits; n += 1) {
  await page.goto(site.url, { waitUntil: 'commit' });
  warm.push(await readings(page));
}

for (const [name, all] of Object.entries({ cold, warm })) {
  console.log(`${name}: first paint ${told(all.map(({ paint }) => paint))}, the film on its timeline ${told(all.map(({ film }) => film))}`);
}
await browser.close();
await site.close();
