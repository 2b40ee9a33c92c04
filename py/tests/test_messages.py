"""The contract: golden messages, exact fields, and that nothing but the named errors escapes from parsing."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from gran_worker.contract import json_schema
from gran_worker.errors import ContractError, ExportError, PlanError, SourceError
from gran_worker.geometry import Size
from gran_worker.messages import (
    INCOMING,
    OUTGOING,
    Completed,
    Error,
    Failure,
    FrameCount,
    InitExport,
    Progress,
    QuerySupport,
    SourceInfo,
    Telemetry,
    Warning,
    parse,
    to_wire,
)
from gran_worker.ports import AudioInfo, Probe, VideoInfo
from gran_worker.sparse import Sparse
from gran_worker.telemetry import Meter
from gran_worker.timing import FrameRate
from tests.builders import background, clip, gap, init_export, snapshot, text, track, without

GOLDEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (Path(__file__).parent / "contract").glob("*.json")}
TYPE = {str(model.model_fields["type"].default): model for model in (*INCOMING, *OUTGOING)}

# SPEC.md, section 2, and the messages that are our own.
KEYS = {
    "init_export": {"type", "timeline", "settings", "writablePort"},
    "cancel_export": {"type"},
    "probe_source": {"type", "requestId", "file"},
    "query_support": {"type", "requestId", "width", "height", "fps"},
    "progress": {"type", "phase", "percent", "frame"},
    "error": {"type", "message", "recoverable"},
    "completed": {"type", "durationMs", "frames"},
    "ready": {"type"},
    "loading": {"type", "files"},
    "warning": {"type", "code", "message", "clipId"},
    "failure": {"type", "code", "clipId", "timeUs"},
    "telemetry": {
        "type",
        "elapsedSeconds",
        "stages",
        "now",
        "encodeFps",
        "timesRealTime",
        "droppedFrames",
        "repeatedFrames",
        "queuePeaks",
        "bytesWritten",
        "peakHeapBytes",
        "executor",
        "encoder",
        "encoders",
        "copiedFrames",
        "sound",
        "liveObjects",
    },
    "source_info": {"type", "requestId", "name", "kind", "durationUs", "video", "audio", "problem"},
    "support": {"type", "requestId", "video", "audio"},
    "lend_rasteriser": {"type", "port"},
    "lend_viewer": {"type", "port"},
    "import_otio": {"type", "requestId", "file"},
    "export_otio": {"type", "requestId", "timeline", "name", "markers", "media"},
    "otio_imported": {"type", "requestId", "name", "timeline", "markers", "media", "report"},
    "otio_exported": {"type", "requestId", "text"},
    "import_captions": {"type", "requestId", "file"},
    "export_captions": {"type", "requestId", "captions", "format"},
    "captions_imported": {"type", "requestId", "format", "captions", "notes"},
    "captions_exported": {"type", "requestId", "text"},
    "refused": {"type", "requestId", "code", "message"},
}


def refusal(message: object) -> str:
    with pytest.raises(ContractError) as refused:
        parse(message if isinstance(message, str) else json.dumps(message))
    return refused.value.message


def test_there_is_a_golden_message_of_every_type() -> None:
    assert GOLDEN.keys() == KEYS.keys() == TYPE.keys()


@pytest.mark.parametrize("kind", KEYS)
def test_messages_have_exactly_these_fields(kind: str) -> None:
    assert {field.alias for field in TYPE[kind].model_fields.values()} == KEYS[kind] == GOLDEN[kind].keys()


@pytest.mark.parametrize("model", INCOMING)
def test_the_golden_messages_to_the_worker_are_read(model: type[BaseModel]) -> None:
    golden = GOLDEN[str(model.model_fields["type"].default)]
    message = parse(json.dumps(golden))
    assert type(message) is model
    again = json.loads(message.model_dump_json(by_alias=True, exclude_none=True))
    assert parse(json.dumps(again)) == message
    assert again.keys() == golden.keys()


@pytest.mark.parametrize("model", OUTGOING)
def test_the_golden_messages_from_the_worker_are_written(model: type[BaseModel]) -> None:
    golden = GOLDEN[str(model.model_fields["type"].default)]
    message = model.model_validate_json(json.dumps(golden), by_alias=True, by_name=False)
    assert to_wire(message) == golden


def test_what_is_not_set_is_not_sent() -> None:
    assert to_wire(Warning(code="clamped", message="x")) == {"type": "warning", "code": "clamped", "message": "x"}
    assert to_wire(Failure.of(ContractError("x"))) == {"type": "failure", "code": "E_CONTRACT"}


def test_the_messages_of_one_export() -> None:
    progress = Progress(phase="decode", percent=1.5, frame=FrameCount(current=0, total=9))
    assert to_wire(progress) == {"type": "progress", "phase": "decode", "percent": 1.5, "frame": {"current": 0, "total": 9}}
    assert to_wire(Completed(duration_ms=1001, frames=30)) == {"type": "completed", "durationMs": 1001, "frames": 30}
    assert to_wire(Error.cancelled()) == GOLDEN["error"]
    lost = SourceError("city.mp4 is damaged.", code="E_DECODE", clip_id="c2", time_us=5)
    assert to_wire(Failure.of(lost)) == {"type": "failure", "code": "E_DECODE", "clipId": "c2", "timeUs": 5}
    assert to_wire(Error.of(lost)) == {"type": "error", "message": "city.mp4 is damaged.", "recoverable": True}


def test_what_was_found_in_a_file() -> None:
    video = VideoInfo("video", "avc", Size(1920, 1080), Size(1080, 1920), 90, 0, 66.7, 33_367, True, True, True, None)
    info = SourceInfo.of(7, Probe("beach.mp4", 42_000_000, video, AudioInfo("aac", 44_100, 2)))
    assert to_wire(info) == without(GOLDEN["source_info"], "problem") | {
        "video": {"codec": "avc", "width": 1080, "height": 1920, "fps": 29.97, "rotationDeg": 90}
    }
    silent = SourceInfo.of(7, Probe("song.mp3", 1, None, None, audio_problem="It is damaged."))
    assert (silent.kind, silent.problem) == ("audio", "It is damaged.")
    refused = to_wire(SourceInfo.refused(7, "notes.txt", "This is no media file."))
    assert (refused["name"], refused["problem"], refused["durationUs"]) == ("notes.txt", "This is no media file.", 0)


def test_a_reading_of_the_meter() -> None:
    now_s = [100.0]
    meter = Meter(lambda: now_s[0])
    now_s[0] = 104.0
    meter.seconds["encode"], meter.frames_done, meter.bytes_written = 3.0, 120, 5
    reading = to_wire(Telemetry.of(meter))
    assert reading.keys() <= KEYS["telemetry"]
    assert (reading["elapsedSeconds"], reading["encodeFps"], reading["bytesWritten"]) == (4.0, 30.0, 5)
    assert reading["stages"]["encode"] == {"seconds": 3.0, "share": 0.75}
    assert json.dumps(reading)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({}, "type: is required"),
        (
            {"type": "export"},
            'type: must be one of "init_export", "cancel_export", "lend_rasteriser", "lend_viewer", "probe_source", "query_support", '
            '"import_otio", "export_otio", "import_captions" or "export_captions", got "export"',
        ),
        ({"type": "progress", "phase": "decode"}, "type: must be one of"),
        ([], "The message must be an object, got []"),
        (5, "The message must be an object, got 5"),
        ("null", "The message must be an object, got null"),
        ("", "The message is not JSON (at line 1 column 0)."),
        ('{"type": ', "The message is not JSON (at line 1 column 9)."),
        ("[" * 10_000, "The message is nested too deeply."),
        ('{"a":' * 10_000, "The message is nested too deeply."),
        ('{"a":null,' + '"a":{' * 10_000, "The message is nested too deeply."),
        ('{"a":"\\ud800","b":' + "[" * 10_000, "The message is not JSON"),
        ('{"a":"\\ud800","b":' + "[" * 10_000 + "]" * 10_000 + "}", "The message is not JSON"),
        ("[" * 199 + "]" * 199, "The message must be an object"),
        ("[null" + ",[null" * 190 + "]" * 191, "The message must be an object"),
        ({"type": "cancel_export", "now": True}, "now: is not a field of cancel_export, which has type"),
        (init_export(timelin={}), "timelin: is not a field of init_export; did you mean timeline?"),
        (init_export(settings=None), "settings: is required"),
        (init_export(writablePort={"$js": "File"}), "writablePort: must be a FileSystemFileHandle, WritableStream"),
        (without(init_export(), "timeline", "settings"), "timeline: is required (and 1 more problem)"),
        ({"type": "probe_source", "requestId": -1, "file": {"$js": "File"}}, "requestId: must be between 0 and"),
        ({"type": "probe_source", "requestId": 1, "file": "x.mp4"}, 'file: must be a File, Blob or FileSystemFileHandle, got "x.mp4"'),
        ({"type": "query_support", "requestId": 1, "width": 0, "height": 2, "fps": 30}, "width: must be between 1 and"),
    ],
)
def test_wrong_messages_are_refused_in_words(message: object, words: str) -> None:
    assert refusal(message).startswith(words)


def test_the_wire_speaks_camel_case_only() -> None:
    assert refusal({**without(init_export(), "writablePort"), "writable_port": {"$js": "MessagePort"}}).startswith(
        "writablePort: is required"
    )
    assert "timeline_range" not in refusal(init_export(snapshot(track(clip(timelineRange=None) | {"timeline_range": {}}))))


def test_half_a_character_is_found() -> None:
    broken = json.dumps(init_export(snapshot(track(clip(name="\ud800")))))
    assert refusal(broken) == "timeline.tracks[0].items[0].name: holds half of a character (a lone surrogate); remove it"
    raw = json.dumps(init_export(snapshot(track(clip(name="\ud800")))), ensure_ascii=False)
    assert refusal(raw) == refusal(broken)


def test_what_a_field_held_is_shown_short_and_harmless() -> None:
    message = refusal(init_export(snapshot(track(clip(speed="\u202e\x00" + "x" * 5000)))))
    assert message.endswith('got "\\u202e\\u0000' + "x" * 57 + '…"')
    huge = refusal(init_export(snapshot(track(clip(opacity=10**4000)))))
    assert len(huge) < 200


def test_a_message_can_be_too_long() -> None:
    assert refusal(" " * (32 * 2**20 + 1)) == "The message is longer than 33554432 characters."


def test_a_question_has_its_numbers() -> None:
    question = parse(json.dumps(GOLDEN["query_support"]))
    assert isinstance(question, QuerySupport)
    assert (question.width, question.fps) == (1920, FrameRate(30000, 1001))


# Whatever comes

KEYS_OF_EVIL = ["__proto__", "constructor", "prototype", "__class__", "__dict__", "toString", "then", "length", "", "$js", "clip"]
TEXTS_OF_EVIL = ["../x", "..\\x", "/etc/passwd", "file:///x", "a/\0b", "\u202egpj", "e\u0301" * 500, "\ud800", "<svg onload=1>", "{words}"]
NUMBERS_OF_EVIL = [0, -0.0, 1, 2**31, 2**53, 2**63, 2**70, 5e-324, 1e308, math.nan, math.inf, -1, True]
js_leaf = st.one_of(
    st.none(),
    st.integers(-(2**53), 2**53),
    st.floats(),
    st.sampled_from(NUMBERS_OF_EVIL),
    st.text(max_size=12),
    st.sampled_from(TEXTS_OF_EVIL),
    st.sampled_from(["File", "NaN", "Date", "bigint 5", ""]).map(lambda name: {"$js": name}),
)
js_key = st.one_of(st.text(max_size=8), st.sampled_from(KEYS_OF_EVIL), st.sampled_from(sorted(KEYS["init_export"])))
js_any = st.recursive(
    js_leaf, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(js_key, inner, max_size=4)), max_leaves=20
)


def full_message() -> dict:
    """One of everything; each call gives a new one."""
    return json.loads(json.dumps(GOLDEN["init_export"]))


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every member and item inside ``value``."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inside:
        yield (*path, key)
        yield from places(member, (*path, key))


def holder(message: dict, path: tuple[str | int, ...]) -> dict | list:
    for step in path[:-1]:
        message = message[step]
    return message


def outcome(message: object) -> InitExport | ExportError:
    """What parsing comes to. Anything but the two named errors fails the test."""
    try:
        return parse(json.dumps(message))
    except (ContractError, PlanError) as error:
        assert 0 < len(error.message) < 1000
        assert not any(word in error.message for word in ("pydantic", "Traceback", "function-", "Input should", "{words}:"))
        return error


@given(js_any)
def test_from_anything_at_all_only_the_named_errors_escape(message: object) -> None:
    assert isinstance(outcome(message), ExportError) or message == {"type": "cancel_export"}


@given(st.text())
def test_from_any_text_only_the_named_error_escapes(message: str) -> None:
    with pytest.raises(ContractError):
        parse(message)


PLACES = list(places(GOLDEN["init_export"]))


@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(["delete", "replace", "extra", "copy"]), js_any), min_size=1, max_size=3)
)
def test_from_nearly_right_messages_only_the_named_errors_escape(mutations: list) -> None:
    message = full_message()
    for path, how, value in mutations:
        try:
            place = holder(message, path)
            if how == "delete":
                del place[path[-1]]
            elif how == "replace":
                place[path[-1]] = value
            elif how == "extra":
                place[path[-1]]["more"] = value
            else:
                place.append(place[path[-1]])
        except (KeyError, IndexError, TypeError, AttributeError):
            pass  # an earlier mutation took the place away
    outcome(message)


REQUIRED = [
    path
    for path in PLACES
    if path[-1] in ("id", "kind", "clipType", "timelineRange", "startUs", "durationUs", "tracks", "sources", "fps", "path", "type", "items")
    and "timelines" not in path[:-1]
]


@given(st.sampled_from(REQUIRED))
def test_a_missing_field_is_named_by_its_path(path: tuple[str | int, ...]) -> None:
    message = full_message()
    del holder(message, path)[path[-1]]
    made = outcome(message)
    assert isinstance(made, ContractError)
    assert str(path[-1]) in made.message
    assert "is required" in made.message


OBJECTS = [
    path
    for path in PLACES
    if path[0] == "timeline"
    and isinstance(holder(GOLDEN["init_export"], path)[path[-1]], dict)
    and not {"sources", "fonts"} & set(path)
    and path[-1] != "timelines"
]


@given(st.sampled_from(OBJECTS), st.sampled_from([*KEYS_OF_EVIL[:9], "newField", "start_us", "timeline_range"]), js_any)
def test_unknown_fields_of_the_timeline_change_nothing(path: tuple[str | int, ...], key: str, value: object) -> None:
    message = full_message()
    holder(message, path)[path[-1]][key] = value
    assume("\\ud8" not in json.dumps(value))
    assert outcome(message) == parse(json.dumps(GOLDEN["init_export"]))


times = st.integers(0, 3_600_000_000)
fields_of_a_clip = st.fixed_dictionaries(
    {},
    optional={
        "speed": st.floats(0.1, 10),
        "opacity": st.floats(0, 1),
        "audioGain": st.floats(0, 10),
        "audioBalance": st.floats(-1, 1),
        "audioFadeInUs": times,
        "disabled": st.booleans(),
        "name": st.text(max_size=9).filter(lambda name: not any("\ud800" <= char <= "\udfff" for char in name)),
        "transform": st.just({"scale": {"x": 0.1, "y": -3}}),
        "freezeFrameSourceUs": times,
    },
)


@st.composite
def timelines(draw: st.DrawFn) -> dict:
    tracks = []
    for t in range(draw(st.integers(0, 3))):
        at_us, items = 0, []
        for c in range(draw(st.integers(0, 6))):
            length_us = draw(st.integers(1, 10_000_000))
            make = draw(st.sampled_from([clip, text, background, gap]))
            if make is gap:
                items.append(gap(at_us, length_us))
            else:
                items.append(make(f"t{t}c{c}", start_us=at_us, duration_us=length_us, **draw(fields_of_a_clip)))
            at_us += length_us + draw(st.sampled_from([0, 0, 1, 33_333]))
        tracks.append(track(*draw(st.permutations(items)), kind="video"))
    return snapshot(*tracks) if tracks else {**snapshot(), "tracks": []}


@given(timelines())
def test_valid_timelines_are_read_and_reading_them_again_changes_nothing(timeline: dict) -> None:
    message = parse(json.dumps(init_export(timeline)))
    again = json.loads(message.model_dump_json(by_alias=True, exclude_none=True))
    assert parse(json.dumps(again)) == message
    assert 0 <= message.settings.fps.count(message.timeline.end_us) <= 1_296_000
    assert set(kinds_in(message.timeline)) <= {"int", "str", "bool", "Fraction", "float", "NoneType"}


def kinds_in(value: object) -> Iterator[str]:
    """The types of all plain values inside."""
    if isinstance(value, BaseModel | Sparse):
        for name in type(value).model_fields if isinstance(value, BaseModel) else get_type_hints(type(value)):
            member = getattr(value, name)
            assert not (name.endswith("_us") and isinstance(member, float)), f"{name} is a float"
            yield from kinds_in(member)
    elif is_dataclass(value):
        for field in fields(value):
            yield from kinds_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from kinds_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from kinds_in(each)
    else:
        assert isinstance(value, int | float | str | bool | Fraction | None)
        yield type(value).__name__


def test_ten_thousand_clips_are_read_in_a_few_times_what_their_json_costs() -> None:
    clips = [clip(f"c{i}", start_us=i * 1_000_000) for i in range(10_000)]
    text_of_it = json.dumps(init_export(snapshot(track(*clips))), separators=(",", ":"))

    def best_s(read: object) -> float:
        took = []
        for _ in range(3):
            began = time.process_time()
            read(text_of_it)
            took.append(time.process_time() - began)
        return min(took)

    # Absolute times would test the machine. Four times what JSON alone costs is 100 ms in a browser on the machine this was written on.
    assert best_s(parse) < 8 * best_s(json.loads)


def test_far_too_many_clips_are_refused_before_they_are_walked() -> None:
    clips = [clip("c")] * 30_000
    assert "must have at most 10000 entries" in refusal(init_export(snapshot(track(*clips))))


def test_problems_are_not_collected_by_the_million() -> None:
    wrong = [{"id": "v", "kind": "video", "items": [{}] * 5_000}] * 10
    assert refusal(init_export({**snapshot(), "tracks": wrong})) == "timeline.tracks[0].items[0].kind: is required"
    many = {f"{i}.mp4": i for i in range(20_000)}
    for key in ("sources", "fonts", "timelines"):
        message = refusal(init_export({**snapshot(), key: many}))
        assert message.startswith(f'timeline.{key}["0.mp4"]: must be ')
        assert message.endswith(", got 0")
    assert refusal({**init_export(), **{f"k{i}": 0 for i in range(30_000)}}) == "The message has 30000 problems."


# The contract as the page reads it


def test_the_schema_names_every_message_and_both_unions() -> None:
    definitions = json_schema(INCOMING, OUTGOING)["$defs"]
    assert {model.__name__ for model in (*INCOMING, *OUTGOING)} < definitions.keys()
    for union, models in (("Incoming", INCOMING), ("Outgoing", OUTGOING)):
        assert [each["$ref"] for each in definitions[union]["anyOf"]] == [f"#/$defs/{model.__name__}" for model in models]
    for model in (*INCOMING, *OUTGOING):
        definition = definitions[model.__name__]
        assert "type" in definition["required"]
        assert definition["additionalProperties"] is False
        assert definition["properties"].keys() == KEYS[str(model.model_fields["type"].default)]


def test_the_schema_speaks_the_language_of_the_wire() -> None:
    written = json.dumps(json_schema(INCOMING, OUTGOING))
    assert '"null"' not in written
    assert "start_us" not in written
    assert json_schema(INCOMING, OUTGOING)["$defs"]["InitExport"]["properties"]["writablePort"]["tsType"].startswith(
        "FileSystemFileHandle | "
    )
    assert set(json_schema(INCOMING, OUTGOING)["$defs"]["Settings"]["required"]) == {"width", "height", "fps", "codec", "bitrate", "audio"}
