"""What a key frame says of all that follow it: where that changes midway, pictures of another size or kind would be copied unseen."""

from gran_worker.avc import PPS, SPS, units_of

SEQUENCE_HEADER = 1
"""AV1's obu_type (AV1 Bitstream & Decoding Process, 6.2.2)."""


def signature(family: str, packet: bytes) -> bytes:
    """Alike for two key frames of one codec where their sizes are. Empty where it says nothing: H.264 may have said it elsewhere."""
    match family:
        case "vp8":
            return packet[6:10]  # width and height behind the start code (RFC 6386, 9.1)
        case "vp9":
            # Profile 0 (VP9 Bitstream, 6.2): a byte, the sync code, then 4 bits of colour and 32 of size.
            return packet[4:8] + bytes([packet[8] & 0xF0]) if len(packet) > 8 else b""
        case "av1":
            return _sequence_header(packet)
        case _:
            return b"".join(unit for unit in units_of(packet) if unit[0] & 0x1F in (SPS, PPS))


def _sequence_header(packet: bytes) -> bytes:
    at = 0
    while at + 1 < len(packet):
        kind, has_extension, has_size = packet[at] >> 3 & 15, packet[at] >> 2 & 1, packet[at] >> 1 & 1
        at += 1 + has_extension
        size = len(packet) - at
        if has_size:
            size = shift = 0
            while at < len(packet):
                byte = packet[at]
                size |= (byte & 0x7F) << shift
                shift += 7
                at += 1
                if byte < 0x80:
                    break
        if kind == SEQUENCE_HEADER:
            return packet[at : at + size]
        at += size
    return b""
