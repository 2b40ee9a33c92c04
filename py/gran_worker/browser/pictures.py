"""A track of pictures: what they are like, decoded ones, and whether none was lost."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import mediabunny

from gran_worker.browser.faults import undecodable, unknown_codec
from gran_worker.browser.ffi import first_of, js_errors, or_none
from gran_worker.browser.frames import RGB_FORMATS, SECOND_US, STRAIGHT_FORMATS
from gran_worker.browser.opened import DEFAULT_FRAME_US, Opened
from gran_worker.browser.sourcepackets import find_coding
from gran_worker.colour import BT709, Colour
from gran_worker.errors import SourceError
from gran_worker.geometry import Rotation, Size
from gran_worker.ports import VideoInfo

FRAMES_TO_MEASURE = 60
SHORTFALL_US = 500_000
"""A decoder that ends this much before its file has lost pictures. Some files end in a packet or two that are none."""


def pictures(track: Any, in_software: bool) -> Any:
    """mediabunny's sink of decoded pictures."""
    if in_software:
        return mediabunny.VideoSampleSink.new(track, hardwareAcceleration="prefer-software")
    return mediabunny.VideoSampleSink.new(track)


Decoded = Callable[[Any], Awaitable[Any]]


async def probe_video(opened: Opened, decoded: Decoded) -> VideoInfo:
    """Decodes the first frame: only that shows the colour space and that the browser means what it says."""
    track, name = opened.video, opened.name
    with js_errors(undecodable(name, "picture")):
        codec = or_none(await track.getCodec()) or or_none(await track.getInternalCodecId())
        if not await track.canDecode():
            raise unknown_codec(name, "picture", codec)
        resolution = await track.getTimeResolution()
        stats = await track.computePacketStats(FRAMES_TO_MEASURE)
        rate = stats.averagePacketRate
        opaque = not await track.canBeTransparent()
        async with _first(track, opened.in_software, decoded) as first:
            if first is None:
                raise SourceError(f"the picture of {name} has no frame that can be decoded.", code="E_DECODE")
            raw = Size(first.squarePixelWidth, first.squarePixelHeight)
            rotation: Rotation = int(first.rotation)  # type: ignore[assignment]
            first_pts_us = round(first.timestamp * SECOND_US)
            square = first.codedWidth == raw.width and first.codedHeight == raw.height
            return VideoInfo(
                kind="video",
                codec=str(codec),
                raw=raw,
                shown=raw if rotation in (0, 180) else Size(raw.height, raw.width),
                rotation=rotation,
                first_pts_us=first_pts_us,
                tick_us=SECOND_US / resolution,
                frame_us=round(SECOND_US / rate) if 0 < rate <= SECOND_US else DEFAULT_FRAME_US,
                opaque=opaque,
                upright=rotation == 0 and not first.flip and square,
                planar=first.format in STRAIGHT_FORMATS,
                converted=first.format in RGB_FORMATS,
                colour=_colour(first.colorSpace),
                coding=await find_coding(track),
                lost_from_us=await _lost_from(track, first_pts_us),
            )


@asynccontextmanager
async def _first(track: Any, in_software: bool, decoded: Decoded) -> AsyncGenerator[Any, None]:
    """The first frame that a decoder gives, or None; closed at the end.

    Asked for by its time it costs one packet. A decoder that begins to play makes a dozen frames before anybody can stop it.
    """
    sink = pictures(track, in_software)
    first = or_none(await decoded(sink.getSample(await track.getFirstTimestamp())))
    if first is None:
        async with first_of(sink.samples(), decoded) as first:
            yield first
        return
    try:
        yield first
    finally:
        first.close()


async def as_played(info: VideoInfo, opened: Opened) -> VideoInfo:
    """``info`` as the track's edit list has it played. What that hides would come along with packets, which are not copied then."""
    seen, coding = opened.seen, info.coding
    hidden_us = max(0, seen.begins_us - info.first_pts_us)
    if seen.ends_us is not None:
        hidden_us = max(hidden_us, round(await opened.video.computeDuration() * SECOND_US) - seen.ends_us)
    if hidden_us >= info.frame_us // 2:
        coding = None
    return replace(info, first_pts_us=max(info.first_pts_us, seen.begins_us), coding=coding)


async def _lost_from(track: Any, first_pts_us: int) -> int | None:
    """Where the file begins, if that is before the first frame that a decoder gives. Containers call anything a key frame."""
    packet = or_none(await mediabunny.EncodedPacketSink.new(track).getFirstPacket(metadataOnly=True))
    begins_us = first_pts_us if packet is None else round(packet.timestamp * SECOND_US)
    return begins_us if begins_us < first_pts_us else None


async def expect_end(track: Any, name: str, last_us: int | None, end_us: int) -> None:
    """Raises SourceError where a decoder has given nothing of what the file still holds before ``end_us``.

    Decoders that swallow their packets say nothing of it, and the film would go on with a picture that stands, or none.
    """
    if last_us is not None and end_us - last_us <= SHORTFALL_US:
        return
    packet = or_none(await mediabunny.EncodedPacketSink.new(track).getPacket((end_us - 1) / SECOND_US, metadataOnly=True))
    if packet is not None and (last_us is None or round(packet.timestamp * SECOND_US) - last_us > SHORTFALL_US):
        raise undecodable(name, "picture")("", "")


def _colour(space: Any) -> Colour:
    """A frame's colour space; what it leaves open is taken for BT.709 limited, as browsers do."""
    full_range = or_none(space.fullRange)
    return Colour(
        or_none(space.primaries) or BT709.primaries,
        or_none(space.transfer) or BT709.transfer,
        or_none(space.matrix) or BT709.matrix,
        bool(full_range),
    )
