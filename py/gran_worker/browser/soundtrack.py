"""The output's track of sound: packets on time in the file, whoever made them."""

from collections.abc import Callable
from typing import Any

import js
import mediabunny
from pyodide.ffi import create_proxy, to_js

from gran_worker.browser.ffi import js_errors, to_js_object
from gran_worker.browser.soundencoder import Encoding, SoundEncoder
from gran_worker.browser.sourcepackets import SourceSound, told_to_skip
from gran_worker.copying import Passage
from gran_worker.errors import EncoderError
from gran_worker.packets import Placer, Span
from gran_worker.ports import Block
from gran_worker.settings import AudioSettings
from gran_worker.trimming import (
    OPUS_PRE_ROLL_NS,
    PAD,
    PLACE,
    SECOND_NS,
    Patch,
    edit_ends,
    matroska_delay,
    matroska_duration,
    matroska_end,
    mp3_delay,
)

MATROSKA = ("webm", "mkv")
MP3_DECODER_DELAY = 529


class SoundTrack:
    """The track of sound of one file. ``priming`` samples before its first are decoded and not heard; the film lasts ``film_us``."""

    def __init__(self, audio: AudioSettings, container: str, priming: int, n_samples: int, film_us: int, alive: Callable[[], None]) -> None:
        self._audio, self._container, self._alive, self._film_us = audio, container, alive, film_us
        self._priming, self._n_samples = priming, n_samples
        self.source = mediabunny.EncodedAudioPacketSource.new(audio.codec)
        # Matroska counts from the first sample that a decoder gives and says beside it how many of them do not count.
        self._shift = priming if container in MATROSKA else 0
        self._placed = 0
        self._discards = 0

    @property
    def options(self) -> dict[str, Any]:
        """For ``addAudioTrack``."""
        return {"name": PLACE} if self._shift else {}

    async def put(self, packet: Any, span: Span, meta: Any) -> None:
        self._placed += span.n_samples
        self._alive()
        await self.source.add(self._stamped(packet, span), meta)

    def patches(self, written: "Written") -> list[Patch]:
        """What the finished file still needs."""
        found: list[Patch | None] = []
        rate_hz = self._audio.sample_rate
        if self._shift and written.header is not None:
            delay_ns = round(self._priming * SECOND_NS / rate_hz)
            pre_roll_ns = OPUS_PRE_ROLL_NS if self._audio.codec == "opus" else 0
            found.append(matroska_delay(*written.header, delay_ns, pre_roll_ns))
            found.append(matroska_duration(*written.header, self._film_us))
        if self._discards and written.last_cluster is not None:
            found.append(matroska_end(*written.last_cluster, round(self._discards * SECOND_NS / rate_hz)))
        if written.moov is not None:
            found += edit_ends(*written.moov, rate_hz, self._n_samples)
        if written.xing is not None:
            padding = self._placed - self._priming - self._n_samples
            # Decoders add their own delay to what the file says.
            found.append(mp3_delay(*written.xing, self._priming - MP3_DECODER_DELAY, padding + MP3_DECODER_DELAY))
        return [patch for patch in found if patch is not None]

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


class EncodedSound:
    """Sound that is encoded on its way into the track."""

    def __init__(
        self, audio: AudioSettings, encoding: Encoding, container: str, n_samples: int, film_us: int, alive: Callable[[], None]
    ) -> None:
        self.track = SoundTrack(audio, container, encoding.priming, n_samples, film_us, alive)
        self._rate_hz, self._priming = audio.sample_rate, encoding.priming
        self._placer = Placer(encoding.priming, n_samples)
        self._encoder = SoundEncoder(audio)

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

    async def abandon(self) -> None:
        await self._encoder.abandon()

    def release(self) -> None:
        self._encoder.release()

    async def _mux(self) -> None:
        for packet, meta in self._encoder.packets():
            span = self._placer.place(round(packet.duration * self._rate_hz))
            if span is not None:
                await self.track.put(packet, span, meta)


def _stopped(name: str, message: str) -> EncoderError:
    told = f"The sound encoder stopped ({message or name}). Export again, or choose another codec for the sound."
    return EncoderError(told, code="E_ENCODER_LOST")


class CopiedSound:
    """Sound whose packets go into the track as they are."""

    def __init__(self, audio: AudioSettings, passage: Passage, container: str, film_us: int, alive: Callable[[], None]) -> None:
        self.track = SoundTrack(audio, container, passage.priming, passage.n_samples, film_us, alive)
        self._passage = passage

    async def add(self, sound: SourceSound) -> None:
        first = sound.first - self._passage.first
        cut = max(0, first + sound.n_samples - self._passage.n_samples)
        meta = to_js_object({"decoderConfig": told_to_skip(sound.config, self._passage.priming)})
        await self.track.put(sound.packet, Span(first, sound.n_samples, cut), meta)


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
