/**
 * Puts one frame's pictures into a kernel's memory and runs the kernel over them: one crossing from Python for each frame instead of one
 * for each plane. What is run is Python's business (gran_worker/browser/planar.py).
 *
 * @typedef {[name: string, ...args: number[]]} Step of the kernel's functions, or `move`: from, to, bytes
 * @typedef {{picture: number, at: number, to: number, bytes: number, made: string, fetch: Step[], mix: Step[]}} Part
 *   Sample `picture` (-1: none) is copied to `to`, `fetch` makes of it what lies from `at` on, `mix` lays that over the output. `made` names what
 *   `fetch` makes: while it is there already, of the same sample, nothing is copied; empty where it does not stay.
 */
export class PlaneMixer {
  /** @type {Record<string, any>} */
  #kernel;
  /** @type {VideoFrameBufferInit} */
  #init;
  /** @type {Map<number, {sample: unknown, made: string}>} by place, what lies there */
  #held = new Map();

  /** @param {Record<string, any>} kernel exports of kernel/blend.ts @param {VideoFrameBufferInit} init of the frames that are made */
  constructor(kernel, init) {
    this.#kernel = kernel;
    this.#init = init;
  }

  /** @param {Part[]} parts bottom first @param {(import('mediabunny').VideoSample | undefined)[]} samples */
  async mix(parts, samples) {
    const { buffer } = this.#kernel.memory;
    /** @type {Set<Part>} */
    const fresh = new Set();
    const copies = [];
    for (const part of parts) {
      const sample = samples[part.picture];
      const held = this.#held.get(part.at);
      if (!sample || (held?.sample === sample && held.made === part.made)) continue;
      this.#held.delete(part.at);
      fresh.add(part);
      copies.push(sample.copyTo(new Uint8Array(buffer, part.to, part.bytes)));
    }
    await Promise.all(copies);
    for (const part of parts) {
      if (fresh.has(part)) {
        this.#run(part.fetch);
        if (part.made) this.#held.set(part.at, { sample: samples[part.picture], made: part.made });
      }
      this.#run(part.mix);
    }
  }

  /** @param {number} at @param {number} bytes @param {number} timestamp @param {number} duration @returns {VideoFrame} the caller's to close */
  frame(at, bytes, timestamp, duration) {
    return new VideoFrame(new Uint8Array(this.#kernel.memory.buffer, at, bytes), { ...this.#init, timestamp, duration });
  }

  /** Nothing that was copied is there any more. */
  forget() {
    this.#held.clear();
  }

  /** @param {Step[]} steps */
  #run(steps) {
    for (const [name, ...args] of steps) {
      if (name === 'move') {
        const [from = 0, to = 0, bytes = 0] = args;
        new Uint8Array(this.#kernel.memory.buffer).copyWithin(to, from, from + bytes);
      } else this.#kernel[name](...args);
    }
  }
}
