"""An executor that may fail, with another one in reserve. What was drawn is whole: the picture that failed is drawn again."""

from collections.abc import Callable, Sequence
from typing import Any

from gran_worker.browser.executor import Executor
from gran_worker.compose import Op
from gran_worker.errors import GraphicsError


class Standby:
    """An Executor. ``changed`` is told why ``second`` takes over; it stays."""

    def __init__(self, first: Executor, second: Executor, changed: Callable[[GraphicsError], None]) -> None:
        self._drawing, self._reserve, self._changed = first, second, changed

    @property
    def name(self) -> str:
        return self._drawing.name

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], run: int = 0) -> None:
        try:
            await self._drawing.draw(ops, frames, run)
        except GraphicsError as error:
            if self._drawing is self._reserve:
                raise
            self._drawing.close()
            self._drawing = self._reserve
            self._changed(error)
            await self._drawing.draw(ops, frames, run)

    def frame(self, timestamp_us: int, duration_us: int) -> Any:
        return self._drawing.frame(timestamp_us, duration_us)

    def pixels(self) -> Any:
        return self._drawing.pixels()

    def show(self, context: Any) -> None:
        self._drawing.show(context)

    def close(self) -> None:
        self._drawing.close()
        self._reserve.close()
