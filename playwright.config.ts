import { createServer, type AddressInfo } from 'node:net';
import { defineConfig } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from './build/browser.mjs';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

// The processes that run the tests read this file again, and inherit the variable: all agree on one port.
const port = (process.env.GRAN_E2E_PORT ??= String(await freePort()));
const baseURL = `http://localhost:${port}/`;
const executablePath = findBrowser();

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: false,
  workers: 1, // encoders and decoders keep two cores busy by themselves, and some tests measure time
  timeout: 60_000,
  reporter: 'list',
  use: {
    baseURL,
    trace: 'off',
    launchOptions: { args: [...BROWSER_FLAGS, '--js-flags=--expose-gc'], ...(executablePath && { executablePath }) },
  },
  projects: [{ name: 'chromium', use: { browserName: 'chromium' } }],
  webServer: { command: `node build/serve.mjs --strict --port ${port}`, url: baseURL, reuseExistingServer: false },
});
