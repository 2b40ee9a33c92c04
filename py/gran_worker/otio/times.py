"""RationalTime and TimeRange <-> frames of the project, exact; and from there to whole µs."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from gran_worker.otio.objects import Json, Node
from gran_worker.timing import US, FrameRate
from gran_worker.wire import MAX_SAFE

NOISE = Fraction(1, 1_000_000)
"""Other programs add up floats: an edge this near to a frame (in frames) is on it."""


class Span(NamedTuple):
    """Frames of the project, in fractions where the edges are not on frames."""

    start: Fraction
    duration: Fraction

    @property
    def end(self) -> Fraction:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class FrameClock:
    """Counts in frames of the project's rate, so that edges on frames stay there whatever their µs are rounded to."""

    rate: FrameRate

    # From the file

    def time(self, node: Node) -> Fraction:
        """A RationalTime of any rate."""
        rate = node.number("rate")
        if rate <= 0:
            raise node.refuse("rate", f"must be more than 0, got {rate}")
        frames = as_read(node.number("value")) * self.rate.fraction / FrameRate.parse(rate).fraction
        if abs(frames) * US / self.rate.fraction > MAX_SAFE:
            raise node.refuse("value", "is further away than a timeline can be long")
        return on_frame(frames)

    def duration(self, node: Node, name: str) -> Fraction:
        """A RationalTime that may be absent, and not negative."""
        time = node.node(name)
        frames = self.time(time) if time else Fraction(0)
        if time and frames < 0:
            raise time.refuse("value", "must not be negative")
        return frames

    def span(self, node: Node, name: str) -> Span | None:
        """A TimeRange that may be absent."""
        found = node.node(name)
        if found is None:
            return None
        start = found.node("start_time")
        return Span(self.time(start) if start else Fraction(0), self.duration(found, "duration"))

    def us(self, frames: Fraction) -> int:
        """Rounded half up, as frame times are."""
        return int((2 * frames * US / self.rate.fraction + 1) // 2)

    def media_start(self, reference: object) -> Fraction:
        """Where the time of a media reference begins: a camera's may be that of the day."""
        found = self.span(Node(reference), "available_range") if isinstance(reference, dict) else None
        return found.start if found else Fraction(0)

    # Into the file

    def frames(self, us: int) -> Fraction:
        index = self.rate.first_index_at(us)
        return Fraction(index) if self.rate.start_us(index) == us else Fraction(us) * self.rate.fraction / US

    def rational_time(self, frames: Fraction) -> Json:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(self.rate.fraction), "value": float(frames)}

    def time_range(self, span: Span) -> Json:
        return {
            "OTIO_SCHEMA": "TimeRange.1",
            "duration": self.rational_time(span.duration),
            "start_time": self.rational_time(span.start),
        }


def as_read(value: float) -> Fraction:
    """A number of the file by its decimal text, on a frame if it is near one."""
    return on_frame(Fraction(repr(value)))


def on_frame(frames: Fraction) -> Fraction:
    nearest = Fraction(round(frames))
    return nearest if abs(frames - nearest) <= NOISE else frames
