import { ExportError, contractError } from './export-error.js';

/** Questions to a worker that wait for their answers. */
export class WorkerQuestions {
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: ExportError) => void}>} */
  #waiting = new Map();
  #lastId = 0;

  /** @param {(question: {requestId: number}) => void} post @returns {Promise<any>} */
  async ask(post) {
    const requestId = ++this.#lastId;
    try {
      post({ requestId });
    } catch (cause) {
      throw contractError(cause);
    }
    return new Promise((resolve, reject) => this.#waiting.set(requestId, { resolve, reject }));
  }

  /** @param {{type: string, requestId: number, [field: string]: any}} answer */
  answered({ type, requestId, ...answer }) {
    const question = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    if (type !== 'refused') return question?.resolve(answer);
    question?.reject(new ExportError(answer.message, { recoverable: true, code: answer.code }));
  }

  /** None will be answered any more. @param {ExportError} reason */
  rejectAll(reason) {
    for (const question of this.#waiting.values()) question.reject(reason);
    this.#waiting.clear();
  }
}
