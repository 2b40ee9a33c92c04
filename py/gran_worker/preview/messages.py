"""Every message of the preview, in and out: exactly these fields. An optional field is absent, never null."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from gran_worker.refusals import parse_json
from gran_worker.settings import AudioSettings, Settings, clamp
from gran_worker.snapshot import Timeline
from gran_worker.timing import FrameRate
from gran_worker.wire import (
    MAX_SAFE,
    Flag,
    JsObject,
    JsValue,
    Number,
    Opaque,
    RateOf,
    RequestId,
    Shaped,
    SourceFile,
    StrictWire,
    TimeUs,
    Whole,
    Wire,
)

SPEAKER_HZ = 48_000
"""What the page's AudioContext is asked for."""
SLOWEST, FASTEST = 1 / 16, 8

# To the worker


class View(StrictWire):
    """The picture that an export of the same settings would make, drawn at a ``reduction``-th of its sides."""

    width: Annotated[int, Whole(0, None, "pixels")]
    height: Annotated[int, Whole(0, None, "pixels")]
    fps: Annotated[FrameRate, RateOf(zero=True)]
    audio: Flag = True
    reduction: Literal[1, 2, 4] = 1
    fit: Literal["contain", "cover", "fill"] = "contain"
    background: Annotated[str, Shaped("#[0-9a-fA-F]{6}", "must be a colour such as #000000")] = "#000000"
    executor: Literal["auto", "2d", "pixi"] = "auto"

    def settings(self) -> Settings:
        """Of that export, as far as they matter to what is seen and heard; within bounds."""
        sound = AudioSettings(codec="opus", bitrate=128_000, sample_rate=SPEAKER_HZ, channels=2)
        picture = {name: getattr(self, name) for name in ("width", "height", "fps", "fit", "background", "executor")}
        return clamp(Settings(**picture, codec="vp9", bitrate=1_000_000, audio=sound if self.audio else False, container="webm"))[0]


class OpenPreview(StrictWire):
    """Show previews on ``canvas`` from now on. The first message, and only once."""

    type: Literal["open_preview"] = "open_preview"
    canvas: Annotated[Opaque, JsObject(("OffscreenCanvas",))]


class ConnectSpeaker(StrictWire):
    """Play through ``port``, behind which web/speaker-worklet.js is."""

    type: Literal["connect_speaker"] = "connect_speaker"
    port: Annotated[Opaque, JsObject(("MessagePort",))]


class ShowPreview(StrictWire):
    """Show ``timeline``, at the place that is shown now. The latest one wins."""

    type: Literal["show_preview"] = "show_preview"
    timeline: Timeline
    view: View


class SeekPreview(StrictWire):
    """Show the frame at ``timeUs``. The latest one wins."""

    type: Literal["seek_preview"] = "seek_preview"
    time_us: TimeUs


class StepPreview(StrictWire):
    """Stop, and show the frame ``frames`` further on, or back."""

    type: Literal["step_preview"] = "step_preview"
    frames: Annotated[int, Whole(-MAX_SAFE, MAX_SAFE, "frames")]


class PlayPreview(StrictWire):
    """Play ``rate`` times as fast as it is; backwards where it is negative."""

    type: Literal["play_preview"] = "play_preview"
    rate: Annotated[Fraction, Number(-FASTEST, FASTEST)]


class PausePreview(StrictWire):
    """Stop."""

    type: Literal["pause_preview"] = "pause_preview"


class TakePicture(StrictWire):
    """The frame at ``timeUs`` at full size, as a PNG file. Answered by ``preview_picture``."""

    type: Literal["take_picture"] = "take_picture"
    request_id: RequestId
    time_us: TimeUs


class FindPeaks(StrictWire):
    """How loud is ``file``? Answered by ``peaks_part`` messages, the last of which is ``ended``."""

    type: Literal["find_peaks"] = "find_peaks"
    request_id: RequestId
    file: SourceFile
    per_second: Annotated[int, Whole(1, 1000)]


class StopPeaks(StrictWire):
    """Nobody wants those peaks any more. Not answered."""

    type: Literal["stop_peaks"] = "stop_peaks"
    request_id: RequestId


class AskReadings(StrictWire):
    """How is the preview doing? Answered by ``preview_readings``."""

    type: Literal["ask_readings"] = "ask_readings"
    request_id: RequestId


Incoming = (
    OpenPreview
    | ConnectSpeaker
    | ShowPreview
    | SeekPreview
    | StepPreview
    | PlayPreview
    | PausePreview
    | TakePicture
    | FindPeaks
    | StopPeaks
    | AskReadings
)
INCOMING: tuple[type[Incoming], ...] = (
    OpenPreview,
    ConnectSpeaker,
    ShowPreview,
    SeekPreview,
    StepPreview,
    PlayPreview,
    PausePreview,
    TakePicture,
    FindPeaks,
    StopPeaks,
    AskReadings,
)
TYPES = frozenset(str(model.model_fields["type"].default) for model in INCOMING)

# From the worker


class PreviewFrame(StrictWire):
    """The frame that begins at ``timeUs`` is on the canvas."""

    type: Literal["preview_frame"] = "preview_frame"
    time_us: int


class PreviewState(StrictWire):
    """Where the playhead is. ``droppedFrames``: that should have been shown and were not, since the preview was opened."""

    type: Literal["preview_state"] = "preview_state"
    playing: bool
    rate: float
    time_us: int
    duration_us: int
    dropped_frames: int


class PreviewProblem(StrictWire):
    """Something is not shown as it should be; what can be shown is."""

    type: Literal["preview_problem"] = "preview_problem"
    code: str
    message: str
    clip_id: str | None = None


class PreviewPicture(StrictWire):
    """The answer to ``take_picture``: ``blob``, or the ``problem`` with it."""

    type: Literal["preview_picture"] = "preview_picture"
    request_id: int
    blob: Annotated[object, JsValue("Blob")] | None = None
    problem: str | None = None


class PeaksPart(StrictWire):
    """The least and the greatest sample of all channels in each bin, from bin ``first`` on. ``problem``: why there are no more."""

    type: Literal["peaks_part"] = "peaks_part"
    request_id: int
    first: int
    min: Annotated[object, JsValue("Float32Array")]
    max: Annotated[object, JsValue("Float32Array")]
    ended: bool
    problem: str | None = None


class PreviewReadings(StrictWire):
    """How playback went since it last began, and what is open. ``soundLeadsUs``: how much earlier than its frame sound was heard."""

    type: Literal["preview_readings"] = "preview_readings"
    request_id: int
    played_seconds: float
    shown_frames: int
    dropped_frames: int
    starved_samples: int
    """Of silence that the speaker played because sound came too late."""
    mean_frame_ms: float
    """From the choice of a frame to its place on the canvas."""
    sound_leads_us: tuple[int, ...]
    """For each of the last frames shown; empty without sound."""
    open_readers: int
    open_frames: int
    open_sources: int


Outgoing = PreviewFrame | PreviewState | PreviewProblem | PreviewPicture | PeaksPart | PreviewReadings
OUTGOING: tuple[type[Outgoing], ...] = (
    PreviewFrame,
    PreviewState,
    PreviewProblem,
    PreviewPicture,
    PeaksPart,
    PreviewReadings,
)

_INCOMING: TypeAdapter[Incoming] = TypeAdapter(Annotated[Incoming, Field(discriminator="type")], config=ConfigDict(defer_build=True))
_STRICT: dict[str, type[Wire]] = {"view": View, **{str(model.model_fields["type"].default): model for model in INCOMING}}


def parse(text: str) -> Incoming:
    """The message in the JSON ``text``, checked whole. Raises ContractError, with the field's path."""
    return parse_json(_INCOMING, text, tagged=True, strict=_STRICT)


def to_wire(message: Outgoing) -> dict[str, object]:
    """``message`` as its fields on the wire, nothing null. Arrays and blobs are themselves."""
    return message.model_dump(mode="python", by_alias=True, exclude_none=True)
