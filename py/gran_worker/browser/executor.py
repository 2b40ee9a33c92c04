"""What draws: an executor takes the drawing orders of a frame and gives the picture back to be encoded."""

from collections.abc import Sequence
from typing import Any, Protocol

from gran_worker.compose import Op


class Executor(Protocol):
    """All executors draw the same list alike. One is opened for an export, and closed at its end."""

    @property
    def name(self) -> str:
        """As telemetry tells it."""

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], run: int = 0) -> None:
        """Draws ``ops``, bottom first, over the background. Pictures of one ``run`` follow each other: what is in two may stay.

        ``frames`` belong to ``compose.pictures(ops)`` and stay the caller's; a picture whose frame is None is left out.
        Raises GraphicsError.
        """

    def frame(self, timestamp_us: int, duration_us: int) -> Any:
        """What was drawn, as a VideoFrame in the colour description of the plan, the caller's to close."""

    def pixels(self) -> Any:
        """What was drawn as RGBA, 8 bit, not premultiplied, row by row: a Uint8ClampedArray, valid until the next drawing."""

    def show(self, context: Any) -> None:
        """Puts what was drawn on a 2D context of the same size, as it is."""

    def close(self) -> None:
        """Gives memory back at once."""
