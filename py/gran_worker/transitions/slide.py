"""A picture moves in from the far side, or out; two push each other. The direction is where they move to."""

from gran_worker.look import TOWARDS, Direction, Look, TransitionKind


def leaving(progress: float, direction: Direction) -> Look:
    x, y = TOWARDS[direction]
    return Look(shift=(x * progress, y * progress))


def coming(progress: float, direction: Direction) -> Look:
    x, y = TOWARDS[direction]
    return Look(shift=(x * (progress - 1), y * (progress - 1)))


KIND = TransitionKind("slide", leaving, coming, fills=True)
