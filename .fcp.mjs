import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from './build/browser.mjs';
import { spawn } from 'node:child_process';
const port = 8612;
const server = spawn('node', ['build/serve.mjs', '--port', String(port)], { stdio: 'ignore' });
await new Promise((r) => setTimeout(r, 700));
const browser = await chromium.launch({ executablePath: findBrowser(), args: BROWSER_FLAGS });
const all = [];
for (let i = 0; i < 6; i++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${port}/`);
  const r = await page.evaluate(() => new Promise((resolve) => new PerformanceObserver((l) => { const e = l.getEntriesByName('first-contentful-paint')[0]; if (e) resolve({ fcp: Math.round(e.startTime), res: performance.getEntriesByType('resource').filter((x) => x.startTime < e.startTime).map((x) => `${x.name.split('/').pop()} ${Math.round(x.startTime)}-${Math.round(x.responseEnd)}`), html: Math.round(performance.getEntriesByType('navigation')[0].responseEnd) }); }).observe({ type: 'paint', buffered: true })));
  all.push(r.fcp); if (i === 2) console.log(JSON.stringify(r, null, 1));
  await context.close();
}
console.log(all.join(' '));
await browser.close(); server.kill();
