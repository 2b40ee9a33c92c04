"""H.264 from two encoders in one track: both parameter sets in one decoder configuration, told apart by their ids.

Every picture names its picture parameter set by a number, and nearly every encoder begins to count at 0. Where a film is partly copied and
partly encoded, the sets of the encoder here, and the pictures that name them, get other numbers. Those are chosen so that their code is
exactly eight bits longer: all that follows in the picture is moved by one byte, and stays aligned as it was. What is copied stays as it is.

Syntax: ITU-T H.264 (08/2021) 7.3, 9.1; the configuration record: ISO/IEC 14496-15, 5.3.3.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gran_worker.sps import SequenceSet

SLICE, IDR, SPS, PPS = 1, 5, 7, 8
LENGTH_BYTES = 4
PROFILES = (66, 77, 100)
"""Baseline, Main, High, each decoded by what decodes the next. Those of other chroma or depth are another matter."""
MAX_SPS_ID, MAX_PPS_ID = 31, 255
NAL_HEADER = 8


@dataclass(frozen=True, slots=True)
class Record:
    """An AVCDecoderConfigurationRecord whose packets have NAL units behind lengths of four bytes."""

    profile: int
    constraints: int
    level: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]

    @property
    def codec(self) -> str:
        return f"avc1.{self.profile:02x}{self.constraints:02x}{self.level:02x}"

    def pack(self) -> bytes:
        packed = bytearray((1, self.profile, self.constraints, self.level, 0xFC | LENGTH_BYTES - 1, 0xE0 | len(self.sps)))
        for unit in self.sps:
            packed += len(unit).to_bytes(2, "big") + unit
        packed.append(len(self.pps))
        for unit in self.pps:
            packed += len(unit).to_bytes(2, "big") + unit
        if self.profile == PROFILES[-1]:
            packed += bytes((0xFC | 1, 0xF8, 0xF8, 0))  # 4:2:0, 8 bit, no extensions of the SPS
        return bytes(packed)


@dataclass(frozen=True, slots=True)
class Joint:
    """How packets of an encoder go beside copied ones, which stay as they are."""

    record: Record
    """For the whole track."""
    moves: bool
    """False where both have the same parameter sets."""
    reordered: int = 0
    """Pictures that the copied ones need to be put in order."""
    repeated: tuple[bytes, ...] = ()
    """The encoder's sets, with their new numbers, where the copied key frames bring theirs with them."""

    def move(self, packet: bytes, record: Record | None = None) -> bytes:
        """An encoder's packet with its new numbers. ``record`` comes with key frames; one that was not expected goes in front.

        All key frames bring their sets with them, or none does: Firefox forgets the configuration for what a key frame brings.
        """
        if not self.moves:
            return packet
        units = [_moved(unit, self.reordered) for unit in units_of(packet)]
        if record is not None:
            brought = [_moved(unit, self.reordered) for unit in (*record.sps, *record.pps)]
            units = [unit for unit in brought if unit not in units] + units
        expected = {*self.record.sps, *self.record.pps}
        units = [unit for unit in units if unit not in expected]
        if begins_anew(packet) and not any(unit[0] & 0x1F == SPS for unit in units):
            units = [*self.repeated, *units]
        return b"".join(len(unit).to_bytes(LENGTH_BYTES, "big") + unit for unit in units)


def parse_record(data: bytes) -> Record | None:
    """None where it is damaged, or says something that cannot be joined with anything."""
    try:
        _, profile, constraints, level, lengths, n_sps = data[:6]
        sps, at = _sets(data, 6, n_sps & 0x1F)
        pps, _ = _sets(data, at + 1, data[at])
    except (IndexError, ValueError):
        return None
    if profile not in PROFILES or lengths & 3 != LENGTH_BYTES - 1 or not sps or not pps:
        return None
    if all(unit[:1] == unit[1:2] for unit in sps):
        # Firefox 153 writes the NAL header of each set twice; no profile has its number.
        sps, pps = tuple(unit[1:] for unit in sps), tuple(unit[1:] for unit in pps)
    return Record(profile, constraints, level, sps, pps)


def join(source: Record, encoder: Record, *, repeats: bool = False) -> Joint | None:
    """Both in one track, or None where their numbers cannot be told apart. ``repeats`` tells of key frames of the source that bring their
    sets with them."""
    if {*encoder.sps, *encoder.pps} <= {*source.sps, *source.pps}:
        return Joint(source, False)
    try:
        reordered = max(SequenceSet.parse(_unescaped(unit)).reordered for unit in source.sps)
        sps, pps = (tuple(_moved(unit, reordered) for unit in units) for units in (encoder.sps, encoder.pps))
    except ValueError:
        return None
    sps_ids, pps_ids = [_id(unit) for unit in (*source.sps, *sps)], [_id(unit) for unit in (*source.pps, *pps)]
    clash = len({*sps_ids}) < len(sps_ids) or len({*pps_ids}) < len(pps_ids)
    if clash or max(sps_ids) > MAX_SPS_ID or max(pps_ids) > MAX_PPS_ID:
        return None
    joined = Record(
        max(source.profile, encoder.profile),
        source.constraints & encoder.constraints,
        max(source.level, encoder.level),
        source.sps + sps,
        source.pps + pps,
    )
    return Joint(joined, True, reordered, sps + pps if repeats else ())


def units_of(packet: bytes) -> Iterator[bytes]:
    """NAL units of a packet."""
    at = 0
    while at + LENGTH_BYTES < len(packet):
        end = at + LENGTH_BYTES + int.from_bytes(packet[at : at + LENGTH_BYTES], "big")
        yield packet[at + LENGTH_BYTES : end]
        at = end


def begins_anew(packet: bytes) -> bool:
    """Whether decoding can begin with ``packet``, and nothing after it looks back beyond it."""
    return any(unit[0] & 0x1F == IDR for unit in units_of(packet))


def _sets(data: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    found = []
    for _ in range(count):
        length = int.from_bytes(data[at : at + 2], "big")
        unit = data[at + 2 : at + 2 + length]
        if not unit or len(unit) < length:
            raise ValueError("the record ends early")
        found.append(unit)
        at += 2 + length
    return tuple(found), at


def _moved(unit: bytes, reordered: int) -> bytes:
    """``unit`` with its parameter sets renumbered."""
    kind = unit[0] & 0x1F
    if kind not in (SLICE, IDR, SPS, PPS):
        return unit
    plain = _unescaped(unit)
    if kind == SPS:
        parsed = SequenceSet.parse(plain)
        plain = parsed.saying(_other(parsed.number), reordered)
    elif kind == PPS:
        _, sps_id_at = _ue(plain, NAL_HEADER)
        plain = _widened(_widened(plain, sps_id_at), NAL_HEADER)
    else:
        _, slice_type_at = _ue(plain, NAL_HEADER)
        _, pps_id_at = _ue(plain, slice_type_at)
        plain = _widened(plain, pps_id_at)
    return _escaped(plain)


def _other(number: int) -> int:
    """The number that takes the place of ``number``. Its code is eight bits longer."""
    return 16 * number + 15


def _id(unit: bytes) -> int:
    plain = _unescaped(unit)
    return SequenceSet.parse(plain).number if unit[0] & 0x1F == SPS else _ue(plain, NAL_HEADER)[0]


def _ue(data: bytes, at: int) -> tuple[int, int]:
    """The Exp-Golomb number at bit ``at``, and where it ends. None of these is longer than 31 bits."""
    window = int.from_bytes(data[at // 8 : at // 8 + 8].ljust(8, b"\0"), "big") << at % 8 & (1 << 64) - 1
    zeros = 64 - window.bit_length()
    length = 2 * zeros + 1
    return (window >> 64 - length) - 1, at + length


def _widened(data: bytes, at: int) -> bytes:
    """``data`` with another Exp-Golomb number at bit ``at``."""
    number, end = _ue(data, at)
    rest = 8 * len(data) - end
    whole = int.from_bytes(data, "big")
    widened = (whole >> 8 * len(data) - at << end - at + 8 | _other(number) + 1) << rest | whole & (1 << rest) - 1
    return widened.to_bytes(len(data) + 1, "big")


def _unescaped(unit: bytes) -> bytes:
    return unit.replace(b"\0\0\3", b"\0\0")


def _escaped(plain: bytes) -> bytes:
    escaped = re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", plain)
    return escaped + b"\3" if escaped.endswith(b"\0") else escaped
