"""Where the time of an export went: seconds per stage, counters, high-water marks; and what is being waited for now."""

from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from gran_worker.ports import Clock

Stage = Literal["open", "decode", "compose", "encode", "finalize", "commit", "verify"]
STAGES: tuple[Stage, ...] = ("open", "decode", "compose", "encode", "finalize", "commit", "verify")


@dataclass(frozen=True, slots=True)
class Place:
    """What the pipeline is doing: a stage, and for whom."""

    stage: Stage
    clip_id: str | None = None
    clip: str | None = None
    """How a message names the clip."""
    time_us: int | None = None
    may_take_long: bool = False
    """Without any sign of life: browsers scan large files before they are committed."""


@dataclass(slots=True)
class Meter:
    """Counts and clock readings of one export. Time is charged to the innermost stage entered."""

    clock: Clock
    began_s: float = field(init=False)
    seconds: dict[Stage, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    places: list[Place] = field(default_factory=list)
    frames_total: int = 0
    film_us: int = 0
    """How long all of them last."""
    frames_done: int = 0
    sources_total: int = 0
    sources_done: int = 0
    bytes_written: int = 0
    dropped_frames: int = 0
    repeated_frames: int = 0
    copied_frames: int = 0
    high_water: Counter[str] = field(default_factory=Counter)
    encoder: str = ""
    encoders: int = 0
    """That many of them share the picture."""
    executor: str = ""
    sound: str = ""
    """How it came into the file: ``mixed`` or ``copied``."""
    alive_s: float = field(init=False)
    """When anything last moved: what the guard against hung codecs and sinks looks at."""
    _mark_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.began_s = self.alive_s = self._mark_s = self.clock()

    def stage(
        self, stage: Stage, clip_id: str | None = None, clip: str | None = None, time_us: int | None = None, *, may_take_long: bool = False
    ) -> "_Stay":
        """``with meter.stage("decode", ...)``: time inside belongs to the stage."""
        return _Stay(self, Place(stage, clip_id, clip, time_us, may_take_long))

    def alive(self) -> None:
        """Something moved: a frame came, a chunk was written."""
        self.alive_s = self.clock()

    def note_high_water(self, queue: str, depth: int) -> None:
        if depth > self.high_water[queue]:
            self.high_water[queue] = depth

    @property
    def place(self) -> Place | None:
        return self.places[-1] if self.places else None

    def settle(self) -> None:
        """Charges the time since the last change of stage."""
        now_s = self.clock()
        if self.places:
            self.seconds[self.places[-1].stage] += now_s - self._mark_s
        self._mark_s = now_s


class _Stay:
    __slots__ = ("_meter", "_place")

    def __init__(self, meter: Meter, place: Place) -> None:
        self._meter, self._place = meter, place

    def __enter__(self) -> None:
        self._meter.settle()
        self._meter.places.append(self._place)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._meter.settle()
        if kind is None:
            # What failed stays on top: the message that ends the export says where it was.
            self._meter.places.remove(self._place)
            self._meter.alive_s = self._meter._mark_s
