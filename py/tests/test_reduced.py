"""Half the size, the same picture: every point of every order lands at half its place."""

from gran_worker.compose import AdjustOp, DrawOp, GroupOp
from gran_worker.filters import Filter
from gran_worker.geometry import Affine, Point, Rect
from gran_worker.preview.reduced import reduced

TURNED = Affine(0.7, 0.3, -0.3, 0.7, 120, -40)
PICTURE = DrawOp(
    "c", TURNED, Rect(10, 20, 300, 160), 0.5, 320, 180, filters=(Filter("blur", 6), Filter("saturate", 0.5)), window=Rect(0, 0, 640, 90)
)


def test_a_picture_keeps_its_own_px_and_lands_at_half_the_place() -> None:
    (op,) = reduced([PICTURE], 0.5)
    assert isinstance(op, DrawOp)
    assert (op.crop, op.width, op.opacity) == (PICTURE.crop, PICTURE.width, PICTURE.opacity)
    assert op.filters == (Filter("blur", 3), Filter("saturate", 0.5))
    assert op.window == Rect(0, 0, 320, 45)
    for corner in PICTURE.crop.corners:
        whole, half = TURNED.apply(corner), op.affine.apply(corner)
        assert (round(half.x, 9), round(half.y, 9)) == (round(whole.x / 2, 9), round(whole.y / 2, 9))


def test_a_sheet_is_smaller_itself() -> None:
    group = GroupOp((PICTURE,), TURNED, Rect(0, 0, 640, 360), filters=(Filter("blur", 4),))
    adjustment = AdjustOp(TURNED, Rect(100, 50, 200, 100), 1.0, (Filter("blur", 8),))
    for whole, small in zip((group, adjustment), reduced([group, adjustment], 0.25), strict=True):
        assert isinstance(small, GroupOp | AdjustOp)
        assert small.crop == Rect(whole.crop.x / 4, whole.crop.y / 4, whole.crop.width / 4, whole.crop.height / 4)
        assert small.filters[0].amount == whole.filters[0].amount / 4
        for corner in whole.crop.corners:
            there, here = whole.affine.apply(corner), small.affine.apply(Point(corner.x / 4, corner.y / 4))
            assert (round(here.x, 9), round(here.y, 9)) == (round(there.x / 4, 9), round(there.y / 4, 9))
    inner = reduced([group], 0.25)[0]
    assert isinstance(inner, GroupOp)
    assert inner.ops == reduced([PICTURE], 0.25)
