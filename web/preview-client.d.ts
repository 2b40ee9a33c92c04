/** Public types of the preview's client, to be kept beside `preview-client.js` and `export-worker-client.d.ts`. */
import type { Timeline } from './export-worker-client.js';

/** What an export of the timeline would be like. */
export interface View {
  width: number;
  height: number;
  /** 29.97, 23.976 and 59.94 mean their exact fractions. */
  fps: number | [number, number] | string;
  /** With sound, unless it is `false`. */
  audio?: boolean;
  /** 2 or 4 draws at that part of the sides. */
  reduction?: 1 | 2 | 4;
  fit?: 'contain' | 'cover' | 'fill';
  background?: string;
  executor?: 'auto' | '2d' | 'pixi';
}

export interface State {
  playing: boolean;
  /** 0 where it does not play. */
  rate: number;
  timeUs: number;
  durationUs: number;
  /** Since the preview was made. */
  droppedFrames: number;
}

export interface Listeners {
  /** The frame that begins there is on the canvas. */
  onFrame?: (timeUs: number) => void;
  onState?: (state: State) => void;
  /** Something is not shown as it should be; what can be shown is. */
  onProblem?: (message: string, details: { code: string; clipId?: string }) => void;
  /** The engine broke; only a new preview, with a canvas of its own, can go on. */
  onLost?: () => void;
}

/** The least and the greatest sample of all channels in each bin, from bin `first` on. */
export interface Peaks {
  first: number;
  min: Float32Array;
  max: Float32Array;
  ended: boolean;
  /** Why there are no more, in words for people. */
  problem?: string;
}

/** How playback went since it last began, and what is open. */
export interface Readings {
  playedSeconds: number;
  shownFrames: number;
  droppedFrames: number;
  /** Of silence that was played because sound came too late. */
  starvedSamples: number;
  meanFrameMs: number;
  /** How much earlier than its frame sound was heard, for each of the last frames; empty without sound. */
  soundLeadsUs: number[];
  openReaders: number;
  openFrames: number;
  openSources: number;
}

/** Shows and plays timelines on a canvas, through the engine that exports them, in a worker of its own. */
export class PreviewClient {
  /** Its control is handed over to the engine. */
  constructor(canvas: HTMLCanvasElement, listeners?: Listeners);
  /** Resolves once the engine is up; commands may be given before. */
  readonly ready: Promise<void>;
  /** The playhead stays where it is; the latest timeline wins. */
  show(timeline: Timeline, view: View): void;
  seek(timeUs: number): void;
  /** Stops, and goes on by so many frames, or back. */
  step(frames: number): void;
  /** Call it while a click or a key is handled: browsers keep sound back otherwise. -8 to 8; negative plays backwards. */
  play(rate?: number): void;
  pause(): void;
  /** 0..1 */
  setVolume(level: number): void;
  /** The frame at full size, whatever the preview's own is. */
  snapshotPng(timeUs: number): Promise<Blob>;
  /** Waveform peaks of a file, streamed; a file without sound ends at once. Returns what stops it. */
  peaks(file: File | Blob | FileSystemFileHandle, options: { perSecond: number }, onPart: (part: Peaks) => void): () => void;
  readings(): Promise<Readings>;
  /** Ends the worker. The preview cannot be used afterwards. */
  close(): void;
}
