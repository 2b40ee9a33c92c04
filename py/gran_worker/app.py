"""Composition root: the only module that joins the core and the browser."""

from time import perf_counter
from typing import Any

from pyodide.ffi import JsException

from gran_worker.browser.channel import Channel
from gran_worker.browser.kernel import Kernels
from gran_worker.browser.media import BrowserMedia
from gran_worker.browser.sink import destination_for
from gran_worker.browser.soundencoder import Trials
from gran_worker.browser.studio import Sources, Studio
from gran_worker.browser.support import query
from gran_worker.dispatch import Dispatcher, Warn
from gran_worker.errors import ExportError
from gran_worker.export import export
from gran_worker.messages import (
    Completed,
    InitExport,
    Outgoing,
    ProbeSource,
    QuerySupport,
    Ready,
    SourceInfo,
    Telemetry,
    Warning,
    prepare,
)
from gran_worker.settings import clamp
from gran_worker.telemetry import Meter

PROBED = "source"


class BrowserWorkshop:
    """What the dispatcher sets to work, here. A parcel is the message as JavaScript object."""

    def __init__(self) -> None:
        self._trials = Trials()
        self._kernels = Kernels()

    async def export(self, message: InitExport, parcel: Any, meter: Meter, warn: Warn) -> Completed:
        settings, clamps = clamp(message.settings)
        for each in clamps:
            warn(Warning(code="clamped", message=each.message))
        studio = Studio(Sources.of(parcel.timeline), destination_for(parcel.writablePort), self._trials, self._kernels, meter, warn)
        try:
            return await export(message.timeline, settings, studio, meter, warn)
        finally:
            studio.close()

    async def answer(self, question: ProbeSource | QuerySupport, parcel: Any) -> Outgoing:
        if isinstance(question, QuerySupport):
            return await query(question)
        media = BrowserMedia({PROBED: parcel.file}, lambda: None)
        try:
            return SourceInfo.of(question.request_id, await media.probe(PROBED))
        except ExportError as error:
            return SourceInfo.refused(question.request_id, getattr(parcel.file, "name", PROBED), error.message)
        finally:
            await media.close()

    async def discard(self, parcel: Any) -> None:
        port = getattr(parcel, "writablePort", None)
        if port is None:
            return
        try:
            await destination_for(port).abort()
        except (JsException, AttributeError):
            return  # it was no destination at all, which is what the message was refused for

    def readings(self, meter: Meter) -> Outgoing:
        return Telemetry.of(meter)


def start(scope: Any, early: Any) -> None:
    """Takes the worker over: ``scope`` is its global object, ``early`` the messages that came while Python was booting."""
    channel = Channel(scope)
    dispatcher = Dispatcher(BrowserWorkshop(), channel.send, perf_counter)
    channel.send(Ready())
    prepare()
    channel.listen(dispatcher.receive, early)
