"""What a timeline may say, what is made of it, and how a wrong one is refused."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.effects.blur import Blur
from gran_worker.effects.coloradjustment import ColorAdjustment
from gran_worker.errors import ContractError
from gran_worker.messages import parse
from gran_worker.snapshot import MAX_CLIPS, Anchor, Crop, Position, Scale, file_name, label
from gran_worker.timing import FrameRate, TimeRange
from gran_worker.wire import Opaque
from tests.builders import (
    background,
    clip,
    gap,
    init_export,
    parsed_clip,
    parsed_timeline,
    snapshot,
    text,
    time_range,
    track,
    without,
)

ITEM = "timeline.tracks[0].items[0]"


def refusal(timeline: dict) -> str:
    with pytest.raises(ContractError) as refused:
        parse(json.dumps(init_export(timeline)))
    return refused.value.message


def refusal_of(item: object) -> str:
    return refusal({**snapshot(), "tracks": [{"id": "v", "kind": "video", "items": [item]}]})


def test_a_clip_that_says_little_is_complete() -> None:
    made = parsed_clip(clip("c1", start_us=5, seconds=2))
    assert (made.timeline_range, made.source_range) == (TimeRange(5, 2_000_000), TimeRange(0, 2_000_000))
    assert (made.speed, made.opacity, made.audio_gain, made.audio_balance) == (Fraction(1), 1, 1, 0)
    assert (made.transform, made.effects, made.transition_in, made.disabled) == (None, (), None, False)


def test_every_field_arrives() -> None:
    timeline = parsed_timeline(
        track(
            clip(
                speed=0.1,
                freezeFrameSourceUs=7,
                opacity=0.5,
                transform={
                    "scale": {"x": -1, "y": 2},
                    "rotationDeg": 90,
                    "position": {"x": 3, "y": 4},
                    "crop": {"left": 0.25},
                    "anchor": {"preset": "custom", "x": 0.1, "y": 0.2},
                },
                effects=[
                    {"id": "e1", "type": "color-adjustment", "brightness": 2},
                    {"id": "e2", "type": "blur", "strength": 8, "enabled": False},
                ],
                transitionIn={"type": "wipe", "durationUs": 500, "direction": "up"},
                audioFadeInUs=9,
                audioFromVideoDisabled=True,
            ),
            gap(start_us=1_000_000),
            videoHidden=True,
            audioSolo=True,
            audioGain=10,
            effects=[{"id": "e3", "type": "blur", "strength": 1}],
        ),
        fps=29.97,
        fonts={"Inter": {"$js": "Blob"}},
    )
    (only,) = timeline.tracks
    made, hole = only.items
    assert timeline.timebase.fps == FrameRate(30000, 1001)
    assert timeline.sources == {"beach.mp4": Opaque("File")}
    assert timeline.fonts == {"Inter": Opaque("Blob")}
    assert (only.video_hidden, only.audio_solo, only.audio_gain, only.audio_muted) == (True, True, 10, False)
    assert hole.timeline_range == TimeRange(1_000_000, 1_000_000)
    assert (made.speed, made.freeze_frame_source_us, made.audio_fade_in_us) == (Fraction(1, 10), 7, 9)
    assert made.transform.scale == Scale(-1, 2)
    assert (made.transform.position, made.transform.rotation_deg) == (Position(3, 4), 90)
    assert (made.transform.crop, made.transform.anchor) == (Crop(left=0.25), Anchor("custom", 0.1, 0.2))
    assert made.effects == (
        ColorAdjustment(id="e1", type="color-adjustment", brightness=2),
        Blur(id="e2", type="blur", strength=8, enabled=False),
    )
    assert (made.transition_in.direction, made.transition_in.mode, made.transition_in.curve) == ("up", "blend", "linear")


@pytest.mark.parametrize("number", [0.1, 0.3, 1.001, 9.999, 2, 10])
def test_speed_is_the_fraction_that_its_decimals_say(number: float) -> None:
    assert parsed_clip(clip(speed=number)).speed == Fraction(str(number))


def test_null_is_absent_and_five_point_zero_is_five() -> None:
    made = parsed_clip(clip(name=None, opacity=None, transform=None, speed=None, freezeFrameSourceUs=5.0))
    assert made == parsed_clip(clip(freezeFrameSourceUs=5))
    assert refusal_of(clip(timelineRange=None)) == f"{ITEM}.timelineRange: is required"


def test_unknown_fields_are_ignored() -> None:
    newer = clip(linkedGroupId="x", __proto__={"opacity": 0}, constructor=1, style={"glow": 9}, transform={"skew": 1})
    assert parsed_clip(newer) == parsed_clip(clip(style={}, transform={}))


def test_clips_without_a_source_play_from_zero_for_as_long_as_they_show() -> None:
    assert parsed_clip(text(duration_us=700)).source_range == TimeRange(0, 700)
    assert parsed_clip(background()).background_color == "#000000"
    image = without(clip(isImage=True, seconds=3, speed=0.5), "sourceRange")
    assert parsed_clip(image).source_range == TimeRange(0, 1_500_000)


def test_the_end_is_that_of_the_last_enabled_clip() -> None:
    late = clip("late", start_us=9_000_000, disabled=True)
    timeline = parsed_timeline(track(clip("b", start_us=2_000_000), clip("a"), late, gap(3_000_000)), track())
    assert timeline.end_us == 3_000_000
    assert [each.id for each in timeline.tracks[0].enabled_clips] == ["a", "b"]
    assert parsed_timeline(track()).end_us == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"speed": 0.05}, ".speed: must be between 0.1 and 10, got 0.05"),
        ({"speed": "abc"}, '.speed: must be a number, got "abc"'),
        ({"speed": True}, ".speed: must be a number, got true"),
        ({"speed": {"$js": "NaN"}}, ".speed: must be a number, got NaN"),
        ({"speed": {"$js": "bigint 12"}}, ".speed: must be a number, got 12n"),
        ({"speed": {"$js": "undefined"}}, ".speed: must be a number, got undefined"),
        ({"speed": {"$js": "circular reference"}}, ".speed: must be a number, got a circular reference"),
        ({"speed": {"$js": "ArrayBuffer"}}, ".speed: must be a number, got an ArrayBuffer"),
        ({"opacity": 1.5}, ".opacity: must be between 0 and 1, got 1.5"),
        ({"opacity": 1e999}, ".opacity: must be a number, got Infinity"),
        ({"audioGain": -1}, ".audioGain: must be between 0 and 10, got -1"),
        ({"audioBalance": []}, ".audioBalance: must be a number, got []"),
        ({"timelineRange": 5}, ".timelineRange: must be an object, got 5"),
        ({"timelineRange": {"startUs": 0}}, ".timelineRange.durationUs: is required"),
        ({"timelineRange": {"$js": "Map"}}, ".timelineRange: must be an object, got a Map (and 1 more problem)"),
        (
            {"timelineRange": time_range(0, 0)},
            ".timelineRange.durationUs: must be between 1 and 9007199254740991, got 0",
        ),
        (
            {"timelineRange": time_range(-5)},
            ".timelineRange.startUs: must be between 0 and 9007199254740991, got -5",
        ),
        (
            {"timelineRange": time_range(2**53)},
            ".timelineRange.startUs: must be between 0 and 9007199254740991, got 9007199254740992",
        ),
        (
            {"timelineRange": time_range("abc")},
            '.timelineRange.startUs: must be a whole number of microseconds, got "abc"',
        ),
        (
            {"timelineRange": time_range(1.5)},
            ".timelineRange.startUs: must be a whole number of microseconds, got 1.5",
        ),
        (
            {"timelineRange": time_range(True)},
            ".timelineRange.startUs: must be a whole number of microseconds, got true",
        ),
        ({"id": ""}, '.id: must not be empty, got ""'),
        ({"id": 5}, ".id: must be text, got 5"),
        ({"disabled": "yes"}, '.disabled: must be true or false, got "yes"'),
        ({"disabled": 1}, ".disabled: must be true or false, got 1"),
        (
            {"clipType": "video"},
            '.clipType: must be one of "media", "timeline", "adjustment", "background" or "text", got "video"',
        ),
        ({"source": None}, ".source: is required for a media clip"),
        ({"source": {}}, ".source.path: is required"),
        ({"source": {"$js": "File"}}, ".source: must be an object, got a File"),
        ({"sourceRange": None}, ".sourceRange: is required for a media clip"),
        ({"sourceRange": time_range(0, 0)}, ".sourceRange.durationUs: must be 1 or more for a clip that plays"),
        ({"transform": {"$js": "Date"}}, ".transform: must be an object, got a Date"),
        ({"transform": {"crop": {"$js": "Date"}}}, ".transform.crop: must be an object, got a Date"),
        ({"transform": {"scale": {"x": 1}}}, ".transform.scale.y: is required"),
        ({"transform": {"position": {"x": 1e7, "y": 0}}}, ".transform.position.x: must be between -1000000 and 1000000, got 10000000.0"),
        ({"effects": {}}, ".effects: must be a list, got an object"),
        ({"effects": [{"id": "e", "type": "glow"}]}, '.effects[0].type: must be one of "blur" or "color-adjustment", got "glow"'),
        ({"effects": [{"id": "e", "type": "blur", "strength": 51}]}, ".effects[0].strength: must be between 0 and 50, got 51"),
        (
            {"transitionIn": {"type": "wipe", "durationUs": 1, "direction": "in"}},
            '.transitionIn.direction: must be one of "left", "right", "up" or "down", got "in"',
        ),
        (
            {"backgroundColor": "url(#x)"},
            '.backgroundColor: must be a colour such as #ff8800, rgba(255, 136, 0, 0.5) or white, got "url(#x)"',
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(fields: dict, message: str) -> None:
    assert refusal_of({**clip(), **fields}) == ITEM + message


def test_items_that_are_no_clips_are_refused() -> None:
    assert refusal_of(5) == f"{ITEM}: must be an object, got 5"
    assert refusal_of({"$js": "Date"}) == f"{ITEM}: must be an object, got a Date"
    assert refusal_of({}) == f"{ITEM}.kind: is required"
    assert refusal_of({**clip(), "kind": "note"}) == f'{ITEM}.kind: must be one of "clip" or "gap", got "note"'
    assert refusal_of(text(text=None)) == f"{ITEM}.text: is required for a text clip"
    assert refusal_of(text(text="x" * 10_001)).startswith(f"{ITEM}.text: must be at most 10000 characters long")


def test_missing_parts_of_the_timeline_are_named() -> None:
    assert refusal(without(snapshot(), "tracks")) == "timeline.tracks: is required"
    assert refusal(without(snapshot(), "sources")) == "timeline.sources: is required"
    assert refusal({**snapshot(), "timebase": {"fps": "fast"}}).startswith("timeline.timebase.fps: must be a number, [num, den]")
    assert refusal({**snapshot(), "sources": {"$js": "Map"}}) == "timeline.sources: must be an object, got a Map"
    assert refusal({**snapshot(), "sources": {"my file.mp4": "blob:x"}}) == (
        'timeline.sources["my file.mp4"]: must be a File, Blob or FileSystemFileHandle, got "blob:x"'
    )


def test_of_a_path_only_the_last_part_is_shown() -> None:
    message = refusal({**snapshot(), "sources": {"/home/ann/beach.mp4": 5}})
    assert message.startswith('timeline.sources["…/beach.mp4"]: must be a File')


def test_further_problems_are_counted() -> None:
    assert refusal_of(clip(speed=0, opacity=9, disabled=1)) == f"{ITEM}.disabled: must be true or false, got 1 (and 2 more problems)"


def test_clips_of_one_track_touch_but_do_not_overlap() -> None:
    rounded = track(clip("a"), clip("b", start_us=999_999))
    assert len(parsed_timeline(rounded).tracks[0].items) == 2
    overlapping = track(clip("b", start_us=500_000, name="sea"), clip("z", start_us=100, duration_us=5), clip("a"))
    assert refusal(snapshot(track(clip("ok"), overlapping["items"][0] | {"disabled": True}), overlapping)) == (
        "timeline.tracks[1].items[1]: clip “beach.mp4” (z) overlaps clip “beach.mp4” (a) (items[2] of the same track) "
        "by 999900 microseconds; clips of one track may touch, not overlap"
    )


def test_sound_tracks_hold_only_what_can_sound() -> None:
    assert refusal(snapshot(track(text(), kind="audio"))) == f"{ITEM}: is a text clip on an audio track"


def test_ids_are_unique_in_a_timeline() -> None:
    both = snapshot(track(clip("c1")), track(gap(), clip("c1", start_us=5)))
    assert refusal(both) == "timeline.tracks[1].items[1].id: is the id of tracks[0].items[0] already"
    assert refusal(snapshot(track(id="v"), track(id="v"))) == "timeline.tracks[1].id: is the id of tracks[0] already"


def test_there_is_an_end_to_tracks_and_clips() -> None:
    assert refusal(snapshot(*[track()] * 101)) == "timeline.tracks: must have at most 100 entries, got a list of 101"
    many = [clip(f"c{i}", start_us=i * 10, duration_us=10) for i in range(MAX_CLIPS + 1)]
    assert refusal(snapshot(track(*many))).startswith("timeline.tracks[0].items: must have at most 10000 entries")
    assert refusal(snapshot(track(*many[:5001]), track(*[{**each, "id": f"d{each['id']}"} for each in many[:5000]]))) == (
        "timeline: has 10001 clips, nested timelines included; at most 10000 are allowed"
    )


@pytest.mark.parametrize(
    ("style", "made"),
    [
        ({"fontWeight": "bold"}, ("font_weight", 700)),
        ({"fontWeight": 300}, ("font_weight", 300)),
        ({"fontWeight": "900"}, ("font_weight", 900)),
        ({"fontFamily": "\"Open Sans\", 'Noto Sans JP' , serif"}, ("font_family", "Open Sans, Noto Sans JP, serif")),
        ({"fontFamily": "Шрифт 2"}, ("font_family", "Шрифт 2")),
        ({"color": "RGBA(1, 2,3, .5)"}, ("color", "RGBA(1, 2,3, .5)")),
        ({"color": "#abcd"}, None),
        ({"color": "red;"}, None),
        ({"color": "red\n"}, None),
        ({"color": "var(--x)"}, None),
        ({"fontWeight": "bold 5000px"}, None),
        ({"fontWeight": 450}, None),
        ({"fontWeight": True}, None),
        ({"fontWeight": "٣٠٠"}, None),
        ({"fontFamily": 'x"; font-size: 9px'}, None),
        ({"fontFamily": ""}, None),
        ({"fontSize": 0}, None),
        ({"align": "justify"}, None),
        ({"padding": "5px"}, None),
        ({"$js": "Map"}, None),
    ],
)
def test_style_values_are_whitelisted(style: dict, made: tuple[str, object] | None) -> None:
    if made is None:
        assert refusal_of(text(style=style)).startswith(f"{ITEM}.style")
    else:
        assert getattr(parsed_clip(text(style=style)).style, made[0]) == made[1]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_style_value_breaks_out(family: str, colour: str) -> None:
    try:
        style = parsed_clip(text(style={"fontFamily": family, "color": colour})).style
    except ContractError:
        return
    assert not set(style.font_family + style.color) & set("\"';{}\\\n<>:")


def test_clips_have_names_for_people() -> None:
    assert label(parsed_clip(clip("c1", name="beach"))) == "“beach” (c1)"
    assert label(parsed_clip(clip("c1", source="/home/ann/sea.mov"))) == "“sea.mov” (c1)"
    assert label(parsed_clip(text("t1"))) == "t1"
    assert label(parsed_clip(text("t1", name="\u202eevil" + "x" * 90))) == "“\\u202eevil" + "x" * 54 + "…” (t1)"
    assert [file_name(path) for path in ("a/b.mp4", "C:\\x\\b.mp4", "b.mp4", "/", "dir/")] == ["b.mp4", "b.mp4", "b.mp4", "/", "dir"]


def test_what_was_parsed_cannot_be_changed() -> None:
    made = parsed_clip(clip(transform={}))
    with pytest.raises(AttributeError, match="frozen"):
        made.opacity = 0.5
    with pytest.raises((AttributeError, TypeError)):
        made.transform.scale.x = 5
