"""The last hand on the mix: limiter, loudness; and the sound of transitions."""

import numpy as np
import pytest

from gran_worker.joints import build_slots
from gran_worker.loudness import LoudnessMeter
from gran_worker.mixer import mix
from gran_worker.timing import TimeRange
from gran_worker.voices import Voice, build_voices
from tests.builders import SECOND_US, WireDict, audio, background, clip, parsed_timeline, track
from tests.fakes import FakeSource, noise, sine, sound_source
from tests.films import Film, film, sound_alone


async def of_sound(*items: WireDict, sources: dict[str, FakeSource], **fields: object) -> Film:
    """A film of one track of sound; ``fields`` are audio settings."""
    return await film(track(*items, kind="audio"), sources=sources, wanted=sound_alone(audio=audio(codec="flac", **fields)))


def at_level(level: float, *, seconds: float = 1.5) -> dict[str, FakeSource]:
    return {"s": sound_source(sine(997, seconds, level=level))}


async def test_what_is_not_too_loud_passes_the_limiter_bit_for_bit() -> None:
    sources = at_level(0.9)
    for limiter in (True, False):
        made = await of_sound(clip(source="s", seconds=1.5), sources=sources, limiter=limiter)
        assert np.array_equal(made.output.sound, sources["s"].sound)


async def test_a_clip_that_has_ended_is_closed_before_the_film_is_over() -> None:
    items = [clip(f"c{n:02}", source="s", start_us=n * SECOND_US, seconds=1) for n in range(20)]
    made = await of_sound(*items, sources=at_level(0.1))
    assert len(made.media.heard) == 20
    assert made.media.peak_iterators <= 2


async def test_what_is_too_loud_is_turned_down_and_told_once() -> None:
    made = await of_sound(clip(source="s", seconds=1.5), sources=at_level(2.0))
    assert np.abs(made.output.sound).max() <= 1
    (told,) = made.warnings
    assert told.code == "loud"
    assert "at 0:00.000" in told.message


async def test_without_the_limiter_it_is_cut_off_at_full_scale() -> None:
    sources = at_level(2.0)
    made = await of_sound(clip(source="s", seconds=1.5), sources=sources, limiter=False)
    assert np.array_equal(made.output.sound, np.clip(sources["s"].sound, -1, 1))
    assert made.warnings == []


@pytest.mark.parametrize("level", [0.01, 0.9])
async def test_the_mix_is_brought_to_the_loudness_asked_for(level: float) -> None:
    made = await of_sound(clip(source="s", seconds=3), sources=at_level(level, seconds=3), loudnessLufs=-14)
    meter = LoudnessMeter(48_000, 2)
    meter.push(made.output.sound)
    assert meter.integrated_lufs() == pytest.approx(-14, abs=0.1)
    # It was listened to once for it, and once more.
    assert len(made.media.heard) == 2
    assert made.studio.is_tidy


async def test_silence_has_no_loudness_to_bring_anywhere() -> None:
    silent = {"s": sound_source(np.zeros((2, 48_000), np.float32))}
    assert not (await of_sound(clip(source="s"), sources=silent, loudnessLufs=-14)).output.sound.any()


SOURCES = {"a": sound_source(noise(4, seed=1)), "b": sound_source(noise(4, seed=2))}
HALF_US, TENTH_US = SECOND_US // 2, SECOND_US // 10


def voices(*items: WireDict) -> tuple[Voice, ...]:
    timeline = parsed_timeline(track(*items, kind="audio"))
    probes = {path: source.probe for path, source in SOURCES.items()}
    return build_voices(timeline, TimeRange(0, 3 * SECOND_US), 48_000, 144_000, probes)[0]


def pair(*, a: WireDict | None = None, b: WireDict | None = None) -> tuple[WireDict, WireDict]:
    """Two clips that touch after a second, with a second of source before and behind them."""
    return (
        clip("a", source="a", source_start_us=SECOND_US, **(a or {})),
        clip("b", source="b", start_us=SECOND_US, source_start_us=SECOND_US, **(b or {})),
    )


def dissolve(duration_us: int = TENTH_US, **fields: object) -> WireDict:
    return {"type": "dissolve", "durationUs": duration_us, **fields}


def levels(found: tuple[Voice, ...], samples: range) -> dict[str, list[float]]:
    """How loud each voice is at ``samples``; silent where it does not sound."""
    return {
        voice.clip_id: mix([(voice, part, np.ones((2, len(part)), np.float32))] if part else [], samples, 1)[0].tolist()
        for voice in found
        for part in [range(max(voice.samples.start, samples.start), max(samples.start, min(voice.samples.stop, samples.stop)))]
    }


def test_in_a_blend_the_clip_before_plays_on_into_its_source() -> None:
    a, b = voices(*pair(b={"transitionIn": dissolve()}))
    assert (a.samples, b.samples) == (range(52_800), range(48_000, 96_000))
    (plain, _) = voices(*pair())
    assert a.origin == plain.origin
    at = levels((a, b), range(47_000, 54_000))
    power = np.square(at["a"]) + np.square(at["b"])
    assert np.allclose(power[: 1000 + 4800], 1, atol=1e-5)
    assert (at["a"][1000], at["b"][1000], at["a"][5800], at["b"][5800]) == (1, 0, 0, 1)


def test_a_blend_out_brings_the_next_clip_in_before_its_start() -> None:
    a, b = voices(*pair(a={"transitionOut": dissolve()}))
    assert (a.samples, b.samples) == (range(48_000), range(43_200, 96_000))
    at = levels((a, b), range(43_000, 48_000))
    assert np.allclose(np.square(at["a"]) + np.square(at["b"]), 1, atol=1e-5)


@pytest.mark.parametrize("kind", ["dissolve", "fade-to-black", "wipe", "slide"])
def test_a_composite_fades_its_clip_alone(kind: str) -> None:
    a, b = voices(*pair(b={"transitionIn": {"type": kind, "durationUs": TENTH_US, "mode": "composite"}}))
    assert (a.samples, b.samples) == (range(48_000), range(48_000, 96_000))
    at = levels((a, b), range(47_990, 53_000))
    assert at["a"][:11] == [1] * 10 + [0]
    assert at["b"][10] == 0
    assert at["b"][10 + 2400] == pytest.approx(0.5**0.5, abs=1e-3)
    assert at["b"][10 + 4800] == 1


def test_a_blend_with_nobody_fades_its_clip_alone() -> None:
    (b,) = voices(clip("b", source="b", start_us=SECOND_US, transitionIn=dissolve(), transitionOut=dissolve(HALF_US)))
    assert b.samples == range(48_000, 96_000)
    at = levels((b,), range(48_000, 96_000))["b"]
    assert (at[0], at[4800], at[24_000]) == (0, 1, 1)
    assert at[36_000] == pytest.approx(0.5**0.5, abs=1e-3)


def test_a_clip_whose_range_ended_before_its_slot_does_not_play_on() -> None:
    short = clip("a", source="a", sourceRange={"startUs": 0, "durationUs": HALF_US})
    a, _ = voices(short, clip("b", source="b", start_us=SECOND_US, transitionIn=dissolve()))
    assert a.samples == range(24_000)


def test_a_neighbour_without_sound_is_no_reason_to_be_loud() -> None:
    timeline = parsed_timeline(track(background("a"), clip("b", source="b", start_us=SECOND_US, transitionIn=dissolve())))
    slots = list(build_slots([item for item in timeline.tracks[0].items if item.kind == "clip"]))
    assert slots[1].blends_in is not None
    (b,) = build_voices(timeline, TimeRange(0, 2 * SECOND_US), 48_000, 96_000, {"b": SOURCES["b"].probe})[0]
    assert levels((b,), range(48_000, 53_000))["b"][0] == 0
