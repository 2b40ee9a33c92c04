import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Files that go into dist/ as they are. */
const COPIED = {
  _headers: 'web/_headers',
  'export-worker-client.d.ts': 'web/export-worker-client.d.ts',
  'speaker-worklet.js': 'web/speaker-worklet.js',
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
      /** @param {string} name */
      const hash = (name) =>
        `sha256-${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('base64')}`;
      const integrity = Object.fromEntries(names.filter((name) => !LATER.test(name)).map((name) => [name, hash(name)]));
      const lock = JSON.stringify(JSON.parse(readFileSync(join(folder, 'pyodide-lock.json'), 'utf8')));
      const wheel = names.find((name) => name.startsWith('gran_worker-'));
      return Object.entries({ integrity, lock, wheel })
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
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

/** @type {import('vite').UserConfig} */
const page = {
  plugins: [copies(), fonts()],
  build: {
    ...common,
    rolldownOptions: {
      input: { index: here('web/index.html'), ...Object.fromEntries(CLIENTS.map((name) => [name, here(`web/${name}.js`)])) },
      // A client's code stays in the file of its name: it looks for the worker beside itself.
      preserveEntrySignatures: 'allow-extension',
      output: {
        ...names,
        entryFileNames: ({ name }) => (CLIENTS.includes(name) ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
};

export default defineConfig(({ mode }) => ({
  root: here('web'),
  base: './', // the site works from any folder of any host
  ...(mode === 'worker' ? worker : page),
}));
