"""A line runs across the output and uncovers a picture, or wipes it away. The direction is where the line moves to."""

from gran_worker.geometry import Rect
from gran_worker.look import Direction, Look, TransitionKind


def leaving(progress: float, direction: Direction) -> Look:
    """What is ahead of the line."""
    rest = 1 - progress
    ahead = {
        "left": Rect(0, 0, rest, 1),
        "right": Rect(progress, 0, rest, 1),
        "up": Rect(0, 0, 1, rest),
        "down": Rect(0, progress, 1, rest),
    }
    return Look(window=ahead[direction])


def coming(progress: float, direction: Direction) -> Look:
    """What the line has passed."""
    rest = 1 - progress
    passed = {
        "left": Rect(rest, 0, progress, 1),
        "right": Rect(0, 0, progress, 1),
        "up": Rect(0, rest, 1, progress),
        "down": Rect(0, 0, 1, progress),
    }
    return Look(window=passed[direction])


KIND = TransitionKind("wipe", leaving, coming, fills=True)
