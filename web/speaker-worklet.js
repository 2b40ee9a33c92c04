/**
 * Plays what the preview's worker sends through a port, and reports how far it is. It is the clock of the film.
 *
 * To it: `begin {run}` forgets everything, `feed {samples}` (left, then right), `go`, `stop`. From it: `{run, played, starved, stampMs,
 * latencyMs}`. The page hands it the port, and tells the latency of its own output from time to time.
 */

const REPORT_EVERY = 1024;
const FADE = 256;

class Speaker extends AudioWorkletProcessor {
  /** @type {MessagePort | undefined} */
  #worker;
  /** @type {{left: Float32Array, right: Float32Array}[]} */
  #blocks = [];
  /** Into the first block. */
  #at = 0;
  #run = 0;
  #going = false;
  #played = 0;
  #starved = 0;
  #toldAt = 0;
  #latencyMs = 0;
  /** What is left of a sound that was stopped, on its way to silence. @type {{left: Float32Array, right: Float32Array, at: number} | undefined} */
  #tail;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data.port) this.#listen(data.port);
      else this.#latencyMs = data.latencyMs;
    };
  }

  /** @param {MessagePort} port */
  #listen(port) {
    this.#worker = port;
    port.onmessage = ({ data }) => {
      if (data.type === 'feed') this.#feed(data.samples);
      else if (data.type === 'go') this.#going = true;
      else this.#stop(data.run ?? this.#run);
    };
  }

  /** @param {Float32Array} samples */
  #feed(samples) {
    const half = samples.length / 2;
    this.#blocks.push({ left: samples.subarray(0, half), right: samples.subarray(half) });
  }

  /** @param {number} run */
  #stop(run) {
    if (this.#going) {
      const tail = { left: new Float32Array(FADE), right: new Float32Array(FADE), at: 0 };
      this.#take(tail.left, tail.right);
      for (let i = 0; i < FADE; i++) {
        const level = 1 - i / FADE;
        tail.left[i] = (tail.left[i] ?? 0) * level;
        tail.right[i] = (tail.right[i] ?? 0) * level;
      }
      this.#tail = tail;
    }
    this.#blocks = [];
    this.#at = this.#played = this.#starved = this.#toldAt = 0;
    this.#run = run;
    this.#going = false;
  }

  /** Fills both with what is next, as far as there is any. @param {Float32Array} left @param {Float32Array} right */
  #take(left, right) {
    let filled = 0;
    for (let block = this.#blocks[0]; block && filled < left.length; block = this.#blocks[0]) {
      const count = Math.min(left.length - filled, block.left.length - this.#at);
      left.set(block.left.subarray(this.#at, this.#at + count), filled);
      right.set(block.right.subarray(this.#at, this.#at + count), filled);
      filled += count;
      this.#at += count;
      if (this.#at < block.left.length) break;
      this.#blocks.shift();
      this.#at = 0;
    }
    return filled;
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const [left, right] = outputs[0] ?? [];
    if (!left || !right) return true;
    if (this.#going) {
      const filled = this.#take(left, right);
      this.#played += filled;
      this.#starved += left.length - filled;
      if (this.#played + this.#starved - this.#toldAt >= REPORT_EVERY) this.#report();
    }
    if (this.#tail) this.#fadeOut(this.#tail, left, right);
    return true;
  }

  /** @param {{left: Float32Array, right: Float32Array, at: number}} tail @param {Float32Array} left @param {Float32Array} right */
  #fadeOut(tail, left, right) {
    for (let i = 0; i < left.length && tail.at < FADE; i++, tail.at++) {
      left[i] = (left[i] ?? 0) + (tail.left[tail.at] ?? 0);
      right[i] = (right[i] ?? 0) + (tail.right[tail.at] ?? 0);
    }
    if (tail.at >= FADE) this.#tail = undefined;
  }

  #report() {
    this.#toldAt = this.#played + this.#starved;
    this.#worker?.postMessage({
      run: this.#run,
      played: this.#played,
      starved: this.#starved,
      stampMs: Date.now(),
      latencyMs: this.#latencyMs,
    });
  }
}

registerProcessor('gran-speaker', Speaker);
