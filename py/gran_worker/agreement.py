"""Which sources can be copied into one track, beside each other and beside what the encoder makes."""

from collections.abc import Iterable
from dataclasses import dataclass

from gran_worker.avc import Joint, join, parse_record
from gran_worker.codecs import family
from gran_worker.plan import RenderPlan, Way
from gran_worker.ports import Coding
from gran_worker.shown import Layer

LEVEL_AT = 2
"""Where VP9's and AV1's codec strings name a level, which matters to nobody who decodes."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """``paths`` are copied. ``joint`` says how H.264 goes beside them; other codecs have all they need in their key frames."""

    paths: frozenset[str]
    joint: Joint | None
    refused: tuple[Layer, ...]
    """The first layer of each source that is encoded again."""


def agree(plan: RenderPlan, encoder_record: bytes) -> Agreement:
    """``encoder_record`` is the decoder configuration that the encoder gave with its trial frame. The source with the most frames
    comes first, and others have to suit it."""
    wanted = _wanted(plan)
    joint = _first_joint((coding for _, coding in wanted.values()), encoder_record)
    paths: dict[str, Coding] = {}
    for path, (_, coding) in wanted.items():
        if family(coding.codec) == "avc":
            record = parse_record(coding.record)
            if joint is not None and record is not None and {*record.sps, *record.pps} <= {*joint.record.sps, *joint.record.pps}:
                paths[path] = coding
        elif not paths or _kind(coding) == _kind(next(iter(paths.values()))):
            paths[path] = coding
    return Agreement(frozenset(paths), joint, tuple(layer for path, (layer, _) in wanted.items() if path not in paths))


def _wanted(plan: RenderPlan) -> dict[str, tuple[Layer, Coding]]:
    """Sources that the plan would copy, those with the most frames first."""
    frames: dict[str, int] = {}
    layers: dict[str, tuple[Layer, Coding]] = {}
    for stretch in plan.stretches:
        if stretch.way is not Way.COPY:
            continue
        (layer,) = stretch.layers
        assert isinstance(layer, Layer) and layer.path is not None and layer.video is not None and layer.video.coding is not None
        frames[layer.path] = frames.get(layer.path, 0) + len(stretch.frames)
        layers.setdefault(layer.path, (layer, layer.video.coding))
    return {path: layers[path] for path in sorted(layers, key=lambda path: -frames[path])}


def _first_joint(codings: Iterable[Coding], encoder_record: bytes) -> Joint | None:
    encoder = parse_record(encoder_record)
    for coding in codings:
        source = parse_record(coding.record)
        if source is not None and encoder is not None and (joint := join(source, encoder, repeats=coding.repeats)) is not None:
            return joint
    return None


def _kind(coding: Coding) -> list[str]:
    parts = coding.codec.split(".")
    return parts[:LEVEL_AT] + parts[LEVEL_AT + 1 :]
