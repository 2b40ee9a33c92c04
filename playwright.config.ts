import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser, findFirefox } from './build/browser.mjs';

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

/** The same tests, those of them that are tagged. */
const FIREFOX = {
  name: 'firefox',
  grep: /@firefox/,
  outputDir: 'test-results/firefox',
  workers: 1,
  use: {
    browserName: 'firefox',
    channel: 'moz-firefox',
    launchOptions: { executablePath: fileURLToPath(new URL('e2e/firefox.mjs', import.meta.url)) },
  },
} as const;

/** Deadlines, frame rates, long tasks and memory that grows: nothing else may run beside these. */
const TIMED = /@timed/;

/** Takes pictures for people to look at (`make screens`), and is no test. */
const SCREENS = '**/screens.spec.ts';

export default defineConfig({
  testDir: 'e2e',
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: false,
  workers: 2,
  retries: process.env.CI ? 1 : 0, // other people's machines stall now and then; what passed only then is reported as flaky
  timeout: 60_000,
  reporter: 'list',
  use: {
    baseURL,
    trace: 'off',
    // Pages of one profile share a process, and with it what the engine is compiled to: e2e/harness.ts, Home
    launchOptions: { args: [...BROWSER_FLAGS, '--process-per-site', '--js-flags=--expose-gc'], ...(executablePath && { executablePath }) },
  },
  projects: [
    ...(findFirefox() ? [FIREFOX] : []),
    { name: 'timed', grep: TIMED, testIgnore: SCREENS, workers: 1, outputDir: 'test-results/timed' },
    { name: 'untimed', grepInvert: TIMED, testIgnore: SCREENS, fullyParallel: true, outputDir: 'test-results/untimed' },
    { name: 'screens', testMatch: SCREENS, outputDir: 'test-results/screens-run' },
  ],
  webServer: { command: `node build/serve.mjs --strict --port ${port}`, url: baseURL, reuseExistingServer: false },
});
