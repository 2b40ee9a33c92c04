/**
 * mediabunny keeps its decoders to itself. Here they are watched: whether they move, how far they run ahead, and that each is closed in the
 * end, also one that hangs and that mediabunny waits for. So are their frames: those that were still to be sorted when a decoder broke down
 * are forgotten in there. And so are the workers that merge colour and alpha, one of which it starts anew for frames that were on their way to it.
 */

/** mediabunny feeds a decoder as long as no more than this many chunks wait. */
const FED = 40;
/** As many as may wait here: each can come out as a frame, and a frame of 4K takes 12 MB. */
const AHEAD = 10;
/** More frames than this are hardly ever open: time to look which of them are. */
const MANY = 100;

export class Decoders {
  /** What decoders gave so far, wanted or not: frames before the first that is shown count too. */
  outputs = 0;
  /** @type {Set<VideoDecoder | AudioDecoder>} */
  #open = new Set();
  /** @type {Set<VideoFrame>} */
  #frames = new Set();
  /** @type {Set<Worker>} */
  #mergers = new Set();
  #users = 0;

  /** Puts watched classes in the place of the browser's own. @param {any} scope a worker's global object */
  watch(scope) {
    for (const name of ['VideoDecoder', 'AudioDecoder']) if (scope[name]) scope[name] = this.#watched(scope[name]);
    if (scope.VideoDecoder) limit(scope.VideoDecoder.prototype);
    if (scope.Worker) scope.Worker = this.#merging(scope.Worker);
    // mediabunny merges colour and alpha in as many workers. A frame that overtook another there is forgotten when their decoder is closed.
    Object.defineProperty(scope.navigator, 'hardwareConcurrency', { value: 1 });
  }

  /** How many are open. @param {string} name of their class */
  count(name) {
    return [...this.#open].filter((decoder) => Object.prototype.toString.call(decoder) === `[object ${name}]`).length;
  }

  enter() {
    this.#users++;
  }

  /** The last who leaves finds everything closed. */
  leave() {
    if (--this.#users > 0) return;
    for (const decoder of this.#open) if (decoder.state !== 'closed') decoder.close();
    for (const frame of this.#frames) frame.close();
    this.#frames.clear();
    for (const merger of this.#mergers) merger.terminate();
  }

  /** @param {VideoFrame} frame */
  #follow(frame) {
    const { close } = frame;
    if (this.#frames.size >= MANY) for (const each of this.#frames) if (!each.codedWidth) this.#frames.delete(each); // transferred
    this.#frames.add(frame);
    frame.close = () => {
      this.#frames.delete(frame);
      close.call(frame);
    };
  }

  /** @param {any} Original Worker, which encoders use too: what merges is known by what it is sent */
  #merging(Original) {
    const mergers = this.#mergers;
    return class extends Original {
      /** @param {any} message @param {any} options */
      postMessage(message, options) {
        if (message?.color instanceof VideoFrame) mergers.add(/** @type {any} */ (this));
        super.postMessage(message, options);
      }

      terminate() {
        mergers.delete(/** @type {any} */ (this));
        super.terminate();
      }
    };
  }

  /** @param {any} Original */
  #watched(Original) {
    const decoders = this;
    return class extends Original {
      /** @param {any} init */
      constructor({ output, error }) {
        super({
          output: (/** @type {any} */ made) => {
            decoders.outputs++;
            // Firefox gives one of these, with the wrong time, for the packet that Vorbis begins with.
            if (made instanceof AudioData && made.numberOfFrames === 0) return made.close();
            if (made instanceof VideoFrame) decoders.#follow(made);
            output(made);
          },
          error: (/** @type {DOMException} */ reason) => {
            decoders.#open.delete(/** @type {any} */ (this));
            error(reason);
          },
        });
        decoders.#open.add(/** @type {any} */ (this));
      }

      close() {
        decoders.#open.delete(/** @type {any} */ (this));
        super.close();
      }
    };
  }
}

/** Makes a decoder's queue look so full that no more than `AHEAD` chunks wait in it. @param {any} prototype */
function limit(prototype) {
  const queueSize = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(prototype), 'decodeQueueSize')?.get;
  Object.defineProperty(prototype, 'decodeQueueSize', {
    get() {
      return (queueSize?.call(this) * FED) / AHEAD;
    },
  });
}
