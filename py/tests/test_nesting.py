"""Timelines in timelines: what shows and what is heard through the clip that holds them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.compose import GroupOp, draw_list
from gran_worker.filters import Filter
from gran_worker.plan import RenderPlan, Way, source_paths
from gran_worker.shown import leaves
from tests.builders import (
    FILE,
    SECOND_US,
    WireDict,
    adjustment,
    background,
    blur,
    clip,
    inner_timeline,
    nested,
    parsed_timeline,
    time_range,
    track,
    transition,
)
from tests.fakes import SIZE, film_source, noise, sine, sound_source, video_source
from tests.films import SOUND, film, plan_of

FILM = video_source()
SOURCES = {"beach.mp4": FILM, "sea.mp4": video_source(name="sea.mp4")}
INNER = inner_timeline(track(clip("x"), clip("y", start_us=SECOND_US, source="sea.mp4")))


def shown(plan: RenderPlan, slack_us: float = 0.5) -> list[list[tuple[str | None, int]]]:
    """Path and source frame (at 30 fps) of each picture, for each output frame."""
    return [
        [(layer.path, int((layer.walk.at(plan.rate.start_us(index)) + slack_us) * 30 / SECOND_US)) for layer in leaves(stretch.layers)]
        for stretch in plan.stretches
        for index in stretch.frames
    ]


def plan(*items: WireDict, inner: WireDict = INNER, **fields: object) -> RenderPlan:
    return plan_of(track(*items), sources=SOURCES, timelines={"inner": inner}, **fields)  # type: ignore[arg-type]


def test_a_plain_nested_timeline_is_as_if_its_clips_were_there_and_goes_straight() -> None:
    made = plan(nested("n", "inner", seconds=2))
    assert [(each.frames, each.way) for each in made.stretches] == [(range(30), Way.STRAIGHT), (range(30, 60), Way.STRAIGHT)]
    assert shown(made) == shown(plan_of(track(clip("x"), clip("y", start_us=SECOND_US, source="sea.mp4")), sources=SOURCES))


def test_it_is_seen_through_the_range_and_at_the_place_of_its_clip() -> None:
    made = plan(nested("n", "inner", start_us=SECOND_US, source_start_us=SECOND_US // 2))
    assert shown(made)[30:] == [[("beach.mp4", 15 + n)] for n in range(15)] + [[("sea.mp4", n)] for n in range(15)]
    assert shown(made)[:30] == [[]] * 30


@pytest.mark.parametrize("speed", [2, 0.5, 1.25])
def test_its_speed_and_that_of_its_clips_multiply(speed: float) -> None:
    exact = Fraction(str(speed))
    inner = inner_timeline(track(clip("x", seconds=4, speed=0.5, sourceRange=time_range(0, 2 * SECOND_US))))
    made = plan(nested("n", "inner", speed=speed, sourceRange=time_range(SECOND_US, int(SECOND_US * exact))), inner=inner)
    assert [numbers[0][1] for numbers in shown(made, 2)] == [int((30 + n * exact) / 2) for n in range(30)]


def test_a_frozen_one_stands() -> None:
    made = plan(nested("n", "inner", freezeFrameSourceUs=SECOND_US + 500_000))
    assert shown(made) == [[("sea.mp4", 15)]] * 30


def test_past_its_end_its_last_frame_holds() -> None:
    made = plan(nested("n", "inner", seconds=3, sourceRange=time_range(0, 3 * SECOND_US)))
    assert shown(made)[59:] == [[("sea.mp4", 29)]] * 31


def test_with_an_opacity_of_its_own_it_is_drawn_as_one() -> None:
    made = plan(nested("n", "inner", opacity=0.5, effects=[blur(3)], seconds=2))
    (group,) = draw_list(made.stretches[0].layers, 0)
    assert isinstance(group, GroupOp)
    assert (group.opacity, group.filters, group.repeats_edges) == (0.5, (Filter("blur", 3),), True)
    assert len(group.ops) == 1
    assert [each.frames for each in made.stretches] == [range(30), range(30, 60)]


def test_an_adjustment_inside_stays_inside() -> None:
    inner = inner_timeline(track(adjustment(effects=[blur(3)])), track(clip("x")))
    made = plan_of(track(nested("n", "inner")), track(background()), sources=SOURCES, timelines={"inner": inner})
    *_, group = draw_list(made.stretches[0].layers, 0)
    assert isinstance(group, GroupOp)


def test_a_transition_moves_all_of_it() -> None:
    made = plan(clip("a"), nested("n", "inner", start_us=SECOND_US, transitionIn=transition("dissolve", 500_000)))
    (stretch,) = [each for each in made.stretches if 36 in each.frames]
    _, group = draw_list(stretch.layers, made.rate.start_us(36))
    assert isinstance(group, GroupOp)
    assert group.opacity == pytest.approx(0.4)
    assert shown(made)[36] == [("beach.mp4", 36), ("beach.mp4", 6)]


async def test_one_timeline_shown_twice_at_once_has_two_decoders() -> None:
    corner = {"transform": {"scale": {"x": 0.5, "y": 0.5}}}
    made = await film(
        track(nested("n", "inner", **corner)),
        track(nested("m", "inner", source_start_us=SECOND_US // 2)),
        sources=SOURCES,
        timelines={"inner": INNER},
    )
    assert [path for path, *_ in made.media.seen].count("beach.mp4") == 2
    assert made.output.pictures[10].layers == (("beach.mp4", 25), ("beach.mp4", 10))


def test_timelines_nest_in_timelines() -> None:
    outer = inner_timeline(track(nested("m", "inner", source_start_us=SECOND_US)), timelines={"inner": INNER})
    assert shown(plan_of(track(nested("n", "outer")), sources=SOURCES, timelines={"outer": outer})) == [[("sea.mp4", n)] for n in range(30)]


def test_sources_of_its_own_are_told_apart() -> None:
    inner = inner_timeline(track(clip("x")), sources={"beach.mp4": FILE})
    timeline = parsed_timeline(track(nested("n", "inner"), clip("c", start_us=SECOND_US)), timelines={"inner": inner})
    assert {path: owner.id for path, owner in source_paths(timeline).items()} == {"inner\0beach.mp4": "n", "beach.mp4": "c"}


@given(st.integers(1, 59))
def test_cutting_a_nested_clip_at_a_frame_changes_no_frame(cut: int) -> None:
    cut_us = cut * 40_000
    whole = nested("n", "inner", duration_us=2_400_000)
    left = nested("n", "inner", duration_us=cut_us)
    right = nested("m", "inner", start_us=cut_us, duration_us=2_400_000 - cut_us, source_start_us=cut_us)
    assert shown(plan(left, right, fps=25)) == shown(plan(whole, fps=25))


# Sound

SINE = sound_source(sine(440, 4))
HEARD = {"beach.mp4": film_source(FILM, SINE), "sea.mp4": film_source(FILM, sound_source(noise(4)))}


async def test_it_sounds_as_its_clips_do() -> None:
    one = await film(track(nested("n", "inner", seconds=2)), sources=HEARD, timelines={"inner": INNER}, audio=SOUND)
    other = await film(track(clip("x"), clip("y", start_us=SECOND_US, source="sea.mp4")), sources=HEARD, audio=SOUND)
    assert one.output.sound.shape == (2, 96_000)
    assert (one.output.sound == other.output.sound).all()


async def test_its_gain_and_fade_apply_to_all_of_it() -> None:
    quiet = nested("n", "inner", seconds=2, audioGain=0.5, audioFadeInUs=SECOND_US)
    one = await film(track(quiet), sources=HEARD, timelines={"inner": INNER}, audio=SOUND)
    other = await film(track(clip("x"), clip("y", start_us=SECOND_US, source="sea.mp4")), sources=HEARD, audio=SOUND)
    assert one.output.sound[:, 48_000:] == pytest.approx(other.output.sound[:, 48_000:] / 2, abs=1e-6)
    ramp = np.arange(48_000) / 48_000
    assert one.output.sound[:, :48_000] == pytest.approx(other.output.sound[:, :48_000] / 2 * ramp, abs=1e-6)


async def test_its_range_and_speed_apply_to_its_sound() -> None:
    inner = inner_timeline(track(clip("x", seconds=4)))
    one = await film(
        track(nested("n", "inner", speed=2, sourceRange=time_range(SECOND_US, 2 * SECOND_US))),
        sources=HEARD,
        timelines={"inner": inner},
        audio=SOUND,
    )
    fast = clip("c", speed=2, sourceRange=time_range(SECOND_US, 2 * SECOND_US))
    other = await film(track(fast), sources=HEARD, audio=SOUND)
    assert one.output.sound == pytest.approx(other.output.sound, abs=1e-6)


def test_an_error_inside_names_both_clips_and_leads_to_the_outer() -> None:
    made = plan(nested("n", "inner", seconds=2))
    layers = list(leaves(made.stretches[0].layers))
    assert (layers[0].clip_id, layers[0].name, layers[0].key) == ("n", "“beach.mp4” (x) in “inner” (n)", "n/x")
    assert SIZE == made.size


@pytest.mark.parametrize("path", ["inner", "outer"])
async def test_past_its_range_a_timeline_whose_clips_go_on_holds_the_last_frame(path: str) -> None:
    inner = inner_timeline(track(clip("x", seconds=5)))
    outer = inner_timeline(track(nested("m", "inner", seconds=5)))
    held = nested("n", path, seconds=2, sourceRange=time_range(0, SECOND_US))
    made = await film(track(held), sources=SOURCES, timelines={"inner": inner, "outer": outer})
    assert made.output.numbers == [*range(30), *[29] * 30]


async def test_a_timeline_that_is_blended_in_before_it_begins_stands_and_then_plays() -> None:
    leaving = clip("a", transitionOut=transition("slide", 500_000))
    made = await film(track(leaving, nested("n", "inner", start_us=SECOND_US)), sources=SOURCES, timelines={"inner": INNER})
    assert made.output.numbers == [*range(15), *[0] * 15, *range(30)]


async def test_ids_with_slashes_are_told_apart_from_nested_ones() -> None:
    inner = inner_timeline(track(clip("x", seconds=2, source="sea.mp4")))
    both = (
        track(clip("n/x", transform={"scale": {"x": 0.5, "y": 0.5}}, source_start_us=SECOND_US)),
        track(nested("n", "inner")),
    )
    made = await film(*both, sources=HEARD, timelines={"inner": inner}, audio=SOUND)
    assert made.output.pictures[5].layers == (("sea.mp4", 5), ("beach.mp4", 35))
    alone = [await film(each, sources=HEARD, timelines={"inner": inner}, audio=SOUND) for each in both]
    assert made.output.sound == pytest.approx(sum(each.output.sound for each in alone), abs=1e-6)
