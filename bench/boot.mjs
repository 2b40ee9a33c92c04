/**
 * How much sooner the worker's Python is up because it is compiled when the app is built: from nothing to numpy and pydantic imported and the
 * exporter installed, against the same boot from the packages as they were fetched. In turns, each in a process of its own; fails where the ratio
 * of the medians is above LIMIT.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LIMIT = 0.45;
const ROUNDS = 3;

const root = fileURLToPath(new URL('..', import.meta.url));
const shipped = join(root, 'dist', 'pyodide');
const core = join(root, 'node_modules', 'pyodide');
const fetched = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gran', 'wheels');

/** What export-worker.js does, as far as it is Python. Prints how many ms it took. @param {string} folder */
async function boot(folder) {
  const wheel = readdirSync(folder).find((name) => name.startsWith('gran_worker-')) ?? '';
  const startedAt = performance.now();
  const { loadPyodide } = await import(pathToFileURL(join(folder, 'pyodide.mjs')).href);
  const python = await loadPyodide({ indexURL: folder, env: { HOME: '/home/pyodide', PYDANTIC_DISABLE_PLUGINS: '__all__' } });
  python.pyimport('pyodide._package_loader').get_dynlibs = () => [];
  await python.loadPackage(['numpy', 'pydantic', 'micropip'], { messageCallback: () => {} });
  python.FS.writeFile(`/tmp/${wheel}`, readFileSync(join(folder, wheel)));
  await python.pyimport('micropip').install.callKwargs(`emfs:/tmp/${wheel}`, { deps: false });
  for (const name of ['numpy', 'pydantic']) python.pyimport(name);
  console.log(performance.now() - startedAt);
  process.exit();
}

/** The runtime as it was fetched, and the exporter as it was written. @param {string} folder */
function layOut(folder) {
  const lock = JSON.parse(readFileSync(join(core, 'pyodide-lock.json'), 'utf8'));
  for (const name of ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip', 'pyodide-lock.json'])
    copyFileSync(join(core, name), join(folder, name));
  for (const { file_name: name, sha256 } of Object.values(lock.packages)) {
    if (readdirSync(shipped).includes(name)) copyFileSync(join(fetched, sha256, name), join(folder, name));
  }
  const build = 'import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])';
  execFileSync(join(root, '.venv', 'bin', 'python'), ['-c', build, folder], { cwd: root });
}

/** @param {string} folder */
function timed(folder) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  return Number(stdout);
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

if (process.argv[2]) await boot(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'gran-boot-'));
try {
  layOut(folder);
  /** @type {number[][]} */
  const [compiled, plain] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    compiled?.push(timed(shipped));
    plain?.push(timed(folder));
  }
  const ratio = median(compiled ?? []) / median(plain ?? []);
  const say = (/** @type {number[]} */ values) => values.map((ms) => Math.round(ms)).join(', ');
  console.log(`Boot of the worker's Python: ${say(compiled ?? [])} ms compiled, ${say(plain ?? [])} ms as fetched: ${ratio.toFixed(2)}`);
  if (!(ratio <= LIMIT)) {
    console.error(`At most ${LIMIT} of the time was to be needed.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
