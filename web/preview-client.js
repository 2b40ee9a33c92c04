import { lendRasteriser } from './lend-rasteriser.js';

/**
 * @import { Listeners, Peaks, PreviewClient as Client, Readings, View } from './preview-client.js'
 * @import { Incoming, PeaksPart, Timeline } from './preview-messages.js'
 */

const SAMPLE_RATE_HZ = 48_000;
const LATENCY_EVERY_MS = 1000;
// In variables, so that bundlers leave the addresses alone: the built files have these very names beside this module.
const WORKER_FILE = './export-worker.js';
const SPEAKER_FILE = './speaker-worklet.js';

/** Shows and plays timelines on a canvas, through the engine that exports them, in a worker of its own. @implements {Client} */
export class PreviewClient {
  /** @type {Worker} */
  #worker;
  /** @type {Listeners} */
  #listeners;
  /** @type {{resolve: () => void, reject: (error: Error) => void}} */
  #boot = { resolve() {}, reject() {} };
  /** @type {Map<number, (answer: any) => void>} */
  #waiting = new Map();
  #lastRequestId = 0;
  /** @type {Promise<Sound> | undefined} */
  #sound;
  #volume = 1;
  #hasSound = true;
  #closed = false;

  /** @param {HTMLCanvasElement} canvas its control is handed over @param {Listeners} [listeners] */
  constructor(canvas, listeners = {}) {
    this.#listeners = listeners;
    /** Resolves once the engine is up; commands may be given before. @type {Promise<void>} */
    this.ready = new Promise((resolve, reject) => (this.#boot = { resolve, reject }));
    this.ready.catch(() => {}); // nobody has to listen
    this.#worker = new Worker(new URL(WORKER_FILE, import.meta.url), { type: 'module', name: 'gran-preview' });
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => this.#lost(event.message);
    this.#worker.onmessageerror = () => this.#lost();
    const port = lendRasteriser();
    this.#post(/** @type {any} */ ({ type: 'lend_rasteriser', port }), [port]);
    const offscreen = canvas.transferControlToOffscreen();
    this.#post({ type: 'open_preview', canvas: offscreen }, [offscreen]);
  }

  /** The playhead stays where it is. @param {Timeline} timeline with its sources, as for an export @param {View} view */
  show(timeline, view) {
    this.#hasSound = view.audio !== false;
    this.#post({ type: 'show_preview', timeline, view: /** @type {any} */ (view) });
  }

  /** @param {number} timeUs */
  seek(timeUs) {
    this.#post({ type: 'seek_preview', timeUs: Math.max(0, Math.round(timeUs)) });
  }

  /** @param {number} frames */
  step(frames) {
    this.#post({ type: 'step_preview', frames });
  }

  /** Call it while a click or a key is handled: browsers keep sound back otherwise. @param {number} [rate] negative plays backwards */
  play(rate = 1) {
    if (this.#hasSound) this.#openSound();
    this.#post({ type: 'play_preview', rate });
  }

  pause() {
    this.#post({ type: 'pause_preview' });
  }

  /** @param {number} level 0..1 */
  setVolume(level) {
    this.#volume = level;
    void this.#sound?.then((sound) => sound.setVolume(level), silent);
  }

  /** The frame at full size, whatever the preview's own is. @param {number} timeUs @returns {Promise<Blob>} */
  async snapshotPng(timeUs) {
    const { blob, problem } = await this.#ask({ type: 'take_picture', timeUs: Math.max(0, Math.round(timeUs)) });
    if (!blob) throw new Error(problem);
    return blob;
  }

  /**
   * The least and the greatest sample of each bin, streamed. A file without sound ends at once.
   * @param {File | Blob | FileSystemFileHandle} file
   * @param {{perSecond: number}} options whole bins a second
   * @param {(part: Peaks) => void} onPart
   * @returns {() => void} stops it
   */
  peaks(file, { perSecond }, onPart) {
    const requestId = ++this.#lastRequestId;
    this.#waiting.set(requestId, onPart);
    this.#post({ type: 'find_peaks', requestId, file, perSecond });
    return () => {
      if (this.#waiting.delete(requestId)) this.#post({ type: 'stop_peaks', requestId });
    };
  }

  /** How playback went since it last began, and what is open. @returns {Promise<Readings>} */
  readings() {
    return this.#ask({ type: 'ask_readings' });
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    // What the worker holds, decoders and canvas included, ends with it.
    this.#worker.terminate();
    this.#boot.reject(new Error('The preview was closed.'));
    this.#answerAll('The preview was closed.');
    void this.#sound?.then((sound) => sound.close(), silent);
  }

  /** @param {any} message one of the outgoing messages of preview-messages.d.ts, or an export's */
  #receive(message) {
    const { onFrame, onState, onProblem } = this.#listeners;
    switch (message?.type) {
      case 'ready':
        return this.#boot.resolve();
      case 'error':
        return this.#lost(message.message);
      case 'preview_frame':
        return onFrame?.(message.timeUs);
      case 'preview_state': {
        const { type: _, ...state } = message;
        return onState?.(state);
      }
      case 'preview_problem':
        return onProblem?.(message.message, { code: message.code, clipId: message.clipId });
      case 'preview_picture':
      case 'preview_readings':
        this.#waiting.get(message.requestId)?.(message);
        return void this.#waiting.delete(message.requestId);
      case 'peaks_part': {
        const { type: _, requestId, ...part } = /** @type {PeaksPart} */ (message);
        const onPart = this.#waiting.get(requestId);
        if (part.ended) this.#waiting.delete(requestId);
        return onPart?.(part);
      }
    }
  }

  /** @param {Record<string, unknown> & {type: string}} question @returns {Promise<any>} */
  #ask(question) {
    if (this.#closed) return Promise.reject(new Error('The preview was closed.'));
    const requestId = ++this.#lastRequestId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, (answer) => (answer.lost ? reject(new Error(answer.lost)) : resolve(answer)));
      this.#post(/** @type {any} */ ({ ...question, requestId }));
    });
  }

  /** @param {Incoming} message @param {Transferable[]} [transfer] */
  #post(message, transfer = []) {
    if (!this.#closed) this.#worker.postMessage(message, transfer);
  }

  /** @param {string} [cause] */
  #lost(cause) {
    if (this.#closed) return;
    const message = cause ?? 'The preview stopped unexpectedly.';
    this.#boot.reject(new Error(message));
    this.close();
    this.#listeners.onProblem?.(message, { code: 'E_WORKER' });
    this.#listeners.onLost?.();
  }

  /** @param {string} reason */
  #answerAll(reason) {
    const nothing = new Float32Array(0);
    for (const answer of this.#waiting.values())
      answer({ lost: reason, first: 0, min: nothing, max: nothing, ended: true, problem: reason });
    this.#waiting.clear();
  }

  #openSound() {
    this.#sound ??= Sound.open((port) => this.#post({ type: 'connect_speaker', port }, [port]), this.#volume);
    void this.#sound.then((sound) => sound.resume(), silent);
  }
}

/** Without sound the film goes by the clock. */
const silent = () => {};

/** The page's way to the speakers. */
class Sound {
  #context;
  #gain;
  #timer;

  /** @param {(port: MessagePort) => void} connect hands one end of a channel to the worker @param {number} volume */
  static async open(connect, volume) {
    const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ, latencyHint: 'interactive' });
    await context.audioWorklet.addModule(new URL(SPEAKER_FILE, import.meta.url));
    const speaker = new AudioWorkletNode(context, 'gran-speaker', { numberOfInputs: 0, outputChannelCount: [2] });
    const { port1, port2 } = new MessageChannel();
    speaker.port.postMessage({ port: port1 }, [port1]);
    connect(port2);
    return new Sound(context, speaker, volume);
  }

  /** @param {AudioContext} context @param {AudioWorkletNode} speaker @param {number} volume */
  constructor(context, speaker, volume) {
    this.#context = context;
    this.#gain = new GainNode(context, { gain: volume });
    speaker.connect(this.#gain).connect(context.destination);
    const tellLatency = () => speaker.port.postMessage({ latencyMs: 1000 * (context.outputLatency || context.baseLatency || 0) });
    tellLatency();
    this.#timer = setInterval(tellLatency, LATENCY_EVERY_MS);
  }

  resume() {
    return this.#context.resume();
  }

  /** @param {number} level */
  setVolume(level) {
    this.#gain.gain.setTargetAtTime(level, this.#context.currentTime, 0.01);
  }

  close() {
    clearInterval(this.#timer);
    return this.#context.close();
  }
}
