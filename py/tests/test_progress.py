"""How far, in which phase: at most 10 messages a second, and never back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.messages import Progress
from gran_worker.progress import PHASES, ProgressTeller
from gran_worker.telemetry import STAGES, Meter, Stage
from tests.fakes import ManualClock


class Told:
    """A meter, its teller, and what was told when."""

    def __init__(self, frames: int = 100) -> None:
        self.clock = ManualClock()
        self.meter = Meter(self.clock)
        self.meter.frames_total = frames
        self._teller = ProgressTeller(self.meter)
        self.messages: list[Progress] = []
        self.times_s: list[float] = []
        self.before_commit = 0
        """How many messages came before the file was committed."""

    def tell(self, *, committed: bool = False) -> list[Progress]:
        told = list(self._teller.tell(committed=committed))
        self.messages += told
        self.times_s += [self.clock.now_s] * len(told)
        if not committed:
            self.before_commit += len(told)
        return told

    def work(self, stage: Stage, seconds: float, *, step_s: float = 0.1) -> None:
        """Spends time in a stage, asking for progress every ``step_s``."""
        with self.meter.stage(stage):
            for _ in range(round(seconds / step_s)):
                self.clock.advance(step_s)
                self.tell()

    def export(self, frame_s: float = 0.1) -> None:
        """A whole film, every stage in its turn."""
        self.work("open", 0.3)
        for index in range(self.meter.frames_total):
            for stage in ("decode", "compose", "encode"):
                self.work(stage, frame_s)  # type: ignore[arg-type]
            self.meter.frames_done = index + 1
        self.work("finalize", 0.5)
        self.work("commit", 1)
        self.tell(committed=True)

    @property
    def phases(self) -> list[str]:
        return [message.phase for message in self.messages]

    @property
    def firsts(self) -> list[str]:
        return list(dict.fromkeys(self.phases))


def obeys_the_contract(told: Told) -> None:
    percents = [message.percent for message in told.messages]
    frames = [message.frame.current for message in told.messages]
    assert percents == sorted(percents)
    assert frames == sorted(frames)
    assert all(0 <= percent <= 100 for percent in percents)
    assert told.firsts == list(PHASES)
    assert (told.phases[-1], percents[-1]) == ("finalize", 100)
    assert max(percents[: told.before_commit], default=0) <= 99
    for first_s in told.times_s:
        assert sum(first_s <= time_s < first_s + 0.999 for time_s in told.times_s) <= 10


def test_a_whole_export_tells_four_phases_in_order_and_100_at_the_end() -> None:
    told = Told()
    told.export()
    obeys_the_contract(told)
    assert told.messages[-1].frame.current == told.messages[-1].frame.total == 100


def test_an_export_too_quick_to_tell_still_tells_every_phase() -> None:
    told = Told()
    told.meter.frames_done = 100
    assert [message.phase for message in told.tell(committed=True)] == list(PHASES)
    obeys_the_contract(told)


def test_a_phase_is_told_when_it_is_first_met_however_short() -> None:
    told = Told()
    told.work("open", 0.1)
    told.work("compose", 0.1)
    told.work("encode", 0.1)
    assert told.phases == ["decode", "compose", "encode"]


def test_phases_that_were_skipped_are_told_on_the_way() -> None:
    told = Told()
    told.work("open", 0.1)
    told.work("finalize", 0.1)
    assert told.phases == list(PHASES)


def test_later_the_phase_is_what_took_the_time() -> None:
    told = Told()
    for stage in ("decode", "compose", "encode", "decode", "encode"):
        told.work(stage, 1)  # type: ignore[arg-type]
    assert told.phases[-1] == "encode"
    assert told.phases.index("decode", 4) < len(told.phases) - 1


def test_finalize_is_told_only_after_the_last_frame() -> None:
    told = Told()
    told.export()
    done = [message.frame.current for message in told.messages if message.phase == "finalize"]
    assert set(done) == {100}


def test_nothing_is_told_twice_in_a_fifth_of_a_second() -> None:
    told = Told()
    told.work("open", 0.2)
    told.clock.advance(0.01)
    assert told.tell() == []


def test_a_stuck_stage_still_tells_every_second_or_two() -> None:
    told = Told()
    told.work("encode", 10)
    gaps = [after - before for before, after in zip(told.times_s, told.times_s[1:], strict=False)]
    assert max(gaps) <= 2


def test_percent_is_by_time() -> None:
    # Opening took as long as a quarter of the frames; then each frame costs the same.
    told = Told()
    told.work("open", 10)
    opened = told.messages[-1].percent
    for index in range(50):
        told.work("encode", 0.4)
        told.meter.frames_done = index + 1
    half = told.messages[-1].percent
    assert opened <= 2
    # 10 s of opening and 20 of 40 s of frames.
    assert half == pytest.approx(60, abs=2)


def test_99_is_the_most_before_the_commit_is_done() -> None:
    told = Told()
    told.meter.frames_done = 100
    told.work("encode", 1000, step_s=1)
    told.work("commit", 60)
    assert max(message.percent for message in told.messages) == 99


def test_the_commit_of_a_large_file_has_its_share() -> None:
    told = Told()
    told.work("encode", 10)
    told.meter.frames_done, told.meter.bytes_written = 100, 2**30
    told.work("encode", 0.3)
    # Some 7 s a GiB lie ahead.
    assert told.messages[-1].percent == pytest.approx(100 * 10.3 / 17.5, abs=2)


def test_opened_sources_count_while_nothing_is_encoded() -> None:
    told = Told()
    told.meter.sources_total = 4
    told.work("open", 0.1)
    told.meter.sources_done = 2
    told.work("open", 0.4)
    assert told.messages[-1].percent == 1


STEPS = st.lists(st.tuples(st.sampled_from(STAGES[:4]), st.floats(0.0, 3.0), st.integers(0, 10), st.integers(0, 10**8)), max_size=30)


@given(STEPS)
def test_whatever_happens_the_contract_holds(steps: list[tuple[Stage, float, int, int]]) -> None:
    told = Told(300)
    for stage, seconds, frames, n_bytes in steps:
        told.work(stage, seconds)
        told.meter.frames_done = min(300, told.meter.frames_done + frames)
        told.meter.bytes_written += n_bytes
    told.meter.frames_done = 300
    told.work("finalize", 1)
    told.work("commit", 1)
    told.tell(committed=True)
    obeys_the_contract(told)
