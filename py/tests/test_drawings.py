"""SVG drawings: their own size, whatever they say, and the px that a plan needs of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.drawings import MAX_RASTER_PX, MAX_SHOWN_PX, SVG, drawing_size, moves, wanted_drawings
from gran_worker.geometry import Size
from gran_worker.plan import build_plan
from gran_worker.ports import Probe, VideoInfo
from tests.builders import clip, inner_timeline, nested, parsed, settings, snapshot, track

LOGO = VideoInfo("image", SVG, Size(100, 50), Size(100, 50), 0, 0, 0, 33_333, False, False, False, None)


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ('<svg width="40" height="30">', (40, 30)),
        ("<?xml version='1.0'?>\n<!-- <svg width='9' height='9'> -->\n<svg:svg width='40px' height='30'/>", (40, 30)),
        ('<svg viewBox="0 0 200 100">', (200, 100)),
        ('<svg viewBox="0,0,200,100" width="50">', (50, 25)),
        ('<svg viewBox="0 0 200 100" height="50">', (100, 50)),
        ('<svg width="100%" height="100%" viewBox="5 5 20 10">', (20, 10)),
        ('<svg width="1in" height="72pt">', (96, 96)),
        ('<svg width="25.4mm" height="2.54cm">', (96, 96)),
        ('<svg data-x=">" width="7" height="8">', (7, 8)),
        ("<svg>", (300, 150)),
        ('<svg width="0" height="-3" viewBox="0 0 nan 5">', (300, 150)),
        ('<svg viewBox="0 0 1e9 5e8">', (MAX_SHOWN_PX, MAX_SHOWN_PX // 2)),
        ('<svg width="1e99" height="1">', (MAX_SHOWN_PX, 1)),
        ('<svg stroke-width="3" width="10" height="20">', (10, 20)),
        ("no drawing", (300, 150)),
    ],
)
def test_a_drawing_is_as_large_as_it_says(svg: str, size: tuple[int, int]) -> None:
    assert drawing_size(svg) == size


@given(st.text(st.sampled_from("<svg>widthviewBox= \"'0123456789.e%-/!"), max_size=80))
def test_whatever_it_is_it_has_a_usable_size(text: str) -> None:
    size = drawing_size("<svg " + text)
    assert 1 <= min(size) <= max(size) <= MAX_SHOWN_PX


def test_long_nonsense_takes_no_time() -> None:
    assert drawing_size("<svg " + "a='" * 20_000) == (300, 150)
    assert drawing_size("<!--" * 15_000) == (300, 150)


@pytest.mark.parametrize(
    ("svg", "does"), [("<animate/>", True), ("<style>@keyframes a{}</style>", True), ("<rect/>", False), ("<set/>", True)]
)
def test_animations_are_seen(svg: str, does: bool) -> None:
    assert moves(svg) is does


def wanted(*items: dict, **fields: object) -> dict:
    message = parsed(snapshot(track(*items), **fields), settings(width=400, height=400))
    probes = {"logo.svg": Probe("logo.svg", 0, LOGO, None)}
    plan = build_plan(message.timeline, message.settings, probes)
    return wanted_drawings(layer for stretch in plan.stretches for layer in stretch.layers)


def logo(clip_id: str, scale: float | tuple[float, float] = 1, start_us: int = 0, **fields: object) -> dict:
    x, y = scale if isinstance(scale, tuple) else (scale, scale)
    transform = {"scale": {"x": x, "y": y}, **fields}
    return clip(clip_id, start_us=start_us, source="logo.svg", isImage=True, transform=transform)


def test_it_is_rasterised_as_its_largest_use_needs() -> None:
    found = wanted(logo("small", 0.1), logo("large", 0.5, 1_000_000), logo("middle", 0.25, 2_000_000))
    assert {path: (each.size, each.clip_id) for path, each in found.items()} == {"logo.svg": (Size(200, 100), "small")}


def test_turning_and_flipping_need_no_more() -> None:
    assert wanted(logo("a", (-1, 1), rotationDeg=90))["logo.svg"].size == (400, 200)
    assert wanted(logo("a", (0.5, 2)))["logo.svg"].size == (800, 400)


def test_a_giant_is_bounded() -> None:
    assert max(wanted(logo("a", 1000))["logo.svg"].size) == MAX_RASTER_PX


def test_drawings_in_nested_timelines_count() -> None:
    inner = inner_timeline(track(logo("deep", 0.5)))
    found = wanted(nested("n", "inner", transform={"scale": {"x": 0.5, "y": 0.5}}), timelines={"inner": inner})
    assert max(found["logo.svg"].size) <= 200
    assert found["logo.svg"].clip_id == "n"


def test_a_drawing_that_nobody_sees_is_not_rasterised() -> None:
    assert wanted(clip("v", source="logo.svg", isImage=True, opacity=0)) == {}
