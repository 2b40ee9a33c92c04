"""Which codecs this browser can encode at a size and rate, and into which containers."""

from gran_worker.browser import rungs, soundencoder
from gran_worker.codecs import AUDIO_FAMILIES, CONTAINERS, VIDEO_FAMILIES, ladder
from gran_worker.geometry import Size
from gran_worker.messages import CodecSupport, QuerySupport, Support
from gran_worker.settings import Settings

USUAL_HZ, USUAL_CHANNELS, USUAL_BITRATE = 48_000, 2, 128_000


async def query(question: QuerySupport) -> Support:
    """Asks for each codec's whole ladder; the trial frame comes with the export itself."""
    return Support(
        request_id=question.request_id,
        video=tuple([await _video(codec, question) for codec in VIDEO_FAMILIES]),
        audio=tuple([await _audio(codec) for codec in AUDIO_FAMILIES]),
    )


async def _video(codec: str, question: QuerySupport) -> CodecSupport:
    size = Size(question.width, question.height)
    settings = Settings(width=size.width, height=size.height, fps=question.fps, codec=codec, bitrate=4_000_000, audio=False)
    for rung in ladder(codec, size, question.fps, settings.bitrate, settings.hardware_acceleration):
        if await rungs.supported(rungs.config(rung, settings)):
            return CodecSupport(codec=codec, containers=CONTAINERS[codec], supported=True)
    reason = f"This browser has no {codec.upper()} encoder for {size.width}×{size.height}."
    return CodecSupport(codec=codec, containers=CONTAINERS[codec], supported=False, reason=reason)


async def _audio(codec: str) -> CodecSupport:
    bitrate = None if codec in soundencoder.LOSSLESS else USUAL_BITRATE
    able = codec in soundencoder.PACKAGED or await soundencoder.can_encode(codec, USUAL_CHANNELS, USUAL_HZ, bitrate)
    reason = None if able else f"This browser has no {codec.upper()} encoder."
    return CodecSupport(codec=codec, containers=CONTAINERS[codec], supported=able, reason=reason)
