"""Where lines break and where they lie. The measure here: each letter is 10 px wide, a wide one 20, a mark nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.caption import Caption, clusters, set_caption, wrap
from gran_worker.geometry import Rect, Size
from gran_worker.textstyle import TextStyle

FRAME = Size(1000, 500)


def measure(text: str) -> float:
    marks = ("Mn", "Me", "Cf")
    return sum(0 if unicodedata.category(c) in marks else 20 if unicodedata.east_asian_width(c) == "W" else 10 for c in text)


def styled(**fields: object) -> TextStyle:
    return TextStyle(font_size=50, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ("one two", "three")),
        ("one", ("one",)),
        ("", ("",)),
        ("one  two  three", ("one  two", "three")),
        ("well-known-fact", ("well-", "known-", "fact")),
        ("abcdefghijklmnop", ("abcdefgh", "ijklmnop")),
        ("ab abcdefghijklmnop", ("ab", "abcdefgh", "ijklmnop")),
        ("日本語日本語", ("日本語日", "本語")),
        ("日本語日。本", ("日本語", "日。本")),
        ("one two three", ("one two", "three")),
    ],
)
def test_lines_break_between_words_and_only_where_they_must(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, 80, measure) == lines


def test_no_line_breaks_at_a_no_break_space() -> None:
    assert wrap("aaa 10\u00a0kg", 80, measure) == ("aaa", "10\u00a0kg")


def test_letters_keep_their_marks_joiners_and_colours() -> None:
    family, wave, flags, accent = "👨\u200d👩\u200d👧", "👋🏽", "🇫🇷🇩🇪", "e\u0301"
    assert list(clusters(family + wave + accent)) == [family, wave, accent]
    assert list(clusters(flags)) == ["🇫🇷", "🇩🇪"]


@given(st.text(max_size=80), st.integers(10, 300))
def test_wrapping_loses_no_letter_and_fits(text: str, room: int) -> None:
    lines = wrap(text, room, measure)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measure(line) <= room or len(list(clusters(line))) == 1 for line in lines)


@pytest.mark.parametrize(("align", "x"), [("left", 0), ("center", 480), ("right", 960)])
@pytest.mark.parametrize(("vertical", "y"), [("top", 0), ("middle", 185), ("bottom", 370)])
def test_the_block_lies_where_it_is_aligned(align: str, x: float, vertical: str, y: float) -> None:
    setting = set_caption(Caption("abc\nd", styled(align=align, vertical_align=vertical, padding=5)), FRAME, measure)
    assert setting.box == Rect(x, y, 40, 130)
    assert [line.text for line in setting.lines] == ["abc", "d"]
    first, second = setting.lines
    assert (first.x, first.middle, second.middle) == (x + 5, y + 35, y + 95)
    assert second.x == x + 5 + {"left": 0, "center": 10, "right": 20}[align]


def test_lines_are_as_wide_as_the_frame_without_the_padding() -> None:
    setting = set_caption(Caption("a" * 190, styled(padding=50)), FRAME, measure)
    assert [len(line.text) for line in setting.lines] == [90, 90, 10]


@pytest.mark.parametrize(
    ("text", "right_to_left"), [("שלום Gran", True), ("مرحبا", True), ("Gran שלום", False), ("123 !", False), ("1 ש", True)]
)
def test_a_line_runs_as_its_first_letter_does(text: str, right_to_left: bool) -> None:
    (line,) = set_caption(Caption(text, styled()), FRAME, measure).lines
    assert line.right_to_left is right_to_left
