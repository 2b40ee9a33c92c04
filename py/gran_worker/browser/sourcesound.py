"""The sound of a source: what it is, how late its samples are, and blocks of it."""

from collections.abc import Iterator
from typing import Any

import mediabunny
import numpy as np

from gran_worker.browser.faults import undecodable, unknown_codec
from gran_worker.browser.ffi import first_of, js_errors, or_none
from gran_worker.browser.opened import Opened
from gran_worker.browser.sourcepackets import (
    MEASURED,
    find_packaging,
)
from gran_worker.errors import SourceError
from gran_worker.lateness import HEAD_BYTES, matroska_lateness, mp3_lateness
from gran_worker.ports import AudioInfo, Sound

MILLISECONDS = 1000
BATCH_S = 0.5


async def probe_audio(opened: Opened, blob: Any) -> AudioInfo:
    """Decodes the first block: headers and decoders may differ about the rate, and the decoder is right."""
    track, name = opened.audio, opened.name
    with js_errors(undecodable(name, "sound")):
        codec = or_none(await track.getCodec()) or or_none(await track.getInternalCodecId())
        if not await track.canDecode():
            raise unknown_codec(name, "sound", codec)
        async with first_of(mediabunny.AudioSampleSink.new(track).samples()) as first:
            if first is None:
                raise SourceError(f"the sound of {name} has no block that can be decoded.", code="E_DECODE")
            opened.rate_hz = int(first.sampleRate)
            opened.starts_empty = codec == "vorbis"
            opened.late = await _lateness(opened, str(codec), blob, int(first.numberOfFrames))
            if await track.getTimeResolution() <= MILLISECONDS:
                opened.sound_slack = opened.rate_hz * 3 // 2000
            opened.late_packets = await _packet_lateness(opened, str(codec), blob)
            opened.packaging = await find_packaging(track, opened.rate_hz, opened.late_packets)
            bitrate = round((await track.computePacketStats(MEASURED)).averageBitrate)
            return AudioInfo(str(codec), opened.rate_hz, int(first.numberOfChannels), bitrate, opened.packaging)


async def _lateness(opened: Opened, codec: str, blob: Any, first_samples: int) -> int:
    """Samples by which the times of ``opened``'s sound are late, less those that its decoder leaves out by itself."""
    container = str((await opened.input.getFormat()).name)
    if container in ("Matroska", "WebM") and codec != "opus":
        return matroska_lateness(await _head(blob), opened.rate_hz)
    if container == "MP3":
        return mp3_lateness(await _head(blob))
    if container in ("MP4", "QuickTime File Format") and codec == "opus":
        # Decoders of Opus leave out the pre-skip by themselves, and the edit list has moved it before 0 already.
        packet = or_none(await mediabunny.EncodedPacketSink.new(opened.audio).getFirstPacket())
        whole = 0 if packet is None else round(packet.duration * opened.rate_hz)
        return -max(0, whole - first_samples) if packet is not None and packet.timestamp < 0 else 0
    return 0


async def _packet_lateness(opened: Opened, codec: str, blob: Any) -> int:
    """Samples by which the times of ``opened``'s packets of sound are late."""
    if str((await opened.input.getFormat()).name) in ("Matroska", "WebM"):
        return matroska_lateness(await _head(blob), opened.rate_hz)
    # Where an edit list or a granule position says what is not heard, the times are right.
    return 0 if codec == "opus" else opened.late


async def swallowed(opened: Opened, start_s: float) -> int:
    """Samples by which the decoder's times are early where it begins at ``start_s``.

    Vorbis gives nothing for the packet that it begins with, and its decoders count on from that packet's time. At the very beginning that
    is right: there the packet's own time is one that nothing sounds in.
    """
    if not opened.starts_empty:
        return 0
    packets = mediabunny.EncodedPacketSink.new(opened.audio)
    steps = []
    for begin in (await packets.getPacket(start_s), await packets.getFirstPacket()):
        after = None if or_none(begin) is None else or_none(await packets.getNextPacket(begin))
        steps.append(0.0 if after is None else after.timestamp - begin.timestamp)
    return round((steps[0] - steps[1]) * opened.rate_hz) if steps[0] else 0


async def _head(blob: Any) -> bytes:
    return bytes((await blob.slice(0, HEAD_BYTES).arrayBuffer()).to_bytes())


def taken_sounds(taken: Any, late: int) -> Iterator[Sound]:
    """What web/take-sounds.js took, block by block."""
    samples = np.empty(taken.data.length, np.float32)
    taken.data.assign_to(samples)
    at = 0
    for time_s, n_samples, rate_hz, channels in zip(
        *(each.to_py().tolist() for each in (taken.times, taken.lengths, taken.rates, taken.channels)), strict=True
    ):
        block = samples[at : at + n_samples * channels].reshape(n_samples, channels).T
        at += n_samples * channels
        yield Sound(round(time_s * rate_hz) - late, rate_hz, block)
