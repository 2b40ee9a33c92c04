"""Drawing orders."""

from gran_worker.compose import draw_list
from gran_worker.geometry import Affine, Rect
from tests.builders import background, clip, track
from tests.fakes import SIZE, image_source, video_source
from tests.films import plan_of

FILM, LOGO = video_source(), image_source()


def test_orders_come_bottom_first_one_for_each_layer() -> None:
    plan = plan_of(
        track(clip("logo", source="logo.png", isImage=True, opacity=0.5)),
        track(clip("film")),
        track(background("sky", backgroundColor="#88ccff")),
        sources={"beach.mp4": video_source(opaque=False), "logo.png": LOGO},
    )
    ops = draw_list(plan.stretches[0].layers, 0)
    assert [(op.clip_id, op.opacity, op.colour) for op in ops] == [("sky", 1, "#88ccff"), ("film", 1, None), ("logo", 0.5, None)]


def test_an_order_says_where_the_stored_frame_goes_and_which_part_of_it() -> None:
    plan = plan_of(track(clip(opacity=0.5)), sources={"beach.mp4": FILM})
    (op,) = draw_list(plan.stretches[0].layers, 0)
    assert (op.affine, op.crop, op.width, op.height) == (Affine(), Rect(0, 0, *SIZE), *SIZE)


def test_orders_can_be_compared() -> None:
    plans = [plan_of(track(clip(transform={"rotationDeg": 30})), sources={"beach.mp4": FILM}) for _ in range(2)]
    assert draw_list(plans[0].stretches[0].layers, 0) == draw_list(plans[1].stretches[0].layers, 0)
