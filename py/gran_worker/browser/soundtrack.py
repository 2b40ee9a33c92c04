"""The output's track of sound: packets on time in the file, whoever made them."""

from collections.abc import Callable, Sequence
from typing import Any

import mediabunny
import numpy as np
from gran_js import putPackets
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
COPIED_AT_ONCE = 24
"""Packets, of some fifty a second."""


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

    async def put(self, packets: Any, metas: Any, spans: Sequence[Span]) -> None:
        """Puts as many of ``packets`` (a JavaScript array) into the track as there are ``spans`` for."""
        if not spans:
            return
        rate_hz = self._audio.sample_rate
        firsts = [span.first + self._shift for span in spans]
        heard = [max(0, min(span.heard, self._n_samples - first)) for span, first in zip(spans, firsts, strict=True)]
        pad = spans[-1].cut and self._container in MATROSKA
        if pad:
            self._discards = spans[-1].cut
        self._placed += sum(span.n_samples for span in spans)
        self._alive()
        await putPackets(
            self.source,
            packets.slice(0, len(spans)),
            metas,
            to_js(np.array(firsts) / rate_hz),
            to_js(np.array(heard) / rate_hz),
            None,
            to_js(PAD) if pad else None,
        )

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

    async def _mux(self) -> None:
        made = self._encoder.take()
        spans = (self._placer.place(round(duration_s * self._rate_hz)) for duration_s in made.durations.to_py().tolist())
        # Only the last ones lie past the end.
        await self.track.put(made.packets, made.metas, [span for span in spans if span is not None])


def _stopped(name: str, message: str) -> EncoderError:
    told = f"The sound encoder stopped ({message or name}). Export again, or choose another codec for the sound."
    return EncoderError(told, code="E_ENCODER_LOST")


class CopiedSound:
    """Sound whose packets go into the track as they are."""

    def __init__(self, audio: AudioSettings, passage: Passage, container: str, film_us: int, alive: Callable[[], None]) -> None:
        self.track = SoundTrack(audio, container, passage.priming, passage.n_samples, film_us, alive)
        self._passage = passage
        self._copies: list[SourceSound] = []
        self._begun = False

    async def add(self, sound: SourceSound) -> None:
        """It goes into the file together with others, :meth:`settle` at the latest."""
        self._copies.append(sound)
        if len(self._copies) >= COPIED_AT_ONCE:
            await self.settle()

    async def settle(self) -> None:
        """Puts what is copied into the file, as far as it is not there."""
        if not self._copies:
            return
        copies, self._copies = self._copies, []
        metas = []
        if not self._begun:
            self._begun = True
            metas = [to_js_object({"decoderConfig": told_to_skip(copies[0].config, self._passage.priming)})]
        firsts = [sound.first - self._passage.first for sound in copies]
        ends = [first + sound.n_samples for first, sound in zip(firsts, copies, strict=True)]
        spans = [
            Span(first, sound.n_samples, max(0, end - self._passage.n_samples))
            for first, end, sound in zip(firsts, ends, copies, strict=True)
        ]
        await self.track.put(to_js([sound.packet for sound in copies]), to_js(metas), spans)


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
