"""How texts and captions look: only values that a canvas takes as they are."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator

from gran_worker.wire import Colour, LooseWirePart, Number, Shaped, Wire, refusal


def _font_family(value: object) -> object:
    """``"Open Sans", serif`` without its quotes. Whoever draws quotes each name: it cannot break out into a size."""
    if not isinstance(value, str):
        return value
    return ", ".join(name.strip().strip("\"'").strip() for name in value.split(","))


def _font_weight(value: object) -> object:
    if isinstance(value, str):
        value = {"normal": 400, "bold": 700}.get(value, int(value) if value.isascii() and value.isdecimal() else value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value in range(100, 1000, 100):
        return int(value)
    raise refusal('must be 100, 200 … 900, "normal" or "bold"')


FontFamily = Annotated[
    str,
    Shaped(r"[\p{L}\p{N} ,._+-]+", "must be names of fonts: letters, digits, spaces, commas, - _ . +, 200 characters", max_chars=200),
    BeforeValidator(_font_family),
]
FontWeight = Annotated[int, BeforeValidator(_font_weight, json_schema_input_type=int | str)]
Align = Literal["left", "center", "right"]
VerticalAlign = Literal["top", "middle", "bottom"]


@dataclass(frozen=True, slots=True)
class TextStyle(LooseWirePart):
    """How a text clip looks. Lengths in output px; only values that a canvas takes as they are."""

    font_family: FontFamily = "sans-serif"
    font_size: Annotated[float, Number(1, 2000, "pixels")] = 64.0
    font_weight: FontWeight = 400
    color: Colour = "#ffffff"
    align: Align = "center"
    vertical_align: VerticalAlign = "middle"
    line_height: Annotated[float, Number(0.1, 10)] = 1.2
    """In font sizes."""
    letter_spacing: Annotated[float, Number(-1000, 1000, "pixels")] = 0.0
    background_color: Colour = "transparent"
    padding: Annotated[float, Number(0, 10_000, "pixels")] = 0.0


class CaptionStyle(Wire):
    """What a caption may set for itself."""

    font_family: FontFamily | None = None
    font_weight: FontWeight | None = None
    color: Colour | None = None
    background_color: Colour | None = None
    align: Align | None = None
    vertical_align: VerticalAlign | None = None
