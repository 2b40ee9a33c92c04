/** The tests' frame numbers. They are TypeScript, which the oldest Node that Gran builds with does not read. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

/** @type {{module: typeof import('../e2e/fixtures/barcode.ts')}} */
const { module } = await runnerImport(fileURLToPath(new URL('../e2e/fixtures/barcode.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});

export const { BARCODE_HEIGHT, CELLS, MAX_FRAMES, encodeNumber, readNumber } = module;
