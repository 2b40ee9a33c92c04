"""Captions from the files of others, to files, and into the picture."""

import importlib.util
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.errors import ContractError
from gran_worker.plan import build_plan
from gran_worker.snapshot import Caption
from gran_worker.subtitles import burn_in, cut_captions, read_captions, write_captions
from gran_worker.timing import TimeRange
from tests.builders import background, parsed_settings, parsed_timeline, text, track

# In Pyodide the worker loads it when it is first needed; the runner of these tests does not.
needs_pysubs2 = pytest.mark.skipif(
    sys.platform == "emscripten" and importlib.util.find_spec("pysubs2") is None, reason="e2e reads captions in the browser"
)

SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\nworld\n\n2\n00:00:03,040 --> 00:00:04,000\n{\\an8}Привет, 世界 & <b>all</b>\n"
VTT = "WEBVTT - a film\n\nNOTE nothing\n\n"
VTT += "intro\n00:01.000 --> 00:02.500 align:start\n<v Ann>Hello</v>\n\n01:00:00.000 --> 01:00:01.000\n1 &lt; 2\n"
ASS = """[Script Info]
ScriptType: v4.00+
PlayResY: 720

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Sign,Noto Serif,40,&H0000FFFF,&H0,&H0,&H0,-1,0,0,0,100,100,0,0,1,1,0,7,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Sign,,0,0,0,,not shown
Dialogue: 0,0:00:05.00,0:00:06.50,Sign,,0,0,0,,{\\pos(10,20)}one\\Ntwo
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,first
"""  # noqa: E501


def said(captions):
    return [(each.start_us, each.duration_us, each.text) for each in captions]


def caption(start_us, duration_us, words="Hi", **fields):
    return Caption.model_validate({"startUs": start_us, "durationUs": duration_us, "text": words, **fields}, by_alias=True, by_name=False)


@needs_pysubs2
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_srt(ending, encoding):
    read = read_captions(SRT.replace("\n", ending).encode(encoding))
    assert read.format == "SRT"
    assert said(read.captions) == [(1_000_000, 1_500_000, "Hello\nworld"), (3_040_000, 960_000, "Привет, 世界 & all")]
    assert read.notes == ("Positions, animations and other effects of single captions are not shown.",)


@needs_pysubs2
def test_vtt():
    read = read_captions(VTT.encode())
    assert read.format == "WebVTT"
    assert said(read.captions) == [(1_000_000, 1_500_000, "Hello"), (3_600_000_000, 1_000_000, "1 < 2")]


@needs_pysubs2
def test_ass_with_its_styles_in_order():
    read = read_captions(ASS.encode())
    assert said(read.captions) == [(1_000_000, 1_000_000, "first"), (5_000_000, 1_500_000, "one\ntwo")]
    plain, sign = read.captions
    assert plain.style is None
    assert sign.style.model_dump(exclude_none=True) == {
        "fontFamily": "Noto Serif", "fontWeight": 700, "color": "#ffff00", "align": "left", "verticalAlign": "top",
    }  # fmt: skip
    assert read.notes


@needs_pysubs2
@pytest.mark.parametrize(("encoding", "words"), [("windows-1251", "Съешь ещё этих булок"), ("windows-1252", "Voilà un café, señor")])
def test_older_encodings_are_told(encoding, words):
    read = read_captions(f"1\n00:00:01,000 --> 00:00:02,000\n{words}\n".encode(encoding))
    assert read.captions[0].text == words
    assert encoding in read.notes[0]


@needs_pysubs2
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"GIF89a\x00\x01", "none of SRT, WebVTT, ASS, SSA"),
        (b"WEBVTT\n\n", "no captions"),
        (b"1\n00:00:02,000 --> 00:00:01,000\nbackwards\n", "no captions"),
        (b"[Script Info]\n[Events]\nDialogue: nonsense\n", "damaged|no captions"),
    ],
)
def test_what_holds_no_captions_is_refused(data, words):
    with pytest.raises(ContractError, match=words):
        read_captions(data)


@needs_pysubs2
@given(st.sampled_from((SRT, VTT, ASS)), st.integers(0, 900), st.integers(0, 40), st.binary(max_size=12))
@settings(max_examples=150, deadline=None)
def test_damaged_files_are_read_or_refused(whole, at, length, put):
    data = whole.encode()
    try:
        read = read_captions(data[:at] + put + data[at + length :])
    except ContractError:
        return
    assert all(each.duration_us > 0 and each.text for each in read.captions)


lines = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda line: not set(line) & set("{}<>&\\→") and not line.isdigit()
)
captions = st.lists(
    st.builds(lambda start, length, words: caption(start * 1000, length * 1000, "\n".join(words)),
              st.integers(0, 10**7), st.integers(1, 10**5), st.lists(lines, min_size=1, max_size=3)),
    min_size=1, max_size=6, unique_by=lambda each: each.start_us,
)  # fmt: skip


@needs_pysubs2
@given(captions, st.sampled_from(("srt", "vtt")))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back(given_captions, kind):
    read = read_captions(write_captions(given_captions, kind).encode())
    assert said(read.captions) == sorted(said(given_captions))


def test_times_are_rounded_to_the_nearest_millisecond():
    assert "00:00:00.002 --> 00:00:01.000" in write_captions([caption(1500, 998_499)], "vtt")


def test_nothing_said_can_end_a_cue_or_begin_another():
    sly = caption(0, 1_000_000, "a\n\n2\n00:00:05,000 --> 00:00:06,000\n<b>&")
    assert write_captions([sly], "srt") == "1\n00:00:00,000 --> 00:00:01,000\na\n2\n00:00:05,000 → 00:00:06,000\n<b>&\n"
    assert write_captions([sly], "vtt").endswith("00:00:05,000 → 00:00:06,000\n&lt;b&gt;&amp;\n")
    assert "00:00:00.000 --> 00:00:00.001" in write_captions([caption(0, 1)], "vtt")


def test_only_what_is_seen_of_a_range_goes_along():
    cut = cut_captions([caption(0, 5), caption(8, 10, "both"), caption(30, 5)], TimeRange(10, 10))
    assert said(cut) == [(0, 8, "both")]


# Into the picture


def film(*given_captions, **fields):
    wire = [{"startUs": start, "durationUs": length, "text": words, **style} for start, length, words, style in given_captions]
    return parsed_timeline(track(background(duration_us=4_000_000)), captions=wire, **fields)


def test_captions_become_texts_on_top():
    burnt = burn_in(
        film((1_000_000, 500_000, "Hi", {}), (2_000_000, 500_000, "up", {"style": {"verticalAlign": "top", "color": "red"}})), 720
    )
    first, second = burnt.tracks[0].items
    assert (first.timeline_range, first.text, first.style.font_size, first.style.vertical_align) == (
        TimeRange(1_000_000, 500_000),
        "Hi",
        36,
        "bottom",
    )
    assert (second.style.color, second.style.vertical_align) == ("red", "top")
    assert first.transform.position.y < 0 < second.transform.position.y
    assert len(burnt.tracks) == 2


def test_captions_that_meet_stand_on_one_another():
    burnt = burn_in(film((0, 2_000_000, "a", {}), (1_000_000, 2_000_000, "b", {})), 720)
    assert [(each.timeline_range.start_us, each.text) for each in burnt.tracks[0].items] == [
        (0, "a"),
        (1_000_000, "a\nb"),
        (2_000_000, "b"),
    ]


def test_captions_that_overlap_all_along_take_more_than_one_track():
    burnt = burn_in(film(*((n * 1000, 1500, f"{n}", {}) for n in range(6000))), 720)
    *captions, _ = burnt.tracks
    assert [len(each.items) for each in captions] == [10_000, 1999]
    assert [captions[1].items[n].text for n in (-2, -1)] == ["5998\n5999", "5999"]


def test_of_more_captions_than_a_picture_has_room_for_those_that_began_last_are_seen():
    burnt = burn_in(film(*((n, 1_000_000, f"{n}", {}) for n in range(100))), 720)
    middle = max(burnt.tracks[0].items, key=lambda each: each.timeline_range.duration_us)
    assert middle.text.split("\n") == [f"{n}" for n in range(60, 100)]


def test_their_ids_are_nobody_else_s():
    taken = parsed_timeline(track(text("captions-1"), id="captions"), captions=[{"startUs": 0, "durationUs": 5, "text": "x"}])
    ids = [each.id for each in burn_in(taken, 720).tracks]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(("choice", "drawn", "track_text"), [("none", 0, False), ("burn", 1, False), ("embed", 0, True)])
def test_the_setting_says_what_becomes_of_them(choice, drawn, track_text):
    timeline = film((1_000_000, 500_000, "Hi", {}))
    plan = build_plan(timeline, parsed_settings(captions=choice), {})
    texts = {layer.op.caption.text for stretch in plan.stretches for layer in stretch.layers if layer.op.caption is not None}
    assert (len(texts), "Hi" in plan.captions) == (drawn, track_text)


def test_a_container_that_holds_no_captions_is_refused():
    with pytest.raises(ContractError, match="settings.captions: .*needs mp4, webm or mkv"):
        parsed_settings(captions="embed", codec="avc", container="mov")
