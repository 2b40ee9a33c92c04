"""An encoder's packets -> packets on time: what the encoder added in front and behind is accounted for, to the sample.

Encoders put out more than they were given: the decoded sound begins with samples of theirs (priming), and the last packet is
filled up. Both are counted here and cut by the container.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A packet's samples on the output's clock: ``first`` is negative within the priming; ``cut`` of the last are not heard."""

    first: int
    n_samples: int
    cut: int = 0

    @property
    def heard(self) -> int:
        """How many of its samples count, from ``first`` on."""
        return self.n_samples - self.cut


class Placer:
    """Places packets, in the order in which they come, so that sample ``priming`` of the decoded sound is the output's sample 0."""

    def __init__(self, priming: int, n_samples: int) -> None:
        self._next, self._end = -priming, n_samples

    def place(self, n_samples: int) -> Span | None:
        """Where a packet of ``n_samples`` lies, or None where it lies wholly past the end."""
        first = self._next
        self._next += n_samples
        if first >= self._end:
            return None
        return Span(first, n_samples, max(0, self._next - self._end))


def opus_samples(head: bytes) -> int:
    """Samples at 48 kHz of a packet that begins with ``head`` (RFC 6716, 3.1); 0 where it is none."""
    if not head:
        return 0
    kind, count = head[0] >> 3, (1, 2, 2, head[1] & 0x3F if len(head) > 1 else 0)[head[0] & 3]
    if kind < 12:
        frame = (480, 960, 1920, 2880)[kind & 3]
    elif kind < 16:
        frame = (480, 960)[kind & 1]
    else:
        frame = (120, 240, 480, 960)[kind & 3]
    return frame * count
