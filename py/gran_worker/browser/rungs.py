"""Which encoder of the picture serves: a trial frame shows that a browser means what it says."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import js
from pyodide.ffi import JsException, create_proxy

from gran_worker.browser.ffi import bytes_of, or_none, to_js_object
from gran_worker.codecs import Rung, family, ladder
from gran_worker.colour import Colour
from gran_worker.errors import EncoderError
from gran_worker.geometry import Size
from gran_worker.settings import Settings

TRIAL_S = 5.0


class Proof(NamedTuple):
    """A rung whose encoder made a packet of a frame of the real size, with the decoder configuration that came with it."""

    rung: Rung
    record: bytes


def config(rung: Rung, settings: Settings) -> dict[str, Any]:
    """A VideoEncoderConfig."""
    made: dict[str, Any] = {
        "codec": rung.codec,
        "width": settings.width,
        "height": settings.height,
        "bitrate": settings.bitrate,
        "framerate": settings.fps.num / settings.fps.den,
        "hardwareAcceleration": rung.hardware,
        "latencyMode": "quality",
        "bitrateMode": settings.bitrate_mode,
    }
    if settings.quality is not None:
        made["bitrateMode"] = "quantizer"
    if family(rung.codec) == "avc":
        made["avc"] = {"format": "avc"}
    elif family(rung.codec) == "hevc":
        made["hevc"] = {"format": "hevc"}
    return made


async def supported(made: Mapping[str, Any]) -> bool:
    """What the browser says; only a trial frame shows that it is true."""
    if getattr(js, "VideoEncoder", None) is None:
        return False
    try:
        return bool((await js.VideoEncoder.isConfigSupported(to_js_object(made))).supported)
    except JsException:
        return False  # a config that the browser does not even understand


async def is_software(rung: Rung, settings: Settings) -> bool:
    """Whether an encoder of ``rung`` keeps the processor busy: where there is one in hardware, it may be that one."""
    return rung.hardware == "prefer-software" or not await supported(config(replace(rung, hardware="prefer-hardware"), settings))


async def prove(settings: Settings, colour: Colour) -> Proof:
    """The first rung of the ladder that encodes a frame of the real size. Raises EncoderError if none does."""
    codec = str(settings.codec)
    size = Size(settings.width, settings.height)
    for rung in ladder(codec, size, settings.fps, settings.bitrate, settings.hardware_acceleration):
        made = config(rung, settings)
        if await supported(made) and (record := await _encoded(made, size, colour)) is not None:
            return Proof(rung, record)
    what = f"{family(codec).upper()} at {size.width}×{size.height}"
    raise EncoderError(f"This browser cannot make {what}. Choose a smaller size or another codec.")


async def _encoded(made: Mapping[str, Any], size: Size, colour: Colour) -> bytes | None:
    """The decoder configuration of a blank frame that was encoded, empty where the codec needs none; None where it was not."""
    configs: list[Any] = []
    failures: list[Any] = []
    output, error = create_proxy(lambda _chunk, meta: configs.append(or_none(meta.decoderConfig))), create_proxy(failures.append)
    encoder = None
    try:
        encoder = js.VideoEncoder.new(output=output, error=error)
        encoder.configure(to_js_object(made))
        blank = js.Uint8Array.new(size.width * size.height * 3 // 2)
        frame = js.VideoFrame.new(
            blank,
            to_js_object(
                {
                    "format": "I420",
                    "codedWidth": size.width,
                    "codedHeight": size.height,
                    "timestamp": 0,
                    "colorSpace": {
                        "primaries": colour.primaries,
                        "transfer": colour.transfer,
                        "matrix": colour.matrix,
                        "fullRange": colour.full_range,
                    },
                }
            ),
        )
        try:
            encoder.encode(frame, keyFrame=True)
        finally:
            frame.close()
        await asyncio.wait_for(encoder.flush(), TRIAL_S)
    except (JsException, TimeoutError):
        return None
    finally:
        if encoder is not None and encoder.state != "closed":
            encoder.close()
        output.destroy()
        error.destroy()
    if not configs or failures:
        return None
    description = or_none(getattr(configs[0], "description", None))
    return b"" if description is None else bytes_of(description)
