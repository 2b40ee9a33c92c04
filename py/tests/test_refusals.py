"""How untrusted text and paths are shown, and what the loosest parts of the parser do."""

import gc

import pytest
from pydantic import TypeAdapter

from gran_worker.errors import ContractError
from gran_worker.refusals import parse_json, path_text, printable
from gran_worker.wire import NAMED_COLOURS, Colour


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("beach", "beach"),
        ("Ünïcödé 日本", "Ünïcödé 日本"),
        ("a\nb\x00", "a\\u000ab\\u0000"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\u{e0001}"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_text_in_messages_is_short_and_cannot_hide_anything(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("timeline", "tracks", 2, "items", 0, "speed"), "timeline.tracks[2].items[0].speed"),
        (("sources", "my file.mp4"), 'sources["my file.mp4"]'),
        (("sources", "/home/ann/b.mp4"), 'sources["…/b.mp4"]'),
        (("sources", "C:\\Users\\ann\\b.mp4"), 'sources["…/b.mp4"]'),
        (("sources", ""), 'sources[""]'),
        (("sources", "a\nb"), 'sources["a\\u000ab"]'),
        ((), ""),
    ],
)
def test_paths_read_like_javascript(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text


@pytest.mark.parametrize(
    "colour", ["#fff", "#0aF0aF", "#12345678", "rgb(1,2,3)", "rgba( 255 , 0,0, 50% )", "rgb(0,0,0,.25)", "White", *NAMED_COLOURS]
)
def test_colours_that_canvases_take(colour: str) -> None:
    assert TypeAdapter(Colour).validate_python(colour) == colour


@pytest.mark.parametrize(
    "colour", ["", "#ff", "#ggg", "rgb(1,2)", "rgb(1,2,3,4,5)", "rgb(1 2 3)", "hsl(0,0%,0%)", "currentcolor", " red", "red\n", "#fff;"]
)
def test_colours_that_are_none(colour: str) -> None:
    with pytest.raises(ContractError, match="must be a colour"):
        parse_json(TypeAdapter(Colour), f'"{colour}"'.replace("\n", "\\n"), where="color")


def test_the_collector_runs_again_afterwards() -> None:
    assert gc.isenabled()
    with pytest.raises(ContractError):
        parse_json(TypeAdapter(int), '"x"', where="n")
    assert gc.isenabled()
