"""Parameter sets of two encoders in one track, and pictures that name the right ones."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.avc import IDR, PPS, SLICE, SPS, Joint, Record, _escaped, _ue, _unescaped, begins_anew, join, parse_record, units_of


def ue(number: int) -> str:
    """Exp-Golomb, as bits."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


def unit(kind: int, *bits: str) -> bytes:
    """A NAL unit of ``bits``, filled up with a stop bit as each ends."""
    body = "".join(bits) + "1"
    body += "0" * (-len(body) % 8)
    return _escaped(bytes([0x60 | kind]) + int(body, 2).to_bytes(len(body) // 8, "big"))


def sps(number: int = 0, profile: int = 100, *, order: int = 2, references: int = 1, vui: str = "0") -> bytes:
    """16x16 px. ``vui``: of it its flag, and what follows."""
    high = ue(1) + ue(0) + ue(0) + "00" if profile == 100 else ""
    bits = ue(number) + high + ue(4) + ue(order) + (ue(2) if order == 0 else "") + ue(references) + "0" + ue(0) + ue(0) + "110"
    return unit(SPS, f"{profile:08b}", "00000000", f"{30:08b}", bits, vui)


def restricted(reordered: int, buffered: int, before: str = "00000000") -> str:
    return "1" + before + "11" + ue(2) + ue(1) + ue(15) + ue(15) + ue(reordered) + ue(buffered)


def pps(number: int = 0, sps_number: int = 0, rest: str = "110") -> bytes:
    return unit(PPS, ue(number), ue(sps_number), rest)


def picture(pps_number: int = 0, *, kind: int = IDR, first: int = 0, rest: str = "01" * 300) -> bytes:
    return unit(kind, ue(first), ue(7), ue(pps_number), rest)


def packet(*units: bytes) -> bytes:
    return b"".join(len(each).to_bytes(4, "big") + each for each in units)


def record(
    *, profile: int = 100, level: int = 30, constraints: int = 0, vui: str = "0", order: int = 2, rest: str = "110", number: int = 0
) -> Record:
    return Record(profile, constraints, level, (sps(number, profile, vui=vui, order=order),), (pps(number, number, rest),))


SOURCE = record()
ENCODER = record(profile=66, level=31, constraints=0xE0, rest="0101")
SAYING_NOTHING = restricted(0, 1)


def joint() -> Joint:
    made = join(SOURCE, ENCODER)
    assert made is not None
    return made


@pytest.mark.parametrize("made", [SOURCE, ENCODER, joint().record], ids=["high", "baseline", "joined"])
def test_a_record_is_read_as_it_was_written(made: Record) -> None:
    assert parse_record(made.pack()) == made


def test_what_no_record_is_is_none() -> None:
    whole = SOURCE.pack()
    for length in range(len(whole) - 4):  # what comes after the sets, readers do without
        assert parse_record(whole[:length]) is None
    assert parse_record(b"\1\x6e" + whole[2:]) is None, "High 10 is another matter"
    assert parse_record(whole[:4] + b"\xfd" + whole[5:]) is None, "lengths of two bytes cannot be mixed with ours"


@pytest.mark.parametrize("made", [SOURCE, ENCODER], ids=["high", "baseline"])
def test_a_record_that_repeats_the_first_byte_of_each_set_is_read_without(made: Record) -> None:
    repeating = dataclasses.replace(made, sps=tuple(each[:1] + each for each in made.sps), pps=tuple(each[:1] + each for each in made.pps))
    assert parse_record(repeating.pack()) == made


def test_both_parameter_sets_are_in_the_joined_record() -> None:
    made = joint().record
    assert made.sps == (SOURCE.sps[0], sps(15, 66, vui=SAYING_NOTHING))
    assert made.pps == (SOURCE.pps[0], pps(15, 15, "0101"))
    assert (made.profile, made.level, made.constraints) == (100, 31, 0)
    assert made.codec == "avc1.64001f"


@pytest.mark.parametrize("kind", [SLICE, IDR])
@pytest.mark.parametrize("first", [0, 1, 99, 3000])
def test_pictures_of_the_encoder_name_its_own_set_and_are_else_the_same(kind: int, first: int) -> None:
    before = packet(unit(6, "1" * 40), picture(kind=kind, first=first), picture(kind=kind, first=first + 1))
    assert joint().move(before) == packet(unit(6, "1" * 40), picture(15, kind=kind, first=first), picture(15, kind=kind, first=first + 1))


def test_a_key_frame_brings_parameter_sets_that_nobody_expected() -> None:
    other = record(profile=66, rest="0110", vui=restricted(0, 3))
    assert joint().move(packet(picture()), ENCODER) == packet(picture(15))
    assert joint().move(packet(picture()), other) == packet(sps(15, 66, vui=restricted(0, 3)), pps(15, 15, "0110"), picture(15))


def test_key_frames_bring_their_sets_where_copied_ones_do_and_nowhere_else() -> None:
    mine = (sps(15, 66, vui=SAYING_NOTHING), pps(15, 15, "0101"))
    repeating = join(SOURCE, ENCODER, repeats=True)
    assert repeating is not None
    for brings in (packet(picture()), packet(*ENCODER.sps, *ENCODER.pps, picture())):
        assert joint().move(brings) == packet(picture(15))
        assert repeating.move(brings) == packet(*mine, picture(15))
    assert repeating.move(packet(picture(kind=SLICE))) == packet(picture(15, kind=SLICE))


def test_of_one_and_the_same_encoder_nothing_is_moved() -> None:
    made = join(SOURCE, record(level=31))
    assert made == Joint(SOURCE, moves=False)
    assert made.move(packet(picture())) == packet(picture())


def test_sets_that_cannot_be_told_apart_are_not_joined() -> None:
    assert join(record(number=15), ENCODER) is None
    assert join(SOURCE, record(number=2, rest="0101")) is None, "it would get number 47"
    assert join(SOURCE, Record(66, 0, 30, (sps()[:6],), (pps(rest="0101"),))) is None, "it ends early"


LONG_VUI = "1" + f"{255:08b}" + "01" * 16 + "11" + "1" + "1011" + "1" + "01" * 12 + "1" + ue(0) + ue(5) + "1" + "10" * 32 + "1"
BUFFER = "1" + ue(1) + "0" * 8 + (ue(100) + ue(7) + "1") * 2 + "01" * 10


@pytest.mark.parametrize(
    ("source", "reordered"),
    [
        (sps(vui=restricted(2, 4)), 2),
        (sps(order=0, references=3), 3),
        (sps(order=0, references=3, vui=restricted(0, 3)), 0),
        (sps(order=2, references=3), 0),
        (sps(vui=restricted(3, 4, LONG_VUI + "0" + "0" + "1")), 3),
        (sps(vui=restricted(1, 4, LONG_VUI + BUFFER + BUFFER + "0" + "1")), 1),
    ],
)
def test_the_encoders_own_set_tells_from_the_beginning_that_copied_pictures_come_out_of_order(source: bytes, reordered: int) -> None:
    made = join(Record(100, 0, 30, (source,), (pps(),)), ENCODER)
    assert made is not None
    assert made.reordered == reordered
    assert made.record.sps == (source, sps(15, 66, vui=restricted(reordered, max(1, reordered))))


def test_an_encoder_that_reorders_more_than_the_copied_pictures_goes_on_saying_so() -> None:
    encoder = Record(66, 0xE0, 31, (sps(0, 66, vui=restricted(3, 4)),), (pps(rest="0101"),))
    made = join(Record(100, 0, 30, (sps(vui=restricted(1, 2)),), (pps(),)), encoder)
    assert made is not None
    assert made.record.sps[-1] == sps(15, 66, vui=restricted(3, 4))


def test_what_a_set_says_else_it_goes_on_saying() -> None:
    before = LONG_VUI + BUFFER + "0" + "0" + "1"
    made = join(record(vui=restricted(2, 4)), Record(66, 0, 30, (sps(0, 66, vui=restricted(0, 1, before)),), (pps(),)))
    assert made is not None
    assert made.record.sps[1] == sps(15, 66, vui=restricted(2, 2, before))


def test_decoding_begins_with_a_picture_that_looks_at_no_other() -> None:
    assert begins_anew(packet(unit(9, "1"), picture()))
    assert not begins_anew(packet(unit(9, "1"), picture(kind=SLICE)))


@given(st.binary(max_size=60).map(lambda data: data.replace(b"\xff", b"\0").replace(b"\x80", b"\3")))
def test_what_looks_like_a_start_code_is_escaped(plain: bytes) -> None:
    escaped = _escaped(b"\x65" + plain)
    assert not any(code in escaped for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))
    assert not escaped.endswith(b"\0")
    assert _unescaped(escaped).removesuffix(b"\3") == (b"\x65" + plain).removesuffix(b"\3") or _unescaped(escaped) == b"\x65" + plain


@given(st.integers(0, 2**20), st.integers(0, 40))
def test_numbers_are_read_wherever_they_begin(number: int, at: int) -> None:
    bits = "1" * at + ue(number)
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    assert _ue(data, at) == (number, at + len(ue(number)))


def test_units_are_found_by_their_lengths() -> None:
    assert list(units_of(packet(sps(), pps(), picture()))) == [sps(), pps(), picture()]
