import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { ICON_NAMES } from './web/icon-names.js';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @param {string} path */
const integrityOf = (path) => `sha256-${createHash('sha256').update(readFileSync(path)).digest('base64')}`;

/** Files that go into dist/ as they are. */
const COPIED = {
  _headers: 'web/_headers',
  'export-worker-client.d.ts': 'web/export-worker-client.d.ts',
  'preview-client.d.ts': 'web/preview-client.d.ts',
  'speaker-worklet.js': 'web/speaker-worklet.js',
  'manifest.webmanifest': 'web/pwa/manifest.webmanifest',
  ...Object.fromEntries(['icon-192', 'icon-512', 'icon-maskable', 'wide'].map((name) => [`pwa/${name}.png`, `web/pwa/${name}.png`])),
  LICENSE: 'LICENSE',
  'THIRD_PARTY_LICENSES.md': 'THIRD_PARTY_LICENSES.md',
};

/** What the worker fetches only when something needs it; Pyodide checks it against its lock file. */
const LATER = /^pysubs2-/;

/**
 * Tells the worker what is in dist/pyodide/.
 * @returns {import('vite').Plugin}
 */
function runtime() {
  const folder = here('dist/pyodide');
  return {
    name: 'gran-runtime',
    resolveId: (id) => (id === 'virtual:runtime' ? '\0runtime' : undefined),
    load(id) {
      if (id !== '\0runtime') return;
      if (!existsSync(folder)) this.error('dist/pyodide is missing: run `make build`, which fetches and compiles it first');
      const names = readdirSync(folder).filter((name) => /\.(wasm|zip|whl)$/.test(name));
      const integrity = Object.fromEntries(
        names.filter((name) => !LATER.test(name)).map((name) => [name, integrityOf(join(folder, name))]),
      );
      const lock = JSON.stringify(JSON.parse(readFileSync(join(folder, 'pyodide-lock.json'), 'utf8')));
      const wheel = names.find((name) => name.startsWith('gran_worker-'));
      return Object.entries({ integrity, lock, wheel })
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
    },
  };
}

/** What the app does without, offline: words about it, and what only a host or a store reads. */
const NOT_KEPT = /^(_headers|service-worker\.js|LICENSE|.*\.(d\.ts|md)|pwa\/wide\.png)$/;

/**
 * Tells the service worker what is in dist/, once all of it is there.
 * @returns {import('vite').Plugin}
 */
function site() {
  const folder = here('dist');
  return {
    name: 'gran-site',
    resolveId: (id) => (id === 'virtual:site' ? '\0site' : undefined),
    load(id) {
      if (id !== '\0site') return;
      const names = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
      const files = names
        .filter((name) => !NOT_KEPT.test(name))
        .sort()
        .map((name) => ({ url: `./${name}`, hash: integrityOf(join(folder, name)), bytes: statSync(join(folder, name)).size }));
      return `export const files = ${JSON.stringify(files)};`;
    },
  };
}

/** @returns {import('vite').Plugin} */
function copies() {
  return {
    name: 'gran-copies',
    generateBundle() {
      for (const [fileName, path] of Object.entries(COPIED)) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(here(path)) });
      }
    },
  };
}

/** Open fonts for texts, variable in weight where they can be, in the pieces that their makers cut them into. */
const FONTS = [
  { css: '@fontsource-variable/noto-sans/wght.css', family: 'Noto Sans', weight: '100 900' },
  { css: '@fontsource-variable/noto-sans-arabic/wght.css', family: 'Noto Sans Arabic', weight: '100 900', only: 'arabic-arabic' },
  { css: '@fontsource-variable/noto-sans-hebrew/wght.css', family: 'Noto Sans Hebrew', weight: '100 900', only: 'hebrew-hebrew' },
  { css: '@fontsource/noto-emoji/400.css', family: 'Noto Emoji', weight: '400' },
];

/**
 * The fonts and a list of them: the worker fetches a piece only for a text whose letters are in it.
 * @returns {import('vite').Plugin}
 */
function fonts() {
  return {
    name: 'gran-fonts',
    generateBundle() {
      const list = [];
      for (const { css, family, weight, only = '' } of FONTS) {
        const path = here(`node_modules/${css}`);
        for (const [, rule] of readFileSync(path, 'utf8').matchAll(/@font-face\s*\{([^}]*)\}/g)) {
          const file = /url\(\.\/files\/([\w-]+\.woff2)\)/.exec(rule ?? '')?.[1];
          const unicodeRange = /unicode-range:\s*([^;]+);/.exec(rule ?? '')?.[1];
          if (!file || !unicodeRange || !file.includes(only)) continue;
          list.push({ family, weight, file, unicodeRange });
          this.emitFile({ type: 'asset', fileName: `fonts/${file}`, source: readFileSync(join(dirname(path), 'files', file)) });
        }
      }
      const licence = readFileSync(here('node_modules/@fontsource/noto-emoji/LICENSE'));
      this.emitFile({ type: 'asset', fileName: 'fonts/OFL.txt', source: licence });
      this.emitFile({ type: 'asset', fileName: 'fonts/fonts.json', source: JSON.stringify(list) });
    },
  };
}

/**
 * The icons, drawn once in the page's markup: no script carries them, and they are there at the first paint.
 * @returns {import('vite').Plugin}
 */
function icons() {
  const symbol = (/** @type {string} */ name) => {
    const svg = readFileSync(here(`node_modules/lucide-static/icons/${name}.svg`), 'utf8');
    const shapes = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).replace(/\s+/g, ' ');
    return `<symbol id="icon-${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  };
  return {
    name: 'gran-icons',
    transformIndexHtml: (html) => html.replace('<!-- icons -->', `<svg hidden>${ICON_NAMES.map(symbol).join('')}</svg>`),
  };
}

/** @type {import('vite').BuildOptions} */
const common = {
  outDir: here('dist'),
  emptyOutDir: false, // dist/pyodide is not Vite's
  target: 'es2022',
  assetsInlineLimit: 0, // the policy of the page allows no data: but pictures
  modulePreload: { polyfill: false },
  chunkSizeWarningLimit: 1000,
};

const names = {
  chunkFileNames: 'assets/[name]-[hash].js',
  assetFileNames: 'assets/[name]-[hash][extname]',
};

/**
 * The worker is a build of its own (`vite build --mode worker`), as a library: what Vite adds to the chunks of a page
 * reaches for `window`, and a chunk that both shared could boot Python in the page.
 * @type {import('vite').UserConfig}
 */
const worker = {
  plugins: [runtime()],
  publicDir: false,
  build: {
    ...common,
    lib: { entry: here('web/export-worker.js'), formats: ['es'] },
    rolldownOptions: {
      external: ['pyodide'],
      output: { ...names, entryFileNames: 'export-worker.js', paths: { pyodide: './pyodide/pyodide.mjs' }, minify: true },
    },
  },
};

const CLIENTS = ['export-worker-client', 'preview-client'];

/**
 * The clients are builds of their own, too: each stays in the one file of its name, beside the worker that it looks for, and the
 * page imports that very file.
 * @type {import('vite').UserConfig}
 */
const clients = {
  publicDir: false,
  build: {
    ...common,
    lib: { entry: Object.fromEntries(CLIENTS.map((name) => [name, here(`web/${name}.js`)])), formats: ['es'] },
    rolldownOptions: { output: { ...names, entryFileNames: '[name].js', minify: true } },
  },
};

/** @returns {import('vite').Plugin} */
function clientsBeside() {
  return {
    name: 'gran-clients',
    enforce: 'pre',
    // The page's scripts ask for this one: the browser need not wait until it has read them.
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace('</head>', '  <link rel="modulepreload" crossorigin href="./export-worker-client.js" />\n  </head>'),
    },
    resolveId(id) {
      const name = CLIENTS.find((each) => id.endsWith(`/${each}.js`));
      return name && { id: `gran:${name}`, external: true };
    },
  };
}

/** @type {import('vite').UserConfig} */
const page = {
  plugins: [clientsBeside(), icons(), copies(), fonts()],
  build: {
    ...common,
    rolldownOptions: {
      input: { index: here('web/index.html') },
      output: {
        ...names,
        entryFileNames: 'assets/[name]-[hash].js',
        paths: Object.fromEntries(CLIENTS.map((name) => [`gran:${name}`, `../${name}.js`])),
      },
    },
  },
};

/**
 * The service worker, the last of the builds (`vite build --mode offline`): it holds the hashes of what the others made.
 * @type {import('vite').UserConfig}
 */
const offline = {
  plugins: [site()],
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    ...common,
    // One classic script: not every browser takes modules here.
    lib: { entry: here('web/service-worker.js'), formats: ['iife'], name: 'granOffline', fileName: () => 'service-worker.js' },
  },
};

const BUILDS = { worker, clients, offline };

export default defineConfig(({ mode }) => ({
  root: here('web'),
  base: './', // the site works from any folder of any host
  ...(mode in BUILDS ? BUILDS[/** @type {keyof typeof BUILDS} */ (mode)] : page),
}));
