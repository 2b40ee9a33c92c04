"""What the core asks of the outside: sources, a canvas, an output, a clock. All in the core's own units."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from gran_worker.colour import Colour
from gran_worker.compose import Op
from gran_worker.geometry import Rotation, Size

if TYPE_CHECKING:
    from gran_worker.plan import RenderPlan
    from gran_worker.settings import Settings

FIRST_FRAME_GRACE_US = 100_000

Block = npt.NDArray[np.float32]
"""Sound: float32 ``(channels, n_samples)``, full scale at 1.0."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How a picture is coded whose packets can go into another file as they are. ``codec`` is the full string."""

    codec: str
    bitrate: int = 0
    """On average, all of the file but its sound."""
    record: bytes = b""
    """The decoder's configuration, where it is not in the packets."""
    repeats: bool = False
    """Key frames bring the parameter sets with them, though the configuration has them."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The picture of a source. Sizes are in square px: ``raw`` as stored, ``shown`` after ``rotation``."""

    kind: Literal["video", "image"]
    codec: str
    raw: Size
    shown: Size
    rotation: Rotation
    first_pts_us: int
    tick_us: float
    frame_us: int
    """Duration of a typical frame."""
    opaque: bool
    upright: bool
    """Its frames are stored as they are shown: neither turned nor flipped, in square px."""
    planar: bool
    """Decoders give 8 bit 4:2:0, which can be encoded as it is. Some browsers turn everything into RGB."""
    colour: Colour | None
    converted: bool = False
    """Its decoder gives RGB: the browser has turned the file's planes into that, in its own way."""
    animated: bool = False
    """An image that moves."""
    coding: Coding | None = None
    lost_from_us: int | None = None
    """From here to the first frame the file has pictures that no decoder makes anything of: the key frame before them is missing."""

    @classmethod
    def of_image(cls, codec: str, size: Size, frame_us: int, *, opaque: bool, animated: bool = False) -> "VideoInfo":
        """A picture in square px that no container times and no decoder gives planes of. ``frame_us`` is that of its shortest frame."""
        return cls(
            kind="image",
            codec=codec,
            raw=size,
            shown=size,
            rotation=0,
            first_pts_us=0,
            tick_us=0,
            frame_us=frame_us,
            opaque=opaque,
            upright=False,
            planar=False,
            colour=None,
            animated=animated,
        )

    @property
    def stands(self) -> bool:
        """Whether one frame is all there is."""
        return self.kind == "image" and not self.animated

    @property
    def tolerance_us(self) -> int:
        """Half a container tick (pts are rounded to it) and the 1 µs that our own rounding costs, at most a quarter frame."""
        return min(int(self.tick_us / 2) + 1, max(1, self.frame_us // 4))

    @property
    def grace_us(self) -> int:
        """How early the first frame shows: files often begin a frame late, and a flash of nothing would be worse."""
        return max(self.frame_us, FIRST_FRAME_GRACE_US) + self.tolerance_us


@dataclass(frozen=True, slots=True)
class Packaging:
    """How the packets of a source's sound lie: each holds ``n_samples``, the first of all begins at source sample ``first`` (negative
    where an encoder put something in front) and the last ends at ``end``."""

    first: int
    n_samples: int
    end: int
    pre_roll: int
    """Packets that a decoder needs before the first that is heard."""


@dataclass(frozen=True, slots=True)
class AudioInfo:
    codec: str
    rate_hz: int
    channels: int
    bitrate: int = 0
    """On average, of the packets that were looked at."""
    packaging: Packaging | None = None
    """None where the packets cannot go into another file as they are."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What opening a source found. ``name`` is the file's name, for people."""

    name: str
    duration_us: int
    video: VideoInfo | None
    audio: AudioInfo | None
    video_problem: str | None = None
    """Why a picture that is there cannot be decoded, as a sentence."""
    audio_problem: str | None = None


class Frame(Protocol):
    """A decoded picture. Whoever received it closes it."""

    @property
    def pts_us(self) -> int: ...
    @property
    def size(self) -> Size:
        """As stored, square px."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sound:
    """Decoded sound: ``block[:, 0]`` is source sample ``first``, counted at ``rate_hz`` from the source's time 0."""

    first: int
    rate_hz: int
    block: Block


class SoundPacket(Protocol):
    """An encoded packet of a source's sound: ``n_samples`` decoded samples, of which the first is source sample ``first``."""

    @property
    def first(self) -> int: ...
    @property
    def n_samples(self) -> int: ...


class PicturePacket(Protocol):
    """An encoded picture of a source."""

    @property
    def pts_us(self) -> int: ...
    @property
    def is_entry(self) -> bool:
        """Whether decoding can begin here, and nothing that comes later looks back beyond it."""


class MediaPort(Protocol):
    async def probe(self, path: str) -> Probe:
        """Opens the source and decodes its first frame. Raises SourceError."""

    def frames(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Frame, None]:
        """Frames in presentation order, from the one that shows at ``start_us`` to the last before ``end_us``."""

    async def still(self, path: str, source_us: int) -> Frame | None:
        """The one frame that shows at ``source_us``."""

    def is_in_software(self, path: str) -> bool:
        """Whether a decoder that is opened now for the picture of the source is one in software because another failed."""

    def prefer_software(self, path: str) -> bool:
        """Decodes the picture of the source in software from now on; says whether there is such a way."""

    def sounds(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
        """Blocks of sound, in order, that together hold ``start_us`` to ``end_us``."""

    def sound_packets(self, path: str, first: int, end: int) -> AsyncGenerator[SoundPacket, None]:
        """Packets, in order, from the one that begins with source sample ``first`` to the last that begins before ``end``."""

    def picture_packets(self, path: str, start_us: int) -> AsyncGenerator[PicturePacket, None]:
        """Packets in the order of decoding, from the first entry on that is shown at ``start_us`` or later, give or take a frame."""

    async def close(self) -> None: ...


class PicturePort(Protocol):
    """Takes the pictures of consecutive output frames to be encoded."""

    async def add_frame(self, frame: Frame, index: int) -> None:
        """Encodes a decoded frame as it is, as output frame ``index``."""

    async def draw(self, ops: Sequence[Op], frames: Sequence[Frame | None], index: int) -> None:
        """Draws ``ops`` over the background, for frame ``index``. ``frames`` belong to ``compose.pictures(ops)``: None is left out."""

    async def add_canvas(self, index: int) -> None:
        """Encodes what was drawn for output frame ``index``."""


class Encoded(Protocol):
    """An encoded picture of the output."""

    @property
    def n_bytes(self) -> int: ...


class LanePort(PicturePort, Protocol):
    """An encoder of the output that works beside others. Whoever drives it takes its packets to :meth:`OutputPort.put` in their turn."""

    def packets(self) -> Sequence[Encoded]:
        """Those that came since the last call, in the order of the frames."""

    def watch(self, *, watched: bool) -> None:
        """Whether a person who looks on sees the pictures that come next."""

    async def flush(self) -> None:
        """Until every frame has become a packet."""


class OutputPort(PicturePort, Protocol):
    """As PicturePort, what it takes goes into the file by itself."""

    @property
    def lanes(self) -> Sequence[LanePort]:
        """Encoders that share the film. If there is more than one, all of its pictures come through them."""

    async def put(self, packet: Encoded) -> None:
        """Takes the next packet of the film."""

    def takes(self, path: str) -> bool:
        """Whether packets of the picture of ``path`` can go into the file beside what else is in it."""

    async def copy_frame(self, packet: PicturePacket, index: int) -> None:
        """Takes an encoded picture as output frame ``index``. Those of a run come in the order of decoding."""

    async def add_sound(self, block: Block, first: int) -> None:
        """Encodes ``block`` as the output's samples from ``first`` on."""

    async def copy_sound(self, packet: SoundPacket) -> None:
        """Takes the next packet of the plan's passage as it is."""

    async def finish(self) -> None:
        """Flushes the encoders and writes the container's end. Nothing is committed yet."""

    async def commit(self) -> None:
        """Makes the file real. Once called it is awaited, not cancelled."""

    async def verify(self) -> None:
        """Opens the committed file and compares it with what was written. Raises VerifyError."""

    def close(self) -> None:
        """Frees encoders, muxer and canvas."""


class StudioPort(Protocol):
    """Everything outside that one export needs."""

    @property
    def media(self) -> MediaPort: ...

    def begin(self, settings: "Settings") -> None:
        """Begins to prove the encoders with a trial; the sources are opened meanwhile."""

    async def open_output(self, plan: "RenderPlan", settings: "Settings") -> OutputPort:
        """Waits for the trials, then opens the destination. Raises EncoderError, SinkError."""

    async def abandon(self) -> None:
        """Leaves the destination as it was before, or gone if this export created it, and never hangs. Safe to call at any time."""


class Clock(Protocol):
    def __call__(self) -> float:
        """Seconds since any fixed moment, never going back."""
