"""Edit lists: which of them are more than one part of a file, whatever else the file is."""

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.edits import HEAD_BYTES, Edit, count_parts, find_parts
from tests.loop import run

MOVIE_HZ, MEDIA_HZ = 1000, 15_360


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def numbered(kind: bytes, number: int, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), bytes(16 if version else 8), struct.pack(">I", number), bytes(60))


def elst(edits: Sequence[Edit], version: int = 0) -> bytes:
    layout = ">QqI" if version else ">IiI"
    entries = (struct.pack(layout, edit.duration, edit.media_time, edit.rate) for edit in edits)
    return box(b"elst", bytes([version, 0, 0, 0]), struct.pack(">I", len(edits)), *entries)


def trak(track: int, edits: Sequence[Edit] | None, version: int = 0) -> bytes:
    listed = [] if edits is None else [box(b"edts", elst(edits, version))]
    table = box(b"minf", bytes(2 * HEAD_BYTES))
    return box(b"trak", numbered(b"tkhd", track, version), *listed, box(b"mdia", numbered(b"mdhd", MEDIA_HZ, version), table))


def movie(*traks: bytes, version: int = 0) -> bytes:
    return box(b"moov", numbered(b"mvhd", MOVIE_HZ, version), *traks)


FTYP, MDAT = box(b"ftyp", b"isom"), box(b"mdat", bytes(200_000))
LARGE_MDAT = struct.pack(">I4sQ", 1, b"mdat", 16 + 5000) + bytes(5000)
CUT = [Edit(1000, 0), Edit(1000, 4 * MEDIA_HZ)]


def parts_of(file: bytes) -> dict[int, int]:
    reads = 0

    async def read(start: int, end: int) -> bytes:
        nonlocal reads
        reads += 1
        assert 0 <= start <= end <= len(file)
        assert end - start <= HEAD_BYTES, "never more than a little at once"
        return file[start:end]

    found = dict(run(find_parts(read, len(file))))
    assert reads < 1100
    return found


@pytest.mark.parametrize("version", [0, 1])
def test_a_track_that_is_put_together_from_parts_is_found_by_its_id(version: int) -> None:
    moov = movie(trak(7, CUT, version), trak(8, [Edit(1000, 512)], version), trak(9, None, version), version=version)
    for file in (FTYP + moov + MDAT, FTYP + MDAT + moov, FTYP + LARGE_MDAT + moov):
        assert parts_of(file) == {7: 2}


@pytest.mark.parametrize(
    ("edits", "count"),
    [
        ([], 0),
        ([Edit(2000, 1024)], 1),
        ([Edit(500, -1), Edit(2000, 0)], 1),
        ([Edit(2000, 0), Edit(500, -1)], 1),
        ([Edit(0, 0), Edit(2000, 1024)], 1),
        ([Edit(0, 1024)], 1),
        ([Edit(1000, 0), Edit(1000, MEDIA_HZ)], 1),
        ([Edit(1000, 0), Edit(1000, MEDIA_HZ + 15)], 1),
        ([Edit(1000, 0), Edit(1000, MEDIA_HZ + 512)], 2),
        (CUT, 2),
        ([Edit(1000, 0), Edit(500, -1), Edit(1000, 4 * MEDIA_HZ)], 2),
        ([*CUT, Edit(1000, 0)], 3),
        ([Edit(1000, 0, 1 << 15)], 2),
        ([Edit(1000, 0, 0)], 2),
    ],
)
def test_what_goes_on_without_a_cut_is_one_part(edits: list[Edit], count: int) -> None:
    assert count_parts(edits, MOVIE_HZ, MEDIA_HZ) == count


@given(st.data())
def test_whatever_the_bytes_are_it_comes_to_an_end(data: st.DataObject) -> None:
    file = bytearray(FTYP + movie(trak(1, CUT)))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12)):
        file[at] = byte
    parts_of(bytes(file[: data.draw(st.integers(0, len(file)))]))


def test_boxes_without_end_are_not_followed() -> None:
    assert parts_of(box(b"free") * 1_000_000) == {}
