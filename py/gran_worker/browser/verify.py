"""Whether a committed file is what was written: opened again and read as a player would."""

from typing import Any

import mediabunny
from pyodide.ffi import JsException

from gran_worker.browser.ffi import or_none
from gran_worker.errors import VerifyError
from gran_worker.plan import RenderPlan

SECOND_US = 1_000_000
TICK_US = 2000
"""The coarsest container counts in ms, and rounds."""
SOUND_US = 150_000
"""Some containers count the whole of the last packet, and what the encoder put before the first sample."""


async def check_file(blob: Any, plan: RenderPlan, size: int) -> None:
    """Compares a committed file with its plan. Raises VerifyError, which leaves the file in place."""

    def fail(what: str) -> VerifyError:
        told = f"The file was written but did not pass its check: {what}."
        return VerifyError(f"{told} It is kept; export again to be safe.")

    if blob.size != size:
        raise fail(f"it has {int(blob.size)} bytes instead of {size}")
    opened = mediabunny.Input.new(source=mediabunny.BlobSource.new(blob), formats=mediabunny.ALL_FORMATS)
    try:
        video = or_none(await opened.getPrimaryVideoTrack())
        audio = or_none(await opened.getPrimaryAudioTrack())
        if (video is None) != (not plan.stretches) or (audio is None) != (not plan.sample_rate_hz):
            raise fail("a track is missing")
        if video is not None:
            stats = await video.computePacketStats()
            if stats.packetCount != plan.n_frames:
                raise fail(f"it has {int(stats.packetCount)} frames instead of {plan.n_frames}")
            if abs(round(await video.getFirstTimestamp() * SECOND_US)) > TICK_US:
                raise fail("its picture does not begin at 0")
            end_us = round(await video.computeDuration() * SECOND_US)
            frame_us = plan.rate.duration_us(0)
            if abs(end_us - plan.duration_us) > frame_us + TICK_US:
                raise fail("its length is wrong")
        if audio is not None:
            end_us = round(await audio.computeDuration() * SECOND_US)
            if abs(end_us - plan.duration_us) > SOUND_US:
                raise fail("the length of its sound is wrong")
    except JsException as error:
        raise fail("it cannot be read back") from error
    finally:
        opened.dispose()
