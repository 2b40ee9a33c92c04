/** A browser with a desktop: its save dialogs are the real ones, and somebody answers them (portal.py). */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from '../build/browser.mjs';

/** The system's own: what the portal stands on comes with it, not from a package index. */
const PYTHON = '/usr/bin/python3';
const PORTAL = fileURLToPath(new URL('portal.py', import.meta.url));

/** Why there can be no desktop here, or nothing. */
export function missingForDesktop(): string {
  const works = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (!works('dbus-run-session', '--version')) return 'dbus-run-session is not installed';
  if (!works(PYTHON, '-c', 'from gi.repository import Gio')) return `${PYTHON} has no gi (python3-gi)`;
  return '';
}

export class Desktop {
  private constructor(
    private readonly portal: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    readonly browser: Browser,
  ) {}

  static async open(): Promise<Desktop> {
    const portal = spawn('dbus-run-session', ['--', PYTHON, PORTAL], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface({ input: portal.stdout })[Symbol.asyncIterator]();
    const DBUS_SESSION_BUS_ADDRESS = String((await lines.next()).value);
    const executablePath = findBrowser();
    const browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      headless: false, // which refuses every dialog; without a screen it is all the same
      args: [...BROWSER_FLAGS, '--ozone-platform=headless', '--js-flags=--expose-gc'],
      env: { ...(process.env as Record<string, string>), DBUS_SESSION_BUS_ADDRESS },
    });
    return new Desktop(portal, lines, browser);
  }

  /** The next save dialog gets this path, or is cancelled. */
  willSaveAs(path: string | null): void {
    this.portal.stdin?.write(`${JSON.stringify(path)}\n`);
  }

  /** The name that the page suggested in the dialog that is answered next, or was last. */
  async suggested(): Promise<string> {
    return JSON.parse(String((await this.lines.next()).value)) as string;
  }

  async close(): Promise<void> {
    await this.browser.close();
    const over = once(this.portal, 'exit');
    this.portal.stdin?.end();
    await over;
  }
}
