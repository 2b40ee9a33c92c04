/**
 * Compiles the Python in zip archives with the interpreter that will run it (see compile.py).
 * Reads a list of {from, to, root, tag?}, absolute paths, as JSON from standard input.
 */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { loadPyodide } from 'pyodide';

const jobs = await text(process.stdin);
// A fixed hash seed: the order of sets inside the compiler reaches the bytes.
const python = await loadPyodide({ env: { PYTHONHASHSEED: '0' } });
python.FS.mkdir('/host');
python.mountNodeFS('/host', '/');
python.FS.writeFile('/home/pyodide/archives.py', await readFile(new URL('compile.py', import.meta.url), 'utf8'));
python.pyimport('archives').compile_all(jobs, '/host');
