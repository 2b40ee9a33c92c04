"""OpenTimelineIO, with the real package as the measure: what we write it reads, what it writes we read, to the µs."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker import otio
from gran_worker.errors import ContractError
from gran_worker.timing import FrameRate
from tests.builders import adjustment, background, blur, clip, nested, text, time_range, track, transition

if sys.platform == "emscripten":
    opentimelineio = None  # it has no build for Pyodide; CPython compares with it
else:
    import opentimelineio  # missing on CPython it is an error, not a skip
RATES = (24, [24000, 1001], 25, [30000, 1001], 30, 50, [60000, 1001], 60)


def document(*tracks, fps=25, **fields):
    return {"timebase": {"fps": fps}, "tracks": [{"id": f"track-{i}", **each} for i, each in enumerate(tracks)], **fields}


def timeline_without(imported, *names):
    return {name: value for name, value in imported.timeline.items() if name not in names}


def shape(tracks):
    """Clips only, by their place: gaps are whatever lies between."""
    return [
        {
            **{name: value for name, value in each.items() if name not in ("items", "name")},
            "items": sorted((item for item in each["items"] if item["kind"] == "clip"), key=lambda item: item["timelineRange"]["startUs"]),
        }
        for each in tracks
    ]


def through_otio(text):
    """As another program would hand it back."""
    if opentimelineio is None:
        return text
    return opentimelineio.adapters.write_to_string(opentimelineio.adapters.read_from_string(text, "otio_json"), "otio_json")


def named(item):
    return {"name": "", **item}


frames = st.integers(0, 3000)


@st.composite
def documents(draw):
    fps = draw(st.sampled_from(RATES))
    rate = FrameRate.parse(fps)
    on_frames = draw(st.booleans())

    def edges(count):
        if on_frames:
            return sorted({rate.start_us(n) for n in draw(st.lists(frames, min_size=count, max_size=count))})
        return sorted(set(draw(st.lists(st.integers(0, 60_000_000), min_size=count, max_size=count))))

    tracks = []
    for t, kind in enumerate(
        draw(st.sampled_from((["video"], ["video", "video"], ["video", "audio"], ["video", "video", "audio", "audio"])))
    ):
        at = edges(2 * draw(st.integers(0, 5)))
        items = []
        for i, (start, end) in enumerate(zip(at[::2], at[1::2], strict=False)):
            speed = draw(st.sampled_from((1, 2, 0.5, 0.1, 1.001, 10)))
            length = draw(st.one_of(st.just(round((end - start) * speed)), st.integers(1, 10**8)))
            extra = draw(
                st.sampled_from(
                    (
                        {},
                        {"opacity": 0.5, "audioGain": 2.5, "audioBalance": -0.25, "locked": True},
                        {"freezeFrameSourceUs": 1_234_567},
                        {"transitionIn": {"type": "dissolve", "durationUs": 400_001, "mode": "composite", "curve": "bezier"}},
                        {"transitionOut": {"type": "wipe", "durationUs": 7, "direction": "up"}},
                        {"effects": [blur(3)], "disabled": True},
                        {"transform": {"scale": {"x": -1, "y": 2}, "crop": {"left": 0.25}}},
                    )
                )
            )
            made = clip(f"{t}-{i}", start_us=start, duration_us=end - start, source=f"media/{i} ä.mp4", name=f"shot {i}")
            made["sourceRange"] = {"startUs": draw(st.integers(0, 10**9)), "durationUs": max(1, length)}
            items.append({**made, **({"speed": speed} if speed != 1 else {}), **extra})
        if items and kind == "video" and draw(st.booleans()):
            length = time_range(0, at[1] - at[0])
            items[0] = text(f"words-{t}", start_us=at[0], duration_us=at[1] - at[0], name="t", style={"fontSize": 30}, sourceRange=length)
        tracks.append({**track(*items, kind=kind), "audioGain": 0.5})
    return document(*tracks, fps=fps)


@given(documents())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back_to_the_microsecond(given_document):
    written = otio.write(given_document)
    for text_of_it in (written, through_otio(written)):
        imported = otio.read(text_of_it)
        assert shape(imported.timeline["tracks"]) == shape(given_document["tracks"])
        assert imported.timeline["timebase"] == given_document["timebase"]
        assert otio.write(imported.timeline) == otio.write(otio.read(otio.write(imported.timeline)).timeline)


@pytest.mark.skipif(opentimelineio is None, reason="compiled for CPython only")
@given(documents())
@settings(max_examples=25, deadline=None)
def test_the_real_package_finds_every_clip_where_it_is(given_document):
    timeline = opentimelineio.adapters.read_from_string(otio.write(given_document), "otio_json")
    found = {}
    for each in timeline.find_clips():
        span = each.range_in_parent()
        found[each.metadata["gran"]["id"]] = [round(at.to_seconds() * 1e6) for at in (span.start_time, span.end_time_exclusive())]
    wanted = {
        item["id"]: [item["timelineRange"]["startUs"], item["timelineRange"]["startUs"] + item["timelineRange"]["durationUs"]]
        for each in given_document["tracks"]
        for item in each["items"]
    }
    assert found.keys() == wanted.keys()
    for name, (start, end) in wanted.items():
        # The package knows rates only as floats: 29.97… is not quite 30000/1001.
        assert abs(found[name][0] - start) <= 1 and abs(found[name][1] - end) <= 1


def test_fields_that_only_gran_has_survive():
    everything = document(
        track(
            background(name="red", backgroundColor="#ff0000", opacity=0.5),
            text(start_us=1_000_000, text="Привет\nמה", name="title", style={"color": "red", "align": "left"}, opacity=0.25),
            adjustment(start_us=2_000_000, name="soft", effects=[blur(2)]),
            clip("still", start_us=3_000_000, source="a.png", isImage=True, name="a", transitionOut=transition("slide", direction="up")),
            id="v",
            videoHidden=True,
            audioSolo=True,
        ),
        fps=[30000, 1001],
        zoom=3,
    )
    imported = otio.read(through_otio(otio.write(everything, name="Film")))
    for item in everything["tracks"][0]["items"]:
        item.setdefault("sourceRange", {"startUs": 0, "durationUs": 1_000_000})
    assert shape(imported.timeline["tracks"]) == shape(everything["tracks"])
    assert (imported.name, imported.timeline["zoom"]) == ("Film", 3)
    assert imported.report.ignored == imported.report.approximated == ()


def test_a_timeline_in_the_timeline_comes_back_once():
    inner = document(track(clip("deep", source="deep.mp4", name="d")), fps=25)
    outer = document(
        track(nested("one", "titles", name="first"), nested("two", "titles", name="second", start_us=1_000_000)),
        timelines={"titles": inner},
    )
    imported = otio.read(through_otio(otio.write(outer)))
    assert shape(imported.timeline["tracks"]) == shape(outer["tracks"])
    assert list(imported.timeline["timelines"]) == ["titles"]
    assert shape(imported.timeline["timelines"]["titles"]["tracks"]) == shape(inner["tracks"])
    assert [each.path for each in imported.media] == ["deep.mp4"]


def test_markers_come_back():
    marker = {"id": "m1", "timeUs": 1_234_567, "durationUs": 89, "name": "here", "color": "RED", "comment": "look"}
    imported = otio.read(through_otio(otio.write(document(track(clip())), markers=(marker,))))
    assert [each.model_dump(by_alias=True, exclude_none=True) for each in imported.markers] == [marker]


def test_disabled_clips_on_top_of_others_come_back():
    below, above = clip("below", name="b"), clip("above", name="a", start_us=200_000, disabled=True)
    imported = otio.read(through_otio(otio.write(document(track(below, above)))))
    assert shape(imported.timeline["tracks"])[0]["items"] == [below, above]


# What others write


def rational(value, rate=24.0):
    return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}


def span(start, duration, rate=24.0):
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": rational(start, rate), "duration": rational(duration, rate)}


def foreign_clip(name="beach", url="file:///media/my%20beach.mov", source=(0, 48), rate=24.0, **fields):
    reference = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": url} if url else None
    return {
        "OTIO_SCHEMA": "Clip.1",
        "name": name,
        "source_range": span(*source, rate) if source else None,
        "media_reference": reference,
        **fields,
    }


def dissolve(before, after):
    return {
        "OTIO_SCHEMA": "Transition.1",
        "transition_type": "SMPTE_Dissolve",
        "in_offset": rational(before),
        "out_offset": rational(after),
    }


def foreign(*children, kind="Video", **fields):
    row = {"OTIO_SCHEMA": "Track.1", "kind": kind, "children": list(children)}
    return {"OTIO_SCHEMA": "Timeline.1", "name": "cut", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [row]}, **fields}


def read(*children, **fields):
    return otio.read(json.dumps(foreign(*children, **fields)))


def items_of(imported):
    return imported.timeline["tracks"][0]["items"]


def times(item):
    return [item[each][edge] for each in ("timelineRange", "sourceRange") for edge in ("startUs", "durationUs")]


def test_a_plain_cut_of_another_program():
    gap = {"OTIO_SCHEMA": "Gap.1", "source_range": span(0, 12)}
    imported = read(foreign_clip(source=(24, 48)), gap, foreign_clip("b", "b.mov", (0, 24)))
    first, second = items_of(imported)
    assert times(first) == [0, 2_000_000, 1_000_000, 2_000_000]
    assert times(second) == [2_500_000, 1_000_000, 0, 1_000_000]
    assert imported.timeline["timebase"] == {"fps": 24}
    assert [(each.path, each.name) for each in imported.media] == [("file:///media/my%20beach.mov", "my beach.mov"), ("b.mov", "b.mov")]
    assert imported.report.kept == ("1 track", "2 clips")


def test_the_first_track_of_the_file_is_the_lowest():
    rows = [
        {"OTIO_SCHEMA": "Track.1", "kind": kind, "name": kind + str(n), "children": []}
        for n, kind in enumerate(("Video", "Video", "Audio"))
    ]
    stack = {"OTIO_SCHEMA": "Stack.1", "children": rows}
    imported = otio.read(json.dumps({"OTIO_SCHEMA": "Timeline.1", "tracks": stack}))
    assert [each["name"] for each in imported.timeline["tracks"]] == ["Video1", "Video0", "Audio2"]


def test_a_time_warp_changes_what_is_played_not_how_long():
    warp = {"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0}
    (item,) = items_of(read(foreign_clip(source=(24, 48), effects=[warp])))
    assert times(item) == [0, 2_000_000, 1_000_000, 4_000_000]
    assert item["speed"] == 2


def test_a_freeze_frame_stands():
    (item,) = items_of(read(foreign_clip(source=(36, 48), effects=[{"OTIO_SCHEMA": "FreezeFrame.1"}])))
    assert item["freezeFrameSourceUs"] == 1_500_000


def test_backwards_is_told():
    imported = read(foreign_clip(effects=[{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": -1.0}]))
    assert imported.report.approximated == ("Clip “beach” plays backwards; here it plays at 1.",)


def test_the_time_of_day_of_a_camera_is_taken_off_and_put_back():
    reference = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "a.mov", "available_range": span(86_400, 240)}
    imported = read(foreign_clip(source=(86_424, 48), media_reference=reference))
    assert times(items_of(imported)[0])[2] == 1_000_000
    written = json.loads(otio.write(imported.timeline))
    assert written["tracks"]["children"][0]["children"][0]["source_range"] == span(86_424, 48)


def test_a_centred_dissolve_begins_where_it_began():
    first, second = items_of(read(foreign_clip(source=(0, 48)), dissolve(6, 6), foreign_clip("b", "b.mov", (24, 48))))
    assert times(first) == [0, 1_750_000, 0, 1_750_000]
    assert times(second) == [1_750_000, 2_250_000, 750_000, 2_250_000]
    assert second["transitionIn"] == {"type": "dissolve", "mode": "blend", "durationUs": 500_000}


def test_a_dissolve_without_handles_is_told():
    imported = read(foreign_clip(source=(0, 48)), dissolve(6, 6), foreign_clip("b", "b.mov", (0, 48)))
    assert times(items_of(imported)[1])[0] == 2_000_000
    assert "begins at the cut" in imported.report.approximated[0]


def test_dissolves_from_and_to_nothing_fade():
    (item,) = items_of(read(dissolve(0, 12), foreign_clip(), dissolve(12, 0)))
    assert item["transitionIn"]["mode"] == item["transitionOut"]["mode"] == "composite"


def test_a_stack_in_a_track_is_a_timeline_and_keeps_its_trim():
    stack = {
        "OTIO_SCHEMA": "Stack.1",
        "name": "titles",
        "children": [foreign_clip(), foreign_clip("over", "o.mov")],
        "source_range": span(12, 24),
    }
    imported = read(stack)
    (item,) = items_of(imported)
    assert (item["clipType"], item["source"], times(item)) == ("timeline", {"path": "titles"}, [0, 1_000_000, 500_000, 1_000_000])
    assert [row["items"][0]["name"] for row in imported.timeline["timelines"]["titles"]["tracks"]] == ["over", "beach"]


def test_a_trimmed_track_shows_its_part():
    row = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "name": "row", "children": [foreign_clip()], "source_range": span(12, 12)}
    imported = otio.read(json.dumps({"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [row]}}))
    (item,) = items_of(imported)
    assert times(item) == [0, 500_000, 500_000, 500_000]


def test_media_that_is_nowhere_can_be_linked_later():
    imported = read(foreign_clip("lost", None))
    assert imported.media[0].model_dump(by_alias=True, exclude_none=True) == {"path": "missing:lost", "name": "lost", "missing": True}
    written = json.loads(otio.write(imported.timeline))
    assert written["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"]["OTIO_SCHEMA"] == "MissingReference.1"
    linked = json.loads(
        otio.write(imported.timeline, media={"missing:lost": {"url": "found.mp4", "name": "found", "durationUs": 2_000_000}})
    )
    assert linked["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"]["target_url"] == "found.mp4"


def test_what_is_not_known_goes_back_as_it_came():
    strange = {"OTIO_SCHEMA": "Hologram.7", "depth": [1, {"OTIO_SCHEMA": "Inner.2"}], "source_range": span(0, 12)}
    effect = {"OTIO_SCHEMA": "Sparkle.3", "amount": 11, "metadata": {"maker": {"x": None}}}
    marker = {"OTIO_SCHEMA": "Marker.2", "name": "in clip", "marked_range": span(3, 0)}
    several = {
        "DEFAULT_MEDIA": {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "a.mov", "metadata": {"reel": "7"}},
        "proxy": {"OTIO_SCHEMA": "ImageSequenceReference.1", "target_url_base": "x/"},
    }
    full = {
        "OTIO_SCHEMA": "Clip.2",
        "name": "a",
        "source_range": span(0, 24),
        "effects": [effect],
        "markers": [marker],
        "color": {"OTIO_SCHEMA": "Color.1", "r": 1},
        "media_references": several,
        "active_media_reference_key": "DEFAULT_MEDIA",
        "metadata": {"other": {"keep": [1, 2.5, "three"]}},
    }
    given_file = foreign(full, strange, foreign_clip("b", "b.mov"), metadata={"suite": {"id": 5}}, global_start_time=rational(86_400))
    imported = otio.read(json.dumps(given_file))
    assert [each["kind"] for each in items_of(imported)] == ["clip", "gap", "clip"]
    assert times(items_of(imported)[2])[0] == 1_500_000
    assert {"The effect “Sparkle” of “a” is not known here.", "A “Hologram” is not known here; it is a gap."} <= set(
        imported.report.ignored
    )
    written = json.loads(otio.write(imported.timeline, name=imported.name))
    back, hologram, _ = written["tracks"]["children"][0]["children"]
    assert hologram == strange
    assert {name: back[name] for name in ("effects", "markers", "color", "media_references")} == {
        name: full[name] for name in ("effects", "markers", "color", "media_references")
    }
    assert back["metadata"]["other"] == {"keep": [1, 2.5, "three"]}
    assert (written["metadata"]["suite"], written["global_start_time"]) == ({"id": 5}, rational(86_400))


def test_generators_of_others():
    def generator(kind, **parameters):
        reference = {"OTIO_SCHEMA": "GeneratorReference.1", "generator_kind": kind, "parameters": parameters}
        return foreign_clip(kind, None, media_reference=reference)

    imported = read(generator("SolidColor", color="red"), generator("Title", text="Hi"), generator("SMPTEBars"))
    assert [(each["clipType"], each.get("backgroundColor"), each.get("text")) for each in items_of(imported)] == [
        ("background", "red", None),
        ("text", None, "Hi"),
        ("background", None, None),
    ]
    assert "The generator “SMPTEBars” is shown as black." in imported.report.approximated
    (item,) = items_of(read(generator("Tone"), kind="Audio"))
    assert item["kind"] == "gap"


@pytest.mark.skipif(opentimelineio is None, reason="compiled for CPython only")
def test_a_file_that_the_real_package_wrote():
    schema, opentime = opentimelineio.schema, opentimelineio.opentime

    def at(start, duration):
        return opentime.TimeRange(opentime.RationalTime(start, 30), opentime.RationalTime(duration, 30))

    timeline = schema.Timeline("real")
    row = schema.Track("V", kind=schema.TrackKind.Video)
    timeline.tracks.append(row)
    first = schema.Clip("one", schema.ExternalReference("one.mp4", available_range=at(0, 300)), at(30, 60))
    first.effects.append(schema.LinearTimeWarp("fast", 2.0))
    row.extend(
        [first, schema.Transition("d", schema.TransitionTypes.SMPTE_Dissolve, opentime.RationalTime(0, 30), opentime.RationalTime(15, 30))]
    )
    row.extend([schema.Clip("two", schema.MissingReference("two"), at(0, 30)), schema.Gap(duration=opentime.RationalTime(30, 30))])
    row.append(schema.Clip("three", schema.GeneratorReference("black", "black"), at(0, 30)))
    timeline.tracks.markers.append(schema.Marker("m", at(45, 15), schema.MarkerColor.CYAN))
    imported = otio.read(opentimelineio.adapters.write_to_string(timeline, "otio_json"))
    one, two, three = items_of(imported)
    assert times(one) == [0, 2_000_000, 1_000_000, 4_000_000]
    assert (two["transitionIn"]["durationUs"], three["timelineRange"]["startUs"]) == (500_000, 4_000_000)
    assert (imported.markers[0].time_us, imported.markers[0].color) == (1_500_000, "CYAN")
    again = opentimelineio.adapters.read_from_string(otio.write(imported.timeline, name="real"), "otio_json")
    assert again.duration() == timeline.duration()
    assert [each.source_range for each in again.find_clips()] == [each.source_range for each in timeline.find_clips()]


# The Gran editor's own dialect


def test_the_old_editor_s_files_are_read_as_it_meant_them():
    def old(name, start, duration, **gran):
        reference = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": gran.pop("path", "")}
        fields = {"name": name, "media_reference": reference, "source_range": span(start, duration, 1_000_000), "metadata": {"gran": gran}}
        return {"OTIO_SCHEMA": "Clip.1", **fields}

    children = [
        old("fast", 500_000, 2_000_000, id="c1", clipType="media", speed=2, path="_video/a.mp4", audioGain=1.5, sourceDurationUs=9_000_000),
        old("title", 0, 1_000_000, id="c2", clipType="text", text="Hi", style={"fontSize": 40}, opacity=0.5, locked=True),
        old(
            "in",
            0,
            1_000_000,
            id="c3",
            path="b.png",
            transitionIn={"type": "dissolve", "durationUs": 200_000, "mode": "composite"},
            isImage=True,
        ),
        old("soft", 0, 1_000_000, id="c4", path="c.mp4", effects=[blur(5), {"id": "x", "type": "unheard-of"}]),
    ]
    row = {
        "OTIO_SCHEMA": "Track.1",
        "kind": "Video",
        "children": children,
        "metadata": {"gran": {"id": "v1", "kind": "video", "videoHidden": True}},
    }
    below = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [], "metadata": {"gran": {"id": "v2"}}}
    gran = {"docId": "d", "timebase": {"fps": 25}, "markers": [{"id": "m", "timeUs": 70, "text": "see"}]}
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [row, below]}
    imported = otio.read(json.dumps({"OTIO_SCHEMA": "Timeline.1", "name": "old", "tracks": stack, "metadata": {"gran": gran}}))
    assert [each["id"] for each in imported.timeline["tracks"]] == ["v1", "v2"]
    assert imported.timeline["tracks"][0]["videoHidden"] is True
    fast, title, image, soft = items_of(imported)
    assert times(fast) == [0, 1_000_000, 500_000, 2_000_000]
    assert (fast["speed"], fast["audioGain"], fast["source"]["path"]) == (2, 1.5, "_video/a.mp4")
    assert (title["clipType"], title["text"], title["opacity"], title["locked"]) == ("text", "Hi", 0.5, True)
    assert image["transitionIn"] == {"type": "dissolve", "durationUs": 200_000, "mode": "composite"}
    assert soft["effects"] == [blur(5)]
    assert imported.report.ignored == ("An effect of “soft” is not known here.",)
    assert [(each.time_us, each.name) for each in imported.markers] == [(70, "see")]


# Files that mean harm, or nothing


@pytest.mark.parametrize(
    ("words", "given_text"),
    [
        ("no OpenTimelineIO file", "{}"),
        ("not JSON", "GIF89a"),
        ("not JSON", '{"OTIO_SCHEMA": "Timeline.1", "tracks": '),
        ("nested", "[" * 100_000),
        ("levels deep", '{"OTIO_SCHEMA": "Timeline.1", "metadata": ' + '{"a": ' * 60 + "1" + "}" * 60 + "}"),
        ("tracks: is required", '{"OTIO_SCHEMA": "Timeline.1"}'),
        ("tracks: must be an object, got a list", '{"OTIO_SCHEMA": "Timeline.1", "tracks": []}'),
        ("children: must be a list", '{"OTIO_SCHEMA": "Stack.1", "children": {}}'),
        ("children[0]: must be an object", '{"OTIO_SCHEMA": "Stack.1", "children": [3]}'),
        ("has no length", '{"OTIO_SCHEMA": "Clip.1"}'),
        ("SerializableCollection", None),
    ],
)
def test_what_is_no_timeline_is_refused_with_its_place(words, given_text):
    if given_text is None:
        words, given_text = "children: is empty", '{"OTIO_SCHEMA": "SerializableCollection.1", "children": []}'
    with pytest.raises(ContractError, match=words.replace("[", r"\[")):
        otio.read(given_text)


@pytest.mark.parametrize("value", ["5", None, True, [], 1e300, {}])
@pytest.mark.parametrize("member", ["value", "rate"])
def test_times_that_are_none_are_refused(member, value):
    broken = foreign_clip()
    broken["source_range"]["duration"][member] = value
    with pytest.raises(ContractError, match=r"tracks\.children\[0\]\.children\[0\]\.source_range\.duration"):
        read(broken)


def test_depth_and_numbers_are_capped():
    stack = foreign_clip()
    for _ in range(10):
        stack = {"OTIO_SCHEMA": "Stack.1", "children": [stack]}
    with pytest.raises(ContractError, match="timelines deep"):
        read(stack)
    with pytest.raises(ContractError, match="10,000 clips"):
        read(*[foreign_clip()] * 10_001)
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [foreign_clip()] * 101}
    with pytest.raises(ContractError, match="101 tracks"):
        otio.read(json.dumps(stack))


def test_timelines_that_contain_themselves_cannot_be_written():
    circle = document(track(nested("n", "me")), timelines={"me": document(track(nested("n", "me")))})
    with pytest.raises(ContractError, match="deep"):
        otio.write(circle)
    bomb = document(track(clip()))
    for _ in range(7):
        bomb = document(track(*[nested(f"n{i}", "in", start_us=i * 1_000_000) for i in range(9)]), timelines={"in": bomb})
    with pytest.raises(ContractError, match="10000 clips"):
        otio.write(bomb)


KEYS = st.sampled_from(["OTIO_SCHEMA", "children", "metadata", "gran", "__proto__"])
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def _places(value, way=()):
    yield way
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*way, key))


VICTIM = json.loads(
    otio.write(
        document(
            track(clip(transitionIn=transition("dissolve"), effects=[blur()]), text(start_us=1_000_000), id="v"),
            track(clip("a", speed=2), id="a", kind="audio"),
        ),
        markers=({"id": "m", "timeUs": 5, "durationUs": 1, "name": "", "color": "RED", "comment": ""},),
    )
)
PLACES = list(_places(VICTIM))


@given(st.sampled_from(PLACES), json_values)
@settings(max_examples=300, deadline=None)
def test_a_wrong_value_anywhere_is_read_or_refused(way, value):
    broken = json.loads(json.dumps(VICTIM))
    if way:
        parent = broken
        for key in way[:-1]:
            parent = parent[key]
        parent[way[-1]] = value
    else:
        broken = value
    try:
        imported = otio.read(json.dumps(broken))
    except ContractError:
        return
    otio.write(imported.timeline, name=imported.name)


def test_a_large_film_is_read_and_written_in_seconds():
    import time

    film = document(
        *(track(*[clip(f"{t}-{i}", start_us=i * 40_000, duration_us=40_000) for i in range(1000)], id=f"t{t}") for t in range(10))
    )
    began = time.perf_counter()
    imported = otio.read(otio.write(film))
    assert sum(len(each["items"]) for each in imported.timeline["tracks"]) == 10_000
    assert time.perf_counter() - began < 60


def test_the_example_project_comes_through():
    example = json.loads((Path(__file__).parents[2] / "examples" / "hello.json").read_text())
    written = otio.write(example["timeline"] if "timeline" in example else example)
    assert otio.read(through_otio(written)).report.ignored == ()
