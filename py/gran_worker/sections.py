"""Sections: parts of a film that several encoders can work on side by side. Each begins with a key frame, and needs nothing of another.

docs/adr/0007 says which films are cut, and what it costs.
"""

from bisect import bisect_right
from dataclasses import replace

from gran_worker.plan import RenderPlan, Way
from gran_worker.settings import Settings
from gran_worker.shown import leaves
from gran_worker.timing import FrameRate

SECTION_US = 4_000_000
"""At most, but for longer groups of pictures. Each opens its own decoders, which have to come from a key frame of their source."""
SLACK = 1.05
"""Longer sections may cost that much of the best time, in which the encoders wait for the last of them."""
MAX_ENCODERS = 4
"""Where nobody asked for a number."""
MAX_DECODERS = 8
"""Of pictures, all encoders' together: each may hold a dozen frames."""
SELF_CONTAINED = ("vp8", "vp9", "av1")
"""Codecs that say all a decoder needs in their key frames, so that one encoder may follow on another."""
SLOW = ("vp9", "av1")


def begins_group(rate: FrameRate, interval_us: int, index: int) -> bool:
    """Whether output frame ``index`` is to be a key frame."""
    return index == 0 or rate.start_us(index) // interval_us != rate.start_us(index - 1) // interval_us


def n_encoders(plan: RenderPlan, settings: Settings, cores: int) -> int:
    """How many encoders may share the film, which is 1 where it cannot be cut."""
    if settings.video_family not in SELF_CONTAINED or settings.bitrate_mode == "constant":
        return 1
    if any(stretch.way is Way.COPY for stretch in plan.stretches):
        return 1  # what is copied follows the source's key frames
    if settings.encoders == "auto":
        wanted = min(MAX_ENCODERS, cores - 1) if settings.video_family in SLOW else 1
    else:
        wanted = settings.encoders
    moving = (sum(layer.video is not None and not layer.video.stands for layer in leaves(stretch.layers)) for stretch in plan.stretches)
    wanted = min(wanted, MAX_DECODERS // max(1, max(moving, default=0)))
    return max(1, min(wanted, len(build_sections(plan, settings, wanted)) if wanted > 1 else 1))


def build_sections(plan: RenderPlan, settings: Settings, n: int) -> list[range]:
    """The film's frames, in order, cut at key frames for ``n`` encoders."""
    interval_us = settings.key_frame_interval_ms * 1000
    starts = sorted({plan.rate.first_index_at(us) for us in range(0, plan.duration_us, interval_us)} - {plan.n_frames})
    starts = starts[:: _section_groups(len(starts), max(1, SECTION_US // interval_us), n)]
    return [range(first, end) for first, end in zip(starts, [*starts[1:], plan.n_frames], strict=True)]


def _section_groups(n_groups: int, most: int, n: int) -> int:
    """Groups to a section, at most ``most``, so that ``n`` encoders end at about the same time."""

    def lasting(groups: int) -> int:
        sections = -(-n_groups // groups)
        return -(-sections // n) * groups

    best = min(map(lasting, range(1, most + 1)))
    return max(groups for groups in range(1, most + 1) if lasting(groups) <= best * SLACK)


def seen_on(plan: RenderPlan, index: int) -> frozenset[str]:
    """The layers, by their keys, that are seen in output frame ``index`` and in the one before it."""
    if index >= plan.n_frames:
        return frozenset()
    before, here = (plan.stretches[_stretch_of(plan, at)] for at in (index - 1, index))
    return frozenset(layer.key for layer in leaves(before.layers)) & frozenset(layer.key for layer in leaves(here.layers))


def cut(plan: RenderPlan, frames: range) -> RenderPlan:
    """``plan`` with no other pictures than ``frames``. Times and indices stay the film's."""
    kept = []
    for stretch in plan.stretches[_stretch_of(plan, frames.start) :]:
        if stretch.frames.start >= frames.stop:
            break
        shown = range(max(stretch.frames.start, frames.start), min(stretch.frames.stop, frames.stop))
        kept.append(replace(stretch, frames=shown))
    return replace(plan, stretches=tuple(kept))


def _stretch_of(plan: RenderPlan, index: int) -> int:
    """Which of the stretches output frame ``index`` is in."""
    return bisect_right(plan.stretches, index, key=lambda stretch: stretch.frames.start) - 1
