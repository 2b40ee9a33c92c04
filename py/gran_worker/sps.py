"""What an H.264 sequence parameter set says of the order of pictures, and the same set saying something else.

A decoder that learns only midway that pictures will come out of order has shown some too early by then, and drops others. So where two
encoders share a track, both must say so from the beginning. Syntax: ITU-T H.264 (08/2021) 7.3.2.1.1, E.1.1, E.1.2.
"""

from dataclasses import dataclass
from typing import Self

HEAD_BITS = 32
"""NAL header, profile, constraints, level."""
PROFILE_AT = 8
HIGH = 100
EXTENDED_ASPECT = 255
NO_VUI = "1" + 8 * "0"
"""A VUI that says nothing, up to the restriction of the bitstream."""
UNRESTRICTED = "1", 2, 1, 15, 15
"""What holds where nothing is said: vectors over the edges, bytes a picture, bits a macroblock, lengths of vectors (E.2.1)."""


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """``reordered`` pictures at most are decoded before one that is shown before them."""

    number: int
    reordered: int
    _bits: str
    _number_end: int
    _vui_at: int
    _restriction_at: int | None
    _buffered: int

    @classmethod
    def parse(cls, plain: bytes) -> Self:
        """From the NAL unit, without its emulation prevention. Raises ValueError where it ends early."""
        bits = f"{int.from_bytes(plain, 'big'):0{8 * len(plain)}b}"
        walk = _Walk(bits, HEAD_BITS)
        number = walk.ue()
        number_end = walk.at
        if int(bits[PROFILE_AT : PROFILE_AT + 8], 2) == HIGH:
            walk.high()
        walk.ue()
        order = walk.order()
        references = walk.ue()
        walk.size()
        vui_at = walk.at
        restriction_at = None
        reordered, buffered = 0 if order == 2 else references, references
        if walk.flag():
            walk.vui()
            restriction_at = walk.at
            if walk.flag():
                walk.skip(1)
                walk.ues(4)
                reordered, buffered = walk.ue(), walk.ue()
        return cls(number, reordered, bits, number_end, vui_at, restriction_at, buffered)

    def saying(self, number: int, reordered: int) -> bytes:
        """The same set with another number, and with ``reordered`` if that is more."""
        kept = self._bits[: self._vui_at] + NO_VUI if self._restriction_at is None else self._bits[: self._restriction_at]
        most = max(self.reordered, reordered)
        flag, *limits = UNRESTRICTED
        bits = kept[:HEAD_BITS] + _ue(number) + kept[self._number_end :] + "1" + str(flag)
        bits += "".join(_ue(int(limit)) for limit in limits) + _ue(most) + _ue(max(self._buffered, most)) + "1"
        bits += "0" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")


class _Walk:
    """Through the syntax, element by element."""

    def __init__(self, bits: str, at: int) -> None:
        self._bits, self.at = bits, at

    def bits(self, count: int) -> int:
        self.skip(count)
        return int(self._bits[self.at - count : self.at], 2)

    def skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._bits):
            raise ValueError("the parameter set ends early")

    def flag(self) -> bool:
        return self.bits(1) == 1

    def ue(self) -> int:
        zeros = self._bits.find("1", self.at) - self.at
        if zeros < 0:
            raise ValueError("the parameter set ends early")
        self.skip(zeros)
        return self.bits(zeros + 1) - 1

    def ues(self, count: int) -> None:
        for _ in range(count):
            self.ue()

    def high(self) -> None:
        chroma = self.ue()
        if chroma == 3:
            self.skip(1)
        self.ues(2)
        self.skip(1)
        if self.flag():
            for each in range(8 if chroma != 3 else 12):
                if self.flag():
                    self._scaling_list(16 if each < 6 else 64)

    def _scaling_list(self, size: int) -> None:
        last = after = 8
        for _ in range(size):
            if after:
                code = self.ue()
                after = (last + (code + 1) // 2 * (1 if code % 2 else -1)) % 256
            last = after or last

    def order(self) -> int:
        """How the order of showing is told, of which 2 is that it is the order of decoding."""
        kind = self.ue()
        if kind == 0:
            self.ue()
        elif kind == 1:
            self.skip(1)
            self.ues(2)
            self.ues(self.ue())
        return kind

    def size(self) -> None:
        self.skip(1)
        self.ues(2)
        if not self.flag():
            self.skip(1)
        self.skip(1)
        if self.flag():
            self.ues(4)

    def vui(self) -> None:
        """Up to the restriction of the bitstream."""
        if self.flag() and self.bits(8) == EXTENDED_ASPECT:
            self.skip(32)
        if self.flag():
            self.skip(1)
        if self.flag():
            self.skip(4)
            if self.flag():
                self.skip(24)
        if self.flag():
            self.ues(2)
        if self.flag():
            self.skip(65)
        buffered = False
        for _ in range(2):
            if self.flag():
                buffered = True
                self._buffer()
        if buffered:
            self.skip(1)
        self.skip(1)

    def _buffer(self) -> None:
        count = self.ue() + 1
        self.skip(8)
        for _ in range(count):
            self.ues(2)
            self.skip(1)
        self.skip(20)


def _ue(number: int) -> str:
    code = f"{number + 1:b}"
    return "0" * (len(code) - 1) + code
