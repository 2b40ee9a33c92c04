"""One export at a time; every one that is taken ends in exactly one message, and nothing of it follows."""

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.dispatch import Dispatcher, Warn
from gran_worker.errors import EncoderError, SinkError, SourceError
from gran_worker.export import export
from gran_worker.interchange import ImportOtio, Refused
from gran_worker.messages import (
    Completed,
    Error,
    Failure,
    InitExport,
    Loan,
    Outgoing,
    ProbeSource,
    Progress,
    QuerySupport,
    Question,
    SourceInfo,
    Support,
    Telemetry,
    Warning,
)
from gran_worker.progress import PHASES
from gran_worker.settings import clamp
from gran_worker.telemetry import Meter
from tests.builders import FILE, WireDict, clip, init_export, snapshot, track
from tests.fakes import HANG, FakeMedia, FakeStudio, RecordingOutput, Trouble, film_source, noise, sound_source, video_source
from tests.films import SOUND, small
from tests.loop import run

BEACH = film_source(video_source(seconds=3), sound_source(noise(3)))
CANCELLED = Error(message="Export cancelled by user", recoverable=True)
CANCEL = {"type": "cancel_export"}


class FakeWorkshop:
    """Real exports over fakes: a parcel is the studio of its export."""

    def __init__(self) -> None:
        self.discarded: list[object] = []
        self.borrowed: list[object] = []
        self.discarding = Trouble()
        self.unseen_s = 0.0
        """Until when decoders move where nobody sees it."""
        self.unreadable = False
        """Whether its readings fail."""
        self._studio: FakeStudio | None = None

    async def export(self, message: InitExport, parcel: object, meter: Meter, warn: Warn) -> Completed:
        assert isinstance(parcel, FakeStudio)
        self._studio = parcel
        return await export(message.timeline, clamp(message.settings)[0], parcel, meter, warn)

    async def answer(self, question: Question, parcel: object) -> Outgoing:
        await asyncio.sleep(0.05)
        if isinstance(question, ProbeSource):
            return SourceInfo.of(question.request_id, BEACH.probe)
        if isinstance(question, QuerySupport):
            return Support(request_id=question.request_id, video=(), audio=())
        if isinstance(question, ImportOtio):
            raise SourceError("cut.otio is gone.", code="E_MISSING")
        raise ZeroDivisionError

    def borrow(self, loan: Loan, parcel: object) -> None:
        self.borrowed.append(parcel)

    async def discard(self, parcel: object, running: object) -> None:
        if parcel is not running:
            self.discarded.append(parcel)
        await self.discarding.strike()

    def look(self, meter: Meter) -> None:
        if meter.clock() < self.unseen_s:
            meter.alive()

    def rescue(self) -> bool:
        return self._studio is not None and self._studio.media.rescue()

    def readings(self, meter: Meter) -> Outgoing:
        if self.unreadable:
            raise MemoryError
        return Telemetry.of(meter)


class Worker:
    """A dispatcher and everything it ever sent, with when."""

    def __init__(self) -> None:
        self.workshop = FakeWorkshop()
        self.sent: list[Outgoing] = []
        self.times_s: list[float] = []
        self._ended = asyncio.Event()
        self._now = asyncio.get_running_loop().time
        self._dispatcher = Dispatcher(self.workshop, self._send, self._now)

    def take(self, message: WireDict, parcel: object = None) -> None:
        self._dispatcher.receive(json.dumps(message), parcel)

    def begin(self, parcel: FakeStudio, seconds: float = 1, **fields: object) -> None:
        self.begun_s = self._now()
        self.take(init_export(snapshot(track(clip("c1", seconds=seconds))), small(**{"audio": SOUND, **fields})), parcel)

    async def end(self) -> Outgoing:
        """The first message that ends anything, once all that may follow has come."""
        await self._ended.wait()
        await asyncio.sleep(60)
        return self.finals[0]

    @property
    def finals(self) -> list[Outgoing]:
        return [message for message in self.sent if isinstance(message, Completed | Error)]

    @property
    def progress(self) -> list[Progress]:
        return [message for message in self.sent if isinstance(message, Progress)]

    @property
    def failure(self) -> Failure:
        (failure,) = (message for message in self.sent if isinstance(message, Failure))
        return failure

    def _send(self, message: Outgoing) -> None:
        self.sent.append(message)
        self.times_s.append(self._now())
        if self.finals:
            self._ended.set()


def studio(
    *,
    media: dict[str, Trouble] | None = None,
    output: dict[str, Trouble] | None = None,
    troubles: dict[str, Trouble] | None = None,
    slow_s: float = 0.0,
) -> FakeStudio:
    return FakeStudio(
        FakeMedia({"beach.mp4": BEACH}, troubles=media, decode_s=slow_s), RecordingOutput(troubles=output, encode_s=slow_s), troubles or {}
    )


def failing_studio(where: str, step: str, trouble: Trouble) -> FakeStudio:
    return studio(**{where: {step: trouble}})  # type: ignore[arg-type]


def obeys_the_contract(worker: Worker) -> None:
    """One end, and it is the last word; what the page needs to know stands just before it; progress keeps its rules."""
    (final,) = worker.finals
    assert worker.sent[-1] is final
    if isinstance(final, Error):
        assert isinstance(worker.sent[-2], Failure)
    assert any(isinstance(message, Telemetry) for message in worker.sent[-7:])
    percents = [message.percent for message in worker.progress]
    frames = [message.frame.current for message in worker.progress]
    assert percents == sorted(percents)
    assert frames == sorted(frames)
    assert (100 in percents) == isinstance(final, Completed)
    firsts = tuple(dict.fromkeys(message.phase for message in worker.progress))
    assert firsts == PHASES[: len(firsts)]
    if isinstance(final, Completed):
        assert firsts == PHASES
    times_s = [time_s for message, time_s in zip(worker.sent, worker.times_s, strict=True) if isinstance(message, Progress)]
    assert all(sum(first_s <= time_s < first_s + 0.999 for time_s in times_s) <= 10 for first_s in times_s)
    assert all(after - before <= 2 for before, after in pairwise([worker.begun_s, *times_s, worker.times_s[-1]]))


SLOW_S = 0.02
EVERYWHERE = [
    ("media", "probe beach.mp4"),
    ("troubles", "open"),
    ("media", "frame beach.mp4 7"),
    ("media", "sound beach.mp4"),
    ("output", "frame 7"),
    ("output", "sound"),
    ("output", "finish"),
]


async def test_an_export_ends_in_completed() -> None:
    worker, made = Worker(), studio(slow_s=SLOW_S)
    worker.begin(made)
    assert await worker.end() == Completed(duration_ms=1000, frames=30)
    obeys_the_contract(worker)
    assert worker.progress[-1].frame.current == worker.progress[-1].frame.total == 30
    assert made.is_tidy


async def test_an_export_of_which_nothing_can_be_measured_ends_in_completed_all_the_same() -> None:
    worker = Worker()
    worker.workshop.unreadable = True
    worker.begin(studio(slow_s=SLOW_S), seconds=2)
    assert isinstance(await worker.end(), Completed)
    assert worker.sent[-1] is worker.finals[0]


async def test_an_export_too_quick_to_watch_still_tells_every_phase() -> None:
    worker = Worker()
    worker.begin(studio())
    await worker.end()
    obeys_the_contract(worker)
    assert worker.times_s[-1] < 0.2


async def test_the_last_reading_comes_just_before_the_end() -> None:
    worker = Worker()
    worker.begin(studio(slow_s=SLOW_S), seconds=3)
    await worker.end()
    readings = [index for index, message in enumerate(worker.sent) if isinstance(message, Telemetry)]
    assert len(readings) >= 3
    assert not any(isinstance(message, Warning | Telemetry) for message in worker.sent[readings[-1] + 1 :])


@pytest.mark.parametrize(("where", "step"), [*EVERYWHERE, ("output", "commit"), ("output", "verify")])
@pytest.mark.parametrize("error", [SinkError("The disk is full."), EncoderError("No."), ValueError("/home/me"), MemoryError()], ids=repr)
async def test_an_export_that_fails_ends_in_one_error(where: str, step: str, error: Exception) -> None:
    worker, made = Worker(), failing_studio(where, step, Trouble(error))
    worker.begin(made)
    final = await worker.end()
    obeys_the_contract(worker)
    assert isinstance(final, Error)
    assert final.recoverable is isinstance(error, SinkError | EncoderError)
    assert "/home/me" not in final.message
    assert made.is_tidy


async def test_an_error_of_a_clip_says_which_and_when() -> None:
    worker = Worker()
    worker.begin(studio(media={"frame beach.mp4 15": Trouble(SourceError("it is damaged.", code="E_DECODE"))}))
    final = await worker.end()
    assert isinstance(final, Error)
    assert final.message.startswith("Clip “beach.mp4” (c1) at 0:00.4")
    assert (worker.failure.code, worker.failure.clip_id) == ("E_DECODE", "c1")
    assert worker.failure.time_us is not None


async def test_running_out_of_memory_is_told_as_that() -> None:
    worker = Worker()
    worker.begin(studio(output={"frame 3": Trouble(MemoryError())}))
    await worker.end()
    assert worker.failure.code == "E_MEMORY"


# Cancel


@pytest.mark.parametrize(("where", "step"), EVERYWHERE)
async def test_cancel_gets_through_to_whatever_hangs(where: str, step: str) -> None:
    worker, made = Worker(), failing_studio(where, step, HANG)
    worker.begin(made)
    await asyncio.sleep(5)
    worker.take(CANCEL)
    await asyncio.sleep(0.25)
    assert worker.finals == [CANCELLED]
    assert worker.failure.code == "E_CANCELLED"
    assert await worker.end() == CANCELLED
    obeys_the_contract(worker)
    assert made.is_tidy


@pytest.mark.parametrize("cancels", [1, 2, 5])
async def test_a_cancel_in_the_same_breath_leaves_the_destination_as_it_was(cancels: int) -> None:
    worker, made = Worker(), studio()
    worker.begin(made)
    for _ in range(cancels):
        worker.take(CANCEL)
    assert await worker.end() == CANCELLED
    obeys_the_contract(worker)
    assert made.is_tidy
    assert made.output.destination == "abandoned"


@settings(max_examples=40)
@given(st.floats(0, 4.5), st.lists(st.floats(0, 0.3), max_size=3))
def test_cancel_at_any_time_ends_all_or_nothing(first_s: float, more_s: list[float]) -> None:
    async def check() -> None:
        worker, made = Worker(), studio(slow_s=SLOW_S, output={"commit": Trouble(delay_s=0.5)}, troubles={"abandon": Trouble(delay_s=0.4)})
        worker.begin(made)
        for wait_s in (first_s, *more_s):
            await asyncio.sleep(wait_s)
            worker.take(CANCEL)
        final = await worker.end()
        obeys_the_contract(worker)
        assert made.is_tidy
        assert final == (Completed(duration_ms=1000, frames=30) if made.output.destination == "committed" else CANCELLED)

    run(check())


async def test_cancel_with_nothing_to_cancel_is_ignored() -> None:
    worker = Worker()
    worker.take(CANCEL)
    await asyncio.sleep(60)
    assert worker.sent == []
    worker.begin(studio())
    await worker.end()
    worker.take(CANCEL)
    await asyncio.sleep(60)
    obeys_the_contract(worker)


async def test_cancel_during_a_slow_commit_waits_for_it() -> None:
    worker, made = Worker(), studio(output={"commit": Trouble(delay_s=30)})
    worker.begin(made)
    await asyncio.sleep(10)
    worker.take(CANCEL)
    worker.take(CANCEL)
    assert isinstance(await worker.end(), Completed)
    assert made.output.destination == "committed"
    obeys_the_contract(worker)


# Busy


async def test_a_second_export_is_refused_and_disturbs_nothing() -> None:
    worker, first, second = Worker(), studio(slow_s=SLOW_S), studio()
    worker.begin(first)
    await asyncio.sleep(0.5)
    worker.begin(second)
    await asyncio.sleep(0.1)
    (busy,) = worker.finals
    assert isinstance(busy, Error)
    assert busy.recoverable
    assert worker.failure.code == "E_BUSY"
    await worker.end()
    assert isinstance(worker.finals[1], Completed)
    assert second.output.destination == "untouched"


async def test_a_second_init_export_tidies_its_own_destination_and_no_other() -> None:
    worker, made, other = Worker(), studio(slow_s=SLOW_S), studio()
    worker.begin(made)
    await asyncio.sleep(0.5)
    worker.begin(other)
    worker.begin(made)
    await asyncio.sleep(0.1)
    assert worker.workshop.discarded == [other]


async def test_nonsense_while_an_export_runs_leaves_its_destination_alone() -> None:
    # The nonsense may name the very file that is being written.
    worker, made = Worker(), studio(slow_s=SLOW_S)
    worker.begin(made)
    await asyncio.sleep(0.5)
    worker.take({"type": "init_export", "timeline": 5}, made)
    await asyncio.sleep(0.1)
    assert worker.failure.code == "E_CONTRACT"
    assert worker.workshop.discarded == []
    await worker.end()
    assert isinstance(worker.finals[1], Completed)


@pytest.mark.parametrize("ending", ["completed", "cancelled", "error", "bug", "refused"])
async def test_after_any_end_the_next_export_runs(ending: str) -> None:
    worker = Worker()
    if ending == "refused":
        worker.take({"type": "init_export"}, studio())
    else:
        error = {"error": EncoderError("No."), "bug": ValueError()}.get(ending)
        worker.begin(studio(slow_s=SLOW_S, output={"finish": Trouble(error)}))
        await asyncio.sleep(0.5)
        if ending == "cancelled":
            worker.take(CANCEL)
    await worker.end()
    again = studio()
    worker.begin(again)
    await asyncio.sleep(60)
    assert isinstance(worker.finals[1], Completed)
    assert again.is_tidy


# Stalls


@pytest.mark.parametrize(
    ("where", "step", "code", "told"),
    [
        ("media", "probe beach.mp4", "E_DECODE", "Clip “beach.mp4” (c1): opening it made no progress for 10 seconds"),
        ("troubles", "open", "E_ENCODER_LOST", "made no progress for 10 seconds"),
        ("media", "frame beach.mp4 15", "E_DECODE", "Clip “beach.mp4” (c1) at 0:00.466: decoding it made no progress"),
        ("media", "sound beach.mp4", "E_DECODE", "Clip “beach.mp4” (c1) at 0:00.000: decoding it made no progress"),
        ("output", "frame 15", "E_ENCODER_LOST", "at 0:00.500 made no progress"),
        ("output", "sound", "E_ENCODER_LOST", "made no progress"),
        ("output", "finish", "E_DISK", "Finishing the file made no progress"),
    ],
)
async def test_what_hangs_for_ten_seconds_is_an_error_that_says_what(where: str, step: str, code: str, told: str) -> None:
    worker, made = Worker(), failing_studio(where, step, HANG)
    worker.begin(made)
    final = await worker.end()
    obeys_the_contract(worker)
    assert isinstance(final, Error)
    assert told in final.message
    assert final.recoverable
    assert worker.failure.code == code
    # A picture is tried again in software for as long.
    patience_s = 20 if step.startswith("frame beach") else 10
    assert patience_s <= worker.times_s[-1] <= patience_s + 1
    assert made.is_tidy


async def test_a_decoder_that_hangs_is_replaced_by_one_in_software() -> None:
    worker, made = Worker(), studio(media={"frame beach.mp4 15": Trouble(delay_s=HANG.delay_s, in_hardware=True)})
    worker.begin(made)
    assert isinstance(await worker.end(), Completed)
    obeys_the_contract(worker)
    assert 10 <= worker.times_s[-1] <= 11
    assert [message.code for message in worker.sent if isinstance(message, Warning)] == ["decoder-fallback"]
    assert made.output.numbers == list(range(30))
    assert made.is_tidy


async def test_decoders_that_hang_beside_each_other_are_all_replaced() -> None:
    worker = Worker()
    hung = {f"frame beach.mp4 {index}": Trouble(delay_s=HANG.delay_s, in_hardware=True) for index in (3, 65, 130)}
    made = FakeStudio(FakeMedia({"beach.mp4": video_source(seconds=6)}, troubles=hung), RecordingOutput(n_lanes=3))
    worker.begin(made, 6, audio=False)
    assert isinstance(await worker.end(), Completed)
    obeys_the_contract(worker)
    assert 10 <= worker.times_s[-1] <= 11
    assert [message.code for message in worker.sent if isinstance(message, Warning)] == ["decoder-fallback"]
    assert made.output.numbers == list(range(180))
    assert made.is_tidy


@pytest.mark.parametrize(("step", "told"), [("frame 65", "at 0:02.1"), ("put 7", "at 0:00.2")])
async def test_an_encoder_that_hangs_beside_others_is_an_error_that_says_when(step: str, told: str) -> None:
    worker = Worker()
    made = FakeStudio(FakeMedia({"beach.mp4": video_source(seconds=6)}), RecordingOutput(n_lanes=3, troubles={step: HANG}))
    worker.begin(made, 6, audio=False)
    final = await worker.end()
    obeys_the_contract(worker)
    assert isinstance(final, Error)
    assert told in final.message
    assert worker.failure.code == "E_ENCODER_LOST"
    assert 10 <= worker.times_s[-1] <= 11
    assert made.is_tidy


async def test_a_decoder_that_works_unseen_is_no_hang() -> None:
    # One picture in three seconds, the twentieth of which is the first that is wanted.
    worker, made = Worker(), studio(media={"frame beach.mp4 0": Trouble(delay_s=60)})
    worker.workshop.unseen_s = worker.begun_s = asyncio.get_running_loop().time() + 60
    worker.begin(made)
    assert isinstance(await worker.end(), Completed)
    assert made.media.in_software == set()


async def test_a_file_that_cannot_be_read_back_in_time_is_kept_and_told_of() -> None:
    worker, made = Worker(), studio(output={"verify": HANG})
    worker.begin(made)
    final = await worker.end()
    assert isinstance(final, Error)
    assert final.message == (
        "The file was written, but reading it back made no progress for 10 seconds. It is kept; export again to be safe."
    )
    assert worker.failure.code == "E_VERIFY"
    assert made.output.destination == "committed"
    assert made.is_tidy


async def test_a_slow_but_living_export_never_trips_the_guard() -> None:
    worker, made = Worker(), studio(output={f"frame {index}": Trouble(delay_s=9) for index in range(6)})
    worker.begin(made, seconds=0.2)
    await asyncio.sleep(100)
    assert isinstance(await worker.end(), Completed)
    obeys_the_contract(worker)


async def test_a_slow_commit_is_left_in_peace() -> None:
    worker = Worker()
    parcel = studio(output={"commit": Trouble(delay_s=300)})
    worker.begin(parcel)
    assert isinstance(await worker.end(), Completed)
    obeys_the_contract(worker)
    assert worker.times_s[-1] > 299
    assert parcel.output.verified


@pytest.mark.parametrize("abandon_s", [0.5, 5, 15])
async def test_the_guard_does_not_disturb_its_own_cleaning_up(abandon_s: float) -> None:
    worker, made = Worker(), studio(output={"frame 3": HANG}, troubles={"abandon": Trouble(delay_s=abandon_s)})
    worker.begin(made)
    final = await worker.end()
    assert isinstance(final, Error)
    assert "made no progress" in final.message
    obeys_the_contract(worker)
    assert made.is_tidy


async def test_who_cancels_what_hangs_is_told_that_it_is_cancelled() -> None:
    # The guard wakes up while the cancelled export is still being tidied up.
    worker, made = Worker(), studio(output={"frame 3": HANG}, troubles={"abandon": Trouble(delay_s=1)})
    worker.begin(made)
    await asyncio.sleep(9.8)
    worker.take(CANCEL)
    assert await worker.end() == CANCELLED
    obeys_the_contract(worker)


# Refusals and questions


@pytest.mark.parametrize(
    "message",
    [
        {"type": "init_export"},
        init_export(wanted=small(codec="theora")),
        init_export(snapshot(track(clip()), sources={})),
        {"type": "rendez-vous"},
        {},
    ],
    ids=["empty", "codec", "source", "type", "nothing"],
)
async def test_a_message_that_is_refused_tidies_its_destination(message: WireDict) -> None:
    worker, parcel = Worker(), studio()
    worker.take(message, parcel)
    final = await worker.end()
    assert isinstance(final, Error)
    assert final.recoverable
    assert worker.failure.code in ("E_CONTRACT", "E_MISSING")
    assert worker.sent == [worker.failure, final]
    assert worker.workshop.discarded == [parcel]


async def test_text_that_is_no_json_is_refused() -> None:
    worker = Worker()
    worker._dispatcher.receive("{", None)
    assert isinstance(await worker.end(), Error)


async def test_a_message_that_there_is_no_memory_for_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(_text: str) -> None:
        raise MemoryError

    monkeypatch.setattr("gran_worker.dispatch.parse", parse)
    worker, parcel = Worker(), studio()
    worker.take(init_export(), parcel)
    assert isinstance(await worker.end(), Error)
    assert worker.failure.code == "E_MEMORY"
    assert worker.workshop.discarded == [parcel]


async def test_a_destination_that_cannot_be_tidied_does_not_hide_the_refusal() -> None:
    worker = Worker()
    worker.workshop.discarding = Trouble(SinkError("The folder is gone."))
    worker.take({"type": "init_export"}, studio())
    await worker.end()
    assert worker.failure.code == "E_CONTRACT"


async def test_an_empty_film_ends_in_an_error_and_a_tidy_destination() -> None:
    worker, made = Worker(), studio()
    worker.take(init_export(snapshot(track(clip(disabled=True))), small()), made)
    await worker.end()
    assert worker.failure.code == "E_EMPTY"
    assert made.is_tidy


async def test_questions_are_answered_while_an_export_runs() -> None:
    worker = Worker()
    worker.begin(studio(slow_s=SLOW_S))
    worker.take({"type": "probe_source", "requestId": 7, "file": FILE})
    worker.take({"type": "query_support", "requestId": 8, "width": 64, "height": 36, "fps": 30})
    assert isinstance(await worker.end(), Completed)
    answers = [message for message in worker.sent if isinstance(message, SourceInfo | Support)]
    assert sorted(answer.request_id for answer in answers) == [7, 8]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"type": "import_otio", "requestId": 9, "file": FILE}, "E_MISSING"),
        ({"type": "import_captions", "requestId": 9, "file": FILE}, "E_ENGINE"),
        ({"type": "export_captions", "requestId": 9, "captions": [], "format": "doc"}, "E_CONTRACT"),
        ({"type": "probe_source", "requestId": 9}, "E_CONTRACT"),
    ],
    ids=["no file", "a bug", "nonsense", "incomplete"],
)
async def test_a_question_without_an_answer_is_told_so_and_ends_no_export(question: WireDict, code: str) -> None:
    worker = Worker()
    worker.begin(studio(slow_s=SLOW_S))
    worker.take(question)
    assert isinstance(await worker.end(), Completed)
    (refused,) = [message for message in worker.sent if isinstance(message, Refused)]
    assert (refused.request_id, refused.code) == (9, code)


@pytest.mark.parametrize("what", ["rasteriser", "viewer"])
async def test_what_the_page_lends_is_kept_and_ends_nothing(what: str) -> None:
    worker, port = Worker(), object()
    worker.take({"type": f"lend_{what}", "port": {"$js": "MessagePort"}}, port)
    assert (worker.workshop.borrowed, worker.sent) == ([port], [])
