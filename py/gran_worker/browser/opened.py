"""A source that stays open for the length of an export."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gran_worker.browser.animation import Animation
from gran_worker.colour import Colour
from gran_worker.edits import WHOLE, Playing
from gran_worker.geometry import Size
from gran_worker.ports import Packaging

DEFAULT_FRAME_US = 33_333


@dataclass(slots=True)
class Opened:
    """A source that stays open for the length of the export."""

    name: str
    input: Any = None
    video: Any = None
    audio: Any = None
    playing: Mapping[int, Playing] = field(default_factory=dict)
    """What edit lists say of its tracks, by id."""
    bitmap: Any = None
    drawing: Any = None
    """The file of an SVG drawing, which has a bitmap once it is known how large it is needed."""
    drawing_size: Size = Size(0, 0)
    drawing_moves: bool = False
    animation: Animation | None = None
    in_software: bool = False
    """Whether its pictures are to be decoded without hardware."""
    planar_colour: Colour | None = None
    """Of its frames' planes, where these can be used as they are."""
    first_pts_us: int = 0
    frame_us: int = DEFAULT_FRAME_US
    n_ahead: int = 1
    """Frames that are fetched before they are asked for."""
    rate_hz: int = 1
    late: int = 0
    """Samples that the demuxer's times of the sound are late by."""
    late_packets: int = 0
    """The same for packets: some decoders leave out what the packets still hold."""
    packaging: Packaging | None = None
    starts_empty: bool = False
    left_out: int = 0
    """Samples that its decoder leaves out wherever it begins, and that count only where it begins behind the first packet."""
    sound_slack: int = 2
    """Samples by which the container's rounding moves the times of blocks that follow each other without a gap."""

    @property
    def seen(self) -> Playing:
        """How its picture is played."""
        return WHOLE if self.video is None else self.playing.get(int(self.video.id), WHOLE)

    @property
    def heard(self) -> Playing:
        """How its sound is played."""
        return WHOLE if self.audio is None else self.playing.get(int(self.audio.id), WHOLE)

    def close(self) -> None:
        if self.input is not None:
            self.input.dispose()
        if self.bitmap is not None:
            self.bitmap.close()
        if self.animation is not None:
            self.animation.close()
