"""Which clip's picture shows at which frames, and where it lands."""

from fractions import Fraction

import pytest

from gran_worker.errors import SourceError
from gran_worker.geometry import Point, Rect, Size, covers
from gran_worker.layers import Layer, Screen, SourceWalk, build_layers
from gran_worker.snapshot import Timeline
from gran_worker.timing import FrameRate, TimeRange
from tests.builders import SECOND_US, WireDict, background, clip, parsed_timeline, track
from tests.fakes import FakeSource, image_source, sine, sound_source, video_source

OUTPUT = Size(1280, 720)
NTSC = FrameRate(30_000, 1001)
WIDE = video_source(raw=Size(1920, 1080))


def layers(
    *tracks: WireDict, rate: FrameRate | int = 30, start_us: int = 0, end_us: int | None = None, **sources: FakeSource
) -> tuple[Layer, ...]:
    """Of an output of 1280 × 720; clips play "beach.mp4", 1920 × 1080, unless ``sources`` say otherwise."""
    timeline: Timeline = parsed_timeline(*tracks)
    rate = rate if isinstance(rate, FrameRate) else FrameRate(rate)
    output = TimeRange(start_us, (timeline.end_us if end_us is None else end_us) - start_us)
    screen = Screen(output, rate, rate.count(output.duration_us), OUTPUT, "contain")
    paths = {"beach.mp4": WIDE, **sources}
    return build_layers(timeline, screen, {path: source.probe for path, source in paths.items()})


def only(*tracks: WireDict, **fields: object) -> Layer:
    (layer,) = layers(*tracks, **fields)  # type: ignore[arg-type]
    return layer


def ids(shown: tuple[Layer, ...]) -> list[str]:
    return [layer.clip_id for layer in shown]


def landed(layer: Layer) -> Rect:
    return Rect.around(layer.op.affine.apply(corner) for corner in layer.op.crop.corners)


@pytest.mark.parametrize(
    ("start_us", "duration_us", "frames"),
    [
        (0, SECOND_US, range(0, 30)),
        (0, 100_000, range(0, 3)),
        # Frame 3 starts at 100 000 µs.
        (99_999, 100_000, range(3, 6)),
        (100_000, 100_000, range(3, 6)),
        (100_001, 100_000, range(3, 6)),
        (100_002, 100_000, range(4, 7)),
        (99_998, 100_000, range(3, 6)),
        (0, 100_001, range(0, 3)),
        (0, 100_002, range(0, 4)),
        (100_000, 33_333, range(3, 4)),
        (116_000, 10_000, range(4, 4)),
    ],
)
def test_a_clip_shows_at_the_frames_that_start_in_it_give_or_take_a_microsecond(start_us: int, duration_us: int, frames: range) -> None:
    long = clip("long", seconds=2)
    shown = layers(track(clip(start_us=start_us, duration_us=duration_us)), track(long))
    here = [layer.frames for layer in shown if layer.clip_id == "c1"]
    assert here == ([frames] if frames else [])


def test_clips_that_touch_never_both_show_and_never_leave_a_hole() -> None:
    edges_us = [0, 33_366, 66_734, 100_100, 133_466, 1_000_999, 1_001_001, 2_002_000, 3_003_002]
    items = [clip(f"c{n}", start_us=a, duration_us=b - a) for n, (a, b) in enumerate(zip(edges_us, edges_us[1:], strict=False))]
    shown = [index for layer in layers(track(*items), rate=NTSC) for index in layer.frames]
    assert shown == list(range(NTSC.count(edges_us[-1])))


def test_edges_that_an_editor_rounded_alone_still_fall_on_frames() -> None:
    # At 29.97 a frame lasts 33 366.67 µs: two are 66 733, twice one is 66 734; both mean frame 2.
    for edge_us in (66_732, 66_733, 66_734):
        first, second = layers(track(clip("a", duration_us=edge_us), clip("b", start_us=edge_us)), rate=NTSC)
        assert (first.frames.stop, second.frames.start) == (2, 2)


def test_the_first_track_is_on_top() -> None:
    assert ids(layers(track(clip("top")), track(clip("middle")), track(clip("bottom")))) == ["bottom", "middle", "top"]


def test_the_order_of_items_means_nothing() -> None:
    items = [clip("a"), clip("b", start_us=SECOND_US), clip("c", start_us=2 * SECOND_US)]
    assert layers(track(*items)) == layers(track(*reversed(items)))


def test_hidden_disabled_and_transparent_clips_do_not_show() -> None:
    assert ids(
        layers(track(clip("a"), videoHidden=True), track(clip("b", opacity=0)), track(clip("c", disabled=True)), track(clip("d")))
    ) == ["d"]


def test_clips_on_audio_tracks_do_not_show() -> None:
    assert layers(track(clip(), kind="audio")) == ()


def test_clips_out_of_the_picture_do_not_show() -> None:
    assert layers(track(clip(transform={"position": {"x": 1280, "y": 0}}))) == ()
    assert layers(track(clip(transform={"scale": {"x": 0, "y": 1}}))) == ()
    assert layers(track(clip(transform={"crop": {"left": 0.5, "top": 0, "right": 0.5, "bottom": 0}}))) == ()


def test_a_source_without_picture_shows_nothing() -> None:
    assert layers(track(clip(source="song.wav")), **{"song.wav": sound_source(sine(440, 1))}) == ()


def test_a_picture_that_cannot_be_decoded_is_an_error_that_names_the_clip() -> None:
    broken = video_source(name="beach.mp4")
    broken = FakeSource(type(broken.probe)("beach.mp4", 0, None, None, "this browser cannot decode the picture of beach.mp4."))
    with pytest.raises(SourceError, match=r"Clip “Sunset” \(c1\): this browser cannot decode") as caught:
        layers(track(clip(name="Sunset")), **{"beach.mp4": broken})
    assert (caught.value.code, caught.value.clip_id) == ("E_DECODE", "c1")


def test_a_hidden_clip_may_be_undecodable() -> None:
    broken = FakeSource(type(WIDE.probe)("beach.mp4", 0, None, None, "no."))
    assert layers(track(clip(), videoHidden=True), **{"beach.mp4": broken}) == ()


def test_a_range_moves_and_cuts_what_shows() -> None:
    items = (clip("a"), clip("b", start_us=SECOND_US), clip("c", start_us=2 * SECOND_US))
    first, second = layers(track(*items), start_us=500_000, end_us=1_500_000)
    assert (first.clip_id, first.frames, first.walk.at(0)) == ("a", range(0, 15), 500_000)
    assert (second.clip_id, second.frames, second.walk.at(500_000)) == ("b", range(15, 30), 0)


def test_a_picture_lands_where_its_transform_says() -> None:
    transform = {
        "scale": {"x": 0.5, "y": 0.5},
        "position": {"x": 100, "y": 50},
        "anchor": {"preset": "topLeft"},
        "crop": {"left": 0.5, "top": 0, "right": 0, "bottom": 0.5},
    }
    assert landed(only(track(clip(transform=transform)))) == Rect(420, 50, 320, 180)


@pytest.mark.parametrize("preset", ["center", "topLeft", "topRight", "bottomLeft", "bottomRight"])
def test_anchors_stay_where_they_are(preset: str) -> None:
    x, y = {"center": (640, 360), "topLeft": (0, 0), "topRight": (1280, 0), "bottomLeft": (0, 720), "bottomRight": (1280, 720)}[preset]
    affine = only(track(clip(transform={"scale": {"x": 0.3, "y": 0.3}, "rotationDeg": 20, "anchor": {"preset": preset}}))).op.affine
    assert affine.apply(Point(x * 1.5, y * 1.5)) == pytest.approx((x, y))


def test_a_custom_anchor_counts_its_own_fractions() -> None:
    anchor = {"preset": "custom", "x": 0.25, "y": 0.75}
    affine = only(track(clip(transform={"scale": {"x": -1, "y": 1}, "anchor": anchor}))).op.affine
    assert affine.apply(Point(480, 810)) == pytest.approx((320, 540))


@pytest.mark.parametrize(
    ("rotation", "top_left"),
    [
        # Where the first stored px is seen. A portrait phone film fits 720 high and 405 wide into 1280 × 720.
        (0, (0, 0)),
        (90, (437.5 + 405, 0)),
        (180, (1280, 720)),
        (270, (437.5, 720)),
    ],
)
def test_turned_recordings_are_seen_upright(rotation: int, top_left: tuple[float, float]) -> None:
    turned = video_source(raw=Size(1920, 1080), rotation=rotation)
    layer = only(track(clip()), **{"beach.mp4": turned})
    assert layer.op.affine.apply(Point(0, 0)) == pytest.approx(top_left)


@pytest.mark.parametrize(
    ("rotation", "part"),
    [
        (0, Rect(0, 0, 480, 1080)),
        (90, Rect(0, 810, 1920, 270)),
        (180, Rect(1440, 0, 480, 1080)),
        (270, Rect(0, 0, 1920, 270)),
    ],
)
def test_the_left_quarter_of_a_turned_recording_is_the_one_that_is_seen_left(rotation: int, part: Rect) -> None:
    turned = video_source(raw=Size(1920, 1080), rotation=rotation)
    layer = only(track(clip(transform={"crop": {"left": 0, "top": 0, "right": 0.75, "bottom": 0}})), **{"beach.mp4": turned})
    assert layer.op.crop == part
    assert landed(layer).x == pytest.approx(0 if rotation in (0, 180) else 437.5)


def test_a_background_fills_the_output_before_its_transform() -> None:
    layer = only(track(background(backgroundColor="#336699")))
    assert (landed(layer), layer.op.colour, layer.path, layer.opaque) == (Rect(0, 0, 1280, 720), "#336699", None, True)
    half = only(track(background(transform={"scale": {"x": 0.5, "y": 1}})))
    assert landed(half) == Rect(320, 0, 640, 720)


@pytest.mark.parametrize(
    ("colour", "opaque"),
    [
        ("#336699", True),
        ("#369", True),
        ("white", True),
        ("rgb(1, 2, 3)", True),
        ("rgba(1, 2, 3, 1)", True),
        ("rgba(1, 2, 3, 1.0)", True),
        ("rgba(1, 2, 3, 100%)", True),
        ("#336699ff", True),
        ("#336699FE", False),
        ("#33669900", False),
        ("transparent", False),
        ("Transparent", False),
        ("rgba(1, 2, 3, 0.5)", False),
        ("rgba(1, 2, 3, .99)", False),
        ("rgba(1,2,3,99%)", False),
        ("RGBA(1,2,3,0)", False),
    ],
)
def test_a_fill_hides_what_is_below_only_if_its_colour_does(colour: str, opaque: bool) -> None:
    assert only(track(background(backgroundColor=colour))).opaque is opaque


@pytest.mark.parametrize(
    ("source", "opacity", "opaque"),
    [
        (WIDE, 1, True),
        (WIDE, 0.999, False),
        (video_source(opaque=False), 1, False),
        (image_source(opaque=True), 1, True),
        (image_source(), 1, False),
    ],
)
def test_a_picture_hides_what_is_below_only_if_nothing_shines_through(source: FakeSource, opacity: float, opaque: bool) -> None:
    assert only(track(clip(opacity=opacity)), **{"beach.mp4": source}).opaque is opaque


def test_a_picture_whose_source_has_not_begun_hides_nothing() -> None:
    # The file's first frame comes at 5 s; until then what is below shows.
    late = video_source(raw=Size(1920, 1080), start_us=5 * SECOND_US)
    assert not only(track(clip(seconds=10)), **{"beach.mp4": late}).opaque
    assert only(track(clip(seconds=1, source_start_us=5 * SECOND_US)), **{"beach.mp4": late}).opaque
    # Up to the grace the first frame is held early.
    soon = video_source(raw=Size(1920, 1080), start_us=33_333)
    assert only(track(clip()), **{"beach.mp4": soon}).opaque


def test_a_letterboxed_picture_does_not_cover() -> None:
    portrait = only(track(clip()), **{"beach.mp4": video_source(raw=Size(1080, 1920))})
    assert not covers(portrait.op.crop, portrait.op.affine, OUTPUT)


def test_a_walk_is_exact_for_hours() -> None:
    speed = Fraction(1001, 1000)
    walk = SourceWalk(0, TimeRange(7, 4 * 3600 * SECOND_US), speed)
    assert walk.at(3 * 3600 * SECOND_US) == 7 + 3 * 3600 * 1_001_000
    assert walk.at(10 * 3600 * SECOND_US) == 7 + 4 * 3600 * SECOND_US


def test_a_walk_shows_its_start_a_moment_early_and_its_freeze_always() -> None:
    assert SourceWalk(1000, TimeRange(500, 100)).at(999) == 500
    assert SourceWalk(1000, TimeRange(500, 100), freeze_us=77).at(5000) == 77


LOST_US, KEY_US = 500_000, 1_500_000


@pytest.mark.parametrize(
    ("source_start_us", "duration_us", "is_refused"),
    [
        (0, SECOND_US, True),
        (0, LOST_US, False),
        (1_300_000, SECOND_US, True),
        (1_400_000, SECOND_US, False),
        (KEY_US, SECOND_US, False),
    ],
)
def test_pictures_before_the_first_key_frame_are_refused_where_a_clip_shows_them(
    source_start_us: int, duration_us: int, is_refused: bool
) -> None:
    beheaded = video_source(start_us=KEY_US, tick_us=1, lost_from_us=LOST_US)
    shown = track(clip(duration_us=duration_us, source_start_us=source_start_us))
    if not is_refused:
        assert layers(shown, **{"beach.mp4": beheaded})
        return
    with pytest.raises(SourceError, match=r"film\.mp4 cannot be decoded before .*1.5.*. Let the clip") as told:
        layers(shown, **{"beach.mp4": beheaded})
    assert (told.value.code, told.value.clip_id) == ("E_DECODE", "c1")
