"""Counts and clock readings -> progress messages, or none if it is too soon."""

from collections.abc import Iterator

from gran_worker.messages import FrameCount, Phase, Progress
from gran_worker.telemetry import STAGES, Meter, Stage

INTERVAL_S = 0.2
"""With the four first occurrences, which never wait, and the last message: at most 10 in any second."""
OPENING_PERCENT = 2.0
FINISH_S = 0.2
COMMIT_S_PER_BYTE = 7 / 2**30
"""Chromium scans a finished file: 7 s a GiB were measured."""

PHASES: tuple[Phase, ...] = ("decode", "compose", "encode", "finalize")
PHASE_OF: dict[Stage, Phase] = {
    "open": "decode",
    "decode": "decode",
    "compose": "compose",
    "encode": "encode",
    "finalize": "finalize",
    "commit": "finalize",
    "verify": "finalize",
}


class ProgressTeller:
    """Turns a meter's readings into messages: at most 10 a second, percent and frame never going back, phases first seen in order."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._told: list[Phase] = []
        self._last_s = float("-inf")
        self._percent = 0.0
        self._charged = dict.fromkeys(STAGES, 0.0)

    def tell(self, *, committed: bool = False) -> Iterator[Progress]:
        """What is due now. ``committed`` ends it: every phase has been told, and 100 %."""
        meter = self._meter
        meter.settle()
        now_s = meter.clock()
        phase = "finalize" if committed else self._phase()
        due = PHASES[len(self._told) : PHASES.index(phase) + 1]
        if not due and not committed and now_s - self._last_s < INTERVAL_S:
            return
        self._percent = max(self._percent, min(99.0, self._estimate()))
        self._charged = dict(meter.seconds)
        self._last_s = now_s
        self._told += due
        for earlier in due[:-1]:
            yield self._message(earlier)
        if committed:
            self._percent = 100.0
        yield self._message(phase)

    def _message(self, phase: Phase) -> Progress:
        count = FrameCount(current=self._meter.frames_done, total=self._meter.frames_total)
        return Progress(phase=phase, percent=round(self._percent, 2), frame=count)

    def _phase(self) -> Phase:
        """The phase that took most of the time since the last message; finalize only after the last frame."""
        place = self._meter.place
        if place is not None and PHASE_OF[place.stage] == "finalize":
            return "finalize"
        spent = {stage: self._meter.seconds[stage] - self._charged[stage] for stage in STAGES[:4]}
        if not any(spent.values()):
            return self._told[-1] if self._told else "decode"
        slowest = max(spent, key=lambda stage: spent[stage])
        if place is not None and len(self._told) < 3:
            # A phase is told when it is first met, be it ever so short.
            return max(PHASE_OF[place.stage], *self._told, "decode", key=PHASES.index)
        return PHASE_OF[slowest]

    def _estimate(self) -> float:
        """Percent by time: what was spent against what is left at the measured cost of a frame."""
        meter = self._meter
        if not meter.frames_done or not meter.frames_total:
            return OPENING_PERCENT * meter.sources_done / max(1, meter.sources_total)
        opening_s = meter.seconds["open"]
        spent_s = meter.clock() - meter.began_s
        finishing_s = sum(meter.seconds[stage] for stage in STAGES[4:])
        frame_s = max(1e-6, spent_s - opening_s - finishing_s) / meter.frames_done
        film_bytes = meter.bytes_written * meter.frames_total / meter.frames_done
        left_s = frame_s * (meter.frames_total - meter.frames_done)
        left_s += max(0.02, FINISH_S + film_bytes * COMMIT_S_PER_BYTE - finishing_s)
        return max(OPENING_PERCENT, 100.0 * spent_s / (spent_s + left_s))
