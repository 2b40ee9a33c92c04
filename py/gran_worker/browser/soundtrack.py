"""The output's sound: which encoder serves, a trial block, and mediabunny's AudioSampleSource around it."""

from typing import Any

import mediabunny
import numpy as np
from gran_js import loadAacEncoder
from pyodide.ffi import JsException, to_js

from gran_worker.browser.ffi import leave, or_none
from gran_worker.errors import EncoderError
from gran_worker.ports import Block
from gran_worker.settings import AudioSettings

TRIAL_S = 0.1
LOSSLESS = ("flac", "pcm-s16")


async def can_encode(codec: str, channels: int, rate_hz: int, bitrate: int | None) -> bool:
    options = {"numberOfChannels": channels, "sampleRate": rate_hz}
    if bitrate is not None:
        options["bitrate"] = bitrate
    return bool(await mediabunny.canEncodeAudio(codec, **options))


async def prove(audio: AudioSettings, output_format: Any) -> str | None:
    """Makes sure that the sound can be encoded by encoding some. Returns what a person should know, if a substitute serves.

    Raises EncoderError: a film that was asked for sound has sound.
    """
    substitute = None
    lossless = audio.codec in LOSSLESS
    bitrate = None if lossless else audio.bitrate
    if not await can_encode(audio.codec, audio.channels, audio.sample_rate, bitrate):
        if audio.codec != "aac":
            raise _impossible(audio)
        (await loadAacEncoder()).registerAacEncoder()
        if not await can_encode(audio.codec, audio.channels, audio.sample_rate, bitrate):
            raise _impossible(audio)
        substitute = "This browser has no AAC encoder of its own; Gran's built-in one is used."
    try:
        await _trial(audio, output_format)
    except JsException as error:
        raise _impossible(audio) from error
    return substitute


def source_for(audio: AudioSettings) -> Any:
    """An AudioSampleSource: only it runs the encoders that come as packages."""
    if audio.codec in LOSSLESS:
        return mediabunny.AudioSampleSource.new(codec=audio.codec)
    return mediabunny.AudioSampleSource.new(codec=audio.codec, bitrate=audio.bitrate)


async def add(source: Any, block: Block, first: int, rate_hz: int) -> None:
    """Encodes ``block``, whose first sample is the output's sample ``first``."""
    sample = mediabunny.AudioSample.new(
        data=to_js(np.ascontiguousarray(block).ravel()),
        format="f32-planar",
        numberOfChannels=block.shape[0],
        sampleRate=rate_hz,
        timestamp=first / rate_hz,
    )
    try:
        await source.add(sample)
    finally:
        sample.close()


async def _trial(audio: AudioSettings, output_format: Any) -> None:
    output = mediabunny.Output.new(format=output_format, target=mediabunny.NullTarget.new())
    source = source_for(audio)
    output.addAudioTrack(source)
    await output.start()
    try:
        silence = np.zeros((audio.channels, round(audio.sample_rate * TRIAL_S)), np.float32)
        await add(source, silence, 0, audio.sample_rate)
        await output.finalize()
    finally:
        if or_none(output.state) not in ("finalized", "canceled"):
            await leave(output.cancel())


def _impossible(audio: AudioSettings) -> EncoderError:
    what = f"{audio.codec.upper()} sound at {audio.sample_rate} Hz with {audio.channels} channels"
    return EncoderError(f"This browser cannot make {what}. Choose another sound codec or 48000 Hz.")
