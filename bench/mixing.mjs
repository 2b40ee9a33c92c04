/** Runs bench/mixing.py in the interpreter that is shipped. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const runtime = join(root, 'dist', 'pyodide');
const { loadPyodide } = await import(join(runtime, 'pyodide.mjs'));
const python = await loadPyodide({ indexURL: runtime, packages: ['numpy', 'pydantic'] });
python.FS.mkdirTree('/py');
python.mountNodeFS('/py', join(root, 'py'));
python.runPython('import sys; sys.path.append("/py"); sys.dont_write_bytecode = True');
python.globals.set('__name__', 'mixing');
await python.runPythonAsync(`${await readFile(join(root, 'bench', 'mixing.py'), 'utf8')}\nawait main()\n`);
