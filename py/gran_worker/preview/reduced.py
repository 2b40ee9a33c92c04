"""Drawing orders for a smaller canvas than the one they were made for."""

from collections.abc import Sequence
from dataclasses import replace

from gran_worker.compose import DrawOp, GroupOp, Op
from gran_worker.filters import SOFTENING, Filter
from gran_worker.geometry import Affine, Rect


def reduced(ops: Sequence[Op], scale: float) -> tuple[Op, ...]:
    """The same picture, ``scale`` times as large."""
    return tuple(_reduced(op, scale) for op in ops)


def _reduced(op: Op, scale: float) -> Op:
    filters = tuple(Filter(each.name, each.amount * scale) if each.name in SOFTENING else each for each in op.filters)
    window = None if op.window is None else _rect(op.window, scale)
    if isinstance(op, DrawOp):
        # Its own px are the source's, which stay as many.
        return replace(op, affine=op.affine.then(Affine.scaling(scale, scale)), filters=filters, window=window)
    wide = replace(op, affine=_both_sides(op.affine, scale), crop=_rect(op.crop, scale), filters=filters, window=window)
    return replace(wide, ops=reduced(wide.ops, scale)) if isinstance(wide, GroupOp) else wide


def _both_sides(affine: Affine, scale: float) -> Affine:
    """``affine`` from output px to output px, where both are fewer."""
    return replace(affine, e=affine.e * scale, f=affine.f * scale)


def _rect(rect: Rect, scale: float) -> Rect:
    return Rect(rect.x * scale, rect.y * scale, rect.width * scale, rect.height * scale)
