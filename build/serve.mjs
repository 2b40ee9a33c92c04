/**
 * Serves the built site from this machine, with the headers that dist/_headers names. By itself:
 * node build/serve.mjs [--port 8314] [--base /some/folder/]
 */
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const SITE = fileURLToPath(new URL('../dist/', import.meta.url));

/** @type {Record<string, string>} */
const TYPES = {
  '': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.whl': 'application/zip',
  '.woff2': 'font/woff2',
  '.zip': 'application/zip',
};

/**
 * @param {string} text of a _headers file
 * @returns {(path: string) => Record<string, string>} headers for a path; those of several matching rules add up
 */
export function parseHeaders(text) {
  /** @type {{ pattern: RegExp, headers: [string, string][] }[]} */
  const rules = [];
  for (const line of text.split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue;
    if (/^\s/.test(line)) {
      const colon = line.indexOf(':');
      rules.at(-1)?.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    } else {
      const literal = line.trim().replace(/[.+?^${}()|[\]\\]/g, '\\$&');
      rules.push({ pattern: new RegExp(`^${literal.replaceAll('*', '.*')}$`), headers: [] });
    }
  }
  return (path) => {
    /** @type {Record<string, string>} */
    const result = {};
    for (const { pattern, headers } of rules) {
      if (!pattern.test(path)) continue;
      for (const [name, value] of headers) result[name] = name in result ? `${result[name]}, ${value}` : value;
    }
    return result;
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<void>}
 */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/**
 * @param {object} [options]
 * @param {number} [options.port] 0, the default, takes a free one
 * @param {string} [options.base] folder of the address under which the site lies
 * @param {string} [options.site] the folder that is served, dist/ by default
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ port = 0, base = '/', site = SITE } = {}) {
  const headersFor = parseHeaders(await readFile(join(site, '_headers'), 'utf8'));

  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return response.writeHead(405).end();
    /** @type {Record<string, string>} */
    const headers = { 'Cache-Control': 'no-cache' };
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const path = decodeURIComponent(pathname);
      if (!path.startsWith(base)) throw new Error('outside of the site');
      const local = path.slice(base.length - 1);
      Object.assign(headers, headersFor(local));
      const file = join(site, local.endsWith('/') ? `${local}index.html` : local);
      if (!file.startsWith(site)) throw new Error('outside of the site');
      const { size, mtimeMs } = await stat(file);
      const etag = `"${size}-${mtimeMs}"`;
      Object.assign(headers, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', ETag: etag });
      if (request.headers['if-none-match'] === etag) return response.writeHead(304, headers).end();
      const body = request.method === 'HEAD' ? undefined : await readFile(file);
      response.writeHead(200, { ...headers, 'Content-Length': size }).end(body);
    } catch {
      response.writeHead(404, { ...headers, 'Content-Type': 'text/plain' }).end('Not found\n');
    }
  });
  await listen(server, port);
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${address.port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {NodeJS.ErrnoException} error */
function orFreePort(error) {
  if (error.code !== 'EADDRINUSE') throw error;
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8314' },
      strict: { type: 'boolean' },
      base: { type: 'string' },
    },
  });
  const { strict, ...options } = { ...values, port: Number(values.port) };
  const { url } = await serve(options).catch((error) => {
    if (strict) throw error;
    return serve({ ...options, port: orFreePort(error) });
  });
  console.log(`Gran is at ${url} (Ctrl+C stops it)`);
}
