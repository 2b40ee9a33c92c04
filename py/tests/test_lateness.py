"""How late a source's sound is, read from its first bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.lateness import matroska_lateness, mp3_lateness


def first_frame(tag: bytes = b"LAME3.100", *, flags: int = 0b1111, delay: int = 576) -> bytes:
    fields = struct.pack(">I", 7) * (flags & 1) + struct.pack(">I", 8) * (flags >> 1 & 1) + bytes(100) * (flags >> 2 & 1)
    fields += struct.pack(">I", 9) * (flags >> 3 & 1)
    told = tag.ljust(21, b"\1") + (delay << 12 | 1234).to_bytes(3, "big")
    return b"\xff\xfb\x90\x64" + bytes(32) + b"Xing" + struct.pack(">I", flags) + fields + told + bytes(100)


@pytest.mark.parametrize("flags", range(16))
@pytest.mark.parametrize("tag", [b"LAME3.100", b"Lavc58.91"])
def test_lame_says_what_it_added(flags: int, tag: bytes) -> None:
    assert mp3_lateness(first_frame(tag, flags=flags)) == 576 + 529


def test_it_is_found_behind_an_album_s_picture() -> None:
    id3 = b"ID3\4\0\0" + bytes([0, 0, 3, 104]) + bytes(3 * 128 + 104)
    assert mp3_lateness(id3 + first_frame()) == 1105


@pytest.mark.parametrize("head", [b"", b"ID3", b"\xff\xfb\x90\x64" + bytes(500), first_frame(b"other")], ids=len)
def test_who_says_nothing_is_on_time(head: bytes) -> None:
    assert mp3_lateness(head) == 0


def element(name: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes.fromhex(name) + (len(body) | 1 << 28).to_bytes(4, "big") + body


def matroska(*entries: bytes) -> bytes:
    return element("1a45dfa3", bytes(5)) + bytes.fromhex("18538067") + b"\x01" + b"\xff" * 7 + element("1654ae6b", *entries) + bytes(9)


SEEN = element("ae", element("83", b"\1"), element("56aa", b"\x09\x09"))


def test_the_delay_of_a_matroska_s_sound() -> None:
    heard = element("ae", element("d7", b"\2"), element("83", b"\2"), element("56aa", (21_333_333).to_bytes(8, "big")))
    assert matroska_lateness(matroska(SEEN, heard), 48_000) == 1024


def test_a_matroska_without_a_delay_is_on_time() -> None:
    assert matroska_lateness(matroska(SEEN, element("ae", element("83", b"\2"))), 48_000) == 0
    assert matroska_lateness(matroska(SEEN), 48_000) == 0


@given(st.binary(max_size=300))
def test_nonsense_is_on_time_or_late_but_no_error(head: bytes) -> None:
    assert mp3_lateness(head) >= 0
    assert matroska_lateness(matroska(head), 48_000) >= 0
    assert matroska_lateness(head, 48_000) >= 0
