"""When the transitions of a track run, and with whom.

A transition of ``durationUs`` d (no longer than its clip; where a clip's two do not fit into it, each is shortened in proportion):

- ``composite`` ``transitionIn`` of B runs over [B.start, B.start + d), ``transitionOut`` of A over [A.end - d, A.end). The clip alone
  comes or goes over what is below.
- ``blend`` ``transitionIn`` of B, with a clip A that ends where B starts (give or take 1 µs), runs over [B.start, B.start + d):
  meanwhile A plays on into its source, past its own end, and holds its source's last frame where that ends. ``transitionOut`` of A,
  with a B that starts where A ends, is the mirror image over [A.end - d, A.end): B plays before its start, and holds its source's
  first frame before that. Where both ask for a ``blend`` they are one, over [A.end - d', B.start + d), of the kind that B asks for.
- A ``blend`` without such a neighbour, or with one that goes its own way (a ``composite`` at the same edge), or of an adjustment
  clip, is a ``composite``.

A frame is at progress 0 when it starts where the transition does; 1 is never reached, for by then it is over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gran_worker.snapshot import ROUNDING_US, Clip, Transition


@dataclass(frozen=True, slots=True)
class Span:
    """A transition's time on the timeline that its clips are on, µs."""

    transition: Transition
    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A clip's time, cut up: it comes alone, or out of the slot before; it is there; it goes alone, or into the slot after."""

    clip: Clip
    comes: Span | None = None
    blends_in: Span | None = None
    goes: Span | None = None
    blends_out: Span | None = None

    @property
    def rest_us(self) -> tuple[int, int]:
        """From when to when it is neither coming nor going."""
        before, after = self.comes or self.blends_in, self.goes or self.blends_out
        whole = self.clip.timeline_range
        return (before.end_us if before else whole.start_us), (after.start_us if after else whole.end_us)

    @property
    def lead_us(self) -> int:
        """How long before its start it can be seen."""
        return max(0, self.clip.timeline_range.start_us - self.blends_in.start_us) if self.blends_in else 0

    @property
    def lag_us(self) -> int:
        """How long after its end it can be seen."""
        return max(0, self.blends_out.end_us - self.clip.timeline_range.end_us) if self.blends_out else 0


def build_slots(clips: Sequence[Clip]) -> Iterator[Slot]:
    """The slots of a track's clips, which come by their start."""
    joints = [None, *(_joint(a, b) for a, b in pairwise(clips)), None]
    for clip, before, after in zip(clips, joints, joints[1:], strict=False):
        lasting_in, lasting_out = _lengths_us(clip)
        whole = clip.timeline_range
        comes = goes = None
        if clip.transition_in and lasting_in and not before:
            comes = Span(clip.transition_in, whole.start_us, whole.start_us + lasting_in)
        if clip.transition_out and lasting_out and not after:
            goes = Span(clip.transition_out, whole.end_us - lasting_out, whole.end_us)
        yield Slot(clip, comes, before, goes, after)


def source_us(output_us: int, speed: Fraction) -> int:
    """How far a clip moves through its source in ``output_us``, rounded up."""
    return -(-output_us * speed.numerator // speed.denominator)


def _joint(a: Clip, b: Clip) -> Span | None:
    """The blend of two neighbours."""
    edge_us = b.timeline_range.start_us
    if "adjustment" in (a.clip_type, b.clip_type) or abs(edge_us - a.timeline_range.end_us) > ROUNDING_US:
        return None
    going, coming = a.transition_out, b.transition_in
    if any(each is not None and each.mode != "blend" for each in (going, coming)):
        return None
    before_us, after_us = _lengths_us(a)[1] if going else 0, _lengths_us(b)[0] if coming else 0
    chosen = coming if coming and after_us else going
    if chosen is None or before_us + after_us == 0:
        return None
    return Span(chosen, edge_us - before_us, edge_us + after_us)


def _lengths_us(clip: Clip) -> tuple[int, int]:
    """Of its two transitions, 0 where there is none."""
    whole_us = clip.timeline_range.duration_us
    coming = min(clip.transition_in.duration_us, whole_us) if clip.transition_in else 0
    going = min(clip.transition_out.duration_us, whole_us) if clip.transition_out else 0
    if coming + going > whole_us:
        coming = whole_us * coming // (coming + going)
        going = whole_us - coming
    return coming, going
