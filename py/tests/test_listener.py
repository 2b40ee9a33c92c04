"""What a voice sounds like, out of blocks on a grid of their own."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.errors import SourceError
from gran_worker.listener import VoiceReader
from gran_worker.ports import Block, Sound
from gran_worker.voices import Voice
from tests.fakes import FakeMedia, FakeSource, Trouble, noise, sine, sound_source
from tests.loop import run


def voice(source: FakeSource, samples: range, *, origin: Fraction | int = 0, speed: Fraction | int = 1) -> Voice:
    assert source.probe.audio is not None
    rate_hz = source.probe.audio.rate_hz
    step = Fraction(speed) * rate_hz / 48_000
    return Voice("v", "v", "v", "song", samples, Fraction(origin), step, rate_hz, (1.0, 1.0), (0.0, 0.0), ())


def blocks(samples: range, size: int) -> Iterator[range]:
    for start in range(samples.start, samples.stop, size):
        yield range(start, min(start + size, samples.stop))


async def heard(source: FakeSource, samples: range, *, size: int = 48_000, block: int = 1024, **fields: Fraction | int) -> Block:
    media = FakeMedia({"song": source}, block=block)
    reader = VoiceReader(media, voice(source, samples, **fields))
    async with aclosing(reader):
        parts = [await reader.read(part) for part in blocks(samples, size)]
    assert media.open_iterators == 0
    return np.concatenate(parts, axis=1)


async def test_a_cut_is_exactly_its_samples() -> None:
    sound = noise(1)
    assert np.array_equal(await heard(sound_source(sound), range(1000, 9001), origin=123), sound[:, 1123:9124])


async def test_before_and_after_the_source_is_silence() -> None:
    sound = noise(0.01)
    cut = await heard(sound_source(sound), range(1000), origin=-100)
    assert not cut[:, :100].any()
    assert np.array_equal(cut[:, 100:580], sound)
    assert not cut[:, 580:].any()


async def test_sound_that_begins_late_in_its_file_begins_late() -> None:
    sound = noise(0.01)
    cut = await heard(sound_source(sound, first=300), range(1000))
    assert cut[0].nonzero()[0][0] == 300
    assert np.array_equal(cut[:, 300:780], sound)


async def test_mono_is_on_both_sides() -> None:
    sound = noise(0.1, channels=1)
    assert np.array_equal(await heard(sound_source(sound), range(4800)), np.repeat(sound, 2, axis=0))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@settings(max_examples=25)
@given(size=st.integers(150, 3000), block=st.integers(100, 3000), origin=st.integers(-500, 500))
def test_no_size_of_blocks_changes_a_bit(rate_hz: int, size: int, block: int, origin: int) -> None:
    source = sound_source(noise(0.2, rate_hz), rate_hz)
    whole = run(heard(source, range(100, 3000), origin=origin))
    assert np.array_equal(run(heard(source, range(100, 3000), size=size, block=block, origin=origin)), whole)


async def test_the_filter_reads_beyond_the_cut() -> None:
    # A tone cut out of a tone has no edge: it starts at its level, not with the filter's own ringing.
    source = sound_source(sine(1000, 1, 44_100), 44_100)
    cut = await heard(source, range(10_000, 10_480))
    n = np.arange(10_000, 10_480)
    assert np.abs(cut[0] - 0.5 * np.sin(2 * np.pi * 1000 * n / 48_000)).max() < 10 ** (-80 / 20)


async def test_only_what_is_needed_is_decoded() -> None:
    media = FakeMedia({"song": sound_source(noise(10))})
    async with aclosing(VoiceReader(media, voice(media.sources["song"], range(48_000), origin=96_000))) as reader:
        await reader.read(range(48_000))
    ((_, start_us, end_us),) = media.heard
    # A lead-in lets lossy codecs find their feet.
    assert 1_900_000 <= start_us <= 1_980_000
    assert 3_000_000 <= end_us <= 3_050_000


async def test_no_more_is_held_than_the_filter_reaches() -> None:
    source = sound_source(noise(3, 44_100), 44_100)
    media = FakeMedia({"song": source}, block=441)
    async with aclosing(VoiceReader(media, voice(source, range(96_000)))) as reader:
        for part in blocks(range(96_000), 4800):
            await reader.read(part)
            held = sum(sound.block.shape[1] for sound in reader._held)
            assert held <= 4410 + reader._resampler.span(range(1)).stop + 2 * 4410


async def test_a_gap_in_the_sound_is_silence_and_nothing_moves() -> None:
    sound = noise(0.1)

    class Gappy(FakeMedia):
        async def sounds(self, path: str, start_us: int, end_us: int):  # type: ignore[no-untyped-def]
            async for each in super().sounds(path, start_us, end_us):
                if each.first != 1024:
                    yield each

    media = Gappy({"song": sound_source(sound)})
    async with aclosing(VoiceReader(media, voice(media.sources["song"], range(4800)))) as reader:
        cut = await reader.read(range(4800))
    assert not cut[:, 1024:2048].any()
    assert np.array_equal(cut[:, 2048:], sound[:, 2048:])


async def test_a_failing_decoder_leaves_nothing_open() -> None:
    media = FakeMedia({"song": sound_source(noise(1))}, troubles={"sound song": Trouble(ValueError("broken"))})
    async with aclosing(VoiceReader(media, voice(media.sources["song"], range(4800)))) as reader:
        with pytest.raises(ValueError, match="broken"):
            await reader.read(range(4800))
    assert media.open_iterators == 0


async def test_a_rate_that_changes_midway_is_told() -> None:
    class Changing(FakeMedia):
        async def sounds(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
            async with aclosing(super().sounds(path, start_us, end_us)) as sounds:
                async for sound in sounds:
                    yield replace(sound, rate_hz=44_100) if sound.first >= 24_000 else sound

    media = Changing({"song": sound_source(noise(1))})
    reader = VoiceReader(media, voice(media.sources["song"], range(48_000)))
    with pytest.raises(SourceError, match=r"changes from 48000 to 44100 Hz at 0:00\.5"):
        await reader.read(range(48_000))
    await reader.aclose()
    assert media.open_iterators == 0
