"""One description of a filter, for a canvas and for a shader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.effects.coloradjustment import ColorAdjustment
from gran_worker.filters import RECOLOURS, SOFTENING, UNITS, Filter, Rows, css, reach, runs

Rgb = tuple[float, float, float]


def recoloured(rows: Rows, rgb: Rgb) -> Rgb:
    red, green, blue = (min(1.0, max(0.0, a * rgb[0] + b * rgb[1] + c * rgb[2] + constant)) for a, b, c, constant in rows)
    return red, green, blue


def test_every_filter_is_known_to_both_executors() -> None:
    assert set(UNITS) == set(RECOLOURS) | set(SOFTENING)


@pytest.mark.parametrize(
    ("name", "amount", "before", "after"),
    [
        # Worked out from the formulas of Filter Effects Module Level 1.
        ("brightness", 1.5, (0.2, 0.4, 0.8), (0.3, 0.6, 1.0)),
        ("contrast", 2.0, (0.2, 0.5, 0.6), (0.0, 0.5, 0.7)),
        ("saturate", 0.0, (1.0, 0.0, 0.0), (0.213, 0.213, 0.213)),
        ("saturate", 2.0, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ("grayscale", 1.0, (0.0, 1.0, 0.0), (0.7152, 0.7152, 0.7152)),
        ("grayscale", 3.0, (0.0, 1.0, 0.0), (0.7152, 0.7152, 0.7152)),
        ("sepia", 1.0, (1.0, 0.0, 0.0), (0.393, 0.349, 0.272)),
        ("invert", 1.0, (0.1, 0.5, 1.0), (0.9, 0.5, 0.0)),
        ("invert", 0.5, (0.1, 0.7, 1.0), (0.5, 0.5, 0.5)),
        ("hue-rotate", 180.0, (1.0, 0.0, 0.0), (0.0, 0.426, 0.426)),
    ],
)
def test_a_filter_recolours_by_the_formula(name: str, amount: float, before: Rgb, after: Rgb) -> None:
    assert recoloured(RECOLOURS[name](amount), before) == pytest.approx(after, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "amount"), [(name, 0.0 if name in ("grayscale", "sepia", "invert", "hue-rotate") else 1.0) for name in RECOLOURS]
)
@given(rgb=st.tuples(*[st.floats(0, 1)] * 3))
def test_at_rest_a_filter_changes_nothing(name: str, amount: float, rgb: Rgb) -> None:
    assert recoloured(RECOLOURS[name](amount), rgb) == pytest.approx(rgb, abs=1e-9)


def test_runs_end_at_each_blur_and_keep_the_order() -> None:
    made = runs([Filter("brightness", 2), Filter("blur", 3), Filter("contrast", 2), Filter("invert", 1)], most=8)
    assert [(len(run.recolours), run.blur_px) for run in made] == [(1, 3), (2, 0)]
    assert made[1].recolours == (RECOLOURS["contrast"](2), RECOLOURS["invert"](1))


def test_the_last_run_never_blurs_and_none_is_too_long() -> None:
    assert [(len(run.recolours), run.blur_px) for run in runs([Filter("blur", 3)], most=2)] == [(0, 3), (0, 0)]
    assert [len(run.recolours) for run in runs([Filter("invert", 1)] * 5, most=2)] == [2, 2, 1]
    assert runs([], most=2)[0].recolours == ()


def test_an_effect_is_told_once_for_both() -> None:
    filters = ColorAdjustment("color-adjustment", "e", brightness=1.2, saturation=0.4).filters
    assert css(filters) == "brightness(1.2) saturate(0.4)"
    (run,) = runs(filters, most=8)
    assert run.recolours == (RECOLOURS["brightness"](1.2), RECOLOURS["saturate"](0.4))


def test_a_blur_reaches_three_deviations_and_two_blurs_reach_further() -> None:
    assert reach([Filter("blur", 5), Filter("invert", 1), Filter("blur", 0.5)]) == 17
