"""Tables of samples that would be walked through for ever."""

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.sampletable import is_endless
from tests.isobmff import box, movie
from tests.loop import run


def file_with(per_chunk: Sequence[int], n_samples: int, *, padding: int = 0) -> bytes:
    runs = b"".join(struct.pack(">III", 1 + i, count, 1) for i, count in enumerate(per_chunk))
    stsc = box(b"stsc", struct.pack(">II", 0, len(per_chunk)), runs)
    stsz = box(b"stsz", struct.pack(">III", 0, 0, n_samples), bytes(4 * n_samples))
    stbl = box(b"stbl", box(b"stts", bytes(padding)), stsc, stsz)
    good = box(b"trak", box(b"mdia", box(b"minf", box(b"smhd"))))
    return box(b"ftyp", b"isom") + movie(good, box(b"trak", box(b"tkhd", bytes(84)), box(b"mdia", box(b"minf", stbl))))


def judged(file: bytes) -> bool:
    async def read(start: int, end: int) -> bytes:
        return file[start:end]

    return run(is_endless(read, len(file)))


@pytest.mark.parametrize("padding", [0, 200_000])
@pytest.mark.parametrize(
    ("per_chunk", "n_samples", "endless"),
    [([1, 2, 1], 75, False), ([75], 75, False), ([1, 0xFFFFFFFF, 1], 75, True), ([76], 75, True), ([], 75, False), ([1], 0, False)],
)
def test_a_chunk_holds_no_more_samples_than_there_are(per_chunk: list[int], n_samples: int, endless: bool, padding: int) -> None:
    assert judged(file_with(per_chunk, n_samples, padding=padding)) is endless


@given(st.data())
def test_whatever_the_bytes_are_it_comes_to_an_end(data: st.DataObject) -> None:
    file = bytearray(file_with([1, 2, 1], 5))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(file) - 1), st.integers(0, 255)), max_size=12)):
        file[at] = byte
    judged(bytes(file[: data.draw(st.integers(0, len(file)))]))
