/** Finds the Chromium that tests and headless exports drive. Run by itself it prints the path, or fails. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** What every start of the browser needs: no sandbox (containers, root), and no traffic of its own. */
export const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} path of a Chromium: $GRAN_CHROMIUM, then PATH, then one that Playwright installed */
export function findBrowser() {
  const asked = process.env.GRAN_CHROMIUM;
  if (asked) return isExecutable(asked) ? asked : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), chromium.executablePath()];
  return candidates.find(isExecutable);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = findBrowser();
  if (path) console.log(path);
  else process.exitCode = 1;
}
