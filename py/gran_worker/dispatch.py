"""One export at a time: every init_export that is taken ends in exactly one completed or error, and nothing of it follows."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from gran_worker.errors import (
    BusyError,
    EncoderError,
    ExportError,
    InternalError,
    SinkError,
    SourceError,
    VerifyError,
)
from gran_worker.interchange import Refused
from gran_worker.messages import (
    CancelExport,
    Completed,
    Error,
    Failure,
    InitExport,
    LendRasteriser,
    LendViewer,
    Loan,
    Outgoing,
    Question,
    Warning,
    asked,
    parse,
)
from gran_worker.ports import Clock
from gran_worker.progress import ProgressTeller
from gran_worker.telemetry import Meter, Place
from gran_worker.timing import clock_text

HEARTBEAT_S = 0.1
"""How often progress is looked at. Messages are rarer (progress.py)."""
TELEMETRY_S = 2.0
STALL_S = 10.0
"""Without any movement for this long, something hangs."""

Send = Callable[[Outgoing], None]
Warn = Callable[[Warning], None]


class Workshop(Protocol):
    """What the dispatcher sets to work. ``parcel`` is the message as it came: it holds what JSON cannot, files and streams."""

    async def export(self, message: InitExport, parcel: object, meter: Meter, warn: Warn) -> Completed: ...
    async def answer(self, question: Question, parcel: object) -> Outgoing:
        """Raises ExportError for a question that has no answer."""

    def borrow(self, loan: Loan, parcel: object) -> None:
        """Keeps what the page lends."""

    async def discard(self, parcel: object, running: object) -> None:
        """Tidies the destination of a message that was refused, unless it is that of ``running``, the parcel of a running export."""

    def look(self, meter: Meter) -> None:
        """Tells ``meter`` of what moved unseen: a decoder on its way to the first frame that is wanted, an encoder with its queue."""

    def rescue(self) -> bool:
        """Gives up what hangs, if something else can be tried in its place; says whether it is."""

    def readings(self, meter: Meter) -> Outgoing:
        """The telemetry message of this moment."""


@dataclass(slots=True)
class _Job:
    task: "asyncio.Task[Outgoing]"
    meter: Meter
    parcel: object
    is_ending: bool = False
    stalled_at: Place | None = None

    def stop(self, stalled_at: Place | None = None) -> None:
        """Cancels, once: whatever tidies up is not to be disturbed, and the first reason is the one that is told."""
        if self.is_ending:
            return
        self.is_ending, self.stalled_at = True, stalled_at
        # Not at once: a task that has not begun would end without a look at the destination it was given.
        asyncio.get_running_loop().call_soon(self.task.cancel)


class Dispatcher:
    """Takes messages as they come; sends what they lead to."""

    def __init__(self, workshop: Workshop, send: Send, clock: Clock) -> None:
        self._workshop, self._send, self._clock = workshop, send, clock
        self._job: _Job | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, text: str, parcel: object) -> None:
        """One incoming message as JSON text (messages.py), with the message itself."""
        try:
            message = parse(text)
        except ExportError as error:
            request_id = asked(text)
            if request_id is None:
                self._keep(self._refuse(error, parcel))
            else:
                self._send(Refused.of(request_id, error))
            return
        except Exception as bug:  # noqa: BLE001 - no memory for the message, most likely; whoever sent it waits for an answer
            traceback.print_exc()
            self._keep(self._refuse(InternalError.wrap(bug), parcel))
            return
        match message:
            case InitExport() if self._job is not None:
                self._keep(self._refuse(BusyError(), parcel))
            case InitExport():
                self._start(message, parcel)
            case CancelExport():
                if self._job is not None:
                    self._job.stop()
            case LendRasteriser() | LendViewer():
                self._workshop.borrow(message, parcel)
            case question:
                self._keep(self._answer(question, parcel))

    def _start(self, message: InitExport, parcel: object) -> None:
        meter = Meter(self._clock)
        task = asyncio.ensure_future(self._run(message, parcel, meter))
        self._job = _Job(task, meter, parcel)
        self._keep(self._supervise(self._job))

    async def _run(self, message: InitExport, parcel: object, meter: Meter) -> Outgoing:
        return await self._workshop.export(message, parcel, meter, self._send)

    async def _supervise(self, job: _Job) -> None:
        """Tells how the job is doing until it ends, then how it ended."""
        teller = ProgressTeller(job.meter)
        try:
            await self._watch(job, teller)
        except Exception:  # noqa: BLE001 - an export that cannot be told of must still end, and in one message
            traceback.print_exc()
            job.stop()
        outcome = await _outcome(job)
        self._job = None
        self._tell_readings(job)
        if isinstance(outcome, Completed):
            for progress in teller.tell(committed=True):
                self._send(progress)
            self._send(outcome)
        else:
            self._end(outcome)

    async def _watch(self, job: _Job, teller: ProgressTeller) -> None:
        told_s, stage = self._clock(), None
        while not job.task.done():
            await asyncio.wait({job.task}, timeout=HEARTBEAT_S)
            if job.task.done():
                break
            for progress in teller.tell():
                self._send(progress)
            place = job.meter.place
            is_news = place is not None and place.stage == "verify" and stage != "verify"
            stage = place.stage if place else None
            if is_news or self._clock() - told_s >= TELEMETRY_S:
                told_s = self._clock()
                self._tell_readings(job)
            self._end_if_stalled(job)

    def _end_if_stalled(self, job: _Job) -> None:
        self._workshop.look(job.meter)
        place = job.meter.place
        if place is None or place.may_take_long or self._clock() - job.meter.alive_s < STALL_S:
            return
        if place.stage in ("open", "decode") and self._workshop.rescue():
            job.meter.alive()
        else:
            job.stop(place)

    def _tell_readings(self, job: _Job) -> None:
        try:
            self._send(self._workshop.readings(job.meter))
        except Exception:  # noqa: BLE001 - a film is not lost for a number about it
            traceback.print_exc()

    def _end(self, error: ExportError | None) -> None:
        """Sends the two messages that end an export badly; None is a cancellation."""
        if error is None:
            self._send(Failure(code="E_CANCELLED"))
            self._send(Error.cancelled())
            return
        self._send(Failure.of(error))
        self._send(Error.of(error))

    async def _refuse(self, error: ExportError, parcel: object) -> None:
        try:
            await self._workshop.discard(parcel, None if self._job is None else self._job.parcel)
        except ExportError:
            pass  # the refusal is what went wrong first
        finally:
            self._end(error)

    async def _answer(self, question: Question, parcel: object) -> None:
        try:
            answer = await self._workshop.answer(question, parcel)
        except ExportError as error:
            answer = Refused.of(question.request_id, error)
        except Exception as bug:  # noqa: BLE001 - whoever asked would wait for ever
            traceback.print_exception(bug)
            answer = Refused.of(question.request_id, InternalError.wrap(bug))
        self._send(answer)

    def _keep(self, work: Awaitable[None]) -> None:
        """Runs ``work`` and holds on to it: the event loop itself keeps only weak references."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _outcome(job: _Job) -> Completed | ExportError | None:
    """How the job ended; None is a cancellation."""
    try:
        ended = await job.task
        assert isinstance(ended, Completed)
        # What could not be read back in time is committed all the same.
        return stall_error(job.stalled_at) if job.stalled_at is not None and job.stalled_at.stage == "verify" else ended
    except asyncio.CancelledError:
        return None if job.stalled_at is None else stall_error(job.stalled_at)
    except ExportError as error:
        return error
    except Exception as bug:  # noqa: BLE001 - the one place where not knowing is an answer
        traceback.print_exception(bug)  # for the console; a message has no stack
        return InternalError.wrap(bug)


def stall_error(place: Place) -> ExportError:
    """What did not move for too long, in words."""
    when = "" if place.time_us is None else f" at {clock_text(place.time_us)}"
    wait = f"{STALL_S:.0f} seconds"
    if place.stage in ("open", "decode") and place.clip is not None:
        doing = "opening" if place.stage == "open" else "decoding"
        return SourceError(
            f"Clip {place.clip}{when}: {doing} it made no progress for {wait}. The file may be damaged; convert or replace it.",
            code="E_DECODE",
            clip_id=place.clip_id,
            time_us=place.time_us,
        )
    if place.stage == "verify":
        return VerifyError(f"The file was written, but reading it back made no progress for {wait}. It is kept; export again to be safe.")
    if place.stage == "finalize":
        return SinkError(f"Finishing the file made no progress for {wait}. Check the disk and export again.")
    return EncoderError(
        f"The encoder or the file{when} made no progress for {wait}. Export again, or choose another codec or a smaller size.",
        code="E_ENCODER_LOST",
        time_us=place.time_us,
    )
