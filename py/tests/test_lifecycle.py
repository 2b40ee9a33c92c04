"""Whatever comes in whatever order: every export that is taken ends in one message, and nothing of it follows."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gran_worker.dispatch import STALL_S
from gran_worker.errors import EncoderError, SinkError, SourceError
from gran_worker.messages import Completed, Error, Failure, Progress, SourceInfo, Telemetry, Warning
from tests.builders import FILE
from tests.fakes import FakeStudio, Trouble
from tests.loop import VirtualLoop, running
from tests.test_dispatch import CANCEL, SLOW_S, Worker, failing_studio

STEPS = [
    ("media", "probe beach.mp4"),
    ("troubles", "open"),
    ("media", "frame beach.mp4 7"),
    ("media", "sound beach.mp4"),
    ("output", "frame 7"),
    ("output", "sound"),
    ("output", "finish"),
    ("output", "commit"),
    ("output", "verify"),
]
FAULTS = [SinkError("The disk is full."), EncoderError("No."), SourceError("It is broken."), ValueError("/home/me"), MemoryError()]


@dataclass
class Gate(Trouble):
    """A step that waits to be told how it ends: it is acknowledged, fails, or hangs for as long as nobody says."""

    said: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self) -> None:
        self.struck.set()
        await self.said.wait()
        if self.error is not None:
            raise self.error

    def say(self, error: Exception | None = None) -> None:
        """Once: a step that has failed cannot be acknowledged any more."""
        if not self.said.is_set():
            self.error = error
            self.said.set()


@dataclass
class Taken:
    """An export that has begun, and what stands in its way."""

    studio: FakeStudio
    step: str
    gate: Gate
    is_cancelled: bool = False

    @property
    def is_committing(self) -> bool:
        return self.gate.struck.is_set() and not self.gate.said.is_set() and self.step in ("commit", "verify")


class Lifecycle(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.loop = VirtualLoop()
        self.seen = self.busy = self.refused = self.asked = 0
        self.now: Taken | None = None
        self.percent = 0.0
        self.worker = self.run(self._worker())

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        if self.now:
            self.now.gate.say()
        self.run(asyncio.sleep(3600))
        self.observe()
        assert self.now is None
        assert (self.busy, self.refused, self.asked) == (0, 0, 0)
        self.loop.close()
        assert self.loop.failures == []

    @rule(step=st.sampled_from(STEPS), is_open=st.booleans())
    def init(self, step: tuple[str, str], is_open: bool) -> None:
        gate = Gate()
        if is_open:
            gate.say()
        studio = failing_studio(*step, gate)
        studio.troubles = {"abandon": Trouble(delay_s=0.1), **studio.troubles}
        if self.now is None:
            self.now, self.percent = Taken(studio, step[1], gate), 0.0
        else:
            self.busy += 1
        self.run(self._call(lambda: self.worker.begin(studio)))

    @rule()
    def cancel(self) -> None:
        if self.now:
            self.now.is_cancelled = True
        self.run(self._call(lambda: self.worker.take(CANCEL)))
        if self.now and not self.now.is_committing:
            self.run(asyncio.sleep(0.25))
            self.observe()
            assert self.now is None or self.now.is_committing, "the cancel was not heard"

    @rule()
    def nonsense(self) -> None:
        self.refused += 1
        self.run(self._call(lambda: self.worker.take({"type": "init_export", "timeline": 5})))

    @rule()
    def question(self) -> None:
        self.asked += 1
        self.run(self._call(lambda: self.worker.take({"type": "probe_source", "requestId": 1, "file": FILE})))

    @precondition(lambda self: self.now is not None)
    @rule()
    def acknowledge(self) -> None:
        assert self.now
        self.now.gate.say()
        self.run(asyncio.sleep(0))

    @precondition(lambda self: self.now is not None)
    @rule(error=st.sampled_from(FAULTS))
    def fail(self, error: Exception) -> None:
        assert self.now
        self.now.gate.say(error)
        self.run(asyncio.sleep(0))

    @rule(seconds=st.sampled_from([0.0, SLOW_S, 0.3, 2.0]))
    def wait(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule()
    def hang(self) -> None:
        # A decoder that hangs is replaced by another, which may hang too.
        self.run(asyncio.sleep(2 * STALL_S + 1))
        self.observe()
        assert self.now is None or self.now.is_committing, "what hangs was not noticed"

    @invariant()
    def observe(self) -> None:
        """Every message that came since the last look belongs to something that was asked, and stands where it may."""
        if not hasattr(self, "worker"):
            return
        sent = self.worker.sent
        for index in range(self.seen, len(sent)):
            message, before = sent[index], sent[index - 1] if index else None
            assert isinstance(message, Error) == isinstance(before, Failure)
            match message:
                case Failure():
                    assert index + 1 < len(sent), "a failure without its error"
                case Error():
                    assert isinstance(before, Failure)
                    assert "/home/me" not in message.message
                    self._ended(before.code)
                case Completed():
                    assert self.now
                    assert self.now.studio.output.destination == "committed"
                    self._ended(None)
                case SourceInfo():
                    self.asked -= 1
                case Progress():
                    assert self.now
                    assert message.percent >= self.percent
                    self.percent = message.percent
                case Telemetry() | Warning():
                    assert self.now
        self.seen = len(sent)

    def _ended(self, code: str | None) -> None:
        if code == "E_BUSY":
            self.busy -= 1
            assert self.busy >= 0
        elif code == "E_CONTRACT":
            self.refused -= 1
            assert self.refused >= 0
        else:
            assert self.now, "an end of nothing"
            assert self.now.studio.is_tidy
            if code == "E_CANCELLED":
                assert self.now.is_cancelled
                assert self.now.studio.output.destination == "abandoned"
            elif code is not None:
                assert self.now.gate.error or not self.now.gate.said.is_set(), f"{code} out of nowhere"
            self.now = None

    def run(self, work: Coroutine[object, object, object]) -> object:
        return running(self.loop, work)

    async def _worker(self) -> Worker:
        return Worker()

    async def _call(self, act: object) -> None:
        act()


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(stateful_step_count=20)
