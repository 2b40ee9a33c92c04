"""RGB -> Y'CbCr, against the values of ITU-R BT.601 and BT.709."""

import numpy as np
import pytest

from gran_worker.colour import BT709, LUMA_WEIGHTS, Colour, blue_repair, fixed_point_rows

BT601 = Colour("smpte170m", "smpte170m", "smpte170m", full_range=False)
BT709_FULL = Colour("bt709", "bt709", "bt709", full_range=True)
BT601_FULL = Colour("bt470bg", "smpte170m", "bt470bg", full_range=True)

WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (128, 128, 128)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)

Rgb = tuple[int, int, int]


def converted(colour: Colour, rgb: Rgb) -> Rgb:
    """What the conversion kernel makes of four equal px: luma shifted by 14, chroma of their sum by 16, then clamped."""
    rows = fixed_point_rows(colour)

    def applied(row: int, px: int, shift: int) -> int:
        red, green, blue, offset = rows[4 * row : 4 * row + 4]
        return min(255, max(0, (red * rgb[0] * px + green * rgb[1] * px + blue * rgb[2] * px + offset) >> shift))

    return applied(0, 1, 14), applied(1, 4, 16), applied(2, 4, 16)


@pytest.mark.parametrize(
    ("colour", "rgb", "ycbcr"),
    [
        (BT709, WHITE, (235, 128, 128)),
        (BT709, BLACK, (16, 128, 128)),
        (BT709, GREY, (126, 128, 128)),
        (BT709, RED, (63, 102, 240)),
        (BT709, GREEN, (173, 42, 26)),
        (BT709, BLUE, (32, 240, 118)),
        (BT601, WHITE, (235, 128, 128)),
        (BT601, BLACK, (16, 128, 128)),
        (BT601, RED, (81, 90, 240)),
        (BT601, GREEN, (145, 54, 34)),
        (BT601, BLUE, (41, 240, 110)),
        (BT709_FULL, WHITE, (255, 128, 128)),
        (BT709_FULL, BLACK, (0, 128, 128)),
        (BT709_FULL, GREY, (128, 128, 128)),
        (BT709_FULL, RED, (54, 99, 255)),
        (BT709_FULL, GREEN, (182, 30, 12)),
        (BT709_FULL, BLUE, (18, 255, 116)),
        (BT601_FULL, RED, (76, 85, 255)),
        (BT601_FULL, GREEN, (150, 44, 21)),
        (BT601_FULL, BLUE, (29, 255, 107)),
    ],
)
def test_reference_colours_come_out_within_one(colour: Colour, rgb: Rgb, ycbcr: Rgb) -> None:
    assert np.abs(np.subtract(converted(colour, rgb), ycbcr)).max() <= 1


@pytest.mark.parametrize("matrix", sorted(LUMA_WEIGHTS))
@pytest.mark.parametrize("full_range", [False, True])
def test_rounding_leaves_grey_grey(matrix: str, full_range: bool) -> None:
    luma, blue, red = np.reshape(fixed_point_rows(Colour("bt709", "bt709", matrix, full_range)), (3, 4))[:, :3].sum(axis=1)
    assert (luma, blue, red) == (round((1 if full_range else 219 / 255) * 2**14), 0, 0)


@pytest.mark.parametrize("colour", [BT709, BT601, BT709_FULL, BT601_FULL])
def test_greys_have_no_tint_and_keep_their_order(colour: Colour) -> None:
    greys = [converted(colour, (level, level, level)) for level in range(256)]
    assert {grey[1:] for grey in greys} == {(128, 128)}
    assert [grey[0] for grey in greys] == sorted(grey[0] for grey in greys)
    assert (greys[0][0], greys[255][0]) == ((0, 255) if colour.full_range else (16, 235))


@pytest.mark.parametrize("colour", [BT709, BT601, BT709_FULL, BT601_FULL])
def test_every_colour_is_within_one_of_the_exact_conversion(colour: Colour) -> None:
    kr, kb = {"bt709": (0.2126, 0.0722)}.get(colour.matrix, (0.299, 0.114))
    luma, chroma, black = (255, 255, 0) if colour.full_range else (219, 224, 16)
    for rgb in np.random.default_rng(7).integers(0, 256, (500, 3)):
        red, green, blue = rgb / 255
        y = kr * red + (1 - kr - kb) * green + kb * blue
        exact = (
            black + luma * y,
            128 + chroma * (blue - y) / (2 - 2 * kb),
            128 + chroma * (red - y) / (2 - 2 * kr),
        )
        assert np.abs(np.subtract(converted(colour, tuple(map(int, rgb))), np.clip(exact, 0, 255))).max() <= 1


@pytest.mark.parametrize("colour", [BT709, BT601, BT709_FULL, BT601_FULL])
def test_the_kernel_can_hold_the_weights_in_16_bits(colour: Colour) -> None:
    rows = fixed_point_rows(colour)
    weights = [rows[4 * row + column] for row in range(3) for column in range(3)]
    assert max(map(abs, weights)) < 2**15
    assert max(map(abs, rows)) < 2**31


@pytest.mark.parametrize("matrix", ["bt2020-ncl", "rgb", "smpte240m"])
def test_a_table_exists_for_whatever_a_file_says_of_its_matrix(matrix: str) -> None:
    rows = fixed_point_rows(Colour("bt2020", "hlg", matrix, full_range=False))
    assert sum(rows[:3]) == pytest.approx(2**14 * 219 / 255, abs=1)


@pytest.mark.parametrize(
    ("colour", "mixes", "hdr"),
    [
        (BT709, True, False),
        (BT709_FULL, True, False),
        (Colour("bt709", "iec61966-2-1", "smpte170m", True), True, False),
        (BT601, False, False),
        (Colour("bt709", "bt709", "ycgco", False), False, False),
        (Colour("bt2020", "pq", "bt2020-ncl", False), False, True),
        (Colour("bt2020", "hlg", "bt2020-ncl", False), False, True),
    ],
)
def test_which_colours_a_canvas_can_join(colour: Colour, mixes: bool, hdr: bool) -> None:
    assert (colour.mixes_with_canvas, colour.is_hdr) == (mixes, hdr)


@pytest.mark.parametrize("used", [1.9, 2.0, 2.1124])
def test_blue_is_worked_out_from_what_a_wrong_coefficient_made_of_it(used: float) -> None:
    kr, kb = LUMA_WEIGHTS["bt709"]
    for red, green, blue in ((40, 70, 200), (255, 255, 255), (0, 0, 255), (10, 200, 60), (0, 0, 0)):
        luma = kr * red + (1 - kr - kb) * green + kb * blue
        chroma = (blue - luma) / (2 - 2 * kb) * 224 / 255
        seen = (red, green, luma + used * chroma)
        assert np.dot(blue_repair(used), seen) == pytest.approx(blue)
