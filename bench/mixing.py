"""How fast twenty clips of 44.1 kHz are resampled and mixed to 48 kHz stereo, decoding left out: in times real time."""

import asyncio
from collections.abc import AsyncGenerator
from fractions import Fraction
from statistics import median
from time import perf_counter

import numpy as np

from gran_worker.listener import VoiceReader
from gran_worker.mixer import mix
from gran_worker.ports import Sound
from gran_worker.voices import Voice

VOICES = 20
SECONDS = 10
SOURCE_HZ, OUTPUT_HZ = 44_100, 48_000
DECODED = 1024
REPEATS = 10
"""The first warms the interpreter up."""


class Noise:
    """Any length of decoded stereo, as blocks of a decoder's usual size."""

    def __init__(self) -> None:
        self._block = np.random.default_rng(1).uniform(-0.1, 0.1, (DECODED, 2)).astype(np.float32).T

    async def sounds(self, _path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
        first, end = (us * SOURCE_HZ // 1_000_000 for us in (start_us, end_us))
        for at in range(first // DECODED * DECODED, end + 1, DECODED):
            yield Sound(at, SOURCE_HZ, self._block)


def voice(number: int) -> Voice:
    origin = Fraction(number * 997)
    step = Fraction(SOURCE_HZ, OUTPUT_HZ)
    return Voice(f"c{number:02}", "clip", "s", range(SECONDS * OUTPUT_HZ), origin, step, SOURCE_HZ, (0.5,), (0.0,), ())


async def mixed_s() -> float:
    """Seconds that mixing all of it takes."""
    media = Noise()
    readers = [(each, VoiceReader(media, each)) for each in map(voice, range(VOICES))]  # type: ignore[arg-type]
    began_s = perf_counter()
    for second in range(SECONDS):
        samples = range(second * OUTPUT_HZ, (second + 1) * OUTPUT_HZ)
        mix([(each, samples, await reader.read(samples)) for each, reader in readers], samples, 2)
    took_s = perf_counter() - began_s
    for _, reader in readers:
        await reader.aclose()
    return took_s


async def main() -> None:
    speeds = [SECONDS / await mixed_s() for _ in range(REPEATS)][1:]
    figures = f"{max(speeds):.1f} x real time at best, {median(speeds):.1f} in the middle, {min(speeds):.1f} at worst"
    print(f"{VOICES} clips of {SOURCE_HZ} Hz mixed at {OUTPUT_HZ} Hz: {figures} of {len(speeds)} runs")


if __name__ == "__main__":
    asyncio.run(main())
