"""Bytes of files as mediabunny writes them, and what becomes of them."""

import struct

import pytest

from gran_worker.packets import Placer, Span
from gran_worker.trimming import PAD, PLACE, Patch, edit_ends, matroska_delay, matroska_duration, matroska_end, mp3_delay


def applied(data: bytes, position: int, patch: Patch | None) -> bytes:
    assert patch is not None
    start = patch.position - position
    assert 0 <= start <= start + len(patch.data) <= len(data)
    return data[:start] + patch.data + data[start + len(patch.data) :]


def elements(data: bytes) -> list[tuple[str, bytes]]:
    """EBML elements of one level: id in hex, body."""
    found, at = [], 0
    while at < len(data):
        id_width = 9 - data[at].bit_length()
        size_at = at + id_width
        size_width = 9 - data[size_at].bit_length()
        size = int.from_bytes(data[size_at : size_at + size_width], "big") ^ 1 << 7 * size_width
        body = size_at + size_width
        assert body + size <= len(data)
        found.append((data[at:size_at].hex(), data[body : body + size]))
        at = body + size
    return found


def number(body: bytes) -> int:
    return int.from_bytes(body, "big")


NAME = b"\x53\x6e" + bytes([0x80 | len(PLACE)]) + PLACE.encode()


def test_packets_are_placed_before_zero_and_cut_at_the_end() -> None:
    placer = Placer(1024, 3000)
    assert [placer.place(1024) for _ in range(5)] == [
        Span(-1024, 1024),
        Span(0, 1024),
        Span(1024, 1024),
        Span(2048, 1024, cut=72),
        None,
    ]


def test_a_packet_that_ends_at_the_end_is_whole() -> None:
    placer = Placer(0, 960)
    assert placer.place(960) == Span(0, 960)
    assert placer.place(960) is None


def test_the_placeholder_becomes_the_delay() -> None:
    header = b"\x86\x86A_AAC!" + NAME + b"\xe1\x80"
    patched = applied(header, 100, matroska_delay(header, 100, 21_333_333, 0))
    assert [(name, number(body)) for name, body in elements(patched) if name != "86" and name != "ec"] == [("56aa", 21_333_333), ("e1", 0)]


def test_a_wrong_pre_roll_gives_way_to_the_right_one() -> None:
    own = b"\x56\xbb\x83" + (6_500_000).to_bytes(3, "big")
    header = b"\x86\x86A_OPUS" + own + NAME + b"\xe1\x80"
    patched = applied(header, 0, matroska_delay(header, 0, 6_500_000, 80_000_000))
    told = [(name, number(body)) for name, body in elements(patched) if name not in ("86", "ec")]
    assert told == [("56aa", 6_500_000), ("56bb", 80_000_000), ("e1", 0)]


def test_a_header_without_the_placeholder_is_left_alone() -> None:
    assert matroska_delay(b"\x86\x86A_OPUS", 0, 1, 1) is None


@pytest.mark.parametrize("size", [1, 60, 98, 99, 100, 101, 300, 900, 16_300, 16_400, 40_000])
def test_the_last_block_becomes_a_group_that_says_what_to_discard(size: int) -> None:
    # A packet may hold anything, what looks like a block included.
    data = (b"\xa3\x84\x81\x00\x00\x80" * (size // 6 + 1))[:size]
    body = b"\x82" + struct.pack(">h", 980) + b"\x80" + data + PAD
    width = next(width for width in range(1, 5) if len(body) < (1 << 7 * width) - 1)
    block = b"\xa3" + (len(body) | 1 << 7 * width).to_bytes(width, "big") + body
    before, after = b"\xa3\x86\x81\x00\x00\x80hi", b"\xa3\x85\x81\x03\xe0\x00!"
    cluster = before + block + after
    patched = applied(cluster, 7, matroska_end(cluster, 7, 13_500_000))
    found = elements(patched)
    assert [name for name, _ in found] == ["a3", "a0", "a3"]
    group = elements(found[1][1])
    assert [name for name, _ in group] == ["a1", "75a2", "ec"]
    assert group[0][1] == b"\x82" + struct.pack(">h", 980) + b"\x00" + data
    assert number(group[1][1]) == 13_500_000


def test_a_cluster_without_the_last_block_is_left_alone() -> None:
    assert matroska_end(b"\xa3\x86\x81\x00\x00\x80hi", 0, 1) is None


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def trak(kind: bytes, duration: int, *, edit: int | None = None, n_edits: int = 1) -> bytes:
    tkhd = box(b"tkhd", bytes(4), bytes(16), struct.pack(">I", duration), bytes(60))
    edts = (
        b""
        if edit is None
        else box(b"edts", box(b"elst", bytes(4), struct.pack(">I", n_edits), struct.pack(">IiI", edit, 1024, 0x10000) * n_edits))
    )
    return box(b"trak", tkhd, edts, box(b"mdia", box(b"hdlr", bytes(8), kind, bytes(13))))


def test_the_duration_is_the_films() -> None:
    header = b"\x15\x49\xa9\x66\x99" + b"\x44\x89\x88" + struct.pack(">d", 3280) + b"\x4d\x80\x80"
    patched = applied(header, 31, matroska_duration(header, 31, 3_203_200))
    assert patched == header[:8] + struct.pack(">d", 3203.2) + header[16:]
    assert matroska_duration(header[:5], 31, 3_203_200) is None


def moov_of(*traks: bytes) -> bytes:
    return box(b"moov", box(b"mvhd", bytes(12), struct.pack(">II", 57_600, 999)), *traks)


def test_the_edit_ends_with_the_sound() -> None:
    moov = moov_of(trak(b"vide", 57_600, edit=57_600), trak(b"soun", 57_601, edit=57_601))
    patched = moov
    patches = edit_ends(moov, 1000, 48_000, 48_000)
    for patch in patches:
        patched = applied(patched, 1000, patch)
    assert patched == moov_of(trak(b"vide", 57_600, edit=57_600), trak(b"soun", 57_600, edit=57_600))


def test_an_edit_ends_at_the_tick_nearest_to_the_last_sample() -> None:
    moov = moov_of(trak(b"soun", 57_000, edit=57_000))
    # 44 101 samples are 57 601.3 ticks, 44 102 are 57 602.6.
    for n_samples, ticks in ((44_101, 57_601), (44_102, 57_603)):
        assert {number(patch.data) for patch in edit_ends(moov, 0, 44_100, n_samples)} == {ticks}


def test_a_film_whose_sound_has_another_edit_list_is_left_alone() -> None:
    assert edit_ends(moov_of(trak(b"soun", 57_600, edit=57_600, n_edits=2)), 0, 48_000, 48_000) == []


def test_a_film_whose_sound_has_no_edit_is_left_alone() -> None:
    assert edit_ends(moov_of(trak(b"vide", 5), trak(b"soun", 7)), 0, 48_000, 48_000) == []


def xing(length: int, flags: int = 0b111) -> bytes:
    return (b"\xff\xfb\x50\x04" + bytes(32) + b"Xing" + struct.pack(">III", flags, 211, 80_808) + bytes(range(100))).ljust(length, b"\0")


def test_an_mp3_says_what_its_encoder_added() -> None:
    frame = xing(168)
    patched = applied(frame, 45, mp3_delay(frame, 45, 576, 1344))
    assert patched[:36] == frame[:36]
    assert struct.unpack(">4sIII", patched[36:52]) == (b"Info", 3, 210, 80_808)
    assert patched[52:61] == b"LAME3.100"
    assert (number(patched[73:76]) >> 12, number(patched[73:76]) & 0xFFF) == (576, 1344)
    assert not any(patched[76:])


def test_a_first_frame_that_cannot_say_it_is_left_alone() -> None:
    assert mp3_delay(xing(168, flags=0b100), 0, 576, 0) is None
    assert mp3_delay(xing(168), 0, 576, 5000) is None
    assert mp3_delay(b"\xff\xfb\x50\x04".ljust(192, b"\0"), 0, 576, 0) is None
