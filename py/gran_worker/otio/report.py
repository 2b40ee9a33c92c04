"""What became of an imported file, in sentences for people."""

from collections import Counter

from gran_worker.wire import StrictWire

MAX_LINES = 100


class OtioReport(StrictWire):
    """``kept`` came over whole; ``approximated`` not quite; ``ignored`` is not shown, but is written back where it was."""

    kept: tuple[str, ...]
    approximated: tuple[str, ...]
    ignored: tuple[str, ...]


class Account:
    """Collects while a file is read."""

    def __init__(self) -> None:
        self._kept: Counter[str] = Counter()
        self._approximated: Counter[str] = Counter()
        self._ignored: Counter[str] = Counter()

    def kept(self, what: str) -> None:
        """``what`` in the singular: they are counted."""
        self._kept[what] += 1

    def approximated(self, sentence: str) -> None:
        self._approximated[sentence] += 1

    def ignored(self, sentence: str) -> None:
        self._ignored[sentence] += 1

    def report(self) -> OtioReport:
        counted = tuple(f"{n} {what}{'s' if n > 1 else ''}" for what, n in self._kept.items())
        return OtioReport(kept=counted, approximated=_lines(self._approximated), ignored=_lines(self._ignored))


def _lines(sentences: Counter[str]) -> tuple[str, ...]:
    lines = [f"{sentence} ({n} times)" if n > 1 else sentence for sentence, n in sentences.items()]
    more = len(lines) - MAX_LINES
    return (*lines[:MAX_LINES], f"… and {more} more") if more > 0 else tuple(lines)
