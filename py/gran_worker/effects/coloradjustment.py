"""Brightness, contrast and saturation, in that order."""

from dataclasses import dataclass
from typing import Annotated, Literal

from gran_worker.filters import Filter
from gran_worker.wire import Flag, Id, Number, WirePart

Strength = Annotated[float, Number(0, 2)]


@dataclass(frozen=True, slots=True)
class ColorAdjustment(WirePart):
    """Each 1 leaves the picture as it is."""

    type: Literal["color-adjustment"]
    id: Id
    enabled: Flag = True
    brightness: Strength = 1.0
    contrast: Strength = 1.0
    saturation: Strength = 1.0

    @property
    def filters(self) -> tuple[Filter, ...]:
        asked = (Filter("brightness", self.brightness), Filter("contrast", self.contrast), Filter("saturate", self.saturation))
        return tuple(each for each in asked if each.amount != 1)


EFFECT = ColorAdjustment
