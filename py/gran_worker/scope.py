"""Where a clip's path leads: to a source, or to a timeline inside the timeline."""

from dataclasses import dataclass
from typing import Literal

from gran_worker.errors import ContractError, PlanError
from gran_worker.refusals import printable
from gran_worker.snapshot import MAX_CLIPS, Clip, Timeline, file_name, label

MAX_DEPTH = 8
"""Timelines inside the outermost one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The timeline at the end of ``chain``, with those that hold it, outermost first.

    What a path means is looked up in the innermost first. ``keys`` are the keys of ``timelines`` that lead there.
    """

    chain: tuple[Timeline, ...]
    keys: tuple[str, ...] = ()

    @property
    def timeline(self) -> Timeline:
        return self.chain[-1]

    def find_source(self, path: str) -> tuple[str, ...] | None:
        """One name for each file: the keys of ``timelines`` that lead to the ``sources`` with it, then ``path``."""
        for depth in reversed(range(len(self.chain))):
            if path in self.chain[depth].sources:
                return (*self.keys[:depth], path)
        return None

    def find_timeline(self, path: str) -> "Scope | None":
        for depth in reversed(range(len(self.chain))):
            if path in self.chain[depth].timelines:
                nested = self.chain[depth].timelines[path]
                return Scope((*self.chain[: depth + 1], nested), (*self.keys[:depth], path))
        return None


@dataclass(frozen=True, slots=True)
class Missing:
    """An enabled clip whose path leads nowhere."""

    clip: Clip
    path: str
    what: Literal["source", "timeline"]


def find_missing(timeline: Timeline) -> tuple[Missing, ...]:
    """Raises ContractError for timelines that contain themselves, lie too deep or unfold to too many clips."""
    if (n_clips := _count(timeline)) > MAX_CLIPS:
        raise ContractError(f"timeline: has {n_clips} clips, nested timelines included; at most {MAX_CLIPS} are allowed")
    walk = _Walk()
    walk.enter(Scope((timeline,)), ())
    return tuple(walk.missing)


def check_paths(timeline: Timeline) -> None:
    """As :func:`find_missing`, and raises PlanError (E_MISSING) where something is missing."""
    missing = find_missing(timeline)
    if not missing:
        return
    clip, path, what = missing[0].clip, missing[0].path, missing[0].what
    more = len(missing) - 1
    raise PlanError(
        f"Clip {label(clip)}: its {what} {printable(file_name(path))} is not among the {what}s"
        + (f" (and {more} more clip{'s' if more > 1 else ''})" if more else ""),
        code="E_MISSING",
        clip_id=clip.id,
    )


Trail = tuple[tuple[int, str], ...]
"""The timelines that are being entered: which, and by what path."""


class _Walk:
    """Enters each timeline once, however often it is used: a few of them can unfold to millions of clips."""

    def __init__(self) -> None:
        self.missing: list[Missing] = []
        self._known: dict[int, tuple[int, tuple[str, ...]]] = {}

    def enter(self, scope: Scope, trail: Trail) -> tuple[int, tuple[str, ...]]:
        """How many clips it unfolds to, and the deepest way down from it."""
        me = id(scope.timeline)
        _check_depth(trail, ())
        if me not in self._known:
            self._known[me] = self._unfold(scope, trail)
        _check_depth(trail, self._known[me][1])
        return self._known[me]

    def _unfold(self, scope: Scope, trail: Trail) -> tuple[int, tuple[str, ...]]:
        n_clips = 0
        deepest: tuple[str, ...] = ()
        found: set[str] = set()
        for clip in (clip for track in scope.timeline.tracks for clip in track.enabled_clips):
            n_clips += 1
            path = clip.source.path if clip.source else None
            if path is None or path in found:
                continue
            inner = scope.find_timeline(path) if clip.clip_type == "timeline" else None
            if inner is not None:
                name = printable(file_name(path))
                step = (id(inner.timeline), name)
                _check_circle(trail, step)
                n_inner, below = self.enter(inner, (*trail, step))
                n_clips += n_inner
                deepest = max(deepest, (name, *below), key=len)
            elif scope.find_source(path):
                found.add(path)
            else:
                self.missing.append(Missing(clip, path, "timeline" if clip.clip_type == "timeline" else "source"))
            if n_clips > MAX_CLIPS:
                raise ContractError(f"timeline: comes to more than {MAX_CLIPS} clips, counting nested timelines at each use")
        return n_clips, deepest


def _count(timeline: Timeline) -> int:
    here = sum(item.kind == "clip" for track in timeline.tracks for item in track.items)
    return here + sum(map(_count, timeline.timelines.values()))


def _check_circle(trail: Trail, step: tuple[int, str]) -> None:
    entered = [timeline for timeline, _ in trail]
    if step[0] in entered:
        circle = [*trail[entered.index(step[0]) :], step]
        names = " → ".join(name for _, name in circle)
        raise ContractError(f"timeline.timelines: a timeline cannot contain itself: {names}")


def _check_depth(trail: Trail, below: tuple[str, ...]) -> None:
    names = (*(name for _, name in trail), *below)
    if len(names) > MAX_DEPTH:
        raise ContractError(f"timeline.timelines: lie more than {MAX_DEPTH} deep: {' → '.join(names)}")
