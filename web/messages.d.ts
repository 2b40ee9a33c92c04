// Generated from py/gran_worker/messages.py by `make contract`.

/**
 * Any message between the page and the export worker.
 */
export type Message = Incoming | Outgoing;
export type Incoming =
  | InitExport
  | CancelExport
  | LendRasteriser
  | LendViewer
  | ProbeSource
  | QuerySupport
  | ImportOtio
  | ExportOtio
  | ImportCaptions
  | ExportCaptions;
export type JsonValue = unknown;
export type Outgoing =
  | Progress
  | Error
  | Completed
  | Ready
  | Loading
  | Warning
  | Failure
  | Telemetry
  | SourceInfo
  | Support
  | OtioImported
  | OtioExported
  | CaptionsImported
  | CaptionsExported
  | Refused;

/**
 * Render `timeline` into `writablePort`. Ends in exactly one `completed` or `error`.
 */
export interface InitExport {
  type: 'init_export';
  timeline: Timeline;
  settings: Settings;
  writablePort: FileSystemFileHandle | WritableStream | FileSystemWritableFileStream | MessagePort;
}
/**
 * What to render. The first video track is on top.
 */
export interface Timeline {
  timebase: Timebase;
  /**
   * @maxItems 100
   */
  tracks: Track[];
  sources: {
    [k: string]: File | Blob | FileSystemFileHandle;
  };
  timelines?: {
    [k: string]: NestedTimeline;
  };
  fonts?: {
    [k: string]: File | Blob;
  };
  /**
   * @maxItems 10000
   */
  captions?: Caption[];
}
export interface Timebase {
  fps: number | [number, number] | string;
}
/**
 * Clips that never overlap by more than rounding; the order of `items` means nothing.
 */
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
  /**
   * @maxItems 100
   */
  effects?: (Blur | ColorAdjustment)[];
  /**
   * @maxItems 10000
   */
  items: (Clip | Gap)[];
}
export interface Blur {
  type: 'blur';
  id: string;
  strength: number;
  enabled?: boolean;
}
/**
 * Each 1 leaves the picture as it is.
 */
export interface ColorAdjustment {
  type: 'color-adjustment';
  id: string;
  enabled?: boolean;
  brightness?: number;
  contrast?: number;
  saturation?: number;
}
/**
 * One placement on a track. `speed` 2 plays twice as fast; gains are linear, a balance is -1 (left) to 1.
 */
export interface Clip {
  kind: 'clip';
  id: string;
  clipType: 'media' | 'timeline' | 'adjustment' | 'background' | 'text';
  timelineRange: {
    startUs: number;
    durationUs: number;
  };
  name?: string;
  disabled?: boolean;
  source?: Source;
  sourceRange?: {
    startUs: number;
    durationUs: number;
  };
  speed?: number;
  freezeFrameSourceUs?: number;
  isImage?: boolean;
  opacity?: number;
  transform?: Transform;
  /**
   * @maxItems 100
   */
  effects?: (Blur | ColorAdjustment)[];
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
export interface Source {
  path: string;
}
export interface Transform {
  scale?: Scale;
  rotationDeg?: number;
  position?: Position;
  crop?: Crop;
  anchor?: Anchor;
}
/**
 * Factors; a negative one flips.
 */
export interface Scale {
  x: number;
  y: number;
}
/**
 * Output px from where the clip would lie, y down.
 */
export interface Position {
  x: number;
  y: number;
}
/**
 * Fractions of the shown picture that each side loses; where they meet, nothing is left to show.
 */
export interface Crop {
  left?: number;
  top?: number;
  right?: number;
  bottom?: number;
}
/**
 * What scale and rotation turn about. `x` and `y`, fractions of the clip, count for `custom` only.
 */
export interface Anchor {
  preset?: 'center' | 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight' | 'custom';
  x?: number;
  y?: number;
}
export interface Transition {
  type: 'dissolve' | 'fade-to-black' | 'slide' | 'wipe';
  durationUs: number;
  mode?: 'blend' | 'composite';
  curve?: 'linear' | 'bezier';
  direction?: 'left' | 'right' | 'up' | 'down';
}
/**
 * How a text clip looks. Lengths in output px; only values that a canvas takes as they are.
 */
export interface TextStyle {
  fontFamily?: string;
  fontSize?: number;
  fontWeight?: number | string;
  color?: string;
  align?: 'left' | 'center' | 'right';
  verticalAlign?: 'top' | 'middle' | 'bottom';
  lineHeight?: number;
  letterSpacing?: number;
  backgroundColor?: string;
  padding?: number;
}
export interface Gap {
  kind: 'gap';
  id: string;
  timelineRange: {
    startUs: number;
    durationUs: number;
  };
}
export interface NestedTimeline {
  timebase: Timebase;
  /**
   * @maxItems 100
   */
  tracks: Track[];
  sources?: {
    [k: string]: File | Blob | FileSystemFileHandle;
  };
  timelines?: {
    [k: string]: NestedTimeline;
  };
  fonts?: {
    [k: string]: File | Blob;
  };
  /**
   * @maxItems 10000
   */
  captions?: Caption[];
}
/**
 * What is said from `startUs` on. Captions may overlap; what their style leaves open follows the size of the picture.
 */
export interface Caption {
  startUs: number;
  durationUs: number;
  text: string;
  style?: CaptionStyle;
}
/**
 * What a caption may set for itself.
 */
export interface CaptionStyle {
  fontFamily?: string;
  fontWeight?: number | string;
  color?: string;
  backgroundColor?: string;
  align?: 'left' | 'center' | 'right';
  verticalAlign?: 'top' | 'middle' | 'bottom';
}
/**
 * As asked for; numbers out of bounds are clamped later. Where `codec` is false, size and bitrate mean nothing.
 */
export interface Settings {
  width: number;
  height: number;
  fps: number | [number, number] | string;
  codec: string | false;
  bitrate: number;
  audio: AudioSettings | false;
  container?: 'mp4' | 'mov' | 'webm' | 'mkv' | 'm4a' | 'ogg' | 'wav' | 'mp3' | 'flac';
  quality?: number;
  bitrateMode?: 'variable' | 'constant';
  keyFrameIntervalMs?: number;
  hardwareAcceleration?: 'no-preference' | 'prefer-hardware' | 'prefer-software';
  executor?: 'auto' | '2d' | 'pixi';
  fit?: 'contain' | 'cover' | 'fill';
  copy?: 'auto' | 'never';
  encoders?: 'auto' | number;
  range?: {
    startUs: number;
    durationUs: number;
  };
  background?: string;
  alpha?: boolean;
  fastStart?: boolean;
  verify?: boolean;
  metadata?: Metadata;
  captions?: 'none' | 'burn' | 'embed';
}
export interface AudioSettings {
  codec: 'aac' | 'opus' | 'mp3' | 'flac' | 'pcm-s16';
  bitrate: number;
  sampleRate: number;
  channels: number;
  copy?: 'auto' | 'never';
  limiter?: boolean;
  loudnessLufs?: number;
}
/**
 * What the file says about itself.
 */
export interface Metadata {
  title?: string;
  artist?: string;
  album?: string;
  albumArtist?: string;
  genre?: string;
  comment?: string;
  description?: string;
}
/**
 * End the running export, if there is one.
 */
export interface CancelExport {
  type: 'cancel_export';
}
/**
 * A port of the page's that draws SVG files, for a worker cannot (svg-rasteriser.js). Without it such a file is an error.
 */
export interface LendRasteriser {
  type: 'lend_rasteriser';
  port: MessagePort;
}
/**
 * A port of the page's that asks for small pictures of the film while it is made (live-pictures.js). Without it none are made.
 */
export interface LendViewer {
  type: 'lend_viewer';
  port: MessagePort;
}
/**
 * What is in `file`? Answered by `source_info`.
 */
export interface ProbeSource {
  type: 'probe_source';
  requestId: number;
  file: File | Blob | FileSystemFileHandle;
}
/**
 * Which codecs can be encoded at this size and rate? Answered by `support`.
 */
export interface QuerySupport {
  type: 'query_support';
  requestId: number;
  width: number;
  height: number;
  fps: number | [number, number] | string;
}
/**
 * What timeline is in this OpenTimelineIO `file`? Answered by `otio_imported`.
 */
export interface ImportOtio {
  type: 'import_otio';
  requestId: number;
  file: File | Blob | FileSystemFileHandle;
}
/**
 * `timeline` as the text of an OpenTimelineIO file; fields that nothing here knows go along. Answered by `otio_exported`.
 */
export interface ExportOtio {
  type: 'export_otio';
  requestId: number;
  timeline: {
    [k: string]: JsonValue;
  };
  name?: string;
  markers?: {
    [k: string]: JsonValue;
  }[];
  media?: {
    [k: string]: OtioFile;
  };
}
/**
 * What others should know of a source: where they find it (`url`), its name and length.
 */
export interface OtioFile {
  url?: string;
  name?: string;
  durationUs?: number;
}
/**
 * What captions are in this SRT, WebVTT, ASS or SSA `file`? Answered by `captions_imported`.
 */
export interface ImportCaptions {
  type: 'import_captions';
  requestId: number;
  file: File | Blob | FileSystemFileHandle;
}
/**
 * `captions` as the text of a file. Answered by `captions_exported`.
 */
export interface ExportCaptions {
  type: 'export_captions';
  requestId: number;
  /**
   * @maxItems 10000
   */
  captions: Caption[];
  format: 'srt' | 'vtt';
}
/**
 * `percent` 0..100 of the whole time, 100 once the file is committed.
 */
export interface Progress {
  type: 'progress';
  phase: 'decode' | 'compose' | 'encode' | 'finalize';
  percent: number;
  frame: FrameCount;
}
export interface FrameCount {
  current: number;
  total: number;
}
/**
 * The export failed, or was cancelled. `recoverable`: another one may be sent at once.
 */
export interface Error {
  type: 'error';
  message: string;
  recoverable: boolean;
}
/**
 * The file is committed; `durationMs` is its media's.
 */
export interface Completed {
  type: 'completed';
  durationMs: number;
  frames: number;
}
/**
 * The worker is up.
 */
export interface Ready {
  type: 'ready';
}
/**
 * The worker is not up yet, but lives: that many `files` have come. Said every other second, by JavaScript, before Python runs.
 */
export interface Loading {
  type: 'loading';
  files: number;
}
/**
 * The result is not quite what was asked for.
 */
export interface Warning {
  type: 'warning';
  code: string;
  message: string;
  clipId?: string;
}
/**
 * Sent just before an `error`: what the page chooses its words and buttons by. `timeUs` is the timeline's.
 */
export interface Failure {
  type: 'failure';
  code:
    | 'E_BUSY'
    | 'E_CANCELLED'
    | 'E_CODEC'
    | 'E_CONTRACT'
    | 'E_DECODE'
    | 'E_DISK'
    | 'E_EMPTY'
    | 'E_ENCODER_LOST'
    | 'E_ENGINE'
    | 'E_MEMORY'
    | 'E_MISSING'
    | 'E_NAME'
    | 'E_PERMISSION'
    | 'E_SOURCE'
    | 'E_UNSUPPORTED'
    | 'E_VERIFY'
    | 'E_WORKER';
  clipId?: string;
  timeUs?: number;
}
/**
 * Where the time of an export goes. It never leaves the machine.
 */
export interface Telemetry {
  type: 'telemetry';
  elapsedSeconds: number;
  stages: {
    [k: string]: StageTime;
  };
  now?: string;
  encodeFps: number;
  timesRealTime: number;
  droppedFrames: number;
  repeatedFrames: number;
  copiedFrames: number;
  queuePeaks: {
    [k: string]: number;
  };
  bytesWritten: number;
  peakHeapBytes?: number;
  executor?: string;
  encoder?: string;
  encoders?: number;
  sound?: string;
  liveObjects?: {
    [k: string]: number;
  };
}
/**
 * Time spent waiting for a stage: seconds, and their share of the whole (0..1).
 */
export interface StageTime {
  seconds: number;
  share: number;
}
/**
 * The answer to `probe_source`. `problem`: why the file cannot be used, or not all of it.
 */
export interface SourceInfo {
  type: 'source_info';
  requestId: number;
  name: string;
  kind: 'video' | 'audio' | 'image';
  durationUs: number;
  video?: VideoFacts;
  audio?: AudioFacts;
  problem?: string;
}
/**
 * Size as shown, px: `rotationDeg` has been applied to it.
 */
export interface VideoFacts {
  codec: string;
  width: number;
  height: number;
  fps: number;
  rotationDeg: number;
}
export interface AudioFacts {
  codec: string;
  sampleRate: number;
  channels: number;
}
/**
 * The answer to `query_support`: every codec, the impossible ones with their reason.
 */
export interface Support {
  type: 'support';
  requestId: number;
  video: CodecSupport[];
  audio: CodecSupport[];
}
export interface CodecSupport {
  codec: string;
  containers: string[];
  supported: boolean;
  reason?: string;
}
/**
 * The answer to `import_otio`. `timeline` has no `sources`: `media` says which it needs.
 */
export interface OtioImported {
  type: 'otio_imported';
  requestId: number;
  name: string;
  timeline: {
    [k: string]: JsonValue;
  };
  markers: OtioMarker[];
  media: OtioMedia[];
  report: OtioReport;
}
/**
 * A remark at a moment, or about a stretch, of a timeline.
 */
export interface OtioMarker {
  id: string;
  timeUs: number;
  durationUs: number;
  name: string;
  color: string;
  comment: string;
  otio?: {
    [k: string]: unknown;
  };
}
/**
 * A file that an imported timeline wants. `missing`: it does not say where that is.
 */
export interface OtioMedia {
  path: string;
  name: string;
  missing?: boolean;
  durationUs?: number;
}
/**
 * `kept` came over whole; `approximated` not quite; `ignored` is not shown, but is written back where it was.
 */
export interface OtioReport {
  kept: string[];
  approximated: string[];
  ignored: string[];
}
/**
 * The answer to `export_otio`.
 */
export interface OtioExported {
  type: 'otio_exported';
  requestId: number;
  text: string;
}
/**
 * The answer to `import_captions`. `notes`: what did not come over as it was, in sentences.
 */
export interface CaptionsImported {
  type: 'captions_imported';
  requestId: number;
  format: string;
  captions: Caption1[];
  notes: string[];
}
/**
 * What is said from `startUs` on. Captions may overlap; what their style leaves open follows the size of the picture.
 */
export interface Caption1 {
  startUs: number;
  durationUs: number;
  text: string;
  style?: CaptionStyle1;
}
/**
 * What a caption may set for itself.
 */
export interface CaptionStyle1 {
  fontFamily?: string;
  fontWeight?: number;
  color?: string;
  backgroundColor?: string;
  align?: 'left' | 'center' | 'right';
  verticalAlign?: 'top' | 'middle' | 'bottom';
}
/**
 * The answer to `export_captions`.
 */
export interface CaptionsExported {
  type: 'captions_exported';
  requestId: number;
  text: string;
}
/**
 * The answer to a question that has none.
 */
export interface Refused {
  type: 'refused';
  requestId: number;
  code:
    | 'E_BUSY'
    | 'E_CANCELLED'
    | 'E_CODEC'
    | 'E_CONTRACT'
    | 'E_DECODE'
    | 'E_DISK'
    | 'E_EMPTY'
    | 'E_ENCODER_LOST'
    | 'E_ENGINE'
    | 'E_MEMORY'
    | 'E_MISSING'
    | 'E_NAME'
    | 'E_PERMISSION'
    | 'E_SOURCE'
    | 'E_UNSUPPORTED'
    | 'E_VERIFY'
    | 'E_WORKER';
  message: string;
}
