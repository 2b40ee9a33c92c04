"""Composition root: the only module that joins the core and the browser."""

from time import perf_counter
from typing import Any

from gran_js import VideoFeed, decoders, loadPackage
from pyodide.ffi import JsException
from pyodide_js import _module

from gran_worker.browser.channel import Channel
from gran_worker.browser.files import about, read_whole
from gran_worker.browser.kernel import Kernels
from gran_worker.browser.lent import Lent
from gran_worker.browser.loop import PromptLoop
from gran_worker.browser.media import BrowserMedia
from gran_worker.browser.sink import destination_for, is_same
from gran_worker.browser.soundencoder import SoundTrials
from gran_worker.browser.speaker import PortSpeaker
from gran_worker.browser.stage import Stage
from gran_worker.browser.studio import Sources, Studio
from gran_worker.browser.support import query
from gran_worker.dispatch import Dispatcher, Warn
from gran_worker.errors import ExportError
from gran_worker.export import export
from gran_worker.interchange import MAX_FILE_BYTES, ImportCaptions, ImportOtio, exported, imported
from gran_worker.messages import (
    Completed,
    InitExport,
    Loan,
    Outgoing,
    ProbeSource,
    QuerySupport,
    Question,
    Ready,
    SourceInfo,
    Telemetry,
    Warning,
    prepare,
    to_wire,
)
from gran_worker.otio.nested import with_otio_files
from gran_worker.preview import messages as preview
from gran_worker.preview.desk import Desk
from gran_worker.preview.desk import Warn as WarnOfPicture
from gran_worker.preview.waveform import FILE
from gran_worker.scope import check_paths
from gran_worker.settings import clamp
from gran_worker.snapshot import Timeline
from gran_worker.telemetry import Meter

PROBED = "source"


class BrowserWorkshop:
    """What the dispatcher sets to work, here. A parcel is the message as JavaScript object."""

    def __init__(self, kernels: Kernels, lent: Lent) -> None:
        self._trials = SoundTrials()
        self._kernels, self._lent = kernels, lent
        self._studio: Studio | None = None
        """Of the running export, or of the last one."""
        self._moves = 0

    async def export(self, message: InitExport, parcel: Any, meter: Meter, warn: Warn) -> Completed:
        settings, clamps = clamp(message.settings)
        for each in clamps:
            warn(Warning(code="clamped", message=each.message))
        sources = Sources.of(parcel.timeline)
        destination = destination_for(parcel.writablePort)
        self._studio = studio = Studio(sources, destination, self._trials, self._kernels, self._lent, meter, warn)
        try:
            with meter.stage("open"):
                timeline = await _with_otio_files(message.timeline, sources, studio)
            return await export(timeline, settings, studio, meter, warn)
        finally:
            studio.close()

    async def answer(self, question: Question, parcel: Any) -> Outgoing:
        match question:
            case QuerySupport():
                return await query(question)
            case ProbeSource():
                return await self._probe(question, parcel)
            case ImportOtio() | ImportCaptions():
                if isinstance(question, ImportCaptions):
                    await loadPackage("pysubs2")
                name, data = await read_whole(parcel.file, MAX_FILE_BYTES)
                with about(name):
                    return imported(question, data)
            case _:
                return exported(question)

    async def _probe(self, question: ProbeSource, parcel: Any) -> SourceInfo:
        media = BrowserMedia({PROBED: parcel.file}, lambda: None, self._lent)
        try:
            return SourceInfo.of(question.request_id, await media.probe(PROBED))
        except ExportError as error:
            return SourceInfo.refused(question.request_id, getattr(parcel.file, "name", PROBED), error.message)
        finally:
            await media.close()

    def borrow(self, loan: Loan, parcel: Any) -> None:
        self._lent.take(loan, parcel.port)

    async def discard(self, parcel: Any, running: Any) -> None:
        port = getattr(parcel, "writablePort", None)
        if port is None:
            return
        try:
            if running is None or not await is_same(port, running.writablePort):
                await destination_for(port).abort()
        except (JsException, AttributeError):
            return  # it was no destination at all, which is what the message was refused for

    def look(self, meter: Meter) -> None:
        moves = int(decoders.outputs) + int(VideoFeed.moves)
        if moves != self._moves:
            self._moves = moves
            meter.alive()

    def rescue(self) -> bool:
        return self._studio is not None and self._studio.media.rescue()

    def readings(self, meter: Meter) -> Outgoing:
        return Telemetry.of(meter, None if self._studio is None else self._studio.live_objects, _module.HEAPU8.length)


class PreviewWorkshop:
    """What the preview is made of, here."""

    def __init__(self, kernels: Kernels, lent: Lent) -> None:
        self._kernels, self._lent = kernels, lent

    def open_stage(self, parcel: Any, warn: WarnOfPicture) -> Stage:
        return Stage(parcel.canvas, self._kernels, self._lent, warn)

    def open_speaker(self, parcel: Any) -> PortSpeaker:
        return PortSpeaker(parcel.port, perf_counter)

    def open_file(self, parcel: Any) -> BrowserMedia:
        return BrowserMedia({FILE: parcel.file}, lambda: None, self._lent)


async def _with_otio_files(timeline: Timeline, sources: Sources, studio: Studio) -> Timeline:
    """Whatever is wrong with such a file, the destination is as it was before."""

    try:
        whole = await with_otio_files(timeline, sources.read_otio)
        check_paths(whole)
        return whole
    except BaseException:
        await studio.abandon()
        raise


def start(scope: Any, early: Any) -> None:
    """Takes the worker over: ``scope`` is its global object, ``early`` the messages that came while Python was booting."""
    PromptLoop()
    channel = Channel(scope)
    kernels, lent = Kernels(), Lent()

    def tell(message: Outgoing) -> None:
        channel.send(to_wire(message))

    dispatcher = Dispatcher(BrowserWorkshop(kernels, lent), tell, perf_counter)
    desk = Desk(PreviewWorkshop(kernels, lent), lambda message: channel.send(preview.to_wire(message)), perf_counter)

    def receive(text: str, parcel: Any) -> None:
        kind = getattr(parcel, "type", None)
        (desk if isinstance(kind, str) and kind in preview.TYPES else dispatcher).receive(text, parcel)

    tell(Ready())
    prepare()
    channel.listen(receive, early)
