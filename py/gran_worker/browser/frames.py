"""Frames of the sources, as decoders and images give them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from gran_worker.colour import Colour
from gran_worker.geometry import Size

SECOND_US = 1_000_000
STRAIGHT_FORMATS = ("I420", "NV12")
"""Planes of 8 bit, 4:2:0."""
RGB_FORMATS = ("RGBX", "BGRX", "RGBA", "BGRA")


class _Copy(NamedTuple):
    canvas: Any
    size: Size
    give_back: Callable[[], None]


class SampleFrame:
    """A decoded video frame."""

    __slots__ = ("_closed", "_colour", "_copy", "drawn", "pts_us", "sample")
    stands = False

    def __init__(self, sample: Any, colour: Colour | None, closed: Callable[[], None]) -> None:
        """``colour`` is what the planes are in; None where they are of no use without a canvas."""
        self.sample, self._colour, self._closed = sample, colour, closed
        self.drawn: Any = None
        """A VideoFrame or ImageBitmap of the same size to draw instead (truecolour.py)."""
        self._copy: _Copy | None = None
        self.pts_us = round(sample.timestamp * SECOND_US)

    @property
    def size(self) -> Size:
        return Size(self.sample.squarePixelWidth, self.sample.squarePixelHeight)

    @property
    def content(self) -> Any:
        """The same object as long as the px are the same."""
        return self.sample

    @property
    def image(self) -> Any:
        """What ``drawImage`` takes, for immediate use."""
        if self._copy is not None:
            return self._copy.canvas
        return self.sample.toCanvasImageSource() if self.drawn is None else self.drawn

    @property
    def planar_colour(self) -> Colour | None:
        """What its planes are in, where they are 8 bit, 4:2:0 and of square px."""
        return self._colour if self.sample.format in STRAIGHT_FORMATS else None

    @property
    def image_size(self) -> Size:
        return self.size if self._copy is None else self._copy.size

    @property
    def is_copied(self) -> bool:
        return self._copy is not None

    def draw_copy(self, canvas: Any, size: Size, give_back: Callable[[], None]) -> None:
        """From now on ``canvas`` is drawn, until the frame is closed and gives it back."""
        self._copy = _Copy(canvas, size, give_back)
        if self.drawn is not None:
            self.drawn.close()
            self.drawn = None

    def close(self) -> None:
        self.sample.close()
        if self._copy is not None:
            self._copy.give_back()
            self._copy = None
        if self.drawn is not None:
            self.drawn.close()
        self._closed()


class StillFrame:
    """An image. It belongs to the media port, which closes it at the end: many clips may show it."""

    __slots__ = ("content", "image", "image_size", "pts_us", "size")
    stands = True
    planar_colour = None

    def __init__(self, bitmap: Any) -> None:
        self.image = self.content = bitmap
        self.pts_us = 0
        self.size = self.image_size = Size(bitmap.width, bitmap.height)

    def close(self) -> None:
        """Nothing: see the class."""
