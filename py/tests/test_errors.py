"""The exception tree: codes, recoverability, words."""

import pytest

from gran_worker import errors
from gran_worker.errors import BusyError, ExportError, GraphicsError, InternalError, PlanError, SinkError, SourceError


def all_kinds() -> list[type[ExportError]]:
    return sorted(ExportError.__subclasses__(), key=lambda kind: kind.__name__)


def test_only_a_lost_gpu_and_a_bug_cost_the_worker() -> None:
    assert [kind for kind in all_kinds() if not kind.recoverable] == [GraphicsError, InternalError]


def test_the_tree_at_the_top_of_the_file_is_the_tree() -> None:
    drawing = errors.__doc__ or ""
    drawn = [line.split("── ")[1].split() for line in drawing.splitlines() if "── " in line]
    assert sorted((name, word == "recoverable") for name, word, *_ in drawn) == [(kind.__name__, kind.recoverable) for kind in all_kinds()]


def test_an_error_says_what_where_and_when() -> None:
    error = SourceError("city.mp4 is damaged at 0:12.", code="E_DECODE", clip_id="c2", time_us=12_000_000)
    assert str(error) == error.message == "city.mp4 is damaged at 0:12."
    assert (error.code, error.clip_id, error.time_us) == ("E_DECODE", "c2", 12_000_000)


@pytest.mark.parametrize(("error", "code"), [(PlanError("x"), "E_UNSUPPORTED"), (SinkError("x"), "E_DISK"), (BusyError(), "E_BUSY")])
def test_each_kind_has_a_code_of_its_own(error: ExportError, code: str) -> None:
    assert (error.code, error.clip_id, error.time_us) == (code, None, None)


def test_a_bug_is_told_without_its_words_which_may_hold_paths() -> None:
    error = InternalError.wrap(KeyError("/home/ann/secret.mp4"))
    assert "KeyError" in error.message
    assert "ann" not in error.message


def test_running_out_of_memory_says_what_helps() -> None:
    error = InternalError.wrap(MemoryError())
    assert (error.code, error.recoverable) == ("E_MEMORY", False)
    assert "memory" in error.message
