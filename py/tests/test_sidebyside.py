"""Several encoders on one film: what one alone makes, sooner, in bounded memory; and what is left when it ends early."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.errors import EncoderError, ExportError, SinkError, SourceError
from gran_worker.sidebyside import MAX_HELD_BYTES, PACKET_BYTES, SideBySide
from tests.builders import SECOND_US, WireDict, background, clip, text, track, transition
from tests.fakes import HANG, FakeMedia, FakeStudio, RecordingOutput, Trouble, film_source, noise, sound_source, video_source
from tests.films import SOUND, Film
from tests.loop import run

SECONDS = 20
BEACH = film_source(video_source(seconds=SECONDS), sound_source(noise(SECONDS)))
SEA = video_source(25, seconds=8, name="sea.mp4")
SOURCES = {"beach.mp4": BEACH, "sea.mp4": SEA}
LOST = EncoderError("The video encoder stopped.", code="E_ENCODER_LOST")
BROKEN = SourceError("the picture of beach.mp4 is damaged.", code="E_DECODE")


def shared(*tracks: WireDict, n: int = 3, media: dict | None = None, output: dict | None = None, **fields: object) -> Film:
    """The film to be made by ``n`` encoders, a key frame each second. Of ``output``, lower-case names are the output's own."""
    made = dict(output or {})
    own = {name: made.pop(name) for name in ("encode_s", "put_s", "packet_bytes") if name in made}
    studio = FakeStudio(FakeMedia(troubles=media or {}), RecordingOutput(n_lanes=n, troubles=made, **own))
    listed = tracks or (track(clip("c", seconds=SECONDS)),)
    return Film(*listed, sources=SOURCES, studio=studio, **{"keyFrameIntervalMs": 1000, **fields})  # type: ignore[arg-type]


async def made_by(n: int, *tracks: WireDict, **fields: object) -> Film:
    made = shared(*tracks, n=n, **fields)  # type: ignore[arg-type]
    await made.export()
    assert made.studio.is_tidy
    return made


def counts(made: Film) -> tuple[int, int]:
    """Repeated and dropped frames."""
    assert made.meter is not None
    return made.meter.repeated_frames, made.meter.dropped_frames


MIXED = (
    track(text("t", start_us=5_500_000, duration_us=9_000_000)),
    track(
        clip("a", duration_us=3_700_000),
        clip(
            "b", start_us=3_700_000, duration_us=5_000_000, source="sea.mp4", transitionIn=transition("dissolve", 1_500_000, mode="blend")
        ),
        clip("c", start_us=9_000_000, duration_us=4_000_000, source_start_us=2_345_678, speed=2.0),
        clip("d", start_us=13_000_000, duration_us=2_000_000, freezeFrameSourceUs=3_000_000),
        clip("e", start_us=15_000_000, duration_us=5_000_000, source="sea.mp4", source_start_us=6_000_000),
    ),
)
"""Straight and drawn, a blend, a gap, a frozen and a fast clip, one that goes on past the end of its source."""


@pytest.mark.parametrize("fps", [30, 29.97, 24, 60, 12])
@pytest.mark.parametrize("n", [2, 3, 8])
async def test_several_encoders_make_the_film_that_one_makes(n: int, fps: float) -> None:
    alone = await made_by(1, *MIXED, fps=fps, audio=SOUND)
    together = await made_by(n, *MIXED, fps=fps, audio=SOUND, output={"encode_s": 0.01})
    assert together.output.pictures == alone.output.pictures
    assert (together.output.sound == alone.output.sound).all()
    assert together.output.order == alone.output.order
    assert len(together.output.keys) >= min(n, 7)
    assert together.meter is not None
    assert together.meter.frames_done == together.meter.frames_total == len(together.output.pictures)
    assert counts(together) == counts(alone)
    seen = together.output.watched
    assert seen == sorted(seen), "pictures to be looked at never go back"
    assert seen[0] == 0
    assert len(seen) > 0.7 * len(together.output.pictures) / n, "those that the file waits for"


@settings(max_examples=25)
@given(
    cuts=st.lists(st.integers(1, 9_999_999), max_size=6, unique=True),
    interval_ms=st.integers(100, 3000),
    n=st.integers(2, 5),
    slow=st.integers(0, 100),
    fps=st.sampled_from([30, 50, 24, 11]),
)
def test_wherever_clips_and_sections_are_cut_no_frame_is_lost(cuts: list[int], interval_ms: int, n: int, slow: int, fps: int) -> None:
    edges = [0, *sorted(cuts), 10_000_000]
    items = track(
        *(clip(f"c{i}", start_us=a, duration_us=b - a, source_start_us=a) for i, (a, b) in enumerate(zip(edges, edges[1:], strict=False)))
    )

    async def both() -> None:
        one = await made_by(1, items, keyFrameIntervalMs=interval_ms, fps=fps)
        # One encoder that lags behind at some frame changes nothing.
        lagging = {f"frame {slow}": Trouble(delay_s=7), "encode_s": 0.01}
        many = await made_by(n, items, keyFrameIntervalMs=interval_ms, fps=fps, output=lagging)
        assert many.output.pictures == one.output.pictures
        assert counts(many) == counts(one)
        assert many.output.watched == sorted(many.output.watched)

    run(both())


@pytest.mark.parametrize("n", [2, 3, 4])
async def test_n_slow_encoders_take_an_nth_of_the_time(n: int) -> None:
    loop = asyncio.get_running_loop()
    took_s = []
    for encoders in (1, n):
        began_s = loop.time()
        await made_by(encoders, output={"encode_s": 0.1})
        took_s.append(loop.time() - began_s)
    # Twenty sections do not divide by three: at the end one waits for the last.
    assert took_s[0] == pytest.approx(SECONDS * 30 * 0.1, rel=0.02)
    assert 1 / n <= took_s[1] / took_s[0] <= 1 / n + 0.03


async def test_a_slow_disk_holds_the_encoders_back() -> None:
    size = 1 << 20
    made = await made_by(4, output={"put_s": 1.0, "encode_s": 0.01, "packet_bytes": size})
    # Each encoder may have made one more when there was no room any more.
    assert MAX_HELD_BYTES // 2 < made.output.peak_held * size <= MAX_HELD_BYTES + 4 * size
    assert made.meter is not None
    assert made.meter.high_water["heldBytes"] <= MAX_HELD_BYTES + 4 * (size + PACKET_BYTES)


async def test_no_encoder_runs_far_ahead_of_one_that_lags() -> None:
    n = 3
    made = await made_by(n, output={"encode_s": 0.01, "frame 10": Trouble(delay_s=1000)})
    # Sections of a second: those of the window, without the one that lags.
    assert made.output.peak_held <= (2 * n - 1) * 30 + 10


async def test_frames_and_decoders_are_bounded_by_the_number_of_encoders() -> None:
    alone, together = await made_by(1, *MIXED), await made_by(3, *MIXED)
    assert together.media.peak_frames <= 3 * alone.media.peak_frames
    assert together.media.peak_iterators <= 3 * alone.media.peak_iterators
    straight = await made_by(3)
    assert (straight.media.peak_frames, straight.media.peak_iterators) == (3 * 2, 3)


@pytest.mark.parametrize("failing", [0, 45, 89, 299, SECONDS * 30 - 1])
async def test_the_first_encoder_that_fails_ends_the_export(failing: int) -> None:
    # The sections beside it fail too, a moment later.
    others = {f"frame {index}": Trouble(EncoderError("Another one."), delay_s=0.5) for index in (5, 35, 65) if index // 30 != failing // 30}
    made = shared(output={"encode_s": 0.001, f"frame {failing}": Trouble(LOST), **(others if failing < 90 else {})})
    with pytest.raises(EncoderError, match="The video encoder stopped"):
        await made.export()
    assert made.studio.is_tidy
    assert made.output.closed


@pytest.mark.parametrize(("step", "error"), [("put 100", SinkError("The disk is full.")), ("finish", SinkError("The disk is full."))])
async def test_a_sink_that_fails_ends_all_encoders(step: str, error: ExportError) -> None:
    made = shared(output={"encode_s": 0.01, step: Trouble(error)})
    with pytest.raises(SinkError, match="disk is full"):
        await made.export()
    assert made.studio.is_tidy
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("frame", [0, 30, 333])
async def test_cancelled_midway_nothing_stays_open(frame: int) -> None:
    loop = asyncio.get_running_loop()
    # One encoder hangs for ever: the others have gone as far ahead as they may.
    made = shared(output={"encode_s": 0.01, f"frame {frame + 61}": HANG}, media={"leave beach.mp4": Trouble(delay_s=0.1)}, audio=SOUND)
    job = asyncio.ensure_future(made.export())
    await made.output.reached(frame)
    await asyncio.sleep(60)
    cancelled_s = loop.time()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    # Decoders take leave side by side, too; the one of the sound in its turn.
    assert loop.time() - cancelled_s <= 0.25
    assert made.studio.is_tidy
    assert len(asyncio.all_tasks()) == 1


async def test_decoders_that_fail_at_once_are_each_replaced_and_told_of_once() -> None:
    broken = {f"frame beach.mp4 {index}": Trouble(BROKEN, in_hardware=True) for index in range(SECONDS * 30)}
    made = shared(media=broken)
    await made.export()
    assert made.output.numbers == list(range(SECONDS * 30))
    assert [(warning.code, warning.clip_id) for warning in made.warnings] == [("decoder-fallback", "c")]
    assert made.studio.is_tidy


class Bytes(int):
    @property
    def n_bytes(self) -> int:
        return 1


async def test_an_empty_section_gives_nothing_and_holds_nobody_up() -> None:
    async def encode(frames: range, hand: object) -> None:
        await hand([Bytes(index) for index in frames if index < 3])  # type: ignore[operator]

    both = SideBySide([range(2), range(2, 5), range(5, 9), range(9, 10)], [encode, encode])
    assert [await both.next() for _ in range(4)] == [0, 1, 2, None]
    assert both.held_bytes == 0
    await both.aclose()


async def test_a_background_alone_is_shared_too() -> None:
    made = await made_by(3, track(background(duration_us=12 * SECOND_US)))
    assert made.output.shown == ["#000000"] * 360 or len(set(made.output.shown)) == 1
