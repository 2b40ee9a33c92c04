// Generated from py/gran_worker/preview/messages.py by `make contract`.

/**
 * Any message between the page and the preview in the worker.
 */
export type Message = Incoming | Outgoing;
export type Incoming =
  | OpenPreview
  | ConnectSpeaker
  | ShowPreview
  | SeekPreview
  | StepPreview
  | PlayPreview
  | PausePreview
  | TakePicture
  | FindPeaks
  | StopPeaks
  | AskReadings;
export type Outgoing = PreviewFrame | PreviewState | PreviewProblem | PreviewPicture | PeaksPart | PreviewReadings;

/**
 * Show previews on `canvas` from now on. The first message, and only once.
 */
export interface OpenPreview {
  type: 'open_preview';
  canvas: OffscreenCanvas;
}
/**
 * Play through `port`, behind which web/speaker-worklet.js is.
 */
export interface ConnectSpeaker {
  type: 'connect_speaker';
  port: MessagePort;
}
/**
 * Show `timeline`, at the place that is shown now. The latest one wins.
 */
export interface ShowPreview {
  type: 'show_preview';
  timeline: Timeline;
  view: View;
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
 * The picture that an export of the same settings would make, drawn at a `reduction`-th of its sides.
 */
export interface View {
  width: number;
  height: number;
  fps: number | [number, number] | string;
  audio?: boolean;
  reduction?: 1 | 2 | 4;
  fit?: 'contain' | 'cover' | 'fill';
  background?: string;
  executor?: 'auto' | '2d' | 'pixi';
}
/**
 * Show the frame at `timeUs`. The latest one wins.
 */
export interface SeekPreview {
  type: 'seek_preview';
  timeUs: number;
}
/**
 * Stop, and show the frame `frames` further on, or back.
 */
export interface StepPreview {
  type: 'step_preview';
  frames: number;
}
/**
 * Play `rate` times as fast as it is; backwards where it is negative.
 */
export interface PlayPreview {
  type: 'play_preview';
  rate: number;
}
/**
 * Stop.
 */
export interface PausePreview {
  type: 'pause_preview';
}
/**
 * The frame at `timeUs` at full size, as a PNG file. Answered by `preview_picture`.
 */
export interface TakePicture {
  type: 'take_picture';
  requestId: number;
  timeUs: number;
}
/**
 * How loud is `file`? Answered by `peaks_part` messages, the last of which is `ended`.
 */
export interface FindPeaks {
  type: 'find_peaks';
  requestId: number;
  file: File | Blob | FileSystemFileHandle;
  perSecond: number;
}
/**
 * Nobody wants those peaks any more. Not answered.
 */
export interface StopPeaks {
  type: 'stop_peaks';
  requestId: number;
}
/**
 * How is the preview doing? Answered by `preview_readings`.
 */
export interface AskReadings {
  type: 'ask_readings';
  requestId: number;
}
/**
 * The frame that begins at `timeUs` is on the canvas.
 */
export interface PreviewFrame {
  type: 'preview_frame';
  timeUs: number;
}
/**
 * Where the playhead is. `droppedFrames`: that should have been shown and were not, since the preview was opened.
 */
export interface PreviewState {
  type: 'preview_state';
  playing: boolean;
  rate: number;
  timeUs: number;
  durationUs: number;
  droppedFrames: number;
}
/**
 * Something is not shown as it should be; what can be shown is.
 */
export interface PreviewProblem {
  type: 'preview_problem';
  code: string;
  message: string;
  clipId?: string;
}
/**
 * The answer to `take_picture`: `blob`, or the `problem` with it.
 */
export interface PreviewPicture {
  type: 'preview_picture';
  requestId: number;
  blob?: Blob;
  problem?: string;
}
/**
 * The least and the greatest sample of all channels in each bin, from bin `first` on. `problem`: why there are no more.
 */
export interface PeaksPart {
  type: 'peaks_part';
  requestId: number;
  first: number;
  min: Float32Array;
  max: Float32Array;
  ended: boolean;
  problem?: string;
}
/**
 * How playback went since it last began, and what is open. `soundLeadsUs`: how much earlier than its frame sound was heard.
 */
export interface PreviewReadings {
  type: 'preview_readings';
  requestId: number;
  playedSeconds: number;
  shownFrames: number;
  droppedFrames: number;
  starvedSamples: number;
  meanFrameMs: number;
  soundLeadsUs: number[];
  openReaders: number;
  openFrames: number;
  openSources: number;
}
