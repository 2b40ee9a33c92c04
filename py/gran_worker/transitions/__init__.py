"""The table of transitions. Every module in this folder adds one: its ``KIND``. Nothing else needs to be touched.

When a transition runs, and with which neighbour, is told in :mod:`gran_worker.joints`.
"""

from importlib import import_module
from pkgutil import iter_modules

from gran_worker.look import TransitionKind


def _found() -> dict[str, TransitionKind]:
    kinds: list[TransitionKind] = [
        import_module(f"{__name__}.{name}").KIND for name in sorted(module.name for module in iter_modules(__path__))
    ]
    return {kind.name: kind for kind in kinds}


TRANSITIONS = _found()
"""By the name on the wire."""
