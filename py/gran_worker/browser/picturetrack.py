"""The output's track of pictures: encoded ones, and copied ones beside them."""

from typing import Any

import mediabunny
import numpy as np
from gran_js import putChunks, putPackets
from pyodide.ffi import to_js

from gran_worker.agreement import Agreement
from gran_worker.avc import Record, parse_record
from gran_worker.browser.ffi import bytes_of, or_none, to_js_object
from gran_worker.browser.sourcepackets import SourcePicture
from gran_worker.codecs import family
from gran_worker.plan import RenderPlan

SECOND_US = 1_000_000


class PictureTrack:
    """Takes packets in the order of decoding; the first of all says how the track is decoded."""

    def __init__(self, codec: str, plan: RenderPlan, agreement: Agreement) -> None:
        self.source = mediabunny.EncodedVideoPacketSource.new(codec)
        self._plan, self._agreement = plan, agreement
        self._begun = False
        self._copies: list[tuple[SourcePicture, int]] = []
        self._at_once = plan.rate.num // plan.rate.den + 1

    @property
    def takes_all(self) -> bool:
        """Whether what an encoder makes goes into the track as it is."""
        return self._agreement.joint is None

    def takes(self, path: str) -> bool:
        return path in self._agreement.paths

    async def put(self, chunk: Any, meta: Any, transparency: Any = None) -> None:
        """What an encoder made."""
        await self.settle()
        packet = mediabunny.EncodedPacket.fromEncodedChunk(chunk, *(() if transparency is None else (transparency,)))
        config = or_none(getattr(meta, "decoderConfig", None)) if meta is not None else None
        joint = self._agreement.joint
        if joint is not None and joint.moves:
            record = _record(config) if config is not None else None
            packet = packet.clone(to_js_object({"data": to_js(joint.move(packet.data.to_bytes(), record))}))
        if config is not None and not self._begun:
            meta = self._meta(config)
        self._begun = True
        await self.source.add(packet, meta)

    async def put_all(self, made: Any) -> None:
        """The same for what ``VideoFeed.take`` gave, where :attr:`takes_all`."""
        await self.settle()
        self._begun = True
        await putChunks(self.source, made)

    async def copy(self, picture: SourcePicture, index: int) -> None:
        """A source's picture as output frame ``index``. It goes into the file together with others, :meth:`settle` at the latest."""
        self._copies.append((picture, index))
        if len(self._copies) >= self._at_once:
            await self.settle()

    async def settle(self) -> None:
        """Puts what is copied into the file, as far as it is not there."""
        if not self._copies:
            return
        copies, self._copies = self._copies, []
        metas = [] if self._begun else [self._meta(copies[0][0].config)]
        self._begun = True
        rate = self._plan.rate
        await putPackets(
            self.source,
            to_js([picture.packet for picture, _ in copies]),
            to_js(metas),
            to_js(np.array([rate.start_us(index) / SECOND_US for _, index in copies])),
            to_js(np.array([rate.duration_us(index) / SECOND_US for _, index in copies])),
            # What a container calls a key frame may look back beyond it.
            to_js(np.array([picture.is_entry for picture, _ in copies], np.uint8)),
        )

    def _meta(self, config: Any) -> Any:
        """``config`` for the whole track."""
        size, colour = self._plan.size, self._plan.colour
        made: dict[str, Any] = {
            "codec": config.codec,
            "codedWidth": size.width,
            "codedHeight": size.height,
            "colorSpace": {
                "primaries": colour.primaries,
                "transfer": colour.transfer,
                "matrix": colour.matrix,
                "fullRange": colour.full_range,
            },
        }
        if (description := or_none(getattr(config, "description", None))) is not None:
            made["description"] = description
        record = _record(config) if self._agreement.joint is None else self._agreement.joint.record
        if record is not None:
            made |= {"codec": record.codec, "description": to_js(record.pack())}
        return to_js_object({"decoderConfig": made})


def _record(config: Any) -> Record | None:
    """What an H.264 encoder says of how its pictures are decoded. Not every browser's own words can go into a file."""
    description = or_none(getattr(config, "description", None))
    if family(config.codec) != "avc" or description is None:
        return None
    return parse_record(bytes_of(description))
