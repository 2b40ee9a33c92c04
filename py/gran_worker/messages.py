"""Every message in and out: exactly these fields. An optional field is absent, never null.

The page's half of this contract is generated from here (contract.py).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic_core import from_json

from gran_worker.errors import Code, ExportError
from gran_worker.interchange import (
    CaptionsExported,
    CaptionsImported,
    ExportCaptions,
    ExportOtio,
    ImportCaptions,
    ImportOtio,
    OtioExported,
    OtioImported,
    Refused,
)
from gran_worker.ports import AudioInfo, Probe, VideoInfo
from gran_worker.refusals import parse_json
from gran_worker.scope import check_paths
from gran_worker.settings import AudioSettings, Metadata, Settings, check_length, clamp
from gran_worker.snapshot import Timeline
from gran_worker.telemetry import STAGES, Meter
from gran_worker.timing import US, FrameRate
from gran_worker.wire import MAX_SAFE, JsObject, Opaque, RateOf, RequestId, SourceFile, StrictWire, Whole, Wire

# To the worker


class InitExport(StrictWire):
    """Render ``timeline`` into ``writablePort``. Ends in exactly one ``completed`` or ``error``."""

    type: Literal["init_export"] = "init_export"
    timeline: Timeline
    settings: Settings
    writable_port: Annotated[Opaque, JsObject(("FileSystemFileHandle", "WritableStream", "FileSystemWritableFileStream", "MessagePort"))]


class CancelExport(StrictWire):
    """End the running export, if there is one."""

    type: Literal["cancel_export"] = "cancel_export"


class ProbeSource(StrictWire):
    """What is in ``file``? Answered by ``source_info``."""

    type: Literal["probe_source"] = "probe_source"
    request_id: RequestId
    file: SourceFile


class QuerySupport(StrictWire):
    """Which codecs can be encoded at this size and rate? Answered by ``support``."""

    type: Literal["query_support"] = "query_support"
    request_id: RequestId
    width: Annotated[int, Whole(1, MAX_SAFE, "pixels")]
    height: Annotated[int, Whole(1, MAX_SAFE, "pixels")]
    fps: Annotated[FrameRate, RateOf()]


class LendRasteriser(StrictWire):
    """A port of the page's that draws SVG files, for a worker cannot (svg-rasteriser.js). Without it such a file is an error."""

    type: Literal["lend_rasteriser"] = "lend_rasteriser"
    port: Annotated[Opaque, JsObject(("MessagePort",))]


class LendViewer(StrictWire):
    """A port of the page's that asks for small pictures of the film while it is made (live-pictures.js). Without it none are made."""

    type: Literal["lend_viewer"] = "lend_viewer"
    port: Annotated[Opaque, JsObject(("MessagePort",))]


Loan = LendRasteriser | LendViewer
Question = ProbeSource | QuerySupport | ImportOtio | ExportOtio | ImportCaptions | ExportCaptions
"""What is answered by one message with the same ``requestId``, whatever else is going on."""
Incoming = InitExport | CancelExport | Loan | Question
QUESTIONS: tuple[type[Question], ...] = (ProbeSource, QuerySupport, ImportOtio, ExportOtio, ImportCaptions, ExportCaptions)
INCOMING: tuple[type[Incoming], ...] = (InitExport, CancelExport, LendRasteriser, LendViewer, *QUESTIONS)

# From the worker

Phase = Literal["decode", "compose", "encode", "finalize"]


class FrameCount(StrictWire):
    current: int
    total: int


class Progress(StrictWire):
    """``percent`` 0..100 of the whole time, 100 once the file is committed."""

    type: Literal["progress"] = "progress"
    phase: Phase
    percent: float
    frame: FrameCount


class Error(StrictWire):
    """The export failed, or was cancelled. ``recoverable``: another one may be sent at once."""

    type: Literal["error"] = "error"
    message: str
    recoverable: bool

    @classmethod
    def of(cls, error: ExportError) -> "Error":
        return cls(message=error.message, recoverable=error.recoverable)

    @classmethod
    def cancelled(cls) -> "Error":
        return cls(message="Export cancelled by user", recoverable=True)


class Completed(StrictWire):
    """The file is committed; ``durationMs`` is its media's."""

    type: Literal["completed"] = "completed"
    duration_ms: int
    frames: int


class Ready(StrictWire):
    """The worker is up."""

    type: Literal["ready"] = "ready"


class Loading(StrictWire):
    """The worker is not up yet, but lives: that many ``files`` have come. Said every other second, by JavaScript, before Python runs."""

    type: Literal["loading"] = "loading"
    files: int


class Warning(StrictWire):
    """The result is not quite what was asked for."""

    type: Literal["warning"] = "warning"
    code: str
    message: str
    clip_id: str | None = None


class Failure(StrictWire):
    """Sent just before an ``error``: what the page chooses its words and buttons by. ``timeUs`` is the timeline's."""

    type: Literal["failure"] = "failure"
    code: Code
    clip_id: str | None = None
    time_us: int | None = None

    @classmethod
    def of(cls, error: ExportError) -> "Failure":
        return cls(code=error.code, clip_id=error.clip_id, time_us=error.time_us)


class StageTime(StrictWire):
    """Time spent waiting for a stage: seconds, and their share of the whole (0..1)."""

    seconds: float
    share: float


class Telemetry(StrictWire):
    """Where the time of an export goes. It never leaves the machine."""

    type: Literal["telemetry"] = "telemetry"
    elapsed_seconds: float
    stages: Mapping[str, StageTime]
    """open, decode, compose, encode, finalize, commit, verify."""
    now: str | None = None
    """The one that is waited for."""
    encode_fps: float
    times_real_time: float
    """Seconds of film made per second."""
    dropped_frames: int
    repeated_frames: int
    copied_frames: int
    """Those that went into the file as they are in their source."""
    queue_peaks: Mapping[str, int]
    bytes_written: int
    peak_heap_bytes: int | None = None
    executor: str | None = None
    encoder: str | None = None
    encoders: int | None = None
    """That many of them share the film."""
    sound: str | None = None
    """``mixed``, or ``copied`` where the packets of one source went into the file as they are."""
    live_objects: Mapping[str, int] | None = None
    """How many frames, codecs, ports and the like are open, by class."""

    @classmethod
    def of(cls, meter: Meter, live_objects: Mapping[str, int] | None = None, heap_bytes: int | None = None) -> "Telemetry":
        """The meter's reading of this moment. ``heap_bytes`` is WebAssembly's memory, which never shrinks: it is its own peak."""
        elapsed_s = meter.clock() - meter.began_s
        per_s = 1 / elapsed_s if elapsed_s > 0 else 0.0
        made_s = meter.film_us / US * meter.frames_done / meter.frames_total if meter.frames_total else 0.0
        return cls(
            elapsed_seconds=round(elapsed_s, 3),
            stages={
                stage: StageTime(seconds=round(meter.seconds[stage], 3), share=round(meter.seconds[stage] * per_s, 4)) for stage in STAGES
            },
            now=meter.place.stage if meter.place else None,
            encode_fps=round(meter.frames_done * per_s, 2),
            times_real_time=round(made_s * per_s, 3),
            dropped_frames=meter.dropped_frames,
            repeated_frames=meter.repeated_frames,
            copied_frames=meter.copied_frames,
            queue_peaks=dict(meter.high_water),
            bytes_written=meter.bytes_written,
            peak_heap_bytes=heap_bytes,
            executor=meter.executor or None,
            encoder=meter.encoder or None,
            encoders=meter.encoders or None,
            live_objects=live_objects,
            sound=meter.sound or None,
        )


class VideoFacts(StrictWire):
    """Size as shown, px: ``rotationDeg`` has been applied to it."""

    codec: str
    width: int
    height: int
    fps: float
    rotation_deg: int

    @classmethod
    def of(cls, video: VideoInfo) -> "VideoFacts":
        fps = round(1_000_000 / video.frame_us, 3) if video.frame_us else 0.0
        return cls(codec=video.codec, **video.shown._asdict(), fps=fps, rotation_deg=video.rotation)


class AudioFacts(StrictWire):
    codec: str
    sample_rate: int
    channels: int

    @classmethod
    def of(cls, audio: AudioInfo) -> "AudioFacts":
        return cls(codec=audio.codec, sample_rate=audio.rate_hz, channels=audio.channels)


class SourceInfo(StrictWire):
    """The answer to ``probe_source``. ``problem``: why the file cannot be used, or not all of it."""

    type: Literal["source_info"] = "source_info"
    request_id: int
    name: str
    kind: Literal["video", "audio", "image"]
    duration_us: int
    video: VideoFacts | None = None
    audio: AudioFacts | None = None
    problem: str | None = None

    @classmethod
    def of(cls, request_id: int, probe: Probe) -> "SourceInfo":
        video, audio = probe.video, probe.audio
        return cls(
            request_id=request_id,
            name=probe.name,
            kind=video.kind if video else "video" if probe.video_problem else "audio",
            duration_us=probe.duration_us,
            video=VideoFacts.of(video) if video else None,
            audio=AudioFacts.of(audio) if audio else None,
            problem=" ".join(filter(None, (probe.video_problem, probe.audio_problem))) or None,
        )

    @classmethod
    def refused(cls, request_id: int, name: str, problem: str) -> "SourceInfo":
        """For a file that cannot be opened at all."""
        return cls(request_id=request_id, name=name, kind="video", duration_us=0, problem=problem)


class CodecSupport(StrictWire):
    codec: str
    containers: tuple[str, ...]
    supported: bool
    reason: str | None = None
    """Why not."""


class Support(StrictWire):
    """The answer to ``query_support``: every codec, the impossible ones with their reason."""

    type: Literal["support"] = "support"
    request_id: int
    video: tuple[CodecSupport, ...]
    audio: tuple[CodecSupport, ...]


Answer = SourceInfo | Support | OtioImported | OtioExported | CaptionsImported | CaptionsExported | Refused
Outgoing = Progress | Error | Completed | Ready | Loading | Warning | Failure | Telemetry | Answer
OUTGOING: tuple[type[Outgoing], ...] = (
    Progress,
    Error,
    Completed,
    Ready,
    Loading,
    Warning,
    Failure,
    Telemetry,
    SourceInfo,
    Support,
    OtioImported,
    OtioExported,
    CaptionsImported,
    CaptionsExported,
    Refused,
)

_INCOMING: TypeAdapter[Incoming] = TypeAdapter(Annotated[Incoming, Field(discriminator="type")], config=ConfigDict(defer_build=True))
_STRICT: dict[str, type[Wire]] = {
    "settings": Settings,
    "settings.audio": AudioSettings,
    "settings.metadata": Metadata,
    **{str(model.model_fields["type"].default): model for model in INCOMING},
}


def prepare() -> None:
    """Builds what :func:`parse` needs, a fifth of a second in a browser: better while nobody waits than with the first message."""
    _INCOMING.rebuild()


def parse(text: str) -> Incoming:
    """The message in the JSON ``text``, checked whole.

    Raises ContractError, with the field's path, for whatever is wrong with it, and PlanError for a clip whose source is
    not there. Nothing else, whatever ``text`` is.
    """
    message = parse_json(_INCOMING, text, tagged=True, strict=_STRICT)
    if isinstance(message, InitExport):
        check_paths(message.timeline)
        check_length(clamp(message.settings)[0], message.timeline.end_us)
    return message


def asked(text: str) -> int | None:
    """The ``requestId`` of a question that :func:`parse` refused, so that whoever asked can be told; None where it is none."""
    try:
        message = from_json(text)
    except ValueError:
        return None
    kinds = {each.model_fields["type"].default for each in QUESTIONS}
    if not isinstance(message, dict) or message.get("type") not in kinds:
        return None
    request_id = message.get("requestId")
    return request_id if type(request_id) is int and 0 <= request_id <= MAX_SAFE else None


def to_wire(message: Outgoing) -> dict[str, object]:
    """``message`` as its fields on the wire: plain values, nothing null."""
    return message.model_dump(mode="json", by_alias=True, exclude_none=True)
