/** What page/faults.js can make go wrong, and what it counts. */

export interface Fault {
  /** `VideoEncoder.encode`, `VideoDecoder.output`, `FileSystemWritableFileStream.write`, `createImageBitmap`, ... */
  readonly where: string;
  /** The call that it begins at, 0 by default, counted from the moment that the faults were set. */
  readonly at?: number;
  /** Calls that it befalls; all from there on by default. */
  readonly times?: number;
  /**
   * `throw` and `reject`: at once, or as a promise. `hang`: nothing ever comes of it. `error`: the codec breaks down, `ms` after the call.
   * `drop`: nothing is done and nothing said. `keep`: nothing goes wrong; what an encoder was given is kept for the audit. `slow`: `ms` later. `block`: the worker's event loop stands still for `ms` before it. `lie`: answers `value`. `close`: the worker
   * closes itself.
   */
  readonly how: 'throw' | 'reject' | 'hang' | 'keep' | 'drop' | 'error' | 'slow' | 'block' | 'lie' | 'close';
  /** Of the DOMException. */
  readonly name?: string;
  readonly message?: string;
  readonly ms?: number;
  readonly value?: unknown;
  /** Only codecs that were not asked to work in software. */
  readonly hardware?: boolean;
}

export interface Audit {
  /** Objects that somebody has to close, by class: how many are open. */
  readonly open: Readonly<Record<string, number>>;
  /** High-water marks since the faults were set: of the same, and of queues. */
  readonly most: Readonly<Record<string, number>>;
  /** Python objects that JavaScript holds. */
  readonly proxies: number;
  /** How often a fault struck. */
  readonly struck: number;
  /** What `keep` kept since the faults were set: the planes, in base64. */
  readonly pictures: readonly string[];
}
