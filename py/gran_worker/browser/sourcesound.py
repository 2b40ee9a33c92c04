"""The sound of a source: what it is, how late its samples are, and blocks of it."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from typing import Any

import mediabunny
import numpy as np

from gran_worker.browser.faults import undecodable, unknown_codec
from gran_worker.browser.ffi import first_of, js_errors, or_none
from gran_worker.browser.opened import Opened
from gran_worker.browser.sourcepackets import MEASURED, OPUS_HZ, find_packaging
from gran_worker.errors import SourceError
from gran_worker.lateness import HEAD_BYTES, matroska_lateness, mp3_lateness
from gran_worker.packets import opus_samples
from gran_worker.ports import AudioInfo, Packaging, Sound

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
            opened.left_out = await _left_out(opened, str(codec), int(first.numberOfFrames))
            opened.late = await _lateness(opened, str(codec), blob, int(first.numberOfFrames))
            if await track.getTimeResolution() <= MILLISECONDS:
                opened.sound_slack = opened.rate_hz * 3 // 2000
            opened.late_packets = await _packet_lateness(opened, str(codec), blob)
            opened.packaging = _as_played(await find_packaging(track, opened.rate_hz, opened.late_packets), opened)
            bitrate = (await track.computePacketStats(MEASURED)).averageBitrate
            # Packets that all have one time have none.
            bitrate = round(bitrate) if isfinite(bitrate) else 0
            return AudioInfo(str(codec), opened.rate_hz, int(first.numberOfChannels), bitrate, opened.packaging)


def _as_played(packaging: Packaging | None, opened: Opened) -> Packaging | None:
    """What an edit list hides before the sound would come along with its packets: such sound is not copied."""
    if packaging is None or opened.heard.begins_us:
        return None
    return replace(packaging, end=opened.heard.end(packaging.end, opened.rate_hz))


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


async def _left_out(opened: Opened, codec: str, first_samples: int) -> int:
    """Samples that the decoder leaves out wherever it begins, where the demuxer's times know of them at the very beginning only.

    Ogg's packets of Opus have the times of their sound, and the first one is short by what is not heard of it.
    """
    if str((await opened.input.getFormat()).name) != "Ogg" or codec != "opus":
        return 0
    first = or_none(await mediabunny.EncodedPacketSink.new(opened.audio).getFirstPacket())
    whole = 0 if first is None else opus_samples(first.data.to_bytes()[:2])
    return max(0, round(whole * opened.rate_hz / OPUS_HZ) - first_samples)


async def beginning(opened: Opened, start_s: float) -> tuple[float, int]:
    """Where the packet begins that ``start_s`` lies in, and the samples by which a decoder's times are early that begins there.

    Vorbis gives nothing for the packet that it begins with, and its decoders count on from that packet's time. At the very beginning that
    is right: there the packet's own time is one that nothing sounds in. Decoders of Opus leave out what the file says, and count on too.
    """
    packets = mediabunny.EncodedPacketSink.new(opened.audio)
    begin, first = or_none(await packets.getPacket(start_s)), or_none(await packets.getFirstPacket())
    if begin is None or first is None:
        return start_s, 0
    if opened.left_out:
        return begin.timestamp, opened.left_out if begin.timestamp > first.timestamp else 0
    if not opened.starts_empty:
        return begin.timestamp, 0
    steps = []
    for packet in (begin, first):
        after = or_none(await packets.getNextPacket(packet))
        steps.append(0.0 if after is None else after.timestamp - packet.timestamp)
    return start_s, round((steps[0] - steps[1]) * opened.rate_hz) if steps[0] else 0


def on_packet_grid(opened: Opened, first: int) -> int:
    """Where a decoder really begins whose container rounded that to ``first``: packets of one length follow each other without a gap.

    Without this two clips cut out of one WebM file would meet up to a millisecond apart.
    """
    packaging = opened.packaging
    if packaging is None or packaging.n_samples <= 2 * opened.sound_slack:
        return first
    origin = packaging.first + opened.late_packets - opened.late
    return origin + round((first - origin) / packaging.n_samples) * packaging.n_samples


async def _head(blob: Any) -> bytes:
    return bytes((await blob.slice(0, HEAD_BYTES).arrayBuffer()).to_bytes())


def taken_sounds(opened: Opened, taken: Any, late: int, expected: int | None) -> Iterator[Sound]:
    """What web/take-sounds.js took, in as few blocks as it makes: those that follow each other without a gap are one.

    ``expected`` is the sample behind the last block of the call before; None in the first.
    """
    samples = np.empty(taken.data.length, np.float32)
    taken.data.assign_to(samples)
    runs: list[tuple[int, int, int, int, int]] = []  # first, rate, channels; where in samples, and how many of each channel
    at = 0
    for time_s, n_samples, rate_hz, channels in zip(
        *(each.to_py().tolist() for each in (taken.times, taken.lengths, taken.rates, taken.channels)), strict=True
    ):
        first = round(time_s * rate_hz) - late
        if expected is None:
            first = on_packet_grid(opened, first)
        elif abs(first - expected) <= opened.sound_slack:
            first = expected
        if runs and first == expected and runs[-1][1:3] == (rate_hz, channels):
            runs[-1] = (*runs[-1][:4], runs[-1][4] + n_samples)
        else:
            runs.append((first, rate_hz, channels, at, n_samples))
        expected = first + n_samples
        at += n_samples * channels
    for first, rate_hz, channels, at, n_samples in runs:
        yield Sound(first, rate_hz, samples[at : at + n_samples * channels].reshape(n_samples, channels).T)
