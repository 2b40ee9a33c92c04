#!/usr/bin/env node
/**
 * Debian's Firefox, as Playwright wants one: takes its arguments, prints its address. Playwright speaks WebDriver BiDi as a Firefox newer than the
 * ESR does, and gives up at the first command that this one does not know. What goes between the two is made to fit here.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';
import { findFirefox } from '../build/browser.mjs';

/** Commands that change nothing for these tests. */
const OPTIONAL = ['emulation.setMediaFeaturesOverride'];

/** @type {Map<string, string>} */
const downloads = new Map();

const path = findFirefox();
if (!path) throw new Error('Firefox is not installed.');
const firefox = spawn(path, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'pipe'] });
firefox.on('exit', (code) => process.exit(code ?? 1));

for await (const line of createInterface({ input: firefox.stderr })) {
  const address = /^WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
  if (address) listen(address);
  else process.stderr.write(`${line}\n`);
}

/** @param {string} address Firefox's own */
function listen(address) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (client, { url }) => relay(client, new WebSocket(`${address}${url}`, { perMessageDeflate: false })));
  server.on('listening', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    process.stderr.write(`WebDriver BiDi listening on ws://127.0.0.1:${port}\n`);
  });
}

/** Its downloads have no ids: they are told apart by their addresses. @param {any} event @returns {any} */
function withId({ method, params, ...rest }) {
  const { url } = params;
  if (method === 'browsingContext.downloadWillBegin') downloads.set(url, randomUUID());
  return { method, params: { ...params, download: params.download ?? downloads.get(url) }, ...rest };
}

/** @param {WebSocket} client @param {WebSocket} browser */
function relay(client, browser) {
  /** @type {Set<number>} */
  const asked = new Set();
  const open = new Promise((resolve) => browser.once('open', resolve));
  client.on('message', async (data) => {
    const text = String(data);
    const { id, method } = JSON.parse(text);
    if (OPTIONAL.includes(method)) asked.add(id);
    await open;
    browser.send(text);
  });
  browser.on('message', (data) => {
    const text = String(data);
    const id = asked.size ? JSON.parse(text).id : undefined;
    if (asked.delete(id)) client.send(JSON.stringify({ type: 'success', id, result: {} }));
    else client.send(text.includes('"browsingContext.download') ? JSON.stringify(withId(JSON.parse(text))) : text);
  });
  client.on('close', () => firefox.kill()); // however the test run ended
  browser.on('close', () => client.close());
}
