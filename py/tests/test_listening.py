"""What the speaker plays is what an export encodes, from any place on."""

from fractions import Fraction

import numpy as np
import pytest

from gran_worker.ports import Block
from gran_worker.preview.listening import Listening, is_heard
from gran_worker.settings import AudioSettings
from gran_worker.telemetry import Meter
from tests.builders import audio, clip, parsed_settings, track
from tests.fakes import FakeMedia, ManualClock, dbfs, noise, sine, sound_source
from tests.films import film, plan_of, sound_alone

SOURCES = {"a": sound_source(noise(3, seed=1)), "b": sound_source(noise(3, 44_100, seed=2), 44_100), "c": sound_source(sine(440, 3))}
TRACKS = (
    track(clip("one", source="a", seconds=1.5), clip("two", source="b", start_us=1_500_000, seconds=1), kind="audio"),
    track(clip("three", source="c", start_us=400_000, seconds=2, audioGain=0.5, audioFadeInUs=500_000), kind="audio"),
)


def audio_settings() -> AudioSettings:
    settings = parsed_settings(audio=audio()).audio
    assert settings
    return settings


async def played(first: int, n_samples: int, *, speed: Fraction = Fraction(1), block: int = 4800) -> Block:
    media = FakeMedia(SOURCES)
    plan = plan_of(*TRACKS, sources=SOURCES, wanted=sound_alone())
    listening = Listening(plan, audio_settings(), media, Meter(ManualClock()), first, speed)
    blocks = [await listening.block(min(block, n_samples - at)) for at in range(0, n_samples, block)]
    await listening.aclose()
    assert (media.open_frames, media.open_iterators) == (0, 0)
    return np.concatenate(blocks, axis=1)


async def exported() -> Block:
    return (await film(*TRACKS, sources=SOURCES, wanted=sound_alone())).output.sound


@pytest.mark.parametrize("first", [0, 64 * 300, 64 * 1200])
async def test_it_is_the_export_s_own_sound(first: int) -> None:
    whole = await exported()
    heard = await played(first, 40_000)
    assert dbfs(heard - whole[:, first : first + 40_000]) < -100


@pytest.mark.parametrize("block", [128, 1000, 4800, 20_000])
async def test_blocks_of_any_size_make_the_same_sound(block: int) -> None:
    assert np.array_equal(await played(0, 40_000, block=block), await played(0, 40_000))


async def test_after_the_end_it_is_silent_for_ever() -> None:
    whole = await exported()
    n_samples = whole.shape[1]
    heard = await played(n_samples - 6400, 48_000)
    assert dbfs(heard[:, :6400] - whole[:, -6400:]) < -100
    assert not heard[:, 6400:].any()


@pytest.mark.parametrize("speed", [Fraction(1, 2), Fraction(3, 2), Fraction(2)])
async def test_a_sine_at_another_speed_is_a_sine_of_another_pitch(speed: Fraction) -> None:
    media = FakeMedia({"c": SOURCES["c"]})
    plan = plan_of(track(clip(source="c", seconds=3), kind="audio"), sources=SOURCES, wanted=sound_alone())
    listening = Listening(plan, audio_settings(), media, Meter(ManualClock()), 0, speed)
    heard = np.concatenate([await listening.block(4800) for _ in range(5)], axis=1)
    wanted = sine(440 * float(speed), 24_000 / 48_000)
    assert dbfs((heard - wanted)[:, 2000:-2000]) < -70
    await listening.aclose()


def test_only_what_can_be_understood_is_heard() -> None:
    assert [is_heard(Fraction(speed)) for speed in (1, 2, 4, -1)] == [True, True, False, False]
