"""One picture turns into the other."""

from gran_worker.look import Direction, Look, TransitionKind


def leaving(progress: float, _direction: Direction) -> Look:
    return Look(opacity=1 - progress)


def coming(progress: float, _direction: Direction) -> Look:
    return Look(opacity=progress)


KIND = TransitionKind("dissolve", leaving, coming, meeting="crossfade", fills=True)
