"""Peaks of a sound, against the slow way."""

import numpy as np
import pytest

from gran_worker.peaks import PeakMeter
from gran_worker.ports import Block, Sound
from tests.fakes import noise


def metered(sound: Block, rate_hz: int, per_second: int, *, block: int, first: int = 0) -> tuple[Block, Block]:
    meter = PeakMeter(rate_hz, per_second)
    lows, highs, expected = [], [], 0
    for at in range(0, sound.shape[1], block):
        meter.push(Sound(first + at, rate_hz, sound[:, at : at + block]))
        begin, low, high = meter.take(meter.n_whole)
        assert begin == expected
        expected += len(low)
        lows.append(low)
        highs.append(high)
    begin, low, high = meter.take_rest()
    assert begin == expected
    return np.concatenate([*lows, low]), np.concatenate([*highs, high])


@pytest.mark.parametrize("block", [100, 1024, 48_000])
@pytest.mark.parametrize(("rate_hz", "per_second"), [(48_000, 50), (44_100, 30), (44_100, 1000), (8000, 7)])
def test_each_bin_has_its_own_extremes(rate_hz: int, per_second: int, block: int) -> None:
    sound = noise(1.3, rate_hz)
    low, high = metered(sound, rate_hz, per_second, block=block)
    numbers = np.arange(sound.shape[1]) * per_second // rate_hz
    assert len(low) == len(high) == numbers[-1] + 1
    for number in range(len(low)):
        mine = sound[:, numbers == number]
        assert (low[number], high[number]) == (min(0, mine.min()), max(0, mine.max()))


def test_gaps_are_silent_and_what_lies_before_the_beginning_is_left_out() -> None:
    meter = PeakMeter(1000, 10)
    loud = np.full((2, 150), 0.5, np.float32)
    meter.push(Sound(-50, 1000, loud))
    meter.push(Sound(400, 1000, -loud))
    first, low, high = meter.take_rest()
    assert first == 0
    assert high.tolist() == [0.5, 0, 0, 0, 0, 0]
    assert low.tolist() == [0, 0, 0, 0, -0.5, -0.5]


def test_a_block_s_worth_of_memory() -> None:
    meter = PeakMeter(48_000, 100)
    for at in range(0, 48_000 * 600, 48_000):
        meter.push(Sound(at, 48_000, np.zeros((2, 48_000), np.float32)))
        meter.take(meter.n_whole)
        assert len(meter._low) <= 1
