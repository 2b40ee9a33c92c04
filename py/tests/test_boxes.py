"""Reads of a file are few: what was read lately is not read again."""

from hypothesis import given
from hypothesis import strategies as st

from gran_worker.boxes import HEAD_BYTES, WINDOWS, Read, remembering
from tests.loop import run

FILE = bytes(range(256)) * (HEAD_BYTES // 32)


def counted(reads: list[int]) -> Read:
    async def read(start: int, end: int) -> bytes:
        reads.append(start)
        return FILE[start:end]

    return remembering(read)


@given(st.lists(st.tuples(st.integers(0, len(FILE)), st.integers(0, 2 * HEAD_BYTES))))
def test_it_reads_what_is_there(wanted: list[tuple[int, int]]) -> None:
    read = counted([])

    async def check() -> None:
        for start, n_bytes in wanted:
            end = min(len(FILE), start + n_bytes)
            assert await read(start, end) == FILE[start:end]

    run(check())


async def test_what_lies_close_together_is_read_once_and_what_was_left_behind_again() -> None:
    reads: list[int] = []
    read = counted(reads)
    for start in (100, 108, 4000, 100):
        await read(start, start + 16)
    assert reads == [100]
    elsewhere = [100 + n * HEAD_BYTES for n in range(1, WINDOWS + 1)]
    for start in (*elsewhere, elsewhere[0], 100):
        await read(start, start + 16)
    assert reads == [100, *elsewhere, 100]
