import pytest

from gran_worker.geometry import Affine, Point, Pose, Size, placed
from gran_worker.sampling import MAX_TAPS, Sampling, sampling

AS_IT_IS = Sampling("mean")


def scaled(across: float, down: float | None = None) -> Affine:
    return Affine.scaling(across, across if down is None else down)


@pytest.mark.parametrize(
    "to_texel",
    [
        Affine(),
        Affine.translation(-12, 7),
        Affine.scaling(-1, 1).then(Affine.translation(320, 0)),
        Affine.rotation(90).then(Affine.translation(180, 0)),
    ],
)
def test_a_picture_that_is_only_moved_flipped_or_turned_upright_keeps_its_px(to_texel: Affine) -> None:
    assert sampling(to_texel) == AS_IT_IS


@pytest.mark.parametrize(
    "to_texel",
    [Affine.translation(0.5, 0), scaled(0.5), scaled(1.2), Affine.rotation(10), scaled(2).then(Affine.rotation(3)).then(scaled(0.5))],
)
def test_a_picture_as_large_or_larger_is_interpolated(to_texel: Affine) -> None:
    assert sampling(to_texel).kind == "cubic"


@pytest.mark.parametrize(
    ("rate", "taps", "halvings"), [(1.3, 2, 0), (2, 2, 0), (3, 3, 0), (3.9, 4, 0), (4, 2, 1), (7.5, 4, 1), (8, 2, 2), (100, 4, 5)]
)
def test_a_smaller_picture_is_the_mean_of_what_it_covers(rate: float, taps: int, halvings: int) -> None:
    assert sampling(scaled(rate)) == Sampling("mean", taps, taps, halvings)


def test_a_picture_that_is_narrowed_keeps_its_height() -> None:
    assert sampling(scaled(6, 1)) == Sampling("mean", 6, 1, 0)


def test_a_sheet_has_no_smaller_copies() -> None:
    assert sampling(scaled(8), halved=False) == Sampling("mean", 8, 8, 0)
    assert sampling(scaled(100), halved=False) == Sampling("mean", MAX_TAPS, MAX_TAPS, 0)


def test_a_whole_film_frame_at_its_own_size_is_taken_as_it_is() -> None:
    size = Size(1920, 1080)
    back = placed(size, size, "contain", Pose(anchor=Point(0.5, 0.5))).inverse()
    assert back is not None
    assert sampling(back) == AS_IT_IS
