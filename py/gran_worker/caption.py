"""A text and how it is set: which words stand in which line, and where the lines lie. Measuring is the canvas's."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gran_worker.geometry import Rect, Size
from gran_worker.textstyle import TextStyle

Measure = Callable[[str], float]
"""Width of a text in one line, px."""

ZERO_WIDTH_JOINER = "\u200d"
NO_BREAK = "\u00a0\u202f\u2060\ufeff"
BREAKS_AFTER = "-\u2010\u2013\u2014\u200b"


@dataclass(frozen=True, slots=True)
class Caption:
    text: str
    style: TextStyle


@dataclass(frozen=True, slots=True)
class Line:
    """``x`` is its left edge and ``middle`` the middle of its height, px of the frame."""

    text: str
    x: float
    middle: float
    right_to_left: bool


@dataclass(frozen=True, slots=True)
class Setting:
    box: Rect
    """Text and padding: what ``backgroundColor`` fills."""
    lines: tuple[Line, ...]


def set_caption(caption: Caption, size: Size, measure: Measure) -> Setting:
    """Lays ``caption`` out in a frame of ``size``.

    Lines break where the text says, and between words where a line would be wider than the frame without the padding. The block
    of lines with its padding is aligned in the frame, and each line in the block.
    """
    style = caption.style
    room = max(1.0, size.width - 2 * style.padding)
    lines = [(line, _is_right_to_left(paragraph)) for paragraph in _paragraphs(caption.text) for line in wrap(paragraph, room, measure)]
    widths = [measure(line) for line, _ in lines]
    pitch = style.font_size * style.line_height
    width, height = max(widths) + 2 * style.padding, pitch * len(lines) + 2 * style.padding
    across = {"left": 0.0, "center": 0.5, "right": 1.0}[style.align]
    down = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[style.vertical_align]
    box = Rect((size.width - width) * across, (size.height - height) * down, width, height)
    left, top, inner = box.x + style.padding, box.y + style.padding, width - 2 * style.padding
    return Setting(
        box,
        tuple(
            Line(line, left + (inner - widths[n]) * across, top + (n + 0.5) * pitch, right_to_left)
            for n, (line, right_to_left) in enumerate(lines)
        ),
    )


def wrap(paragraph: str, room: float, measure: Measure) -> tuple[str, ...]:
    """``paragraph`` in lines no wider than ``room``; a word that alone is wider is broken between its letters."""
    lines: list[str] = []
    line = ""
    for word in _words(paragraph):
        if not line or measure((line + word).rstrip(" ")) <= room:
            line += word
        else:
            lines.append(line)
            line = word.lstrip(" ")
        while line and measure(line.rstrip(" ")) > room:
            fitting = _longest_fitting(line, room, measure)
            if len(fitting) >= len(line):
                break
            lines.append(fitting)
            line = line[len(fitting) :].lstrip(" ")
    lines.append(line)
    return tuple(each.rstrip(" ") for each in lines)


def clusters(text: str) -> Iterator[str]:
    """What a reader takes for one letter: marks, joiners, variation selectors and skin tones stay with what they change."""
    cluster = ""
    for letter in text:
        if cluster and not (_clings(letter) or cluster.endswith(ZERO_WIDTH_JOINER) or _is_half_flag(cluster, letter)):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _paragraphs(text: str) -> list[str]:
    return [line.replace("\t", "    ") for line in text.splitlines() or [""]]


def _words(paragraph: str) -> Iterator[str]:
    """Pieces after which a line may break: words with the space behind them, and each Chinese or Japanese letter."""
    word = ""
    for cluster in clusters(paragraph):
        ends_word = word and cluster != " " and (word[-1] == " " or word[-1] in BREAKS_AFTER or _is_wide(cluster) or _is_wide(word[-1]))
        if ends_word and not (unicodedata.category(cluster[0]) in ("Pe", "Po", "Pf") or cluster[0] in NO_BREAK or word[-1] in NO_BREAK):
            yield word
            word = ""
        word += cluster
    if word:
        yield word


def _longest_fitting(line: str, room: float, measure: Measure) -> str:
    """At least one letter, however narrow the room."""
    parts = list(clusters(line))
    low, high = 1, len(parts)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure("".join(parts[:middle])) <= room else (low, middle - 1)
    return "".join(parts[:low])


def _is_right_to_left(paragraph: str) -> bool:
    """As its first letter with a direction (Unicode's rule P2)."""
    for letter in paragraph:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _is_wide(cluster: str) -> bool:
    return unicodedata.east_asian_width(cluster[0]) in ("W", "F")


def _clings(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc", "Me") or letter == ZERO_WIDTH_JOINER or "\U0001f3fb" <= letter <= "\U0001f3ff"


def _is_half_flag(cluster: str, letter: str) -> bool:
    return len(cluster) == 1 and all("\U0001f1e6" <= each <= "\U0001f1ff" for each in (cluster, letter))
