"""What is mixed as planes, and how: the orders, the tables, the overlays."""

from dataclasses import replace

import numpy as np
import pytest

from gran_worker.caption import Caption
from gran_worker.colour import BT709, fixed_point_rows
from gran_worker.compose import AdjustOp, DrawOp, GroupOp, Op
from gran_worker.filters import Filter
from gran_worker.geometry import Affine, Rect, Size
from gran_worker.planar import WHOLE, Base, Blend, Order, Overlay, Picture, axis, chroma_axis, halved, planar_orders, sheet_of
from gran_worker.snapshot import TextStyle

SIZE = Size(640, 360)
ALL = Rect(0, 0, 640, 360)
FILM = DrawOp("film", Affine(), ALL, 1.0, *SIZE)
INSET = replace(FILM, clip_id="inset", affine=Affine(0.25, 0, 0, 0.25, 400, 20), opacity=0.8)
TITLE = replace(FILM, clip_id="title", caption=Caption("Title", TextStyle()))
DECODED = Picture(SIZE, BT709)


def orders(*ops: Op, pictures: list[Picture | None] | None = None) -> list[Order] | None:
    known = pictures if pictures is not None else [None if isinstance(op, DrawOp) and (op.caption or op.colour) else DECODED for op in ops]
    return planar_orders(ops, known, SIZE, "#000000", BT709)


def test_a_film_with_an_inset_and_a_title_needs_no_canvas() -> None:
    base, inset, title = orders(FILM, INSET, TITLE) or []
    assert base == Base(0)
    assert isinstance(inset, Blend)
    assert (inset.rect, inset.opacity) == (Rect(400, 20, 160, 90), round(0.8 * WHOLE))
    assert title == Overlay(TITLE, 2, WHOLE)


def test_a_fade_of_a_title_changes_no_overlay() -> None:
    *_, faint = orders(FILM, replace(TITLE, opacity=0.5)) or []
    assert faint == Overlay(TITLE, 1, round(0.5 * WHOLE))


def test_a_dissolve_is_one_frame_mixed_into_the_other() -> None:
    base, over = orders(FILM, replace(FILM, clip_id="next", opacity=0.25)) or []
    assert base == Base(0)
    assert isinstance(over, Blend)
    assert over.opacity == round(0.25 * WHOLE)


def test_what_is_below_a_whole_frame_is_left_out() -> None:
    assert orders(INSET, FILM) == [Base(1)]


def test_where_no_frame_fills_the_output_the_background_does() -> None:
    ground, inset = orders(INSET) or []
    assert isinstance(ground, Overlay)
    assert (ground.op.colour, ground.picture) == ("#000000", -1)
    assert isinstance(inset, Blend)


def test_a_picture_that_has_not_begun_is_left_out() -> None:
    assert orders(FILM, INSET, pictures=[DECODED, None]) == [Base(0)]


def test_an_image_is_an_overlay() -> None:
    _, image = orders(FILM, INSET, pictures=[DECODED, Picture(SIZE, None, stands=True)]) or []
    assert image == Overlay(replace(INSET, opacity=1.0), 1, round(0.8 * WHOLE))


@pytest.mark.parametrize(
    "op",
    [
        replace(INSET, filters=(Filter("blur", 4),)),
        replace(INSET, adds=True),
        replace(INSET, affine=Affine.rotation(30)),
        replace(INSET, affine=Affine(-0.25, 0, 0, 0.25, 400, 20)),
        replace(INSET, width=1280),
        replace(INSET, affine=Affine(0.25, 0, 0, 0.3, 400, 20)),
        replace(INSET, affine=Affine(0.3, 0, 0, 0.3, 400, 20)),
        replace(FILM, affine=Affine.translation(0, 10.5)),
        replace(INSET, crop=Rect(10.5, 0, 600, 360)),
        GroupOp((INSET,), Affine(), ALL),
        AdjustOp(Affine(), ALL, 1.0, (Filter("contrast", 2),)),
    ],
    ids=[
        "filtered",
        "added",
        "turned",
        "mirrored",
        "of another size",
        "scaled unevenly",
        "interpolated",
        "between px",
        "cropped between px",
        "a group",
        "an adjustment",
    ],
)
def test_what_planes_cannot_is_for_the_canvas(op: Op) -> None:
    assert orders(FILM, op, pictures=[DECODED, DECODED]) is None


@pytest.mark.parametrize("picture", [Picture(SIZE, None), Picture(SIZE, replace(BT709, matrix="smpte170m"))])
def test_frames_in_other_colours_are_for_the_canvas(picture: Picture) -> None:
    assert orders(FILM, INSET, pictures=[DECODED, picture]) is None


def test_a_wipe_touches_only_its_window() -> None:
    _, over = orders(FILM, replace(FILM, window=Rect(0, 0, 100, 360))) or []
    assert isinstance(over, Blend)
    assert over.window == Rect(0, 0, 100, 360)


@pytest.mark.parametrize(("scale", "level"), [(1.0, 0), (0.5, 1), (0.25, 2), (0.125, 3)])
def test_a_part_of_the_size_is_so_many_halvings(scale: float, level: int) -> None:
    _, blend = orders(FILM, replace(INSET, affine=Affine(scale, 0, 0, scale, 10, 20))) or []
    assert isinstance(blend, Blend)
    assert blend.level == level


def test_a_picture_that_cannot_be_halved_so_often_is_for_the_canvas() -> None:
    assert orders(FILM, replace(INSET, affine=Affine(0.0625, 0, 0, 0.0625, 10, 20))) is None  # 360 = 16 · 22.5


def test_a_picture_that_keeps_its_size_is_neither_moved_nor_mixed_with_itself() -> None:
    found = axis(1, 6, (8, 12), (2, 4), 100, 0)
    assert found.first == 8
    assert found.plain
    assert found.places[:, 0, 0].tolist() == [2, 3, 4, 5]
    assert found.shares.tolist() == [WHOLE] * 4


def test_nothing_beyond_the_part_is_looked_at() -> None:
    found = axis(2, -20, (0, 40), (10, 20), 100, 0)
    assert found.places[:, 0, :2].min() == 10
    assert found.places[:, 0, :2].max() == 29


def test_scaling_reproduces_a_ramp() -> None:
    ramp = np.arange(200, dtype=np.float64)
    found = axis(1.5, 0, (0, 300), (0, 200), 200, 0)
    left, right, part = found.places[:, 0].astype(np.int64).T
    scaled = (ramp[left] * (16 - part) + ramp[right] * part) / 16
    wanted = (np.arange(300) + 0.5) * 200 / 300 - 0.5
    assert np.abs(scaled - np.clip(wanted, 0, 199)).max() < 1 / 16 + 1e-3


@pytest.mark.parametrize("level", [0, 1])
def test_chroma_is_the_mean_of_what_its_px_have(level: int) -> None:
    rng = np.random.default_rng(1)
    chroma = rng.uniform(0, 255, 50)
    luma = axis(0.7 / (1 + level), 13.2, (14, 29), (0, 100), 100 >> level, level)
    spread = np.repeat(chroma, 2) if level == 0 else chroma
    left, right, part = luma.places[:, 0].astype(np.int64).T
    px = (spread[left] * (16 - part) + spread[right] * part) / 16
    found = chroma_axis(luma, level)
    left, right, part = found.places.astype(np.int64).transpose(2, 0, 1)
    assert found.first == 7
    assert ((chroma[left] * (16 - part) + chroma[right] * part) / 16).mean(axis=1) == pytest.approx(
        [*px[:14].reshape(7, 2).mean(axis=1), px[14]]
    )
    assert found.shares.tolist() == [WHOLE] * 7 + [(WHOLE + 1) // 2]


def test_a_quarter_on_even_px_needs_no_scaling() -> None:
    luma = axis(0.25, 400, (400, 560), (0, 640), 160, 2)
    found = halved(luma)
    assert found is not None
    assert (found.first, found.plain, len(found.shares)) == (200, True, 80)
    assert found.places[:, 0, 0].tolist() == list(range(80))
    assert halved(axis(0.25, 401, (401, 561), (0, 640), 160, 2)) is None


def test_a_sheet_holds_what_was_drawn_and_nothing_else() -> None:
    rgba = np.zeros((36, 64, 4), np.uint8)
    rgba[11:15, 21:30] = (255, 255, 255, 128)
    sheet = sheet_of(rgba, fixed_point_rows(BT709))
    assert sheet is not None
    assert (sheet.x, sheet.y) == (20, 10)
    assert sheet.luma.shape == (6, 16)
    assert sheet.cb.shape == (3, 8)
    # White at half: Y' 235 · 128 / 255, and a px that is not drawn on holds nothing.
    assert sheet.luma[1, 1] == round(235 * 128 / 255)
    assert sheet.luma[0].max() == sheet.luma[:, 10:].max() == 0
    assert sheet.chroma_alpha[0, 0] == 32
    assert sheet.cb[1, 1] == round(128 * 128 / 255)


def test_an_empty_sheet_is_none() -> None:
    assert sheet_of(np.zeros((4, 4, 4), np.uint8), fixed_point_rows(BT709)) is None
