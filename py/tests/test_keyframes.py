"""What key frames say of their size, and of which coder they are."""

from gran_worker.keyframes import signature


def vp9(width: int, height: int, quantizer: int = 0) -> bytes:
    bits = "10" + "00" + "0" + "0" + "1" + "0" + f"{0x498342:024b}" + "0010" + f"{width - 1:016b}" + f"{height - 1:016b}" + "0000"
    return int(bits, 2).to_bytes(len(bits) // 8, "big") + bytes([quantizer, 7])


def vp8(width: int, height: int, partition: int = 0) -> bytes:
    return bytes([0x10, partition, 0, 0x9D, 1, 0x2A]) + width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"rest"


def avc(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def obu(kind: int, body: bytes) -> bytes:
    return bytes([kind << 3 | 2]) + (bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])) + body


def test_key_frames_of_one_size_are_alike_and_others_are_not() -> None:
    for codec, frame in (("vp8", vp8), ("vp9", vp9)):
        assert signature(codec, frame(640, 360, 1)) == signature(codec, frame(640, 360, 2)) != b""
        assert signature(codec, frame(640, 360)) != signature(codec, frame(640, 352))
        assert signature(codec, frame(640, 360)) != signature(codec, frame(641, 360))
        assert signature(codec, frame(640, 360)) != signature(codec, frame(640, 359))


def test_av1_says_it_in_its_sequence_header() -> None:
    for body in (b"sequence", bytes(range(200))):
        packet = obu(2, b"") + obu(1, body) + obu(6, b"frame" * 50)
        assert signature("av1", packet) == body
    assert signature("av1", obu(6, b"frame")) == b""
    assert signature("av1", b"\x0a\xff\xff") == b""


def test_h264_says_it_in_parameter_sets_where_they_are_in_band() -> None:
    sps, pps, picture = b"\x67sps", b"\x68pps", b"\x65picture"
    assert signature("avc", avc(b"\x09", sps, pps, picture)) == sps + pps
    assert signature("avc", avc(picture)) == b""


def test_what_ends_early_says_nothing() -> None:
    assert signature("vp9", b"\x82\x49") == b""
    assert signature("av1", b"") == b""
