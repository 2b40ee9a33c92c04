"""Items of a track while it is read: placed in frames, moved by transitions, and only then rounded to µs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from gran_worker.otio.objects import Json, Node, without
from gran_worker.otio.report import Account
from gran_worker.otio.times import FrameClock
from gran_worker.transitions import TRANSITIONS
from gran_worker.wire import MAX_SAFE

UNMOVED = ("background", "text", "adjustment")
"""Clips that look the same wherever they begin."""


@dataclass(slots=True)
class Placed:
    """One clip or gap. ``fields`` are its wire fields but for the ranges; times are frames of the project."""

    fields: Json
    length: Fraction
    start: Fraction = Fraction(0)
    source_start: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    source_length: Fraction | None = None
    """As much as it plays where None."""
    source_range: Json | None = None
    """To the µs, where the file has it; then the two above are the same but for rounding."""
    node: Node | None = None
    """Where it stands in the file."""

    @property
    def is_clip(self) -> bool:
        return self.fields["kind"] == "clip"

    @property
    def name(self) -> str:
        return f"“{self.fields.get('name') or self.fields['id']}”"

    def to_item(self, clock: FrameClock) -> Json:
        start_us = clock.us(self.start)
        item: Json = {
            **self.fields,
            "timelineRange": {"startUs": start_us, "durationUs": max(0, clock.us(self.start + self.length) - start_us)},
        }
        if self.is_clip:
            length = self.length * self.speed if self.source_length is None else self.source_length
            item["sourceRange"] = self.source_range or {"startUs": clock.us(self.source_start), "durationUs": clock.us(length)}
        return item


@dataclass(slots=True)
class Row:
    """The items of one track in order, and the transitions that stand between them, by the index of the item after each."""

    items: list[Placed] = field(default_factory=list)
    joints: dict[int, Node] = field(default_factory=dict)

    def place(self) -> None:
        at = Fraction(0)
        for item in self.items:
            item.start = at
            at += item.length

    def named(self) -> Iterator[Placed]:
        """Without the gaps that are only room."""
        return (item for item in self.items if "id" in item.fields)

    def join(self, clock: FrameClock, account: Account) -> None:
        for index, joint in self.joints.items():
            before = self.items[index - 1] if 0 < index <= len(self.items) else None
            after = self.items[index] if index < len(self.items) else None
            _Joint(joint, clock, account, before, after).apply()


@dataclass(frozen=True, slots=True)
class _Joint:
    """A Transition and its neighbours. Ours is one of a clip at its own edge, OTIO's lies around the cut."""

    node: Node
    clock: FrameClock
    account: Account
    before: Placed | None
    after: Placed | None

    def apply(self) -> None:
        leaving = self.clock.duration(self.node, "in_offset")
        coming = self.clock.duration(self.node, "out_offset")
        ours = self.node.gran
        if "in" in ours or "out" in ours:
            self._put(self.after, "transitionIn", ours.get("in"), coming)
            self._put(self.before, "transitionOut", ours.get("out"), leaving)
        else:
            self._foreign(leaving, coming)
        other = {"name": self.node.text("name"), "metadata": self.node.metadata, "transition_type": self.node.text("transition_type")}
        worth = {name: value for name, value in other.items() if value and value not in ("SMPTE_Dissolve", "Custom_Transition")}
        if worth and (owner := self.after if self.after and self.after.is_clip else self.before) is not None:
            edge = "transitionIn" if owner is self.after else "transitionOut"
            _ride_along(owner, edge, {**without(self.node.fields, "in_offset", "out_offset", "metadata"), "metadata": self.node.metadata})

    def _foreign(self, leaving: Fraction, coming: Fraction) -> None:
        kind = self.node.text("transition_type")
        if kind not in ("", "SMPTE_Dissolve"):
            self.account.approximated(f"The transition “{kind}” became a dissolve.")
        into = self.after if self.after is not None and self.after.is_clip else None
        out_of = self.before if self.before is not None and self.before.is_clip else None
        whole = leaving + coming
        if whole == 0 or (into is None and out_of is None):
            return
        mode = "blend" if into and out_of else "composite"
        dissolve: Json = {"type": "dissolve", "mode": mode}
        if into is not None:
            if leaving and not self._move_cut(into, leaving):
                self.account.approximated(f"The transition into {into.name} begins at the cut: there is no picture before it.")
            self._put(into, "transitionIn", dissolve, whole)
        elif out_of is not None:
            if coming:
                self.account.approximated(f"The transition out of {out_of.name} ends with the clip.")
            self._put(out_of, "transitionOut", dissolve, min(whole, out_of.length))

    def _move_cut(self, into: Placed, by: Fraction) -> bool:
        """Ours begins at the cut and the clip before plays on: the same picture, with the cut where the transition begins."""
        room = self.before.length if self.before is not None else Fraction(0)
        moves = into.fields.get("clipType") not in UNMOVED and "freezeFrameSourceUs" not in into.fields
        source_start = into.source_start - by * into.speed if moves else into.source_start
        if room <= by or source_start < 0:
            return False
        assert self.before is not None
        self.before.length -= by
        into.start -= by
        into.length += by
        into.source_start = source_start
        if into.source_length is not None:
            into.source_length += by * into.speed
        into.source_range = self.before.source_range = None
        return True

    def _put(self, clip: Placed | None, edge: str, transition: object, frames: Fraction) -> None:
        duration_us = self.clock.us(frames)
        if clip is None or not clip.is_clip or not isinstance(transition, dict) or not 0 < duration_us <= MAX_SAFE:
            return
        if transition.get("type") not in TRANSITIONS:
            self.account.ignored(f"A transition of {clip.name} is of a kind that is not known here.")
            return
        clip.fields[edge] = {**transition, "durationUs": duration_us}
        self.account.kept("transition")


def _ride_along(item: Placed, name: str, what: Json) -> None:
    kept = item.fields.setdefault("otio", {})
    assert isinstance(kept, dict)
    kept[name] = what
