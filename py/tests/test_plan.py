"""What the film consists of: its length, its stretches and the shortest way for each."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.colour import BT709, Colour
from gran_worker.errors import PlanError
from gran_worker.geometry import Size
from gran_worker.plan import RenderPlan, Way, source_paths
from gran_worker.timing import FrameRate
from tests.builders import SECOND_US, WireDict, background, clip, gap, parsed_timeline, track
from tests.fakes import SIZE, FakeSource, image_source, video_source
from tests.films import SOUND, plan_of, small, sound_alone

FILM = video_source()
FILMS = {"beach.mp4": FILM, "sea.mp4": video_source(name="sea.mp4")}
BT601 = Colour("smpte170m", "smpte170m", "smpte170m", full_range=False)
PQ = Colour("bt2020", "pq", "bt2020-ncl", full_range=False)


def stretches(*tracks: WireDict, sources: dict[str, FakeSource] | None = None, **fields: object) -> list[tuple[range, str, Way]]:
    """Frames, ids of the layers bottom first, and the way."""
    plan = plan_of(*tracks, sources=sources or FILMS, **fields)
    return [(each.frames, " ".join(layer.clip_id for layer in each.layers), each.way) for each in plan.stretches]


def way_of(item: WireDict, source: FakeSource = FILM, **fields: object) -> Way:
    ((_, _, way),) = stretches(track(item), sources={"beach.mp4": source}, **fields)
    return way


def test_a_cut_out_part_that_lies_px_for_px_over_the_output_is_drawn_all_the_same() -> None:
    twice = video_source(raw=Size(2 * SIZE.width, 2 * SIZE.height))
    corner = {
        "scale": {"x": 2, "y": 2},
        "position": {"x": SIZE.width / 2, "y": SIZE.height / 2},
        "crop": {"right": 0.5, "bottom": 0.5},
    }
    assert way_of(clip(transform=corner), twice) is Way.CANVAS


# Length


@pytest.mark.parametrize(
    ("duration_us", "fps", "frames", "ends_us"),
    [
        (SECOND_US, 30, 30, 1_000_000),
        (SECOND_US + 1, 30, 30, 1_000_000),
        (SECOND_US + 2, 30, 31, 1_033_333),
        (SECOND_US - 1, 30, 30, 1_000_000),
        (SECOND_US, 29.97, 30, 1_001_000),
        (1_001_000, 29.97, 30, 1_001_000),
        (2, 30, 1, 33_333),
        (3600 * SECOND_US, 23.976, 86_314, 3_600_013_083),
    ],
)
def test_a_film_lasts_whole_frames(duration_us: int, fps: float, frames: int, ends_us: int) -> None:
    plan = plan_of(track(clip(duration_us=duration_us)), sources=FILMS, fps=fps)
    assert (plan.n_frames, plan.duration_us) == (frames, ends_us)


def test_sound_is_as_long_as_the_picture() -> None:
    plan = plan_of(track(clip()), sources=FILMS, fps=29.97, audio=SOUND)
    assert plan.n_samples == 48_048  # of 1.001 s


def test_a_film_ends_with_its_last_enabled_clip() -> None:
    late = clip("late", start_us=9 * SECOND_US, disabled=True)
    assert plan_of(track(clip(), gap(SECOND_US, 5 * SECOND_US), late), sources=FILMS).n_frames == 30


@pytest.mark.parametrize("tracks", [(track(),), (track(clip(disabled=True)), track(gap()))])
def test_a_film_of_nothing_is_an_error(tracks: tuple[WireDict, ...]) -> None:
    with pytest.raises(PlanError, match="nothing to export") as caught:
        plan_of(*tracks, sources=FILMS)
    assert caught.value.code == "E_EMPTY"


def test_a_film_too_short_for_a_frame_is_an_error() -> None:
    with pytest.raises(PlanError) as caught:
        plan_of(track(clip(duration_us=1)), sources=FILMS)
    assert caught.value.code == "E_EMPTY"


def test_a_range_is_the_film() -> None:
    wanted = {"startUs": 500_000, "durationUs": 200_000}
    assert plan_of(track(clip(seconds=10)), sources=FILMS, range=wanted).n_frames == 6


def test_sound_alone_has_no_picture_and_a_picture_alone_no_sound() -> None:
    sound = plan_of(track(clip()), sources=FILMS, wanted=sound_alone())
    assert (sound.stretches, sound.n_samples, sound.needs_canvas) == ((), 48_000, False)
    picture = plan_of(track(clip()), sources=FILMS)
    assert (picture.voices, picture.n_samples, picture.channels) == ((), 0, 0)


# Stretches


def test_the_film_is_cut_where_clips_come_and_go() -> None:
    logo = clip("logo", start_us=300_000, duration_us=400_000, opacity=0.5)
    assert stretches(track(logo), track(clip("film"))) == [
        (range(0, 9), "film", Way.STRAIGHT),
        (range(9, 21), "film logo", Way.CANVAS),
        (range(21, 30), "film", Way.STRAIGHT),
    ]


def test_stretches_leave_no_frame_out() -> None:
    items = [clip("a", start_us=100_000, duration_us=200_000), clip("b", start_us=500_000, duration_us=300_000)]
    assert stretches(track(*items), range={"startUs": 0, "durationUs": SECOND_US}) == [
        (range(0, 3), "", Way.CANVAS),
        (range(3, 9), "a", Way.STRAIGHT),
        (range(9, 15), "", Way.CANVAS),
        (range(15, 24), "b", Way.STRAIGHT),
        (range(24, 30), "", Way.CANVAS),
    ]


def test_a_clip_that_is_covered_is_not_there() -> None:
    top = clip("top", start_us=500_000, duration_us=500_000)
    assert stretches(track(top), track(clip("below", source="sea.mp4")), track(background())) == [
        (range(0, 15), "below", Way.STRAIGHT),
        (range(15, 30), "top", Way.STRAIGHT),
    ]


@pytest.mark.parametrize(
    "shy",
    [
        {"opacity": 0.9},
        {"transform": {"scale": {"x": 0.9, "y": 0.9}}},
        {"transform": {"rotationDeg": 5}},
        {"transform": {"crop": {"left": 0.1, "top": 0, "right": 0, "bottom": 0}}},
    ],
    ids=lambda shy: next(iter(shy)),
)
def test_a_clip_that_is_not_quite_covered_is_there(shy: WireDict) -> None:
    assert [shown for _, shown, _ in stretches(track(clip("top", **shy)), track(clip("below")))] == ["below top"]


def test_two_halves_do_not_make_a_whole() -> None:
    # Each covers half: nothing is known to be hidden, so all three are drawn.
    left = clip("left", transform={"crop": {"left": 0, "top": 0, "right": 0.5, "bottom": 0}})
    right = clip("right", transform={"crop": {"left": 0.5, "top": 0, "right": 0, "bottom": 0}})
    assert [shown for _, shown, _ in stretches(track(left), track(right), track(clip("below")))] == ["below right left"]


def test_what_comes_and_goes_unseen_cuts_nothing() -> None:
    hidden = [clip(f"h{n}", start_us=n * 200_000, duration_us=100_000) for n in range(5)]
    assert stretches(track(clip("film")), track(*hidden)) == [(range(0, 30), "film", Way.STRAIGHT)]


# Ways


def test_a_clip_of_the_output_s_size_goes_straight() -> None:
    assert way_of(clip()) is Way.STRAIGHT
    assert way_of(clip(speed=2)) is Way.STRAIGHT
    assert way_of(clip(freezeFrameSourceUs=0)) is Way.STRAIGHT


@pytest.mark.parametrize(
    "fields",
    [
        {"opacity": 0.5},
        {"transform": {"position": {"x": 0.5, "y": 0}}},
        {"transform": {"scale": {"x": -1, "y": 1}}},
        {"transform": {"rotationDeg": 180}},
        {"transform": {"crop": {"left": 0, "top": 0, "right": 0, "bottom": 0.01}}},
    ],
    ids=str,
)
def test_anything_that_must_be_drawn_is_drawn(fields: WireDict) -> None:
    assert way_of(clip(**fields)) is Way.CANVAS


@pytest.mark.parametrize("turn", [360, -360, 720])
def test_a_whole_turn_is_no_turn(turn: int) -> None:
    assert way_of(clip(transform={"rotationDeg": turn, "anchor": {"preset": "bottomRight"}})) is Way.STRAIGHT


@pytest.mark.parametrize(
    "source",
    [
        video_source(raw=Size(128, 72)),
        video_source(raw=Size(36, 64), rotation=90),
        video_source(rotation=180),
        video_source(opaque=False),
        video_source(upright=False),
        video_source(planar=False),
        video_source(colour=None),
        image_source(opaque=True),
    ],
    ids=["size", "turned", "upside-down", "alpha", "pixels", "format", "colour", "image"],
)
def test_a_picture_that_would_not_be_the_same_px_is_drawn(source: FakeSource) -> None:
    assert way_of(clip(isImage=source.probe.video is not None and source.probe.video.kind == "image"), source) is Way.CANVAS


def test_a_background_is_drawn() -> None:
    assert stretches(track(background()), sources={})[0][2] is Way.CANVAS


def test_straight_frames_keep_their_colour() -> None:
    plan = plan_of(track(clip()), sources={"beach.mp4": video_source(colour=BT601)})
    assert (plan.colour, plan.needs_canvas) == (BT601, False)


def test_hdr_is_brought_down_on_a_canvas_and_told_once_a_file() -> None:
    items = (clip("a"), clip("b", start_us=SECOND_US))
    plan = plan_of(track(*items), sources={"beach.mp4": video_source(colour=PQ)})
    assert (plan.colour, plan.needs_canvas) == (BT709, True)
    assert [(notice.code, notice.clip_id) for notice in plan.notices] == [("hdr", "a")]


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ({"colour": PQ}, "is HDR, which this browser does not"),
        ({"colour": replace(BT709, full_range=True)}, "uses the full range"),
        ({"colour": BT709, "opaque": False}, "has transparent parts"),
        ({"colour": BT709}, None),
        ({"colour": None}, None),
    ],
)
def test_what_a_browser_loses_as_it_turns_a_film_into_rgb_is_told_once(looks: dict[str, object], said: str | None) -> None:
    items = (clip("a"), clip("b", start_us=SECOND_US))
    plain, rgb = (video_source(planar=not converted, converted=converted, **looks) for converted in (False, True))  # type: ignore[arg-type]
    assert "colours" not in [notice.code for notice in plan_of(track(*items), sources={"beach.mp4": plain}).notices]
    told = plan_of(track(*items), sources={"beach.mp4": rgb}).notices
    assert [(notice.code, notice.clip_id) for notice in told] == ([("colours", "a")] if said else [])
    assert all(notice.message.startswith(f"film.mp4 {said}") for notice in told)


def test_a_file_has_one_colour_and_the_most_frames_choose_it() -> None:
    full = Colour("bt709", "bt709", "bt709", full_range=True)
    sources = {"beach.mp4": video_source(colour=full), "sea.mp4": video_source(colour=BT709)}
    plan = plan_of(track(clip("a", seconds=2), clip("b", source="sea.mp4", start_us=2 * SECOND_US)), sources=sources)
    assert plan.colour == full
    assert [each.way for each in plan.stretches] == [Way.STRAIGHT, Way.CANVAS]


def test_a_colour_that_a_canvas_cannot_join_yields_to_one_that_it_can() -> None:
    sources = {"beach.mp4": video_source(colour=BT601)}
    titled = plan_of(track(clip("a")), track(background("b", start_us=SECOND_US)), sources=sources)
    assert titled.colour == BT709
    assert [each.way for each in titled.stretches] == [Way.CANVAS, Way.CANVAS]


# Segments


@given(st.sampled_from([23.976, 24, 25, 29.97, 30, 59.94, 60, 1, 240, 0.5]), st.integers(2, 5 * SECOND_US))
def test_segments_hold_every_frame_and_sample_once_and_at_most_a_second(fps: float, duration_us: int) -> None:
    plan = plan_of(track(background(duration_us=duration_us)), sources={}, fps=fps, audio=SOUND)
    segments = list(plan.segments())
    assert [index for frames, _ in segments for index in frames] == list(range(plan.n_frames))
    assert segments[0][1].start == 0
    assert segments[-1][1].stop == plan.n_samples
    for (_, before), (_, after) in zip(segments, segments[1:], strict=False):
        assert before.stop == after.start
    assert all(len(samples) <= 48_000 for _, samples in segments)
    for frames, samples in segments:
        for index in frames:
            # A frame's sound is in its own segment: the two are never further apart than it.
            assert samples.start <= round(plan.rate.start_us(index) * 0.048) <= samples.stop


# Effects, sources


def test_effects_that_are_off_do_not_matter() -> None:
    off = [{"id": "e", "type": "blur", "strength": 5, "enabled": False}]
    assert way_of(clip(effects=off)) is Way.STRAIGHT


def test_each_source_is_named_once_with_its_first_clip() -> None:
    timeline = parsed_timeline(
        track(clip("a"), clip("b", start_us=SECOND_US)),
        track(clip("c", source="sea.mp4"), clip("d", source="off.mp4", start_us=SECOND_US, disabled=True)),
    )
    assert {path: first.id for path, first in source_paths(timeline).items()} == {"beach.mp4": "a", "sea.mp4": "c"}


def test_a_source_that_is_neither_seen_nor_heard_is_left_alone() -> None:
    timeline = parsed_timeline(
        track(clip("seen", source="seen.mp4"), audioMuted=True),
        track(clip("heard", source="heard.mp4"), videoHidden=True),
        track(clip("neither", source="neither.mp4"), videoHidden=True, audioMuted=True),
        track(clip("muted", source="muted.mp4"), kind="audio", audioMuted=True),
    )
    assert set(source_paths(timeline)) == {"seen.mp4", "heard.mp4"}


# Metamorphic


def frame_by_frame(plan: RenderPlan) -> list[tuple[range, tuple[tuple[object, ...], ...], Way]]:
    """Stretches by what each frame shows: source time, place, way; ids and cuts left out."""
    shown = []
    for stretch in plan.stretches:
        for index in stretch.frames:
            us = plan.rate.start_us(index)
            layers = tuple(
                (each.path, each.walk.at(us), each.op.affine, each.op.crop, each.op.opacity, each.op.colour) for each in stretch.layers
            )
            shown.append((index, layers, stretch.way))
    return shown  # type: ignore[return-value]


RATES = st.sampled_from([FrameRate(20), FrameRate(25), FrameRate(50)])
"""Their frame times are whole µs, so that cuts and shifts on frames are exact."""


@settings(max_examples=25)
@given(RATES, st.integers(1, 99), st.sampled_from([1, 2, 0.5]))
def test_cutting_a_clip_at_a_frame_changes_no_frame(rate: FrameRate, cut: int, speed: float) -> None:
    cut_us, end_us = rate.start_us(cut), rate.start_us(100)
    whole = clip("a", duration_us=end_us, speed=speed)
    whole["sourceRange"] = {"startUs": 0, "durationUs": int(end_us * speed)}
    first, second = clip("a", duration_us=cut_us, speed=speed), clip("b", start_us=cut_us, duration_us=end_us - cut_us, speed=speed)
    first["sourceRange"] = {"startUs": 0, "durationUs": int(cut_us * speed)}
    second["sourceRange"] = {"startUs": int(cut_us * speed), "durationUs": int((end_us - cut_us) * speed)}
    plans = [plan_of(track(*items), sources=FILMS, fps=rate.num) for items in ((whole,), (first, second))]
    assert frame_by_frame(plans[0]) == frame_by_frame(plans[1])


@settings(max_examples=25)
@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_items_is_irrelevant(order: list[str]) -> None:
    items = {name: clip(name, start_us=n * SECOND_US, opacity=0.5 + n / 10) for n, name in enumerate("abcd")}
    assert plan_of(track(*(items[name] for name in order)), sources=FILMS) == plan_of(track(*items.values()), sources=FILMS)


@settings(max_examples=25)
@given(RATES, st.integers(0, 500))
def test_moving_everything_by_frames_moves_the_film(rate: FrameRate, by: int) -> None:
    by_us = rate.start_us(by)
    here = plan_of(track(clip(start_us=40_000, seconds=1)), sources=FILMS, fps=rate.num)
    there = plan_of(
        track(clip(start_us=40_000 + by_us, seconds=1)), sources=FILMS, fps=rate.num, range={"startUs": by_us, "durationUs": 1_040_000}
    )
    assert frame_by_frame(here) == frame_by_frame(there)


@settings(max_examples=25)
@given(st.integers(0, 2 * SECOND_US), st.integers(1, SECOND_US))
def test_an_invisible_clip_is_a_no_op(start_us: int, duration_us: int) -> None:
    film = track(clip("film", seconds=3))
    for ghost in (
        clip("ghost", start_us=start_us, duration_us=duration_us, opacity=0),
        clip("ghost", start_us=start_us, duration_us=duration_us, transform={"position": {"x": SIZE.width, "y": 0}}),
        background("ghost", start_us=start_us, duration_us=duration_us, disabled=True),
    ):
        assert plan_of(track(ghost), film, sources=FILMS).stretches == plan_of(film, sources=FILMS).stretches


def test_thousands_of_clips_plan_quickly() -> None:
    # Not a benchmark: quadratic work would take minutes.
    tracks = [track(*(clip(f"{t}-{n}", start_us=n * 40_000, duration_us=40_000, opacity=0.5) for n in range(300))) for t in range(8)]
    plan = plan_of(*tracks, sources=FILMS, wanted=small(fps=25))
    assert len(plan.stretches) == 300
    assert all(len(stretch.layers) == 8 for stretch in plan.stretches)
