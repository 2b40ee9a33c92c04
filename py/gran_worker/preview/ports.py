"""What the preview asks of the outside, beyond what an export does: a stage to draw on and a speaker."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gran_worker.compose import Op
from gran_worker.geometry import Size
from gran_worker.plan import RenderPlan
from gran_worker.ports import Block, Frame, MediaPort
from gran_worker.preview.messages import View


@dataclass(frozen=True, slots=True)
class Heard:
    """A speaker's report: after ``played`` samples since it began, what it gives out is heard at ``at_s`` of our clock."""

    played: int
    at_s: float
    starved: int
    """Samples of silence it had to play, for want of others."""


class SpeakerPort(Protocol):
    """Plays what it is fed, in order. Nothing of it can fail."""

    def begin(self, report: Callable[[Heard], None]) -> None:
        """Forgets what it has, and is silent until it is told to go."""

    def feed(self, block: Block) -> None: ...
    def go(self) -> None: ...
    def stop(self) -> None:
        """Silent at once, and reports no more."""


class StagePort(Protocol):
    """Sources and a canvas that is seen."""

    @property
    def media(self) -> MediaPort: ...

    async def supply(self, parcel: object) -> Collection[str]:
        """Takes the files of a ``show_preview`` as it came; says which sources are gone or have become other files."""

    async def read_otio(self, name: tuple[str, ...]) -> str:
        """The text of the supplied file with this name (``Scope.find_source``). Raises ContractError and SourceError."""

    async def forget(self, path: str) -> None:
        """Closes a source."""

    async def dress(self, plan: RenderPlan, view: View) -> None:
        """Gets ready to draw the pictures of ``plan``: canvas, fonts. Raises ExportError."""

    async def draw(self, ops: Sequence[Op], frames: Sequence[Frame | None]) -> None:
        """Draws where nobody sees it. ``ops`` are for the canvas that is seen."""

    def present(self) -> None:
        """What was drawn last is seen now."""

    async def picture(self, ops: Sequence[Op], frames: Sequence[Frame | None]) -> object:
        """A PNG file of ``ops`` at the film's own size."""

    def placeholder(self, size: Size) -> Frame:
        """What is shown instead of a picture that cannot be had."""
