"""The table of effects. Every module in this folder adds one: its ``EFFECT``, a type with the fields that it has on the wire and a
property ``filters`` that says what they do. Nothing else needs to be touched.
"""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from gran_worker.filters import Filter


class AnyEffect(Protocol):
    """What every effect has."""

    type: str
    id: str
    enabled: bool

    @property
    def filters(self) -> tuple[Filter, ...]: ...


def _found() -> tuple[type[AnyEffect], ...]:
    return tuple(import_module(f"{__name__}.{name}").EFFECT for name in sorted(module.name for module in iter_modules(__path__)))


EFFECTS = _found()


def filters_of(effects: Iterable[AnyEffect]) -> tuple[Filter, ...]:
    """Of all that are enabled, in their order."""
    return tuple(each for effect in effects if effect.enabled for each in effect.filters)
