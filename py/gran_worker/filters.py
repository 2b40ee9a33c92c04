"""Filters of a picture, as a canvas knows them: names from a list, amounts that are numbers. No text of a project gets in."""

from collections.abc import Sequence
from typing import NamedTuple

UNITS = {
    "blur": "px",
    "brightness": "",
    "contrast": "",
    "grayscale": "",
    "hue-rotate": "deg",
    "invert": "",
    "saturate": "",
    "sepia": "",
}
"""What may be asked of a canvas, and the unit that CSS wants behind the number."""

SOFTENING = ("blur",)
"""Filters that let a picture's edges fade; all others leave every px where it is."""


class Filter(NamedTuple):
    name: str
    amount: float


def css(filters: Sequence[Filter]) -> str:
    """For ``ctx.filter``, which applies them in this order."""
    return " ".join(f"{each.name}({_plain(each.amount)}{UNITS[each.name]})" for each in filters) or "none"


def softens(filters: Sequence[Filter]) -> bool:
    return any(each.name in SOFTENING for each in filters)


def _plain(amount: float) -> str:
    """Decimals: CSS reads no exponents everywhere, and no px is finer than this."""
    return f"{amount:.6f}".rstrip("0").rstrip(".") or "0"
