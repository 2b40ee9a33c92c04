"""Where a picture lands."""

import pytest

from gran_worker.geometry import (
    Affine,
    Crop,
    Fit,
    Point,
    Pose,
    Rect,
    Rotation,
    Size,
    covers,
    fitted,
    placed,
    touches,
    upright,
)

WIDE, TALL, OUTPUT = Size(1920, 1080), Size(1080, 1920), Size(1280, 720)
IDENTITY = Affine()


def near(point: Point) -> object:
    return pytest.approx(tuple(point), abs=1e-9)


def lands(source: Size, affine: Affine) -> Rect:
    """The box that a whole picture of ``source`` fills in the output."""
    return Rect.around(affine.apply(corner) for corner in whole(source).corners)


def whole(size: Size) -> Rect:
    return Rect(0, 0, *size)


@pytest.mark.parametrize(
    ("source", "fit", "box"),
    [
        (Size(1280, 720), "contain", Rect(0, 0, 1280, 720)),
        (WIDE, "contain", Rect(0, 0, 1280, 720)),
        (WIDE, "cover", Rect(0, 0, 1280, 720)),
        (TALL, "contain", Rect(437.5, 0, 405, 720)),
        (TALL, "cover", Rect(0, (720 - 1280 * 16 / 9) / 2, 1280, 1280 * 16 / 9)),
        (TALL, "fill", Rect(0, 0, 1280, 720)),
        (Size(640, 640), "contain", Rect(280, 0, 720, 720)),
        (Size(640, 640), "cover", Rect(0, -280, 1280, 1280)),
        (Size(16, 16), "contain", Rect(280, 0, 720, 720)),
    ],
)
def test_a_picture_is_fitted_and_centred(source: Size, fit: Fit, box: Rect) -> None:
    landed = lands(source, fitted(source, OUTPUT, fit))
    assert (landed.x, landed.y, landed.width, landed.height) == pytest.approx((box.x, box.y, box.width, box.height))


def test_a_picture_of_the_output_s_size_is_not_touched() -> None:
    assert placed(OUTPUT, OUTPUT, "contain", Pose()).is_identity


def test_thirds_of_a_pixel_do_not_count_as_a_transform() -> None:
    # 1280/1920 and 720/1080 are the same ratio, yet not the same float.
    assert fitted(Size(854, 480), Size(854, 480), "cover").is_identity


@pytest.mark.parametrize(
    ("degrees", "to"),
    [
        (0, Point(1, 0)),
        (90, Point(0, 1)),
        (180, Point(-1, 0)),
        (270, Point(0, -1)),
        (-90, Point(0, -1)),
        (450, Point(0, 1)),
        (-720, Point(1, 0)),
        (999_990, Point(0, -1)),
    ],
)
def test_right_angles_turn_clockwise_and_are_exact(degrees: float, to: Point) -> None:
    assert Affine.rotation(degrees).apply(Point(1, 0)) == to


def test_any_angle_turns_clockwise() -> None:
    assert Affine.rotation(30).apply(Point(1, 0)) == near(Point(3**0.5 / 2, 0.5))


def test_an_inverse_leads_back() -> None:
    there = placed(TALL, OUTPUT, "cover", Pose(Point(-1.5, 0.3), 33, Point(17, -8), Point(0.2, 0.9)))
    back = there.inverse()
    assert back is not None
    assert there.then(back).is_identity


def test_a_flattened_picture_has_no_inverse() -> None:
    assert placed(WIDE, OUTPUT, "contain", Pose(scale=Point(0, 1))).inverse() is None


@pytest.mark.parametrize(
    ("rotation", "top_left", "top_right"),
    [
        # Where the stored picture's own corners are shown, for a stored size of 40 × 30.
        (0, Point(0, 0), Point(40, 0)),
        (90, Point(30, 0), Point(30, 40)),
        (180, Point(40, 30), Point(0, 30)),
        (270, Point(0, 40), Point(0, 0)),
    ],
)
def test_stored_frames_are_turned_upright(rotation: Rotation, top_left: Point, top_right: Point) -> None:
    affine = upright(rotation, Size(40, 30))
    assert (affine.apply(Point(0, 0)), affine.apply(Point(40, 0))) == (top_left, top_right)


def test_an_upright_frame_starts_at_the_origin() -> None:
    for rotation, shown in ((0, (40, 30)), (90, (30, 40)), (180, (40, 30)), (270, (30, 40))):
        box = lands(Size(40, 30), upright(rotation, Size(40, 30)))  # type: ignore[arg-type]
        assert (box.x, box.y, box.width, box.height) == (0, 0, *shown)


@pytest.mark.parametrize(
    ("rotation", "stored"),
    [
        # The shown picture's left quarter, as part of a stored frame of 40 × 20.
        (0, Rect(0, 0, 10, 20)),
        (90, Rect(0, 15, 40, 5)),
        (180, Rect(30, 0, 10, 20)),
        (270, Rect(0, 0, 40, 5)),
    ],
)
def test_a_crop_of_the_shown_picture_finds_its_part_of_the_stored_one(rotation: Rotation, stored: Rect) -> None:
    raw = Size(40, 20)
    shown = raw if rotation in (0, 180) else Size(20, 40)
    back = upright(rotation, raw).inverse()
    assert back is not None
    assert Rect.around(back.apply(corner) for corner in Crop(right=0.75).of(shown).corners) == stored


def test_crops_that_meet_leave_nothing() -> None:
    left = Crop(left=0.7, right=0.7).of(WIDE)
    assert (left.width, left.height) == (0, 1080)


def test_only_a_crop_of_nothing_is_none() -> None:
    assert Crop().is_none
    assert not Crop(bottom=0.001).is_none


def test_scale_and_rotation_keep_the_anchor_where_it_is() -> None:
    for anchor in (Point(0.5, 0.5), Point(0, 0), Point(1, 0), Point(0, 1), Point(1, 1), Point(0.25, 2)):
        pose = Pose(Point(0.5, 3), 77, anchor=anchor)
        pivot = Point(anchor.x * TALL.width, anchor.y * TALL.height)
        before = fitted(TALL, OUTPUT, "contain").apply(pivot)
        assert placed(TALL, OUTPUT, "contain", pose).apply(pivot) == near(before)


def test_a_picture_shrinks_towards_its_anchor() -> None:
    half = Pose(Point(0.5, 0.5), anchor=Point(1, 1))
    assert lands(WIDE, placed(WIDE, OUTPUT, "contain", half)) == Rect(640, 360, 640, 360)


def test_position_moves_in_output_px_however_the_picture_is_turned() -> None:
    pose = Pose(Point(2, 2), 90, Point(100, -50))
    centre = placed(WIDE, OUTPUT, "contain", pose).apply(Point(960, 540))
    assert centre == near(Point(740, 310))


def test_a_picture_is_scaled_before_it_is_rotated() -> None:
    # Twice as wide, then a quarter turn: twice as tall on the screen.
    box = lands(Size(100, 100), placed(Size(100, 100), Size(100, 100), "contain", Pose(Point(2, 1), 90)))
    assert box == Rect(0, -50, 100, 200)


def test_a_negative_scale_flips_about_the_anchor() -> None:
    flipped = placed(OUTPUT, OUTPUT, "contain", Pose(Point(-1, 1)))
    assert flipped.apply(Point(0, 10)) == near(Point(1280, 10))
    assert lands(OUTPUT, flipped) == whole(OUTPUT)


@pytest.mark.parametrize(
    ("pose", "covered"),
    [
        (Pose(), True),
        (Pose(Point(-1, 1)), True),
        (Pose(Point(1.01, 1)), True),
        (Pose(Point(0.99, 1)), False),
        (Pose(rotation_deg=180), True),
        (Pose(rotation_deg=90), False),
        (Pose(rotation_deg=1), False),
        (Pose(Point(3, 3), 45), True),
        (Pose(position=Point(1, 0)), False),
        (Pose(Point(2, 2), position=Point(640, 360)), True),
        (Pose(Point(2, 2), position=Point(641, 360)), False),
        (Pose(Point(0, 0)), False),
    ],
)
def test_a_picture_covers_the_output_only_if_no_px_stays_bare(pose: Pose, covered: bool) -> None:
    assert covers(whole(WIDE), placed(WIDE, OUTPUT, "contain", pose), OUTPUT) is covered


def test_fits_that_round_still_cover() -> None:
    for width in range(16, 400, 2):
        source = Size(width, width * 9 // 16 or 1)
        assert covers(whole(source), fitted(source, OUTPUT, "fill"), OUTPUT)
        assert covers(whole(source), fitted(source, OUTPUT, "cover"), OUTPUT)


def test_a_cropped_picture_does_not_cover() -> None:
    assert not covers(Crop(left=0.1).of(WIDE), fitted(WIDE, OUTPUT, "contain"), OUTPUT)


@pytest.mark.parametrize(
    ("pose", "seen"),
    [
        (Pose(), True),
        (Pose(position=Point(1279, 0)), True),
        (Pose(position=Point(1280, 0)), False),
        (Pose(position=Point(-1280, 0)), False),
        (Pose(position=Point(0, 720)), False),
        (Pose(position=Point(0, -719)), True),
        (Pose(Point(0, 1)), False),
    ],
)
def test_a_picture_is_seen_if_it_meets_the_output(pose: Pose, seen: bool) -> None:
    assert touches(whole(WIDE), placed(WIDE, OUTPUT, "contain", pose), OUTPUT) is seen


def test_nothing_of_an_empty_crop_is_seen() -> None:
    assert not touches(Crop(top=0.5, bottom=0.5).of(WIDE), IDENTITY, OUTPUT)
