"""Takes the messages of the preview as they come, and has them done in that order."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from typing import Protocol

from gran_worker.errors import ExportError
from gran_worker.ports import Clock, MediaPort
from gran_worker.preview.messages import (
    AskReadings,
    ConnectSpeaker,
    FindPeaks,
    Incoming,
    OpenPreview,
    Outgoing,
    PausePreview,
    PlayPreview,
    PreviewProblem,
    SeekPreview,
    ShowPreview,
    StepPreview,
    StopPeaks,
    TakePicture,
    parse,
)
from gran_worker.preview.ports import SpeakerPort, StagePort
from gran_worker.preview.session import Preview, Wish
from gran_worker.preview.waveform import Waveforms

Warn = Callable[[str, str, str | None], None]


class Workshop(Protocol):
    """What is outside. ``parcel`` is the message as it came: it holds what JSON cannot."""

    def open_stage(self, parcel: object, warn: Warn) -> StagePort: ...
    def open_speaker(self, parcel: object) -> SpeakerPort: ...
    def open_file(self, parcel: object) -> MediaPort:
        """The file of a ``find_peaks``, as :data:`waveform.FILE`."""


class Desk:
    def __init__(self, workshop: Workshop, send: Callable[[Outgoing], None], clock: Clock) -> None:
        self._workshop, self._send, self._clock = workshop, send, clock
        self._preview: Preview | None = None
        self._waveforms = Waveforms(send)
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, text: str, parcel: object) -> None:
        """One incoming message as JSON text (messages.py), with the message itself."""
        try:
            self._serve(parse(text), parcel)
        except ExportError as error:
            self._send(PreviewProblem(code=error.code, message=error.message, clip_id=error.clip_id))

    def _serve(self, message: Incoming, parcel: object) -> None:
        match message:
            case OpenPreview():
                self._open(parcel)
            case FindPeaks():
                self._waveforms.begin(message.request_id, lambda: self._workshop.open_file(parcel), message.per_second)
            case StopPeaks():
                self._waveforms.stop(message.request_id)
            case _ if self._preview is not None:
                self._command(self._preview, message, parcel)

    def _open(self, parcel: object) -> None:
        if self._preview is None:
            # The stage tells of fonts that are missing through the preview, which is made with it.
            stage = self._workshop.open_stage(parcel, lambda code, text, clip_id: preview.warn(code, text, clip_id))
            preview = self._preview = Preview(stage, self._send, self._clock)

    def _command(self, preview: Preview, message: Incoming, parcel: object) -> None:
        match message:
            case ShowPreview():
                preview.show(Wish(message, parcel))
            case ConnectSpeaker():
                self._keep(preview.connect(self._workshop.open_speaker(parcel)))
            case SeekPreview():
                self._keep(preview.seek(message.time_us))
            case StepPreview():
                self._keep(preview.step(message.frames))
            case PlayPreview():
                self._keep(preview.play(message.rate))
            case PausePreview():
                self._keep(preview.pause())
            case TakePicture():
                self._keep(preview.take_picture(message.request_id, message.time_us))
            case AskReadings():
                self._send(preview.readings(message.request_id))

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        """Holds on to ``work``: the event loop itself keeps only weak references."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            traceback.print_exception(bug)
