"""Which sources are copied beside each other and beside what the encoder makes."""

from dataclasses import replace

import pytest

from gran_worker.agreement import Agreement, agree
from gran_worker.avc import Record
from gran_worker.plan import RenderPlan, Way
from gran_worker.ports import Coding
from tests.builders import SECOND_US, clip, track
from tests.fakes import FakeSource, coded_source
from tests.films import plan_of
from tests.test_avc import record

VP9 = "vp09.00.10.08"
SOURCE, OTHER, ENCODER = record(), record(rest="0110"), record(profile=66, level=31, constraints=0xE0, rest="0101")


def avc(of: Record, **fields: object) -> FakeSource:
    source = coded_source(codec=of.codec)
    video = source.probe.video
    assert video is not None
    coding = replace(Coding(of.codec, 1_000_000, of.pack()), **fields)  # type: ignore[arg-type]
    return replace(source, probe=replace(source.probe, video=replace(video, coding=coding)))


def plan(codec: str, **sources: tuple[FakeSource, float]) -> RenderPlan:
    """Each source for so many seconds, one after the other."""
    items, at_us = [], 0
    for path, (_, seconds) in sources.items():
        items.append(clip(path, source=path, start_us=at_us, seconds=seconds))
        at_us += round(seconds * SECOND_US)
    made = plan_of(track(*items), sources={path: source for path, (source, _) in sources.items()}, codec=codec, container="mp4")
    assert all(stretch.way is Way.COPY for stretch in made.stretches)
    return made


def refused(agreement: Agreement) -> list[str]:
    return [layer.clip_id for layer in agreement.refused]


@pytest.mark.parametrize("level", ["10", "31"])
def test_sources_of_one_kind_are_copied_whatever_their_level(level: str) -> None:
    agreement = agree(plan("vp9", a=(coded_source(codec=VP9), 1), b=(coded_source(codec=f"vp09.00.{level}.08"), 2)), b"")
    assert (agreement.paths, agreement.joint, refused(agreement)) == ({"a", "b"}, None, [])


@pytest.mark.parametrize(("seconds", "copied"), [((1, 2), "b"), ((2, 1), "a")])
def test_of_two_kinds_the_one_with_the_most_frames_is_copied(seconds: tuple[float, float], copied: str) -> None:
    deep = coded_source(codec="vp09.02.10.10")
    agreement = agree(plan("vp9", a=(coded_source(codec=VP9), seconds[0]), b=(deep, seconds[1])), b"")
    assert agreement.paths == {copied}
    assert refused(agreement) == [({"a", "b"} - {copied}).pop()]


def test_a_source_is_refused_once_however_often_it_is_shown() -> None:
    sources = {"a": coded_source(codec=VP9), "b": coded_source(codec="vp09.02.10.10")}
    items = [clip(f"c{n}", source="ab"[n % 2], start_us=n * SECOND_US, seconds=1) for n in range(5)]
    agreement = agree(plan_of(track(*items), sources=sources, codec="vp9", container="mp4"), b"")
    assert (agreement.paths, refused(agreement)) == ({"a"}, ["c1"])


def test_films_of_one_camera_are_copied_together_beside_the_encoders_own() -> None:
    agreement = agree(plan("avc", a=(avc(SOURCE), 1), b=(avc(SOURCE), 1)), ENCODER.pack())
    assert agreement.paths == {"a", "b"}
    assert agreement.joint is not None
    assert agreement.joint.moves
    assert {*SOURCE.sps, *SOURCE.pps} < {*agreement.joint.record.sps, *agreement.joint.record.pps}


@pytest.mark.parametrize(("seconds", "copied"), [((1, 2), "b"), ((2, 1), "a")])
def test_of_two_cameras_the_one_with_the_most_frames_is_copied(seconds: tuple[float, float], copied: str) -> None:
    agreement = agree(plan("avc", a=(avc(SOURCE), seconds[0]), b=(avc(OTHER), seconds[1])), ENCODER.pack())
    assert agreement.paths == {copied}
    assert refused(agreement) == [({"a", "b"} - {copied}).pop()]


def test_a_camera_that_cannot_be_joined_with_the_encoder_makes_room_for_the_next() -> None:
    taken = record(number=15)  # the number that the encoder's sets would get
    agreement = agree(plan("avc", a=(avc(taken), 3), b=(avc(SOURCE), 1)), ENCODER.pack())
    assert (agreement.paths, refused(agreement)) == ({"b"}, ["a"])


@pytest.mark.parametrize("told", [b"", b"\x01nonsense"])
def test_where_nobody_says_how_the_encoders_packets_are_decoded_nothing_stands_beside_them(told: bytes) -> None:
    agreement = agree(plan("avc", a=(avc(SOURCE), 1)), told)
    assert (agreement.paths, agreement.joint, refused(agreement)) == (frozenset(), None, ["a"])


def test_key_frames_that_bring_their_sets_make_the_encoders_bring_theirs() -> None:
    for repeats in (False, True):
        agreement = agree(plan("avc", a=(avc(SOURCE, repeats=repeats), 1)), ENCODER.pack())
        assert agreement.joint is not None
        assert bool(agreement.joint.repeated) is repeats
