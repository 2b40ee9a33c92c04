"""From tracks to what came out of them: plans and whole exports over the fakes, small and without sound unless asked."""

import asyncio
from collections.abc import Callable, Mapping

from gran_worker.export import export
from gran_worker.messages import Completed, Warning
from gran_worker.plan import RenderPlan, build_plan
from gran_worker.settings import clamp
from gran_worker.telemetry import Meter
from tests.builders import WireDict, audio, parsed, settings, snapshot
from tests.fakes import SIZE, FakeMedia, FakeSource, FakeStudio, RecordingOutput

Sources = Mapping[str, FakeSource]
SOUND = audio(codec="flac")


def small(**fields: object) -> WireDict:
    """Settings for :data:`SIZE`."""
    return settings(**{"width": SIZE.width, "height": SIZE.height, "container": "mkv", **fields})


def sound_alone(**fields: object) -> WireDict:
    return settings(**{"codec": False, "audio": SOUND, "container": "flac", **fields})


def plan_of(
    *tracks: WireDict, sources: Sources, wanted: WireDict | None = None, timelines: WireDict | None = None, **fields: object
) -> RenderPlan:
    """``fields`` are settings, unless all of them are ``wanted``."""
    message = parsed(snapshot(*tracks, timelines=timelines or {}), small(**fields) if wanted is None else wanted)
    probes = {path: source.probe for path, source in sources.items()}
    return build_plan(message.timeline, clamp(message.settings)[0], probes)


class Film:
    """One export to be: ``await film.export()`` runs it, ``studio`` has what came out."""

    def __init__(
        self,
        *tracks: WireDict,
        sources: Sources,
        wanted: WireDict | None = None,
        timelines: WireDict | None = None,
        studio: FakeStudio | None = None,
        **fields: object,
    ) -> None:
        self._message = parsed(snapshot(*tracks, timelines=timelines or {}), small(**fields) if wanted is None else wanted)
        self.studio = studio or FakeStudio(FakeMedia())
        self.studio.media.sources.update(sources)
        self.warnings: list[Warning] = []
        self.meter: Meter | None = None

    @property
    def output(self) -> RecordingOutput:
        return self.studio.output

    @property
    def media(self) -> FakeMedia:
        return self.studio.media

    async def export(self, meter: Meter | None = None, warn: Callable[[Warning], None] | None = None) -> Completed:
        self.meter = meter or Meter(asyncio.get_running_loop().time)
        wanted = clamp(self._message.settings)[0]
        return await export(self._message.timeline, wanted, self.studio, self.meter, warn or self.warnings.append)


async def film(*tracks: WireDict, sources: Sources, wanted: WireDict | None = None, **fields: object) -> Film:
    """An export that has succeeded."""
    made = Film(*tracks, sources=sources, wanted=wanted, **fields)
    await made.export()
    assert made.studio.is_tidy
    return made
