/**
 * Finds the Chromium that tests and headless exports drive, and the Firefox that tests drive too. Run by itself it prints
 * the path of the one, or with `firefox` of the other, or fails.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FIREFOX = ['firefox-esr', 'firefox'];

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

/** @param {string | undefined} asked @param {readonly string[]} names @param {readonly string[]} others */
function find(asked, names, others = []) {
  if (asked) return isExecutable(asked) ? asked : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...others].find(isExecutable);
}

/** @returns {string | undefined} path of a Chromium: $GRAN_CHROMIUM, then PATH, then one that Playwright installed */
export function findBrowser() {
  return find(process.env.GRAN_CHROMIUM, CHROMIUM, [chromium.executablePath()]);
}

/** @returns {string | undefined} path of a Firefox: $GRAN_FIREFOX, then PATH */
export function findFirefox() {
  return find(process.env.GRAN_FIREFOX, FIREFOX);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = process.argv[2] === 'firefox' ? findFirefox() : findBrowser();
  if (path) console.log(path);
  else process.exitCode = 1;
}
