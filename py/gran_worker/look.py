"""What a transition is made of: how a picture is drawn at one moment of its coming or leaving."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gran_worker.filters import Filter
from gran_worker.geometry import Rect

Direction = Literal["left", "right", "up", "down"]

TOWARDS: dict[str, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""Where a direction points, y down."""


@dataclass(frozen=True, slots=True)
class Look:
    """Changes to a picture. ``shift`` and ``window`` are in shares of the output: 1 is its whole width or height."""

    opacity: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    window: Rect | None = None
    """Nothing is drawn outside of it."""
    filters: tuple[Filter, ...] = ()


Way = Callable[[float, Direction], Look]
"""From progress (0 to 1) and a direction to a look."""


@dataclass(frozen=True, slots=True)
class TransitionKind:
    """A row of the table of transitions.

    ``coming`` goes from nothing (0) to the picture as it is (1), ``leaving`` from the picture (0) to nothing (1). Alone (mode
    ``composite``) a picture does that over what is below. ``meeting`` says what two neighbours do in mode ``blend``:

    - ``over``: both at once, the coming one on top;
    - ``crossfade``: both at once, added: half of one and half of the other make a whole, whatever their shapes;
    - ``turns``: one leaves in the first half of the time, then the other comes in the second.

    ``fills``: two pictures that fill the output do so together at every moment, so that nothing below needs to be drawn.
    """

    name: str
    leaving: Way
    coming: Way
    meeting: Literal["over", "crossfade", "turns"] = "over"
    fills: bool = False
