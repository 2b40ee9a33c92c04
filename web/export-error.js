/** What an export ends in when it does not end in a file. */
export class ExportError extends Error {
  /**
   * @param {string} message for people: what happened, to which clip, what to do
   * @param {{recoverable: boolean, code?: string, clipId?: string, timeUs?: number, cause?: unknown}} details
   */
  constructor(message, { recoverable, code, clipId, timeUs, cause }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ExportError';
    this.recoverable = recoverable;
    this.code = code;
    this.clipId = clipId;
    this.timeUs = timeUs;
  }
}

/** The contract's fixed text: the worker says it too, and the client in its place when the worker cannot. */
export const CANCELLED_MESSAGE = 'Export cancelled by user';

export const cancelled = () => new ExportError(CANCELLED_MESSAGE, { recoverable: true, code: 'E_CANCELLED' });

export const disposed = () => new ExportError('The exporter was closed', { recoverable: false, code: 'E_CANCELLED' });

/** @param {unknown} cause */
export function contractError(cause) {
  const { name, message: reason } = /** @type {Error} */ (cause);
  const message = name === 'DataCloneError' ? `The timeline or the settings hold something that no message can carry: ${reason}` : reason;
  return new ExportError(message, { recoverable: true, code: 'E_CONTRACT', cause });
}
