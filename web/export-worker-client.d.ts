/**
 * Public types of the exporter's client. Self-contained, so that the file can be copied beside
 * `export-worker-client.js`. Times are integer microseconds unless a name says otherwise.
 */

export interface TimeRange {
  startUs: number;
  durationUs: number;
}

export interface Transform {
  /** Negative values flip. */
  scale?: { x: number; y: number };
  rotationDeg?: number;
  /** Output pixels. */
  position?: { x: number; y: number };
  /** Shares of the picture, 0..1. */
  crop?: { left?: number; top?: number; right?: number; bottom?: number };
  anchor?: {
    preset?: 'center' | 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight' | 'custom';
    x?: number;
    y?: number;
  };
}

export type Effect =
  | { id: string; type: 'color-adjustment'; enabled?: boolean; brightness?: number; contrast?: number; saturation?: number }
  | { id: string; type: 'blur'; enabled?: boolean; strength: number };

export interface Transition {
  type: 'dissolve' | 'fade-to-black' | 'wipe' | 'slide';
  durationUs: number;
  mode?: 'blend' | 'composite';
  curve?: 'linear' | 'bezier';
  direction?: 'left' | 'right' | 'up' | 'down';
}

export interface TextStyle {
  fontFamily?: string;
  fontSize?: number;
  fontWeight?: string | number;
  color?: string;
  align?: 'left' | 'center' | 'right';
  verticalAlign?: 'top' | 'middle' | 'bottom';
  lineHeight?: number;
  letterSpacing?: number;
  backgroundColor?: string;
  padding?: number;
}

export interface Clip {
  kind: 'clip';
  id: string;
  clipType: 'media' | 'timeline' | 'adjustment' | 'background' | 'text';
  timelineRange: TimeRange;
  sourceRange?: TimeRange;
  name?: string;
  disabled?: boolean;
  /** A key of `Timeline.sources` (media) or `Timeline.timelines` (timeline). */
  source?: { path: string };
  speed?: number;
  freezeFrameSourceUs?: number;
  isImage?: boolean;
  opacity?: number;
  transform?: Transform;
  effects?: Effect[];
  transitionIn?: Transition;
  transitionOut?: Transition;
  audioGain?: number;
  audioBalance?: number;
  audioFadeInUs?: number;
  audioFadeOutUs?: number;
  audioFromVideoDisabled?: boolean;
  backgroundColor?: string;
  text?: string;
  style?: TextStyle;
}

export interface Gap {
  kind: 'gap';
  id: string;
  timelineRange: TimeRange;
}

export interface Track {
  id: string;
  kind: 'video' | 'audio';
  name?: string;
  videoHidden?: boolean;
  audioMuted?: boolean;
  audioSolo?: boolean;
  audioGain?: number;
  audioBalance?: number;
  audioFadeInUs?: number;
  audioFadeOutUs?: number;
  effects?: Effect[];
  items: (Clip | Gap)[];
}

export interface Timeline {
  timebase: { fps: number | [number, number] | string };
  /** The first video track is on top. */
  tracks: Track[];
  sources: Record<string, File | Blob | FileSystemFileHandle>;
  timelines?: Record<string, NestedTimeline>;
  fonts?: Record<string, Blob>;
  /** Of the outermost timeline; `settings.captions` says what becomes of them. */
  captions?: Caption[];
}

/** Captions may overlap. What their style leaves open follows the size of the picture. */
export interface Caption {
  startUs: number;
  durationUs: number;
  text: string;
  style?: Pick<TextStyle, 'fontFamily' | 'fontWeight' | 'color' | 'backgroundColor' | 'align' | 'verticalAlign'>;
}

/** What it does not hold itself is looked up in the timeline around it. */
export type NestedTimeline = Omit<Timeline, 'sources'> & Partial<Pick<Timeline, 'sources'>>;

export interface AudioSettings {
  codec: 'aac' | 'opus' | 'mp3' | 'flac' | 'pcm-s16';
  bitrate: number;
  sampleRate: number;
  channels: number;
  copy?: 'auto' | 'never';
  limiter?: boolean;
  loudnessLufs?: number;
}

export interface Settings {
  width: number;
  height: number;
  /** 29.97, 23.976 and 59.94 mean their exact fractions. */
  fps: number | [number, number] | string;
  /** `avc`, `hevc`, `vp8`, `vp9`, `av1`, a full codec string, or `false` for sound alone. */
  codec: string | false;
  bitrate: number;
  audio: AudioSettings | false;
  container?: 'mp4' | 'mov' | 'webm' | 'mkv' | 'm4a' | 'ogg' | 'wav' | 'mp3' | 'flac';
  /** 0..1; wins over `bitrate`. */
  quality?: number;
  bitrateMode?: 'variable' | 'constant';
  keyFrameIntervalMs?: number;
  hardwareAcceleration?: 'no-preference' | 'prefer-hardware' | 'prefer-software';
  executor?: 'auto' | '2d' | 'pixi';
  fit?: 'contain' | 'cover' | 'fill';
  copy?: 'auto' | 'never';
  /** At most so many encode VP8, VP9 or AV1 side by side, where the film can be cut at its key frames. */
  encoders?: 'auto' | number;
  range?: TimeRange;
  background?: string;
  alpha?: boolean;
  fastStart?: boolean;
  verify?: boolean;
  metadata?: Metadata;
  /** The timeline's captions: left out (`none`), drawn into the picture, or a WebVTT track beside it (mp4, webm, mkv). */
  captions?: 'none' | 'burn' | 'embed';
}

/** What the file says about itself. */
export interface Metadata {
  title?: string;
  artist?: string;
  album?: string;
  albumArtist?: string;
  genre?: string;
  comment?: string;
  description?: string;
}

export interface ExportRequest {
  /** Cloned when `export` is called; later changes to the object do not reach the film. */
  timeline: Timeline;
  settings: Settings;
  /** Where the file goes. A stream is closed on success and aborted on anything else. */
  output: FileSystemFileHandle | WritableStream<WriteChunk>;
}

export interface WriteChunk {
  type: 'write';
  position: number;
  data: Uint8Array<ArrayBuffer>;
}

export interface Progress {
  phase: 'decode' | 'compose' | 'encode' | 'finalize';
  /** 0..100; 100 once the file is committed. */
  percent: number;
  frame: { current: number; total: number };
}

export interface Warning {
  code: string;
  message: string;
  clipId?: string;
}

/** Measurements of the running export. They never leave the machine. */
export interface Telemetry {
  elapsedSeconds: number;
  /** Time spent waiting for `open`, `decode`, `compose`, `encode`, `finalize`, `commit` and `verify`, and its share of the whole, 0..1. */
  stages: Record<string, { seconds: number; share: number }>;
  /** The one of them that is waited for. */
  now?: string;
  encodeFps: number;
  /** Seconds of film made in a second. */
  timesRealTime: number;
  droppedFrames: number;
  repeatedFrames: number;
  /** Frames that went into the file as they are in their source. */
  copiedFrames: number;
  queuePeaks: Record<string, number>;
  bytesWritten: number;
  peakHeapBytes?: number;
  executor?: string;
  encoder?: string;
  /** So many of it shared the film. */
  encoders?: number;
  /** `mixed`, or `copied` where the packets of one source went into the file as they are. */
  sound?: string;
  /** Open frames, codecs, ports and the like, by class. */
  liveObjects?: Record<string, number>;
}

/** What is being encoded, at most once a second, and only while the page can be seen. */
export interface LivePicture {
  /** Small; yours to close. */
  picture: ImageBitmap;
  /** Of the film. */
  timeUs: number;
}

export interface ExportOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  onWarning?: (warning: Warning) => void;
  onTelemetry?: (telemetry: Telemetry) => void;
  onPicture?: (picture: LivePicture) => void;
}

export interface ExportResult {
  /** Of the file's media. */
  durationMs: number;
  frames: number;
}

export interface SourceInfo {
  name: string;
  kind: 'video' | 'audio' | 'image';
  durationUs: number;
  video?: { codec: string; width: number; height: number; fps: number; rotationDeg: number };
  audio?: { codec: string; sampleRate: number; channels: number };
  /** Why this file cannot be used, in words for people. */
  problem?: string;
}

export interface CodecSupport {
  codec: string;
  containers: string[];
  supported: boolean;
  /** Why not, in words for people. */
  reason?: string;
}

export interface Support {
  video: CodecSupport[];
  audio: CodecSupport[];
}

/** What became of an imported file, in sentences. */
export interface OtioReport {
  /** Came over whole. */
  kept: string[];
  approximated: string[];
  /** Not shown, but written back where it was. */
  ignored: string[];
}

export interface Marker {
  id: string;
  timeUs: number;
  durationUs: number;
  name: string;
  /** OpenTimelineIO's names: RED, PINK, ORANGE, YELLOW, GREEN, CYAN, BLUE, PURPLE, MAGENTA, BLACK, WHITE. */
  color: string;
  comment: string;
  /** What other programs wrote: hand it back to `exportOtio`. */
  otio?: Record<string, unknown>;
}

export interface OtioImport {
  name: string;
  /** Without `sources`. What Gran does not know lies in `otio` fields of tracks and items: hand them back to `exportOtio`. */
  timeline: Omit<Timeline, 'sources'>;
  markers: Marker[];
  /** The files that it wants: `path` is their key in `sources`. `missing`: the file does not say where that one is. */
  media: { path: string; name: string; missing?: boolean; durationUs?: number }[];
  report: OtioReport;
}

export interface OtioExportOptions {
  name?: string;
  markers?: Marker[];
  /** By path: where other programs find the file, what it is called, how long it is. */
  media?: Record<string, { url?: string; name?: string; durationUs?: number }>;
}

export interface CaptionsImport {
  /** SRT, WebVTT, ASS or SSA. */
  format: string;
  captions: Caption[];
  /** What did not come over as it was, in sentences. */
  notes: string[];
}

export type ClientState = 'starting' | 'ready' | 'failed' | 'disposed';

export class ExportError extends Error {
  constructor(message: string, details: { recoverable: boolean; code?: string; clipId?: string; timeUs?: number; cause?: unknown });
  readonly name: 'ExportError';
  /** Another export may be started at once, without reloading the page. */
  readonly recoverable: boolean;
  readonly code?: string;
  readonly clipId?: string;
  readonly timeUs?: number;
}

/** The Web Lock (shared) that a running export holds: who replaces files of the app asks for it first. */
export const EXPORT_LOCK: string;

/** Owns the export worker. Dispatches `statechange` when `state` changes. */
export class ExportWorkerClient extends EventTarget {
  /** Starts the engine, from `export-worker.js` beside this module. */
  constructor();
  readonly state: ClientState;
  /** True from `export()` until its promise settles. */
  readonly busy: boolean;
  /** Of the current worker; rejects with an ExportError when the engine cannot start. */
  readonly ready: Promise<void>;
  /** Resolves once the file is committed. One export at a time: a second call rejects with code `E_BUSY`. */
  export(request: ExportRequest, options?: ExportOptions): Promise<ExportResult>;
  /** Stops the running export, if any. Safe to call at any time, any number of times. */
  cancel(): void;
  /** What a file holds, as the exporter will see it. */
  probeSource(file: File | Blob | FileSystemFileHandle): Promise<SourceInfo>;
  /** Which codecs this browser encodes at that size. */
  querySupport(picture: { width: number; height: number; fps: number }): Promise<Support>;
  /** The timeline in an OpenTimelineIO file. Rejects with an ExportError that names the place in the file. */
  importOtio(file: File | Blob | FileSystemFileHandle): Promise<OtioImport>;
  /** The text of an OpenTimelineIO file. Fields that Gran does not know go along. */
  exportOtio(timeline: Omit<Timeline, 'sources'>, options?: OtioExportOptions): Promise<string>;
  /** The captions in an SRT, WebVTT, ASS or SSA file. */
  importCaptions(file: File | Blob | FileSystemFileHandle): Promise<CaptionsImport>;
  /** The text of a caption file. */
  exportCaptions(captions: Caption[], format: 'srt' | 'vtt'): Promise<string>;
  /** Starts a fresh engine after a failure; does nothing while one runs. */
  restart(): Promise<void>;
  /** Ends the worker and whatever runs in it. The client cannot be used afterwards. */
  dispose(): void;
}
