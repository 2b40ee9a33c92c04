"""Exact time: integer µs, rates as fractions, every moment computed from its index. No float comes out of here."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

US = 1_000_000
"""Microseconds in a second."""

NTSC_NOMINAL = (24, 30, 48, 60, 120)
SNAP_FPS = Fraction(5, 1000)
MAX_FLOAT_DEN = 1001
MAX_DEN = 1_000_000


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Exact frames per second, ``num / den`` in lowest terms: 29.97 is 30000/1001.

    A rate of 0 can be asked for (settings clamp it), but has no frame times.
    """

    num: int
    den: int = 1

    def __post_init__(self) -> None:
        if self.num < 0 or self.den < 1:
            raise ValueError(f"a frame rate is positive, not {self.num}/{self.den}")
        common = math.gcd(self.num, self.den)
        object.__setattr__(self, "num", self.num // common)
        object.__setattr__(self, "den", self.den // common)

    @classmethod
    def parse(cls, value: object) -> "FrameRate":
        """From a number, ``[num, den]`` or ``"30000/1001"``.

        A number near a multiple of 1000/1001 (29.97, 23.976, 59.94) means that fraction; a pair means what it says.
        Raises ValueError, in words for people, for anything else, and for rates of 0 or less.
        """
        num, den = _terms(value)
        if num <= 0 or den <= 0:
            raise ValueError("must be more than 0 frames a second")
        return cls(num, den)

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.num, self.den)

    def start_us(self, index: int) -> int:
        """Timeline µs at which frame ``index`` starts, rounded once (half up)."""
        return (2 * index * US * self.den + self.num) // (2 * self.num)

    def duration_us(self, index: int) -> int:
        """How long frame ``index`` lasts, µs; neighbours may differ by 1."""
        return self.start_us(index + 1) - self.start_us(index)

    def first_index_at(self, us: int) -> int:
        """The first frame that starts at or after ``us``: the exact inverse of :meth:`start_us`."""
        return max(0, -((1 - 2 * us) * self.num // (2 * US * self.den)))

    def first_index_at_snapped(self, us: int) -> int:
        """As :meth:`first_index_at`, but an edge within 1 µs of a frame time is on it.

        Editors round each edge for itself: at 29.97 two frames are not twice one.
        """
        return self.first_index_at(us - 1)

    def count(self, duration_us: int) -> int:
        """Frames in ``duration_us``: a last frame that is only partly needed counts whole."""
        return self.first_index_at_snapped(duration_us)

    def __str__(self) -> str:
        """For people: "25", "29.97"."""
        if self.den == 1:
            return str(self.num)
        thousandths = (2000 * self.num + self.den) // (2 * self.den)
        return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """``[start_us, end_us)``: half-open, so that abutting ranges never share and never miss a moment."""

    start_us: int
    duration_us: int

    @property
    def end_us(self) -> int:
        return self.start_us + self.duration_us

    def contains(self, us: int) -> bool:
        return self.start_us <= us < self.end_us


def sample_index(us: int | Fraction, rate_hz: int) -> int:
    """The audio sample at ``us``, rounded half up. A clip fills ``[sample_index(start), sample_index(end))``."""
    return int((2 * us * rate_hz + US) // (2 * US))


def sample_us(index: int, rate_hz: int) -> int:
    """µs at which sample ``index`` starts, rounded half up."""
    return (2 * index * US + rate_hz) // (2 * rate_hz)


def source_us(timeline_us: int, *, timeline_start_us: int, source_start_us: int, speed: Fraction) -> Fraction:
    """Source µs that a clip shows at ``timeline_us``, exact; bounding it by ``sourceRange`` is the caller's."""
    return source_start_us + (timeline_us - timeline_start_us) * speed


def _terms(value: object) -> tuple[int, int]:
    if isinstance(value, bool):
        raise ValueError("must be a number of frames a second")
    if isinstance(value, int):
        return value, 1
    if isinstance(value, float):
        return _snapped(value).as_integer_ratio()
    if isinstance(value, str):
        match = re.fullmatch(r"([0-9]{1,16})/([0-9]{1,16})", value)
        if not match:
            raise ValueError('must be a number, [num, den] or text such as "30000/1001"')
        return _checked_pair(int(match[1]), int(match[2]))
    if isinstance(value, Sequence) and len(value) == 2:
        return _checked_pair(*map(_whole, value))
    raise ValueError('must be a number, [num, den] or text such as "30000/1001"')


def _snapped(fps: float) -> Fraction:
    if not math.isfinite(fps):
        raise ValueError("must be a finite number of frames a second")
    exact = Fraction(repr(fps))  # its decimal text: 0.1 is 1/10
    for nominal in NTSC_NOMINAL:
        ntsc = Fraction(nominal * 1000, 1001)
        if abs(exact - ntsc) <= SNAP_FPS:
            return ntsc
    # Below 1 fps the limit would round slow rates away, and 0.0001 to nothing.
    return exact.limit_denominator(MAX_FLOAT_DEN) if exact >= 1 else exact


def _checked_pair(num: int, den: int) -> tuple[int, int]:
    if den > 0 and den // math.gcd(num, den) > MAX_DEN:
        raise ValueError(f"must have a denominator of at most {MAX_DEN:,}")
    return num, den


def _whole(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("must be a pair of whole numbers, [num, den]")


def clock_text(us: int) -> str:
    """A moment for people: ``0:04.250``, ``1:02:03.000``."""
    seconds, ms = divmod(max(0, us) // 1000, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{f'{hours}:{minutes:02}' if hours else minutes}:{seconds:02}.{ms:03}"
