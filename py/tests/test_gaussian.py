import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.gaussian import MAX_PAIRS, gaussian_taps


@given(st.floats(0.05, 200))
def test_weights_make_a_whole_and_fit_the_shader(sigma_px: float) -> None:
    taps = gaussian_taps(sigma_px)
    assert taps.centre + 2 * sum(weight for _, weight in taps.pairs) == pytest.approx(1)
    assert 1 <= len(taps.pairs) <= MAX_PAIRS
    assert all(near < far for (near, _), (far, _) in zip(taps.pairs, taps.pairs[1:], strict=False))


@pytest.mark.parametrize("sigma_px", [1, 2.5, 5, 8, 12, 20, 50])
def test_it_spreads_as_far_as_asked(sigma_px: float) -> None:
    taps = gaussian_taps(sigma_px)
    # A linear sampler between two px spreads what it finds there a little more than the distance tells.
    variance = 0.0
    for distance, weight in taps.pairs:
        near, share = int(distance), distance - int(distance)
        variance += 2 * weight * ((1 - share) * near**2 + share * (near + 1) ** 2)
    if taps.shrink > 1:
        variance += 1 / 12 + 1 / 6
    assert variance**0.5 * taps.shrink == pytest.approx(sigma_px, rel=0.02)


def test_a_wide_blur_works_on_a_smaller_picture() -> None:
    assert [gaussian_taps(sigma_px).shrink for sigma_px in (3, 8, 9, 16, 50)] == [1, 1, 2, 2, 8]
