"""Where a film may be cut, and for how many encoders."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.plan import RenderPlan
from gran_worker.sections import MAX_DECODERS, MAX_ENCODERS, begins_group, build_sections, cut, n_encoders
from gran_worker.settings import clamp
from gran_worker.timing import FrameRate
from tests.builders import SECOND_US, audio, background, clip, parsed_settings, track
from tests.fakes import FakeSource, coded_source, image_source, video_source
from tests.films import plan_of, small, sound_alone

CORES = 4
RATES = ("30", "30000/1001", "24000/1001", "7", "120")
SOURCES: dict[str, FakeSource] = {"beach.mp4": video_source(seconds=600), "logo.png": image_source(), "sea": coded_source(seconds=30)}


def plan(*tracks: object, **fields: object) -> RenderPlan:
    listed = tracks or (track(clip(seconds=60)),)
    return plan_of(*listed, sources=SOURCES, **fields)  # type: ignore[arg-type]


def chosen(*tracks: object, cores: int = CORES, **fields: object) -> int:
    wanted = clamp(parsed_settings(**small(**fields)))[0]
    return n_encoders(plan(*tracks, **fields), wanted, cores)


@pytest.mark.parametrize(("cores", "n"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (64, MAX_ENCODERS)])
def test_one_core_is_left_for_everything_else(cores: int, n: int) -> None:
    assert chosen(cores=cores) == n


@pytest.mark.parametrize(("codec", "n"), [("vp9", 3), ("vp09.00.31.08", 3), ("av1", 3), ("vp8", 1), ("avc", 1), ("hevc", 1)])
def test_slow_codecs_are_shared_where_nobody_asked(codec: str, n: int) -> None:
    assert chosen(codec=codec, container="mp4" if codec == "hevc" else "mkv") == n


@pytest.mark.parametrize(("codec", "n"), [("vp8", 5), ("avc", 1)])
def test_who_asks_for_encoders_gets_them_where_key_frames_say_all(codec: str, n: int) -> None:
    assert chosen(codec=codec, encoders=5, cores=1) == n


def test_a_short_film_is_not_cut() -> None:
    assert chosen(track(clip(seconds=1.9))) == 1
    assert chosen(track(clip(seconds=3.9))) == 2
    assert chosen(track(clip(seconds=60)), keyFrameIntervalMs=60_000) == 1


def test_a_constant_rate_is_kept_by_one_encoder_alone() -> None:
    assert chosen(bitrateMode="constant", encoders=4) == 1


def test_a_film_with_copied_pictures_is_not_cut() -> None:
    items = track(clip(source="sea", seconds=20), background(start_us=20 * SECOND_US, duration_us=20 * SECOND_US))
    assert chosen(items, encoders=4) == 1
    assert chosen(items, encoders=4, copy="never") == 4


def test_a_film_without_a_picture_has_no_encoder_to_share() -> None:
    wanted = clamp(parsed_settings(**sound_alone(audio=audio(codec="flac"))))[0]
    assert n_encoders(plan_of(track(background()), sources={}, wanted=sound_alone()), wanted, CORES) == 1


def test_decoders_are_bounded_all_together() -> None:
    halves = {"transform": {"scale": {"x": 0.5, "y": 0.5}}}
    for n_clips, n in ((1, 8), (2, 4), (4, 2), (5, 1), (20, 1)):
        assert n * n_clips <= MAX_DECODERS or n == 1
        assert chosen(*(track(clip(f"c{i}", seconds=60, **halves)) for i in range(n_clips)), encoders=8) == n
    logos = (track(clip(f"l{i}", source="logo.png", isImage=True, seconds=60)) for i in range(20))
    assert chosen(*logos, track(clip(seconds=60)), encoders=8) == 8


@settings(max_examples=50)
@given(
    rate=st.sampled_from(RATES),
    duration_us=st.integers(200_000, 40 * SECOND_US),
    interval_ms=st.integers(100, 20_000),
    n=st.integers(2, 8),
)
def test_sections_are_the_film_cut_at_its_key_frames(rate: str, duration_us: int, interval_ms: int, n: int) -> None:
    fields = {"fps": rate if "/" in rate else int(rate), "keyFrameIntervalMs": interval_ms}
    film = plan(track(background(duration_us=duration_us)), **fields)
    sections = build_sections(film, clamp(parsed_settings(**small(**fields)))[0], n)
    assert [index for section in sections for index in section] == list(range(film.n_frames))
    keys = {index for index in range(film.n_frames) if begins_group(film.rate, interval_ms * 1000, index)}
    assert {section.start for section in sections} <= keys
    # As if each group took as long as any other, and the last section were whole.
    rounds = -(-len(sections) // n)
    longest = max(sum(index in keys for index in section) for section in sections)
    assert rounds * longest <= 1.05 * -(-len(keys) // n)


@given(fps=st.sampled_from(RATES), interval_ms=st.integers(100, 5000))
def test_the_first_frame_and_those_behind_each_interval_begin_groups(fps: str, interval_ms: int) -> None:
    rate = FrameRate.parse(fps if "/" in fps else int(fps))
    keys = [index for index in range(rate.first_index_at(20 * SECOND_US)) if begins_group(rate, interval_ms * 1000, index)]
    assert keys == sorted(
        {rate.first_index_at(us) for us in range(0, 20 * SECOND_US, interval_ms * 1000)} - {rate.first_index_at(20 * SECOND_US)}
    )


@given(first=st.integers(0, 120), length=st.integers(1, 120))
def test_a_part_of_a_plan_shows_the_same_at_the_same_time(first: int, length: int) -> None:
    items = track(*(background(f"b{i}", start_us=i * 500_000, duration_us=500_000, backgroundColor=f"#0000{i:02}") for i in range(8)))
    whole = plan(items)
    frames = range(first % whole.n_frames, min(first % whole.n_frames + length, whole.n_frames))
    part = cut(whole, frames)

    def shown(film: RenderPlan) -> dict[int, object]:
        return {index: stretch.layers for stretch in film.stretches for index in stretch.frames}

    assert shown(part) == {index: layers for index, layers in shown(whole).items() if index in frames}
    assert (part.n_frames, part.rate) == (whole.n_frames, whole.rate)
