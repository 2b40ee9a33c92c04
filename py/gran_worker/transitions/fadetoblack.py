"""A picture goes to black, or comes from it; what lies around it stays. Two pictures dip through black."""

from gran_worker.filters import Filter
from gran_worker.look import Direction, Look, TransitionKind


def leaving(progress: float, _direction: Direction) -> Look:
    return Look(filters=(Filter("brightness", 1 - progress),))


def coming(progress: float, _direction: Direction) -> Look:
    return Look(filters=(Filter("brightness", progress),))


KIND = TransitionKind("fade-to-black", leaving, coming, meeting="turns")
