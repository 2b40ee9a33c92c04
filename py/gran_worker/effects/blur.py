"""Gaussian blur."""

from dataclasses import dataclass
from typing import Annotated, Literal

from gran_worker.filters import Filter
from gran_worker.wire import Flag, Id, Number, WirePart


@dataclass(frozen=True, slots=True)
class Blur(WirePart):
    type: Literal["blur"]
    id: Id
    strength: Annotated[float, Number(0, 50, "pixels")]
    """Standard deviation, output px."""
    enabled: Flag = True

    @property
    def filters(self) -> tuple[Filter, ...]:
        return (Filter("blur", self.strength),) if self.strength else ()


EFFECT = Blur
