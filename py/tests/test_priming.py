"""The chirp is found where it is."""

import numpy as np
import pytest

from gran_worker.priming import chirp, lateness_s


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("late", [0, 1, 312, 1024, 2112])
def test_a_late_chirp_is_found_to_the_sample(rate_hz: int, late: int) -> None:
    noise = np.random.default_rng(3).uniform(-0.02, 0.02, 2 * rate_hz).astype(np.float32)
    sent = chirp(rate_hz)
    noise[late : late + len(sent)] += sent
    found = lateness_s(noise, rate_hz)
    assert found is not None
    assert round(found * rate_hz) == late


def test_silence_and_noise_are_no_chirp() -> None:
    assert lateness_s(np.zeros(48_000, np.float32), 48_000) is None
    assert lateness_s(np.random.default_rng(1).uniform(-1, 1, 48_000).astype(np.float32), 48_000) is None
