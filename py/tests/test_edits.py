"""Edit lists: which of them are more than one part of a file, and what is played of the others, whatever else the file is."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.boxes import HEAD_BYTES
from gran_worker.edits import WHOLE, Edit, Playing, build_playing, count_parts, find_playing
from gran_worker.ports import Sound
from tests.isobmff import MEDIA_HZ, MOVIE_HZ, box, movie, numbered
from tests.loop import run

SECOND_US = 1_000_000


def elst(edits: Sequence[Edit], version: int = 0) -> bytes:
    layout = ">QqI" if version else ">IiI"
    entries = (struct.pack(layout, edit.duration, edit.media_time, edit.rate) for edit in edits)
    return box(b"elst", bytes([version, 0, 0, 0]), struct.pack(">I", len(edits)), *entries)


def trak(track: int, edits: Sequence[Edit] | None, version: int = 0) -> bytes:
    listed = [] if edits is None else [box(b"edts", elst(edits, version))]
    table = box(b"minf", bytes(2 * HEAD_BYTES))
    return box(b"trak", numbered(b"tkhd", track, version), *listed, box(b"mdia", numbered(b"mdhd", MEDIA_HZ, version), table))


FTYP, MDAT = box(b"ftyp", b"isom"), box(b"mdat", bytes(200_000))
LARGE_MDAT = struct.pack(">I4sQ", 1, b"mdat", 16 + 5000) + bytes(5000)
CUT = [Edit(1000, 0), Edit(1000, 4 * MEDIA_HZ)]


def playing_of(file: bytes) -> dict[int, Playing]:
    reads = 0

    async def read(start: int, end: int) -> bytes:
        nonlocal reads
        reads += 1
        assert 0 <= start <= end <= len(file)
        assert end - start <= HEAD_BYTES, "never more than a little at once"
        return file[start:end]

    found = dict(run(find_playing(read, len(file))))
    assert reads < 1100
    return found


@pytest.mark.parametrize("version", [0, 1])
def test_a_track_that_is_put_together_from_parts_is_found_by_its_id(version: int) -> None:
    moov = movie(trak(7, CUT, version), trak(8, [Edit(1000, 512)], version), trak(9, None, version), version=version)
    for file in (FTYP + moov + MDAT, FTYP + MDAT + moov, FTYP + LARGE_MDAT + moov):
        assert playing_of(file) == {7: Playing(2), 8: Playing(1, 0, SECOND_US)}


@pytest.mark.parametrize(
    ("edits", "count"),
    [
        ([], 0),
        ([Edit(2000, 1024)], 1),
        ([Edit(500, -1), Edit(2000, 0)], 1),
        ([Edit(2000, 0), Edit(500, -1)], 1),
        ([Edit(0, 0), Edit(2000, 1024)], 1),
        ([Edit(0, 1024)], 1),
        ([Edit(500, -1), Edit(0, 1024), Edit(500, -1)], 1),
        ([Edit(1000, 0), Edit(500, -1), Edit(1000, MEDIA_HZ)], 2),
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


@pytest.mark.parametrize(
    ("edits", "begins_ms", "ends_ms"),
    [
        ([], 0, None),
        ([Edit(2000, 1024)], 0, 2000),
        ([Edit(500, -1), Edit(2000, 1024)], 500, 2500),
        ([Edit(500, -1), Edit(250, -1), Edit(0, 0)], 750, None),
        ([Edit(500, -1), Edit(0, 7), Edit(2000, 1024), Edit(300, -1)], 500, 2500),
        ([Edit(1000, 0), Edit(1000, MEDIA_HZ)], 0, 2000),
        ([Edit(1000, 0), Edit(0, MEDIA_HZ)], 0, None),
    ],
)
def test_a_delay_and_an_end_are_heard_and_seen(edits: list[Edit], begins_ms: int, ends_ms: int | None) -> None:
    playing = build_playing(edits, MOVIE_HZ, MEDIA_HZ)
    assert (playing.begins_us, playing.ends_us) == (begins_ms * 1000, None if ends_ms is None else ends_ms * 1000)


@pytest.mark.parametrize("version", [0, 1])
def test_the_demuxer_takes_the_first_edit_that_plays_something(version: int) -> None:
    listed = [Edit(500, -1), Edit(0, 7), Edit(2000, 1024)]
    file = bytearray(FTYP + MDAT + movie(trak(3, listed, version), version=version))
    patches = playing_of(bytes(file))[3].patches
    for patch in patches:
        file[patch.position : patch.position + len(patch.data)] = patch.data
    seen = [Edit(500, -1), Edit(0, -1), Edit(2000, 1024)]
    assert (len(patches), bytes(file)) == (1, FTYP + MDAT + movie(trak(3, seen, version), version=version))


@pytest.mark.parametrize(
    ("playing", "heard"),
    [
        (WHOLE, range(40, 60)),
        (Playing(1, 0, 48_000), range(40, 48)),
        (Playing(1, 45_000, None), range(45, 60)),
        (Playing(1, 45_000, 48_000), range(45, 48)),
        (Playing(1, 60_000, None), range(0)),
        (Playing(1, 0, 40_000), range(0)),
    ],
)
def test_nothing_is_heard_outside_of_what_is_played(playing: Playing, heard: range) -> None:
    sound = playing.cut(Sound(40, 1000, np.arange(40, 60, dtype=np.float32)[np.newaxis]))
    found = [] if sound is None else [sound.first, *sound.block[0].astype(int).tolist()]
    assert found == ([heard.start, *heard] if heard else [])


@given(st.data())
def test_whatever_the_bytes_are_it_comes_to_an_end(data: st.DataObject) -> None:
    file = bytearray(FTYP + movie(trak(1, CUT)))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12)):
        file[at] = byte
    playing_of(bytes(file[: data.draw(st.integers(0, len(file)))]))


def test_boxes_without_end_are_not_followed() -> None:
    assert playing_of(box(b"free") * 1_000_000) == {}
