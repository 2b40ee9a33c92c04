"""Pictures as they come out of a source."""

from typing import Any

from gran_worker.geometry import Size

SECOND_US = 1_000_000


class SampleFrame:
    """A decoded video frame."""

    __slots__ = ("drawn", "pts_us", "sample")

    def __init__(self, sample: Any) -> None:
        self.sample = sample
        self.drawn: Any = None
        """A VideoFrame or ImageBitmap of the same size to draw instead (truecolour.py)."""
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
        return self.sample.toCanvasImageSource() if self.drawn is None else self.drawn

    def close(self) -> None:
        self.sample.close()
        if self.drawn is not None:
            self.drawn.close()


class StillFrame:
    """An image. It belongs to the media port, which closes it at the end: many clips may show it."""

    __slots__ = ("content", "image", "pts_us", "size")

    def __init__(self, bitmap: Any) -> None:
        self.image = self.content = bitmap
        self.pts_us = 0
        self.size = Size(bitmap.width, bitmap.height)

    def close(self) -> None:
        """Nothing: see the class."""
