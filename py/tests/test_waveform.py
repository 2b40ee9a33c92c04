"""Waveforms of files: parts while they are decoded, and an end whatever becomes of the file."""

import asyncio

import numpy as np
import pytest

from gran_worker.errors import SourceError
from gran_worker.preview.messages import Outgoing, PeaksPart
from gran_worker.preview.waveform import FILE, Waveforms
from tests.fakes import FakeMedia, Trouble, noise, sound_source, video_source

SONG = sound_source(noise(5))


def part_of(message: Outgoing) -> PeaksPart:
    assert isinstance(message, PeaksPart)
    return message


async def peaks(media: FakeMedia, per_second: int = 10) -> list[PeaksPart]:
    sent: list[Outgoing] = []
    Waveforms(sent.append).begin(7, lambda: media, per_second)
    await asyncio.sleep(10)
    assert media.closed
    return [part_of(message) for message in sent]


async def test_parts_follow_each_other_and_hold_every_bin() -> None:
    parts = await peaks(FakeMedia({FILE: SONG}))
    assert [part.ended for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(parts) >= 2
    assert SONG.sound is not None
    low = np.concatenate([part.min for part in parts])  # type: ignore[arg-type]
    assert [part.first for part in parts] == list(np.cumsum([0, *(len(part.min) for part in parts[:-1])]))  # type: ignore[arg-type]
    assert low == pytest.approx(SONG.sound.min(axis=0).reshape(50, 4800).min(axis=1))


async def test_a_file_without_sound_ends_at_once() -> None:
    (part,) = await peaks(FakeMedia({FILE: video_source()}))
    assert (part.ended, part.problem) == (True, None)


@pytest.mark.parametrize("error", [SourceError("song.wav is damaged.", code="E_DECODE"), MemoryError()])
async def test_whatever_goes_wrong_whoever_asked_is_told(error: Exception) -> None:
    *_, part = await peaks(FakeMedia({FILE: SONG}, troubles={f"sound {FILE}": Trouble(error)}))
    assert part.ended
    assert part.problem is not None
    assert "damaged" in part.problem or "memory" in part.problem


async def test_a_file_that_cannot_even_be_opened_is_told() -> None:
    def nothing() -> FakeMedia:
        raise SourceError("song.wav is gone.", code="E_MISSING")

    sent: list[Outgoing] = []
    Waveforms(sent.append).begin(7, nothing, 10)
    await asyncio.sleep(1)
    (part,) = map(part_of, sent)
    assert (part.ended, part.problem) == (True, "song.wav is gone.")


async def test_one_file_at_a_time_and_those_nobody_wants_are_left_out() -> None:
    sent: list[Outgoing] = []
    waveforms, media = Waveforms(sent.append), [FakeMedia({FILE: SONG}, decode_s=0.01) for _ in range(3)]
    for request_id, each in enumerate(media):
        waveforms.begin(request_id, lambda each=each: each, 10)  # type: ignore[misc]
    waveforms.stop(1)
    await asyncio.sleep(60)
    assert list(dict.fromkeys(part_of(message).request_id for message in sent)) == [0, 2]
    assert [each.heard for each in media][1] == []
    assert media[0].closed and media[2].closed
