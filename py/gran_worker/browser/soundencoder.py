"""WebCodecs' and the packages' encoders of sound: which one serves, how late it is, blocks in and packets out."""

import asyncio
from dataclasses import dataclass
from typing import Any

import js
import mediabunny
import numpy as np
from gran_js import SoundPackets, registerEncoder
from pyodide.ffi import JsException, create_proxy, to_js

from gran_worker.browser.ending import Ending
from gran_worker.browser.ffi import to_js_object
from gran_worker.errors import EncoderError
from gran_worker.ports import Block
from gran_worker.priming import CHIRP_END_S, chirp, lateness_s
from gran_worker.settings import AudioSettings

LOSSLESS = ("flac", "pcm-s16")
PACKAGED = ("aac", "mp3", "flac")
"""Codecs whose encoders come with Gran, for browsers that have none."""
OPUS_HZ = 48_000
TRIAL_S = 10.0
USUAL_PRIMING = {"aac": 1024, "mp3": 1105}
"""Of the encoders that come with Gran, in samples: for browsers that cannot decode what they encode."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a trial found out about an encoder: ``priming`` is how many samples late its sound is."""

    priming: int
    note: str | None
    """What a person should know."""


class SoundTrials:
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
        self._packets = SoundPackets.new()
        options = {"codec": audio.codec, "onEncodedPacket": self._packets.keep}
        bitrate = _bitrate(audio)
        if bitrate is not None:
            options["bitrate"] = bitrate
        self._source = mediabunny.AudioSampleSource.new(**options)
        # appendOnly: it keeps no list of what it wrote.
        nowhere = mediabunny.MkvOutputFormat.new(appendOnly=True)
        self._output = mediabunny.Output.new(format=nowhere, target=mediabunny.NullTarget.new())
        self._output.addAudioTrack(self._source)
        self._ending = Ending(self._output)
        self._fed = 0
        self._adding: asyncio.Future[Any] | None = None

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
        # Not awaited itself: a cancellation would cancel it, and then nobody could tell when it is over.
        self._adding = asyncio.ensure_future(self._source.add(sample))
        self._adding.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.wait({self._adding})
            self._adding.result()
        finally:
            sample.close()

    async def finish(self, extra: int) -> None:
        """Ends the sound with ``extra`` samples of silence: what an encoder holds back comes out behind something."""
        if extra:
            await self.encode(np.zeros((self._audio.channels, extra), np.float32))
        await self._ending.finalize()

    def take(self) -> Any:
        """``packets``, ``metas`` and ``durations`` (s) of what came since the last call, as ``SoundPackets`` gives them."""
        return self._packets.take()

    async def abandon(self) -> None:
        # One that is closed while it starts, or while a block waits for it, leaves its worker behind for ever.
        await self._ending.cancel(self._adding)


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
        made = encoder.take()
    finally:
        await encoder.abandon()
    packets = list(made.packets)
    config = next((meta.decoderConfig for meta in made.metas if meta is not None and meta.decoderConfig), None)
    if not packets or config is None:
        raise _impossible(audio)
    if audio.codec in LOSSLESS:
        return 0
    if audio.codec == "opus" and (told := _opus_pre_skip(config)) is not None:
        # Said by the encoder itself; decoders that leave it out by themselves would hide it from the measurement.
        return round(told * audio.sample_rate / OPUS_HZ)
    heard = await _decoded(packets, config)
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


def _impossible(audio: AudioSettings) -> EncoderError:
    what = f"{audio.codec.upper()} sound at {audio.sample_rate} Hz with {audio.channels} channels"
    return EncoderError(f"This browser cannot make {what}. Choose another sound codec or 48000 Hz.")
