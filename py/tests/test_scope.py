"""Timelines inside timelines: where paths lead, circles, depth, and how many clips they come to."""

import json

import pytest

from gran_worker.errors import ContractError, PlanError
from gran_worker.messages import parse
from gran_worker.scope import Scope
from tests.builders import FILE, background, clip, init_export, nested, parsed_timeline, snapshot, text, track, without


def showing(*paths: str) -> dict:
    """A nested timeline that shows others."""
    clips = [nested(f"n{i}", path, start_us=i * 1_000_000) for i, path in enumerate(paths)]
    return without(snapshot(track(*clips)), "sources")


def refusal(timeline: dict, kind: type[ContractError | PlanError] = ContractError) -> ContractError | PlanError:
    with pytest.raises(kind) as refused:
        parse(json.dumps(init_export(timeline)))
    return refused.value


def test_a_clip_whose_source_is_not_there_is_named() -> None:
    timeline = snapshot(track(clip("c1", name="beach", source="media/beach.mp4")), sources={})
    error = refusal(timeline, PlanError)
    assert error.message == "Clip “beach” (c1): its source beach.mp4 is not among the sources"
    assert (error.code, error.clip_id, error.recoverable) == ("E_MISSING", "c1", True)


def test_others_like_it_are_counted_once_each() -> None:
    clips = [clip(f"c{i}", start_us=i * 1_000_000, source=f"{i}.mp4") for i in range(4)]
    assert refusal(snapshot(track(*clips), sources={"2.mp4": FILE}), PlanError).message.endswith("(and 2 more clips)")
    assert refusal(snapshot(track(*clips[:2]), sources={}), PlanError).message.endswith("(and 1 more clip)")


@pytest.mark.parametrize("path", ["http://x/a.mp4", "blob:null/1", "../a.mp4", "/etc/passwd", "__proto__", "constructor"])
def test_a_path_is_a_key_and_nothing_else(path: str) -> None:
    assert refusal(snapshot(track(clip(source=path)), sources={}), PlanError).code == "E_MISSING"
    assert parsed_timeline(track(clip(source=path))).sources.keys() == {path}


def test_a_disabled_clip_misses_nothing() -> None:
    assert parsed_timeline(track(clip(disabled=True)), sources={}).end_us == 0


def test_a_missing_timeline_is_named() -> None:
    message = refusal(snapshot(track(nested("n1", "scenes/intro.otio"))), PlanError).message
    assert message == "Clip “intro.otio” (n1): its timeline intro.otio is not among the timelines"


def test_nested_timelines_find_what_they_need_inside_out() -> None:
    inner = snapshot(track(clip("i1", source="own.mp4"), clip("i2", start_us=1_000_000, source="shared.mp4")))
    inner["sources"] = {"own.mp4": FILE}
    timeline = parsed_timeline(track(nested("n1", "inner")), timelines={"inner": inner}, sources={"shared.mp4": FILE, "own.mp4": FILE})
    scope = Scope((timeline,)).find_timeline("inner")
    assert scope is not None
    assert scope.timeline is timeline.timelines["inner"]
    assert scope.find_source("own.mp4") == ("inner", "own.mp4")
    assert scope.find_source("shared.mp4") == ("shared.mp4",)
    assert scope.find_source("none.mp4") is None
    assert scope.find_timeline("none") is None


def test_a_timeline_that_shows_a_sibling_sees_what_its_own_holder_has() -> None:
    timeline = parsed_timeline(
        track(nested("n1", "a")),
        timelines={"a": showing("b"), "b": {**snapshot(track(clip(source="x.mp4"))), "sources": {}}},
        sources={"x.mp4": FILE},
    )
    a = Scope((timeline,)).find_timeline("a")
    b = a and a.find_timeline("b")
    assert b is not None
    assert (b.keys, b.find_source("x.mp4")) == (("b",), ("x.mp4",))


def test_circles_are_refused_by_name() -> None:
    timelines = {"a": showing("b"), "b": showing("c", "a"), "c": showing()}
    assert refusal(snapshot(track(nested("n", "a")), timelines=timelines)).message == (
        "timeline.timelines: a timeline cannot contain itself: a → b → a"
    )
    assert refusal(snapshot(track(nested("n", "x/a")), timelines={"x/a": showing("x/a")})).message.endswith(": a → a")


def chain(length: int) -> dict:
    timelines = {f"t{i}": showing(f"t{i + 1}") for i in range(1, length)}
    return snapshot(track(nested("n", "t1")), timelines={**timelines, f"t{length}": showing()})


def test_eight_deep_is_deep_enough() -> None:
    parse(json.dumps(init_export(chain(8))))
    assert refusal(chain(9)).message == "timeline.timelines: lie more than 8 deep: t1 → t2 → t3 → t4 → t5 → t6 → t7 → t8 → t9"
    assert "deep" in refusal(chain(3000)).message


def test_depth_counts_along_the_longest_way_in_whatever_order() -> None:
    deep = chain(8)
    # t1 is entered first through the short way, and only then through one that is longer by one.
    deep["tracks"][0]["items"].append(nested("m", "around", start_us=1_000_000))
    deep["timelines"]["around"] = showing("t1")
    assert "around → t1" in refusal(deep).message


def test_timelines_held_inside_each_other_may_be_as_deep() -> None:
    timeline = showing()
    for _ in range(8):
        timeline = {**showing("in"), "timelines": {"in": timeline}}
    parse(json.dumps(init_export({**timeline, "sources": {}})))
    deeper = {**showing("in"), "timelines": {"in": timeline}, "sources": {}}
    assert refusal(deeper).message.startswith("timeline.timelines: lie more than 8 deep: in → in")


def test_clips_count_at_each_use() -> None:
    hundred = [f"t{i}" for i in range(2)]
    timelines = {"leaf": snapshot(track(*[background(f"b{i}", start_us=i * 1_000_000) for i in range(100)]))}
    timelines |= {name: showing(*["leaf"] * 60) for name in hundred}
    assert refusal(snapshot(track(nested("n", "t0"), nested("m", "t1", start_us=1_000_000)), timelines=timelines)).message == (
        "timeline: comes to more than 10000 clips, counting nested timelines at each use"
    )


def test_a_bomb_of_timelines_is_defused_at_once() -> None:
    timelines = {f"t{i}": showing(*[f"t{i + 1}"] * 1000) for i in range(7)} | {"t7": snapshot(track(text()))}
    assert "10000 clips" in refusal(snapshot(track(nested("n", "t0")), timelines=timelines)).message
