"""The output's sound: which encoder serves, how late it is, and its packets on time in the file."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import js
import mediabunny
import numpy as np
from gran_js import registerEncoder
from pyodide.ffi import JsException, create_proxy, to_js

from gran_worker.browser.ffi import js_errors, leave, or_none, to_js_object
from gran_worker.errors import EncoderError
from gran_worker.packets import Placer, Span
from gran_worker.ports import Block
from gran_worker.priming import CHIRP_END_S, chirp, lateness_s
from gran_worker.settings import AudioSettings
from gran_worker.trimming import (
    OPUS_PRE_ROLL_NS,
    PAD,
    PLACE,
    SECOND_NS,
    Patch,
    edit_ends,
    matroska_delay,
    matroska_end,
    mp3_delay,
)

LOSSLESS = ("flac", "pcm-s16")
PACKAGED = ("aac", "mp3", "flac")
"""Codecs whose encoders come with Gran, for browsers that have none."""
MATROSKA = ("webm", "mkv")
OPUS_HZ = 48_000
TRIAL_S = 10.0
USUAL_PRIMING = {"aac": 1024, "mp3": 1105}
"""Of the encoders that come with Gran, in samples: for browsers that cannot decode what they encode."""
MP3_DECODER_DELAY = 529


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a trial found out about an encoder: ``priming`` is how many samples late its sound is."""

    priming: int
    note: str | None
    """What a person should know."""


class Trials:
    """Encoders that proved themselves in this worker, by configuration: a second export need not wait for it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int | None, int, int], Encoding] = {}

    async def prove(self, audio: AudioSettings) -> Encoding:
        """Makes sure that the sound can be encoded by encoding some.

        Raises EncoderError: a film that was asked for sound has sound.
        """
        key = (audio.codec, _bitrate(audio), audio.sample_rate, audio.channels)
        if key not in self._known:
            self._known[key] = await _prove(audio)
        return self._known[key]


async def can_encode(codec: str, channels: int, rate_hz: int, bitrate: int | None) -> bool:
    options = {"numberOfChannels": channels, "sampleRate": rate_hz}
    if bitrate is not None:
        options["bitrate"] = bitrate
    return bool(await mediabunny.canEncodeAudio(codec, **options))


class SoundEncoder:
    """Blocks in, packets out. Only mediabunny's AudioSampleSource runs the encoders that come as packages, and it wants an output:
    it has one of its own here, which goes nowhere, for the packets need their places before they meet the real one.
    """

    def __init__(self, audio: AudioSettings) -> None:
        self._audio = audio
        self._packets: deque[tuple[Any, Any]] = deque()
        self._taking = create_proxy(self._take)
        options = {"codec": audio.codec, "onEncodedPacket": self._taking}
        bitrate = _bitrate(audio)
        if bitrate is not None:
            options["bitrate"] = bitrate
        self._source = mediabunny.AudioSampleSource.new(**options)
        # appendOnly: it keeps no list of what it wrote.
        nowhere = mediabunny.MkvOutputFormat.new(appendOnly=True)
        self._output = mediabunny.Output.new(format=nowhere, target=mediabunny.NullTarget.new())
        self._output.addAudioTrack(self._source)
        self._fed = 0

    async def start(self) -> None:
        await self._output.start()

    async def encode(self, block: Block) -> None:
        rate_hz = self._audio.sample_rate
        sample = mediabunny.AudioSample.new(
            data=to_js(np.ascontiguousarray(block).ravel()),
            format="f32-planar",
            numberOfChannels=block.shape[0],
            sampleRate=rate_hz,
            timestamp=self._fed / rate_hz,
        )
        self._fed += block.shape[1]
        try:
            await self._source.add(sample)
        finally:
            sample.close()

    async def finish(self, extra: int) -> None:
        """Ends the sound with ``extra`` samples of silence: what an encoder holds back comes out behind something."""
        if extra:
            await self.encode(np.zeros((self._audio.channels, extra), np.float32))
        await self._output.finalize()

    def packets(self) -> list[tuple[Any, Any]]:
        """Packets and their metadata that came since the last call."""
        came = list(self._packets)
        self._packets.clear()
        return came

    async def abandon(self) -> None:
        if or_none(self._output.state) not in ("finalized", "canceled"):
            await leave(self._output.cancel())

    def release(self) -> None:
        self._taking.destroy()

    def _take(self, packet: Any, meta: Any = None) -> None:
        self._packets.append((packet, meta))


class SoundTrack:
    """The track of sound of one file."""

    def __init__(self, audio: AudioSettings, encoding: Encoding, container: str, n_samples: int, alive: Callable[[], None]) -> None:
        self._audio, self._container, self._alive = audio, container, alive
        self._priming, self._n_samples = encoding.priming, n_samples
        self._placer = Placer(encoding.priming, n_samples)
        self._encoder = SoundEncoder(audio)
        self.source = mediabunny.EncodedAudioPacketSource.new(audio.codec)
        # Matroska counts from the first sample that a decoder gives and says beside it how many of them do not count.
        self._shift = encoding.priming if container in MATROSKA else 0
        self._placed = 0
        self._ended = False
        self._discards = 0

    @property
    def options(self) -> dict[str, Any]:
        """For ``addAudioTrack``."""
        return {"name": PLACE} if self._shift else {}

    async def start(self) -> None:
        await self._encoder.start()

    async def add(self, block: Block) -> None:
        with js_errors(_stopped):
            await self._encoder.encode(block)
        await self._mux()

    async def finish(self) -> None:
        with js_errors(_stopped):
            await self._encoder.finish(self._priming)
        await self._mux()

    def patches(self, written: "Written") -> list[Patch]:
        """What the finished file still needs."""
        found: list[Patch | None] = []
        rate_hz = self._audio.sample_rate
        if self._shift and written.header is not None:
            delay_ns = round(self._priming * SECOND_NS / rate_hz)
            pre_roll_ns = OPUS_PRE_ROLL_NS if self._audio.codec == "opus" else 0
            found.append(matroska_delay(*written.header, delay_ns, pre_roll_ns))
        if self._discards and written.last_cluster is not None:
            found.append(matroska_end(*written.last_cluster, round(self._discards * SECOND_NS / rate_hz)))
        if written.moov is not None and self._priming:
            found += edit_ends(*written.moov, rate_hz, self._n_samples)
        if written.xing is not None:
            padding = self._placed - self._priming - self._n_samples
            # Decoders add their own delay to what the file says.
            found.append(mp3_delay(*written.xing, self._priming - MP3_DECODER_DELAY, padding + MP3_DECODER_DELAY))
        return [patch for patch in found if patch is not None]

    async def abandon(self) -> None:
        await self._encoder.abandon()

    def release(self) -> None:
        self._encoder.release()

    async def _mux(self) -> None:
        for packet, meta in self._encoder.packets():
            n_samples = round(packet.duration * self._audio.sample_rate)
            span = self._placer.place(n_samples)
            self._alive()
            if span is not None:
                self._placed += n_samples
                await self.source.add(self._stamped(packet, span), meta)

    def _stamped(self, packet: Any, span: Span) -> Any:
        rate_hz = self._audio.sample_rate
        first = span.first + self._shift
        made = {"timestamp": first / rate_hz, "duration": max(0, min(span.heard, self._n_samples - first)) / rate_hz}
        if span.cut and self._container in MATROSKA:
            self._discards = span.cut
            padded = js.Uint8Array.new(packet.data.length + len(PAD))
            padded.set(packet.data)
            padded.set(to_js(PAD), packet.data.length)
            made["data"] = padded
        return packet.clone(to_js_object(made))


class Written:
    """Parts of a file, with their positions, as its muxer wrote them: what the patches of trimming.py look at."""

    def __init__(self) -> None:
        self.header: tuple[bytes, int] | None = None
        self.last_cluster: tuple[bytes, int] | None = None
        self.moov: tuple[bytes, int] | None = None
        self.xing: tuple[bytes, int] | None = None
        self._proxies = {
            "onSegmentHeader": create_proxy(self._take_header),
            "onCluster": create_proxy(self._take_cluster),
            "onMoov": create_proxy(self._take_moov),
            "onXingFrame": create_proxy(self._take_xing),
        }

    def listeners(self, container: str) -> dict[str, Any]:
        """Options for the muxer of ``container``."""
        wanted = {
            "webm": ("onSegmentHeader", "onCluster"),
            "mkv": ("onSegmentHeader", "onCluster"),
            "mp4": ("onMoov",),
            "m4a": ("onMoov",),
            "mov": ("onMoov",),
            "mp3": ("onXingFrame",),
        }
        return {name: self._proxies[name] for name in wanted.get(container, ())}

    def release(self) -> None:
        for proxy in self._proxies.values():
            proxy.destroy()

    def _take_header(self, data: Any, position: int) -> None:
        self.header = (data.to_bytes(), int(position))

    def _take_cluster(self, data: Any, position: int, _timestamp: float) -> None:
        # The pad is in one of the last; a search in JavaScript would cost more than the copy.
        cluster = data.to_bytes()
        if PAD in cluster:
            self.last_cluster = (cluster, int(position))

    def _take_moov(self, data: Any, position: int) -> None:
        self.moov = (data.to_bytes(), int(position))

    def _take_xing(self, data: Any, position: int) -> None:
        self.xing = (data.to_bytes(), int(position))


async def _prove(audio: AudioSettings) -> Encoding:
    note = None
    if not await can_encode(audio.codec, audio.channels, audio.sample_rate, _bitrate(audio)):
        if audio.codec not in PACKAGED:
            raise _impossible(audio)
        try:
            await registerEncoder(audio.codec)
        except JsException as error:
            raise _impossible(audio) from error
        if not await can_encode(audio.codec, audio.channels, audio.sample_rate, _bitrate(audio)):
            raise _impossible(audio)
        note = f"This browser has no {audio.codec.upper()} encoder of its own; Gran's built-in one is used."
    try:
        return Encoding(await asyncio.wait_for(_measured(audio), TRIAL_S), note)
    except (JsException, TimeoutError) as error:
        raise _impossible(audio) from error


async def _measured(audio: AudioSettings) -> int:
    """How many samples late the encoder is: a chirp through it and through a decoder."""
    encoder = SoundEncoder(audio)
    try:
        await encoder.start()
        await encoder.encode(np.repeat(chirp(audio.sample_rate)[None, :], audio.channels, axis=0))
        await encoder.finish(0)
        packets = encoder.packets()
    finally:
        await encoder.abandon()
        encoder.release()
    config = next((meta.decoderConfig for _, meta in packets if meta is not None and meta.decoderConfig), None)
    if not packets or config is None:
        raise _impossible(audio)
    if audio.codec in LOSSLESS:
        return 0
    if audio.codec == "opus" and (told := _opus_pre_skip(config)) is not None:
        # Said by the encoder itself; decoders that leave it out by themselves would hide it from the measurement.
        return round(told * audio.sample_rate / OPUS_HZ)
    heard = await _decoded([packet for packet, _ in packets], config)
    late_s = None if heard is None else lateness_s(*heard)
    return USUAL_PRIMING.get(audio.codec, 0) if late_s is None else max(0, round(late_s * audio.sample_rate))


def _opus_pre_skip(config: Any) -> int | None:
    description = getattr(config, "description", None)
    if description is None:
        return None
    head = js.Uint8Array.new(getattr(description, "buffer", None) or description).to_bytes()
    at = head.find(b"OpusHead")
    return int.from_bytes(head[at + 10 : at + 12], "little") if 0 <= at and at + 12 <= len(head) else None


async def _decoded(packets: list[Any], config: Any) -> tuple[Block, int] | None:
    """The first channel of what a decoder makes of ``packets``, with its rate; None where it makes nothing of them."""
    came: list[tuple[int, int, Block]] = []

    def take(data: Any) -> None:
        try:
            plane = js.Float32Array.new(data.numberOfFrames)
            data.copyTo(plane, to_js_object({"planeIndex": 0, "format": "f32-planar"}))
            block = np.empty(int(data.numberOfFrames), np.float32)
            plane.assign_to(block)
            came.append((int(data.timestamp), int(data.sampleRate), block))
        finally:
            data.close()

    proxies = [create_proxy(take), create_proxy(lambda _error: None)]
    decoder = None
    try:
        decoder = js.AudioDecoder.new(output=proxies[0], error=proxies[1])
        decoder.configure(config)
        for packet in packets:
            decoder.decode(packet.toEncodedAudioChunk())
        await decoder.flush()
    except (JsException, AttributeError):
        return None
    finally:
        if decoder is not None and decoder.state != "closed":
            decoder.close()
        for proxy in proxies:
            proxy.destroy()
    if not came:
        return None
    rate_hz = came[0][1]
    start_us = round(packets[0].timestamp * 1_000_000)
    heard = np.zeros(round(rate_hz * CHIRP_END_S * 4), np.float32)
    for timestamp_us, _, block in came:
        first = round((timestamp_us - start_us) * rate_hz / 1_000_000)
        if 0 <= first < len(heard):
            heard[first : first + len(block)] = block[: len(heard) - first]
    return heard, rate_hz


def _bitrate(audio: AudioSettings) -> int | None:
    return None if audio.codec in LOSSLESS else audio.bitrate


def _stopped(name: str, message: str) -> EncoderError:
    told = f"The sound encoder stopped ({message or name}). Export again, or choose another codec for the sound."
    return EncoderError(told, code="E_ENCODER_LOST")


def _impossible(audio: AudioSettings) -> EncoderError:
    what = f"{audio.codec.upper()} sound at {audio.sample_rate} Hz with {audio.channels} channels"
    return EncoderError(f"This browser cannot make {what}. Choose another sound codec or 48000 Hz.")
