"""Packets of a source as they are, for files that take them over."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import js
import mediabunny
from gran_js import takePackets
from pyodide.ffi import to_js

from gran_worker.avc import begins_anew, parse_record
from gran_worker.browser.ffi import bytes_of, leave, or_none, owned
from gran_worker.codecs import family
from gran_worker.keyframes import signature
from gran_worker.packets import opus_samples
from gran_worker.ports import Coding, Packaging

AAC_LC = ("mp4a.40.2", "mp4a.67")
AAC_SAMPLES = 1024
OPUS_HZ = 48_000
OPUS_PRE_ROLL_SAMPLES = 3840
"""RFC 7845, 4.6: 80 ms."""
OPUS_SKIP_AT = 10
"""Where an OpusHead says how many samples its decoder leaves out (RFC 7845, 5.1)."""
SECOND_US = 1_000_000
MEASURED = 200
"""Packets that tell a bitrate."""
TAKEN, TAKEN_BYTES = 48, 4 * 1024 * 1024
"""Packets that are read in one go."""


@dataclass(frozen=True, slots=True)
class SourceSound:
    """A packet of sound. ``config`` is its decoder's."""

    first: int
    n_samples: int
    packet: Any
    config: Any


async def find_packaging(track: Any, rate_hz: int, late: int) -> Packaging | None:
    """How ``track``'s packets lie, whose times are ``late`` samples late; None where they cannot be copied to the sample."""
    config = or_none(await track.getDecoderConfig())
    first = or_none(await mediabunny.EncodedPacketSink.new(track).getFirstPacket())
    if config is None or first is None:
        return None
    if config.codec in AAC_LC:
        n_samples, pre_roll = AAC_SAMPLES, 1
    elif config.codec == "opus" and rate_hz == OPUS_HZ and or_none(getattr(config, "description", None)) is not None:
        n_samples = opus_samples(first.data.to_bytes()[:2])
        pre_roll = -(-OPUS_PRE_ROLL_SAMPLES // max(1, n_samples))
    else:
        return None
    begin, end = (round(time_s * rate_hz) - late for time_s in (first.timestamp, await track.computeDuration()))
    if config.codec == "opus" and begin == 0 and round(first.duration * rate_hz) < n_samples:
        # Ogg's packets have the times of what is heard of them: those that lie before it all begin at 0.
        begin = -int.from_bytes(bytes_of(config.description)[OPUS_SKIP_AT : OPUS_SKIP_AT + 2], "little")
    if n_samples == 0 or config.codec == "opus" and begin >= 0:
        return None  # what an Opus decoder leaves out at the beginning, the container does not know of
    return Packaging(begin, n_samples, end, pre_roll)


async def sound_packets(
    track: Any, packaging: Packaging, rate_hz: int, late: int, first: int, end: int
) -> AsyncGenerator[SourceSound, None]:
    """As :meth:`MediaPort.sound_packets`."""
    sink, config = mediabunny.EncodedPacketSink.new(track), await track.getDecoderConfig()
    # Half a packet later: the times of some containers are rounded.
    begin = or_none(await sink.getPacket((max(first, packaging.first) + late + packaging.n_samples // 2) / rate_hz))
    if begin is None:
        return
    expected = first
    async with aclosing(_packets(sink, begin)) as packets:
        async for packet, time_s, _ in packets:
            found = round(time_s * rate_hz) - late
            # Nearer than half a packet to where the last one ended it is rounding; else the source has a gap there.
            at = expected if abs(found - expected) * 2 < packaging.n_samples or expected < found == 0 else found
            if at >= end:
                return
            expected = at + packaging.n_samples
            yield SourceSound(at, packaging.n_samples, packet, config)


def told_to_skip(config: Any, n_samples: int) -> Any:
    """``config`` of a decoder that leaves out ``n_samples``, where such a thing is said in it: of Opus."""
    if config.codec != "opus":
        return config
    head = bytearray(bytes_of(config.description))
    head[OPUS_SKIP_AT : OPUS_SKIP_AT + 2] = n_samples.to_bytes(2, "little")
    return js.Object.assign(js.Object.new(), config, js.Object.fromEntries(to_js([["description", to_js(bytes(head))]])))


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A packet of a picture. ``config`` is its decoder's."""

    pts_us: int
    is_entry: bool
    packet: Any
    config: Any


async def find_coding(track: Any) -> Coding | None:
    """How ``track`` is coded, but for its bitrate; None where its packets cannot be copied."""
    config = or_none(await track.getDecoderConfig())
    if config is None:
        return None
    description = or_none(getattr(config, "description", None))
    record = b"" if description is None else bytes_of(description)
    if family(config.codec) != "avc":
        return Coding(config.codec, record=record)
    if parse_record(record) is None:
        return None
    first = or_none(await mediabunny.EncodedPacketSink.new(track).getFirstKeyPacket())
    repeats = first is not None and signature("avc", first.data.to_bytes()) != b""
    return Coding(config.codec, record=record, repeats=repeats)


async def picture_packets(track: Any, start_us: int, frame_us: int) -> AsyncGenerator[SourcePicture, None]:
    """As :meth:`MediaPort.picture_packets`, until the picture changes its size. ``frame_us`` is how long a frame is shown."""
    sink, config = mediabunny.EncodedPacketSink.new(track), await track.getDecoderConfig()
    codec = family(config.codec)
    opening = or_none(await sink.getFirstPacket())
    said = b"" if opening is None else signature(codec, opening.data.to_bytes())
    begin = or_none(await sink.getKeyPacket(start_us / SECOND_US))
    if begin is None:
        begin = or_none(await sink.getFirstKeyPacket())
    elif begin.timestamp * SECOND_US <= start_us - frame_us:
        begin = or_none(await sink.getNextKeyPacket(begin))
    if begin is None:
        return
    begun = False
    async with aclosing(_packets(sink, begin)) as packets:
        async for packet, time_s, is_key in packets:
            is_entry = is_key and await _begins_anew(track, config, packet)
            if is_key and signature(codec, packet.data.to_bytes()) not in (said, b""):
                return
            begun = begun or is_entry
            if begun:
                yield SourcePicture(round(time_s * SECOND_US), is_entry, packet, config)


async def _packets(sink: Any, begin: Any) -> AsyncGenerator[tuple[Any, float, bool], None]:
    """Packets from ``begin`` on, with their times (s) and whether the container calls them key frames."""
    packets = sink.packets(begin)
    ended = False
    try:
        while not ended:
            taken = await owned(takePackets(packets, TAKEN, TAKEN_BYTES))
            ended = bool(taken.ended)
            for packet, time_s, is_key in zip(taken.packets, taken.times.to_py().tolist(), taken.keys.to_py().tolist(), strict=True):
                yield packet, time_s, bool(is_key)
    finally:
        if not ended:
            await leave(packets.return_())


async def _begins_anew(track: Any, config: Any, packet: Any) -> bool:
    """Whether a packet that the container calls a key frame is one. H.264 has others, which look back."""
    if family(config.codec) == "avc":
        return begins_anew(packet.data.to_bytes())
    return bool(await track.determinePacketType(packet) == "key")
