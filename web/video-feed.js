/**
 * A VideoEncoder, with what came out of it. To cross into Python for every packet, and for every move of the queue, costs more than to mux it.
 */
export class VideoFeed {
  /** Signs of life of all encoders. */
  static moves = 0;
  /** Why it stopped. @type {string | undefined} */
  failure;
  /** @type {EncodedVideoChunk[]} */
  #chunks = [];
  /** @type {(EncodedVideoChunkMetadata | undefined)[]} */
  #metas = [];
  /** @type {VideoEncoder | undefined} */
  #encoder;
  /** @type {{most: number, resolve(value: undefined): void} | undefined} */
  #waiting;

  /** @param {VideoEncoderConfig} config */
  open(config) {
    this.#encoder = new VideoEncoder({
      output: (chunk, meta) => {
        this.#chunks.push(chunk);
        this.#metas.push(meta);
        VideoFeed.moves++;
      },
      error: ({ message }) => {
        this.failure = message;
        this.#look();
      },
    });
    this.#encoder.addEventListener('dequeue', this.#look);
    this.#encoder.configure(config);
  }

  get isOpen() {
    return this.#encoder !== undefined && this.#encoder.state !== 'closed';
  }

  get waiting() {
    return this.#encoder?.encodeQueueSize ?? 0;
  }

  /** @param {VideoFrame} frame stays the caller's to close @param {VideoEncoderEncodeOptions} options @returns {number} frames that wait now */
  encode(frame, options) {
    this.#encoder?.encode(frame, options);
    return this.waiting;
  }

  /** Until at most so many frames wait, or none will go any more. @param {number} most @returns {Promise<void>} */
  async room(most) {
    if (this.waiting > most && this.isOpen && this.failure === undefined)
      await new Promise((resolve) => (this.#waiting = { most, resolve }));
  }

  async flush() {
    await this.#encoder?.flush();
  }

  close() {
    if (this.isOpen) this.#encoder?.close();
    this.#encoder?.removeEventListener('dequeue', this.#look);
    this.#look();
  }

  get packets() {
    return this.#chunks.length;
  }

  /** What came since the last call, in order. */
  take() {
    const taken = { chunks: this.#chunks, metas: this.#metas };
    [this.#chunks, this.#metas] = [[], []];
    return taken;
  }

  #look = () => {
    VideoFeed.moves++;
    if (!this.#waiting || (this.waiting > this.#waiting.most && this.isOpen && this.failure === undefined)) return;
    this.#waiting.resolve(undefined);
    this.#waiting = undefined;
  };
}
