"""A newcomer adds an effect and a transition: one small file each, and nothing else is touched."""

import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gran_worker
from tests.builders import clip, init_export, settings, snapshot, track, transition

SEPIA = '''
"""Old paper."""

from dataclasses import dataclass
from typing import Annotated, Literal

from gran_worker.filters import Filter
from gran_worker.wire import Flag, Id, Number, WirePart


@dataclass(frozen=True, slots=True)
class Sepia(WirePart):
    type: Literal["sepia"]
    id: Id
    amount: Annotated[float, Number(0, 1)] = 1.0
    enabled: Flag = True

    @property
    def filters(self) -> tuple[Filter, ...]:
        return (Filter("sepia", self.amount),)


EFFECT = Sepia
'''

SPLIT = '''
"""A door that opens in the middle."""

from gran_worker.geometry import Rect
from gran_worker.look import Direction, Look, TransitionKind


def leaving(_progress: float, _direction: Direction) -> Look:
    return Look()


def coming(progress: float, _direction: Direction) -> Look:
    return Look(window=Rect(0.5 - progress / 2, 0, progress, 1))


KIND = TransitionKind("split", leaving, coming, fills=True)
'''


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A copy of the package with two files more, imported in place of it."""
    source = Path(gran_worker.__file__).parent
    shutil.copytree(source, tmp_path / "gran_worker", ignore=shutil.ignore_patterns("browser", "__pycache__"))
    suffix = Path(gran_worker.__file__).suffix
    (tmp_path / "gran_worker" / "effects" / "sepia.py").write_text(SEPIA)
    (tmp_path / "gran_worker" / "transitions" / "split.py").write_text(SPLIT)
    assert suffix in (".py", ".pyc")
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "gran_worker"}
    for name in ours:
        del sys.modules[name]
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "gran_worker"]:
        del sys.modules[name]
    sys.modules.update(ours)
    importlib.invalidate_caches()


def test_one_file_makes_an_effect_and_one_a_transition(clone: Path) -> None:
    messages = importlib.import_module("gran_worker.messages")
    plan, compose, ports = (importlib.import_module(f"gran_worker.{name}") for name in ("plan", "compose", "ports"))
    geometry, colour, limits = (importlib.import_module(f"gran_worker.{name}") for name in ("geometry", "colour", "settings"))
    assert Path(messages.__file__).is_relative_to(clone)
    items = [
        clip("a", effects=[{"id": "e", "type": "sepia", "amount": 0.75}]),
        clip("b", start_us=1_000_000, transitionIn=transition("split", 400_000)),
    ]
    message = messages.parse(json.dumps(init_export(snapshot(track(*items)), settings(width=64, height=36))))
    size = geometry.Size(64, 36)
    video = ports.VideoInfo("video", "avc", size, size, 0, 0, 11.1, 33_333, True, True, True, colour.BT709)
    made = plan.build_plan(
        message.timeline, limits.clamp(message.settings)[0], {"beach.mp4": ports.Probe("beach.mp4", 4_000_000, video, None)}
    )
    (sepia,) = compose.draw_list(made.stretches[0].layers, 0)
    assert sepia.filters == (("sepia", 0.75),)
    _, coming = compose.draw_list(made.stretches[1].layers, 1_100_000)
    assert coming.window == geometry.Rect(24, 0, 16, 36)
    with pytest.raises(Exception, match='must be one of "blur", "color-adjustment" or "sepia"'):
        messages.parse(json.dumps(init_export(snapshot(track(clip(effects=[{"id": "e", "type": "glow"}]))))))
