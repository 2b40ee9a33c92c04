"""What a transition does to the drawing orders, and when, and to whom."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.compose import AdjustOp, DrawOp, GroupOp, Op, draw_list, pictures
from gran_worker.curves import eased
from gran_worker.filters import Filter
from gran_worker.geometry import Point, Rect
from gran_worker.look import Direction
from gran_worker.plan import RenderPlan, Way
from gran_worker.shown import leaves
from gran_worker.transitions import TRANSITIONS
from tests.builders import SECOND_US, WireDict, adjustment, background, blur, clip, colours, text, time_range, track, transition
from tests.fakes import SIZE, image_source, video_source
from tests.films import film, plan_of

FILM = video_source()
SOURCES = {"beach.mp4": FILM, "sea.mp4": video_source(name="sea.mp4"), "logo.png": image_source()}
HALF_US = SECOND_US // 2


def shown_at(plan: RenderPlan, index: int) -> list[tuple[str, int]]:
    """Ids of the layers that are drawn at a frame, bottom first, with the number of the source frame (at 30 fps)."""
    (stretch,) = [each for each in plan.stretches if index in each.frames]
    us = plan.rate.start_us(index)
    return [(layer.clip_id, round(layer.walk.at(us) * 30 / SECOND_US)) for layer in leaves(stretch.layers)]


def ops_at(plan: RenderPlan, index: int) -> tuple[Op, ...]:
    (stretch,) = [each for each in plan.stretches if index in each.frames]
    return draw_list(stretch.layers, plan.rate.start_us(index))


def ways(plan: RenderPlan) -> list[tuple[int, int, Way]]:
    return [(each.frames.start, each.frames.stop, each.way) for each in plan.stretches]


def pair(
    kind: str, *, lasting_us: int = HALF_US, b_fields: WireDict | None = None, a_fields: WireDict | None = None, **how: object
) -> RenderPlan:
    """A for a second, from 1 s of its source; then B for a second, from 2 s of its own, with ``transitionIn``."""
    a = clip("a", source_start_us=SECOND_US, **(a_fields or {}))
    b = clip("b", start_us=SECOND_US, source="sea.mp4", source_start_us=2 * SECOND_US, **(b_fields or {}))
    b["transitionIn"] = transition(kind, lasting_us, **how)
    return plan_of(track(a, b), sources=SOURCES)


# When


def test_a_blend_cuts_the_film_at_its_edges_and_all_else_stays_straight() -> None:
    assert ways(pair("dissolve")) == [(0, 30, Way.STRAIGHT), (30, 45, Way.CANVAS), (45, 60, Way.STRAIGHT)]


@pytest.mark.parametrize("kind", sorted(TRANSITIONS))
def test_a_clip_that_comes_or_goes_over_nothing_is_drawn(kind: str) -> None:
    alone = transition(kind, HALF_US, mode="composite")
    plan = plan_of(track(clip(seconds=2, transitionIn=alone, transitionOut=alone)), sources=SOURCES)
    assert ways(plan) == [(0, 15, Way.CANVAS), (15, 45, Way.STRAIGHT), (45, 60, Way.CANVAS)]


@pytest.mark.parametrize("slip_us", [-1, 0, 1])
def test_clips_whose_edges_were_rounded_apart_blend_too(slip_us: int) -> None:
    a = clip("a", duration_us=SECOND_US + slip_us)
    b = clip("b", start_us=SECOND_US, source="sea.mp4", transitionIn=transition("dissolve", HALF_US))
    assert shown_at(plan_of(track(a, b), sources=SOURCES), 35) == [("a", 35), ("b", 5)]


def test_in_a_blend_the_clip_before_plays_on_into_its_source() -> None:
    plan = pair("dissolve")
    assert shown_at(plan, 29) == [("a", 59)]
    assert shown_at(plan, 30) == [("a", 60), ("b", 60)]
    assert shown_at(plan, 44) == [("a", 74), ("b", 74)]
    assert shown_at(plan, 45) == [("b", 75)]


def test_a_blend_at_the_end_of_a_clip_begins_before_the_edge_and_the_next_clip_plays_early() -> None:
    a = clip("a", source_start_us=SECOND_US, transitionOut=transition("dissolve", HALF_US))
    b = clip("b", start_us=SECOND_US, source="sea.mp4", source_start_us=2 * SECOND_US)
    plan = plan_of(track(a, b), sources=SOURCES)
    assert ways(plan) == [(0, 15, Way.STRAIGHT), (15, 30, Way.CANVAS), (30, 60, Way.STRAIGHT)]
    assert shown_at(plan, 15) == [("a", 45), ("b", 45)]
    assert shown_at(plan, 29) == [("a", 59), ("b", 59)]
    assert shown_at(plan, 30) == [("b", 60)]


def test_the_next_clip_holds_its_first_frame_where_it_has_nothing_before_it() -> None:
    a = clip("a", transitionOut=transition("dissolve", HALF_US))
    b = clip("b", start_us=SECOND_US, source="sea.mp4", source_start_us=SECOND_US // 5)
    plan = plan_of(track(a, b), sources=SOURCES)
    assert [shown_at(plan, index)[1][1] for index in (15, 20, 24, 25, 29)] == [0, 0, 0, 1, 5]


def test_blends_of_both_neighbours_are_one_over_the_edge_of_the_kind_of_the_later() -> None:
    a = clip("a", transitionOut=transition("dissolve", HALF_US))
    b = clip("b", start_us=SECOND_US, source="sea.mp4", source_start_us=SECOND_US, transitionIn=transition("wipe", HALF_US))
    plan = plan_of(track(a, b), sources=SOURCES)
    assert ways(plan) == [(0, 15, Way.STRAIGHT), (15, 45, Way.CANVAS), (45, 60, Way.STRAIGHT)]
    leaving, coming = pictures(ops_at(plan, 30))
    assert (leaving.window, coming.window) == (Rect(0, 0, 32, 36), Rect(32, 0, 32, 36))


async def test_the_last_frame_holds_under_a_blend_where_the_source_ends() -> None:
    short = video_source(seconds=1)
    a, b = clip("a"), clip("b", start_us=SECOND_US, source="sea.mp4", transitionIn=transition("dissolve", HALF_US))
    made = await film(track(a, b), sources={"beach.mp4": short, "sea.mp4": FILM})
    assert [picture.layers[0] for picture in made.output.pictures[30:45]] == [("beach.mp4", 29)] * 15


async def test_a_blend_reads_on_with_the_decoder_that_it_has() -> None:
    a, b = clip("a"), clip("b", start_us=SECOND_US, source="sea.mp4", transitionIn=transition("dissolve", HALF_US))
    made = await film(track(a, b), sources={"beach.mp4": FILM, "sea.mp4": FILM})
    assert [path for path, _, _ in made.media.seen] == ["beach.mp4", "sea.mp4"]
    assert [n for path, n in made.media.decoded if path == "beach.mp4"] == list(range(45))


def test_a_clip_that_holds_its_last_frame_goes_on_holding_it() -> None:
    a = {**clip("a"), "sourceRange": time_range(0, HALF_US)}
    b = clip("b", start_us=SECOND_US, source="sea.mp4", transitionIn=transition("dissolve", HALF_US))
    plan = plan_of(track(a, b), sources=SOURCES)
    assert [shown_at(plan, index)[0][1] for index in (15, 29, 30, 44)] == [15, 15, 15, 15]


@pytest.mark.parametrize(
    ("before", "mode"),
    [
        (None, "blend"),
        (clip("a", duration_us=900_000), "blend"),
        (clip("a", transitionOut=transition("dissolve", 100_000, mode="composite")), "blend"),
        (clip("a"), "composite"),
        (adjustment("a", effects=[blur()]), "blend"),
    ],
)
def test_without_a_neighbour_that_joins_in_a_clip_comes_alone(before: WireDict | None, mode: str) -> None:
    b = clip("b", start_us=SECOND_US, transitionIn=transition("dissolve", HALF_US, mode=mode))
    plan = plan_of(track(*([before] if before else []), b), track(background(duration_us=2 * SECOND_US)), sources=SOURCES)
    (below, op) = ops_at(plan, 33)
    assert isinstance(op, DrawOp)
    assert (op.clip_id, op.opacity) == ("b", pytest.approx(0.2))


def test_a_transition_is_no_longer_than_its_clip_and_two_share_it() -> None:
    long = transition("dissolve", 10 * SECOND_US, mode="composite")
    plan = plan_of(track(clip("a", transitionIn=long, transitionOut=long)), sources=SOURCES)
    opacities = [op.opacity for index in range(30) for op in ops_at(plan, index) if isinstance(op, DrawOp)]
    assert opacities[:15] == pytest.approx([n / 15 for n in range(15)], abs=1e-5)
    assert opacities[15:] == pytest.approx([1 - n / 15 for n in range(15)], abs=1e-5)


def test_images_texts_and_backgrounds_have_transitions_too() -> None:
    items = [
        background("a", backgroundColor="#112233"),
        clip("b", start_us=SECOND_US, source="logo.png", isImage=True, transitionIn=transition("dissolve", HALF_US)),
        text("c", start_us=2 * SECOND_US, transitionIn=transition("slide", HALF_US)),
    ]
    plan = plan_of(track(*items), sources=SOURCES)
    assert [name for name, _ in shown_at(plan, 37)] == ["a", "b"]
    assert [name for name, _ in shown_at(plan, 67)] == ["b", "c"]


# What


def test_two_that_fill_the_output_dissolve_without_a_sheet() -> None:
    a, b = ops_at(pair("dissolve"), 36)
    assert isinstance(a, DrawOp)
    assert isinstance(b, DrawOp)
    assert (a.opacity, b.opacity, b.adds) == (1, pytest.approx(0.4), False)


def test_others_dissolve_on_a_sheet_where_their_shares_add_up() -> None:
    small = {"transform": {"scale": {"x": 0.5, "y": 0.5}}}
    (group,) = ops_at(pair("dissolve", b_fields=small), 36)
    assert isinstance(group, GroupOp)
    a, b = group.ops
    assert (a.opacity, a.adds, b.opacity, b.adds) == (pytest.approx(0.6), False, pytest.approx(0.4), True)


def test_what_lies_below_two_that_fill_the_output_is_not_drawn() -> None:
    b = clip("b", start_us=SECOND_US, source="sea.mp4", transitionIn=transition("dissolve", HALF_US))
    plan = plan_of(track(clip("a"), b), track(background(duration_us=2 * SECOND_US)), sources=SOURCES)
    assert all("bg" not in dict(shown_at(plan, index)) for index in range(60))


def test_fade_to_black_dips_and_decodes_one_clip_at_a_time() -> None:
    plan = pair("fade-to-black", lasting_us=400_000)
    assert [dict(shown_at(plan, index)).keys() for index in (30, 35, 36, 41)] == [{"a"}, {"a"}, {"b"}, {"b"}]
    filters = [op.filters for index in (30, 33, 36, 39) for op in pictures(ops_at(plan, index))]
    assert filters == [(Filter("brightness", level),) for level in (1, 0.5, 0, 0.5)]


@pytest.mark.parametrize(
    ("direction", "a", "b"),
    [
        ("left", Rect(0, 0, 48, 36), Rect(48, 0, 16, 36)),
        ("right", Rect(16, 0, 48, 36), Rect(0, 0, 16, 36)),
        ("up", Rect(0, 0, 64, 27), Rect(0, 27, 64, 9)),
        ("down", Rect(0, 9, 64, 27), Rect(0, 0, 64, 9)),
    ],
)
def test_a_wipe_uncovers_behind_a_line_that_moves_in_its_direction(direction: Direction, a: Rect, b: Rect) -> None:
    plan = pair("wipe", lasting_us=400_000, direction=direction)
    assert [op.window for op in pictures(ops_at(plan, 33))] == [a, b]


@pytest.mark.parametrize(("direction", "x", "y"), [("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1)])
def test_a_slide_pushes_in_its_direction(direction: Direction, x: int, y: int) -> None:
    plan = pair("slide", lasting_us=400_000, direction=direction)
    a, b = pictures(ops_at(plan, 33))
    assert a.affine.apply(Point(0, 0)) == pytest.approx((x * SIZE.width / 4, y * SIZE.height / 4))
    assert b.affine.apply(Point(0, 0)) == pytest.approx((-x * SIZE.width * 3 / 4, -y * SIZE.height * 3 / 4))


@pytest.mark.parametrize("kind", TRANSITIONS)
@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_every_transition_ends_as_the_picture_is(kind: str, direction: Direction) -> None:
    coming, leaving = TRANSITIONS[kind].coming(1, direction), TRANSITIONS[kind].leaving(0, direction)
    for look in (coming, leaving):
        assert (look.opacity, look.shift) == (1, (0, 0))
        assert look.window in (None, Rect(0, 0, 1, 1))
        assert look.filters in ((), (Filter("brightness", 1),))


def test_curves_begin_at_0_end_at_1_and_never_go_back() -> None:
    for curve in ("linear", "bezier"):
        levels = [eased(curve, t / 100) for t in range(-10, 111)]  # type: ignore[arg-type]
        assert levels == sorted(levels)
        assert (levels[0], levels[10], levels[60], levels[110], levels[-1]) == (0, 0, pytest.approx(0.5), 1, 1)
    # CSS's ease-in-out, as tables give it.
    assert eased("bezier", 0.25) == pytest.approx(0.1292, abs=1e-4)


def test_a_curve_bends_the_way_and_not_the_ends() -> None:
    straight, bent = (pair("dissolve", lasting_us=400_000, curve=curve) for curve in ("linear", "bezier"))
    levels = [[list(pictures(ops_at(plan, index)))[1].opacity for index in (30, 33, 36, 39)] for plan in (straight, bent)]
    assert levels == [pytest.approx([0, 0.25, 0.5, 0.75], abs=1e-3), pytest.approx([0, 0.1292, 0.5, 0.8708], abs=1e-3)]


# Effects


def test_effects_of_clip_and_track_follow_each_other() -> None:
    plan = plan_of(track(clip(effects=[colours(brightness=1.5), blur(enabled=False)]), effects=[colours(saturation=0)]), sources=SOURCES)
    (op,) = ops_at(plan, 0)
    assert op.filters == (Filter("brightness", 1.5), Filter("saturate", 0))
    assert plan.stretches[0].way is Way.CANVAS


def test_effects_that_change_nothing_cost_nothing() -> None:
    plan = plan_of(track(clip(effects=[colours(), blur(0)])), sources=SOURCES)
    assert ways(plan) == [(0, 30, Way.STRAIGHT)]


def test_a_blurred_picture_that_fills_the_output_keeps_its_edges() -> None:
    (group,) = ops_at(plan_of(track(clip(effects=[blur(4)], opacity=0.5)), sources=SOURCES), 0)
    assert isinstance(group, GroupOp)
    assert (group.repeats_edges, group.filters, group.opacity) == (True, (Filter("blur", 4),), 0.5)
    assert [(op.filters, op.opacity) for op in pictures([group])] == [((), 1)]
    small = clip(effects=[blur(4)], transform={"scale": {"x": 0.5, "y": 0.5}})
    (op,) = ops_at(plan_of(track(small), sources=SOURCES), 0)
    assert isinstance(op, DrawOp)


def test_an_adjustment_takes_what_is_below_it_and_not_what_is_above() -> None:
    plan = plan_of(track(text()), track(adjustment(effects=[colours(saturation=0)])), track(clip()), sources=SOURCES)
    below, adjust, above = ops_at(plan, 0)
    assert isinstance(adjust, AdjustOp)
    assert (below.filters, adjust.filters, above.filters) == ((), (Filter("saturate", 0),), ())  # type: ignore[union-attr]


def test_an_adjustment_without_effects_is_not_there() -> None:
    plan = plan_of(track(adjustment(effects=[blur(enabled=False)])), track(clip()), sources=SOURCES)
    assert ways(plan) == [(0, 30, Way.STRAIGHT)]


# Metamorphic

KINDS = st.sampled_from(sorted(TRANSITIONS))
MODES = st.sampled_from(["blend", "composite"])
TRANSITION = st.none() | st.builds(
    lambda kind, frames, mode, curve: transition(kind, frames * 40_000, mode=mode, curve=curve),
    KINDS,
    st.integers(1, 12),
    MODES,
    st.sampled_from(["linear", "bezier"]),
)


@st.composite
def films(draw: st.DrawFn) -> list[WireDict]:
    """Clips of 10 frames at 25 fps with transitions and effects, some touching."""
    items, at = [], 0
    for n in range(draw(st.integers(1, 4))):
        at += draw(st.sampled_from([0, 0, 3])) * 40_000
        item = clip(f"c{n}", start_us=at, duration_us=400_000, source=draw(st.sampled_from(["beach.mp4", "sea.mp4"])))
        item["sourceRange"] = time_range(draw(st.integers(0, 20)) * 40_000, 400_000)
        for end in ("transitionIn", "transitionOut"):
            made = draw(TRANSITION)
            if made:
                item[end] = made
        item["effects"] = draw(st.sampled_from([[], [blur()], [colours(brightness=0.5)]]))
        items.append(item)
        at += 400_000
    return items


def frames_of(plan: RenderPlan) -> list[object]:
    """What each frame shows: its orders, and the source time of each picture. Ids are left out."""
    found = []
    for stretch in plan.stretches:
        for index in stretch.frames:
            us = plan.rate.start_us(index)
            ops = tuple(_nameless(op) for op in draw_list(stretch.layers, us))
            found.append((ops, [(layer.path, layer.walk.at(us)) for layer in leaves(stretch.layers)]))
    return found


def _nameless(op: Op) -> Op:
    if isinstance(op, DrawOp):
        return replace(op, clip_id="")
    return replace(op, ops=tuple(map(_nameless, op.ops))) if isinstance(op, GroupOp) else op


@given(films(), st.integers(0, 200))
def test_moving_a_film_by_frames_moves_its_transitions(items: list[WireDict], by: int) -> None:
    by_us = by * 40_000
    moved = [{**item, "timelineRange": {**item["timelineRange"], "startUs": item["timelineRange"]["startUs"] + by_us}} for item in items]
    lasting_us = items[-1]["timelineRange"]["startUs"] + 400_000
    here = plan_of(track(*items), sources=SOURCES, fps=25)
    there = plan_of(track(*moved), sources=SOURCES, fps=25, range=time_range(by_us, lasting_us))
    for one, other in zip(frames_of(here), frames_of(there), strict=True):
        assert one == other


@given(films(), st.randoms(use_true_random=False))
def test_the_order_of_items_is_irrelevant_to_transitions(items: list[WireDict], chance: object) -> None:
    shuffled = list(items)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan_of(track(*shuffled), sources=SOURCES, fps=25) == plan_of(track(*items), sources=SOURCES, fps=25)


@given(films(), st.data())
def test_two_parts_of_a_film_make_the_whole(items: list[WireDict], data: st.DataObject) -> None:
    lasting_us = items[-1]["timelineRange"]["startUs"] + 400_000
    cut_us = data.draw(st.integers(1, lasting_us // 40_000 - 1)) * 40_000
    parts = [(0, cut_us), (cut_us, lasting_us)]
    plans = [plan_of(track(*items), sources=SOURCES, fps=25, range=time_range(a, b - a)) for a, b in parts]
    assert [*frames_of(plans[0]), *frames_of(plans[1])] == frames_of(plan_of(track(*items), sources=SOURCES, fps=25))


@given(films(), st.integers(1, 9))
def test_cutting_a_clip_outside_its_transitions_changes_no_frame(items: list[WireDict], cut: int) -> None:
    first = items[0]
    first.pop("transitionIn", None)
    first.pop("transitionOut", None)
    if len(items) > 1:
        items[1].pop("transitionIn", None)
    cut_us = cut * 40_000
    source_us = first["sourceRange"]["startUs"]
    start_us = first["timelineRange"]["startUs"]
    left = {**first, "timelineRange": time_range(start_us, cut_us), "sourceRange": time_range(source_us, cut_us)}
    right = {
        **first,
        "id": "right",
        "timelineRange": time_range(start_us + cut_us, 400_000 - cut_us),
        "sourceRange": time_range(source_us + cut_us, 400_000 - cut_us),
    }
    whole = plan_of(track(*items), sources=SOURCES, fps=25)
    assert frames_of(plan_of(track(left, right, *items[1:]), sources=SOURCES, fps=25)) == frames_of(whole)


@given(films())
def test_an_invisible_adjustment_is_a_no_op(items: list[WireDict]) -> None:
    ghost = adjustment("ghost", duration_us=300_000, opacity=0, effects=[blur()])
    assert (
        plan_of(track(ghost), track(*items), sources=SOURCES, fps=25).stretches == plan_of(track(*items), sources=SOURCES, fps=25).stretches
    )
