"""How progress runs through a transition: from 0 to 1 over t in [0, 1], never back."""

from typing import Literal

Curve = Literal["linear", "bezier"]

_STEPS = 40
"""Halvings: more than a double has digits for."""


def eased(curve: Curve, t: float) -> float:
    """Progress at ``t``; before 0 it is 0, after 1 it is 1."""
    t = min(1.0, max(0.0, t))
    return _ease_in_out(t) if curve == "bezier" else t


def _ease_in_out(x: float) -> float:
    """``cubic-bezier(0.42, 0, 0.58, 1)``, as CSS and every editor ease: y where the curve's x is ``x``."""
    if x in (0.0, 1.0):
        return x
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        s = (low + high) / 2
        if _bezier(0.42, 0.58, s) < x:
            low = s
        else:
            high = s
    return _bezier(0.0, 1.0, (low + high) / 2)


def _bezier(p1: float, p2: float, s: float) -> float:
    return 3 * (1 - s) ** 2 * s * p1 + 3 * (1 - s) * s**2 * p2 + s**3
