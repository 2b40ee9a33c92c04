"""The preview as a whole, over fakes and virtual time: commands in, frames and words out."""

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

import numpy as np
import pytest

from gran_worker import otio
from gran_worker.compose import Op, pictures
from gran_worker.errors import SourceError
from gran_worker.geometry import Size
from gran_worker.plan import RenderPlan
from gran_worker.ports import Block, Frame
from gran_worker.preview.messages import Outgoing, PreviewFrame, PreviewPicture, PreviewProblem, PreviewState, ShowPreview, View, parse
from gran_worker.preview.playback import PREROLL
from gran_worker.preview.ports import Heard
from gran_worker.preview.session import Preview, Wish
from tests.builders import FILE, SECOND_US, WireDict, background, clip, nested, snapshot, track
from tests.fakes import SIZE, FakeFrame, FakeMedia, Trouble, film_source, noise, sound_source, video_source

VIEW: WireDict = {"width": SIZE.width, "height": SIZE.height, "fps": 30}
FILM = film_source(video_source(seconds=4, name="film.mp4"), sound_source(noise(4), name="film.mp4"))
FRAME_S = 1 / 30


class FakeStage:
    """Shows numbers of frames. ``cost_s`` is what drawing takes."""

    def __init__(self, media: FakeMedia) -> None:
        self.media = media
        self.cost_s = 0.0
        self.changed: set[str] = set()
        self.forgotten: list[str] = []
        self.otio: dict[tuple[str, ...], str] = {}
        self.seen: list[tuple[object, ...]] = []
        self.plan: RenderPlan | None = None
        self._drawn: tuple[object, ...] = ()

    async def supply(self, _parcel: object) -> Collection[str]:
        changed, self.changed = self.changed, set()
        return changed

    async def read_otio(self, name: tuple[str, ...]) -> str:
        return self.otio[name]

    async def forget(self, path: str) -> None:
        self.forgotten.append(path)

    async def dress(self, plan: RenderPlan, _view: View) -> None:
        self.plan = plan

    async def draw(self, ops: Sequence[Op], frames: Sequence[Frame | None]) -> None:
        await asyncio.sleep(self.cost_s)
        self._drawn = tuple(self._shown(op.colour, frame) for op, frame in zip(pictures(ops), frames, strict=True))

    def present(self) -> None:
        self.seen.append(self._drawn)

    async def picture(self, ops: Sequence[Op], frames: Sequence[Frame | None]) -> object:
        return tuple(self._shown(op.colour, frame) for op, frame in zip(pictures(ops), frames, strict=True))

    def placeholder(self, size: Size) -> Frame:
        return FakeFrame(self.media, "placeholder", 0, 0, size)

    def _shown(self, colour: str | None, frame: Frame | None) -> object:
        if frame is None:
            return colour
        number = frame.number if isinstance(frame, FakeFrame) else 0
        path = getattr(frame, "path", "?")
        return path if path == "placeholder" else number


class FakeSpeaker:
    """Plays in real time once it goes, and reports 50 times a second."""

    def __init__(self, *, rate_hz: float = 48_000, mute: bool = False) -> None:
        self.fed: list[Block] = []
        self.runs = 0
        self._rate_hz, self._mute = rate_hz, mute
        self._report: Callable[[Heard], None] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def sound(self) -> Block:
        return np.concatenate(self.fed, axis=1)

    def begin(self, report: Callable[[Heard], None]) -> None:
        self.stop()
        self.runs += 1
        self.fed, self._report = [], report

    def feed(self, block: Block) -> None:
        self.fed.append(block)

    def go(self) -> None:
        assert sum(block.shape[1] for block in self.fed) >= PREROLL
        if not self._mute:
            self._task = asyncio.ensure_future(self._play())

    def stop(self) -> None:
        self._report = None
        if self._task is not None:
            self._task.cancel()

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while self._report is not None:
            await asyncio.sleep(0.02)
            due = int((loop.time() - began_s) * self._rate_hz)
            has = sum(block.shape[1] for block in self.fed)
            self._report(Heard(min(due, has), loop.time(), max(0, due - has)))


class Bench:
    """A preview of ``tracks`` that is up."""

    def __init__(self, media: FakeMedia) -> None:
        self.stage = FakeStage(media)
        self.sent: list[Outgoing] = []
        self.preview = Preview(self.stage, self.sent.append, asyncio.get_running_loop().time)

    async def show(self, *tracks: WireDict, **view: object) -> None:
        self.wish(*tracks, **view)
        await asyncio.sleep(0.3)

    async def show_otio(self, *items: WireDict) -> None:
        """A clip that shows ``cut.otio``, in which are ``items``."""
        self.stage.otio[("cut.otio",)] = otio.write({"timebase": {"fps": 30}, "tracks": [{"id": "v", **track(*items)}]})
        self._wish(snapshot(track(nested("n", "cut.otio", seconds=2)), sources={"cut.otio": FILE, "beach.mp4": FILE}))
        await asyncio.sleep(0.3)

    def wish(self, *tracks: WireDict, **view: object) -> None:
        self._wish(snapshot(*tracks), **view)

    def _wish(self, timeline: WireDict, **view: object) -> None:
        message = parse(json.dumps({"type": "show_preview", "timeline": timeline, "view": {**VIEW, **view}}))
        assert isinstance(message, ShowPreview)
        self.preview.show(Wish(message, None))

    async def close(self) -> None:
        await self.preview.close()
        assert (self.stage.media.open_frames, self.stage.media.open_iterators) == (0, 0)

    def of(self, kind: type[Outgoing]) -> list[Outgoing]:
        return [message for message in self.sent if isinstance(message, kind)]

    @property
    def state(self) -> PreviewState:
        states = self.of(PreviewState)
        assert isinstance(states[-1], PreviewState)
        return states[-1]

    @property
    def problems(self) -> list[str]:
        return [message.message for message in self.sent if isinstance(message, PreviewProblem)]

    @property
    def times_us(self) -> list[int]:
        return [message.time_us for message in self.sent if isinstance(message, PreviewFrame)]


async def opened(*tracks: WireDict, media: FakeMedia | None = None, **view: object) -> Bench:
    bench = Bench(media or FakeMedia({"beach.mp4": FILM}))
    await bench.show(*(tracks or (track(clip(seconds=2)),)), **view)
    return bench


async def test_the_first_frame_is_seen_at_once_and_a_sought_one_after_it() -> None:
    bench = await opened()
    assert bench.stage.seen == [(0,)]
    assert (bench.state.duration_us, bench.state.playing) == (2 * SECOND_US, False)
    await bench.preview.seek(1_000_000)
    await asyncio.sleep(0.1)
    assert bench.stage.seen[-1] == (30,)
    assert bench.times_us == [0, 1_000_000]
    await bench.close()


async def test_an_otio_file_among_the_sources_is_shown() -> None:
    bench = await opened()
    await bench.show_otio(clip("x", seconds=2, source_start_us=1_000_000))
    assert (bench.stage.seen[-1], bench.problems) == ((30,), [])
    await bench.show_otio(clip("x", seconds=2, source="nowhere.mp4"))
    assert bench.stage.seen[-1] == ("placeholder",)
    assert "nowhere.mp4" in bench.problems[0]
    bench.stage.otio.clear()
    await bench.close()


async def test_of_many_places_the_last_one_is_shown_and_few_of_the_others() -> None:
    bench = await opened()
    bench.stage.cost_s = 0.05
    for at_us in range(0, 1_900_000, 10_000):
        await bench.preview.seek(at_us)
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.2)
    assert bench.stage.seen[-1] == (56,)
    assert len(bench.stage.seen) < 12
    await bench.close()


async def test_steps_go_frame_by_frame_and_stop_at_both_ends() -> None:
    bench = await opened()
    shown = []
    for frames in (1, 1, -1, -5, 100, 1):
        await bench.preview.step(frames)
        await asyncio.sleep(0.05)
        shown.append(bench.stage.seen[-1][0])
    assert shown == [1, 2, 1, 0, 59, 59]
    await bench.close()


@pytest.mark.parametrize("speaker", [None, FakeSpeaker(), FakeSpeaker(mute=True)], ids=["none", "one", "one that is kept back"])
async def test_it_plays_every_frame_to_the_end_and_stops_there(speaker: FakeSpeaker | None) -> None:
    bench = await opened()
    if speaker is not None:
        await bench.preview.connect(speaker)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(4)
    assert bench.times_us == sorted(bench.times_us)
    assert {number for (number,) in bench.stage.seen} == set(range(60))
    state = bench.state
    assert (state.playing, state.time_us, state.dropped_frames) == (False, 2 * SECOND_US, 0)
    await bench.close()


async def test_the_picture_follows_the_sound_even_where_its_clock_is_another() -> None:
    bench = await opened(track(clip(seconds=4)))
    await bench.preview.connect(FakeSpeaker(rate_hz=48_000 * 1.02))
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(3)
    readings = bench.preview.readings(1)
    leads = readings.sound_leads_us[30:]
    assert leads
    assert max(map(abs, leads)) < 20_000
    assert readings.starved_samples == 0
    await bench.close()


async def test_frames_are_dropped_and_sound_is_not() -> None:
    bench = await opened(track(clip(seconds=4)))
    speaker = FakeSpeaker()
    await bench.preview.connect(speaker)
    bench.stage.cost_s = 0.1
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(3)
    readings = bench.preview.readings(1)
    assert readings.starved_samples == 0
    assert readings.dropped_frames > 40
    assert readings.shown_frames > 20
    assert max(map(abs, readings.sound_leads_us[5:])) < 80_000
    await bench.preview.pause()
    assert bench.state.dropped_frames >= readings.dropped_frames
    assert np.abs(speaker.sound).max() > 0.1
    await bench.close()


async def test_what_is_heard_is_the_film_from_the_playhead_on() -> None:
    bench = await opened(track(clip(seconds=4)))
    speaker = FakeSpeaker()
    await bench.preview.connect(speaker)
    await bench.preview.seek(1_000_000)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(0.5)
    assert FILM.sound is not None
    assert np.allclose(speaker.sound, FILM.sound[:, 48_000 : 48_000 + speaker.sound.shape[1]], atol=1e-6)
    await bench.close()


@pytest.mark.parametrize("speed", [Fraction(-1), Fraction(-4), Fraction(8), Fraction(1, 4)])
async def test_backwards_fast_and_slow(speed: Fraction) -> None:
    bench = await opened(track(clip(seconds=4)))
    await bench.preview.seek(2_000_000)
    await asyncio.sleep(0.1)
    await bench.preview.play(speed)
    await asyncio.sleep(0.2)
    passed_us = bench.state.time_us - 2_000_000
    await bench.preview.pause()
    await asyncio.sleep(0.1)
    assert abs(bench.state.time_us - 2_000_000 - speed * 200_000) < 20_000
    assert passed_us * speed >= 0
    numbers = [number for (number,) in bench.stage.seen[2:-1]]
    assert numbers == sorted(numbers, reverse=speed < 0)
    assert bench.state.dropped_frames <= 1
    await bench.close()


@pytest.mark.parametrize("has_sound", [False, True])
async def test_a_film_that_plays_goes_on_from_where_it_is_sought(has_sound: bool) -> None:
    bench = await opened(track(clip(seconds=4)))
    if has_sound:
        await bench.preview.connect(FakeSpeaker())
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(0.5)
    for to_us in (3_000_000, 1_000_000):
        await bench.preview.seek(to_us)
        await asyncio.sleep(0.5)
        assert bench.state.playing
        assert to_us + 200_000 < bench.times_us[-1] <= to_us + 500_000
    await bench.close()


async def test_backwards_it_stops_at_the_beginning() -> None:
    bench = await opened()
    await bench.preview.seek(500_000)
    await bench.preview.play(Fraction(-1))
    await asyncio.sleep(1)
    assert (bench.state.playing, bench.state.time_us, bench.stage.seen[-1]) == (False, 0, (0,))
    await bench.close()


async def test_played_at_its_end_a_film_begins_anew() -> None:
    bench = await opened()
    await bench.preview.seek(2_000_000)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(0.2)
    assert bench.state.playing
    assert bench.times_us[-1] < 300_000
    await bench.close()


async def test_another_picture_is_shown_while_it_plays_and_the_sound_goes_on() -> None:
    bench = await opened(track(clip(seconds=4)))
    speaker = FakeSpeaker()
    await bench.preview.connect(speaker)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(1)
    await bench.show(track(background(duration_us=4 * SECOND_US, backgroundColor="#ff0000", opacity=0.5)), track(clip(seconds=4)))
    assert len(bench.stage.seen[-1]) == 2
    assert speaker.runs == 1
    assert bench.state.playing
    await bench.show(track(clip(seconds=4, audioGain=0.5)))
    assert speaker.runs == 2, "another sound begins where the film is"
    assert 1_000_000 < bench.state.time_us < 2_500_000
    assert bench.state.dropped_frames <= 2
    await bench.close()


async def test_of_many_timelines_the_last_one_is_shown() -> None:
    bench = await opened()
    for opacity in range(100):
        bench.wish(track(clip(seconds=1 + opacity / 100, opacity=opacity / 100)))
    await asyncio.sleep(0.3)
    assert bench.state.duration_us == 2_000_000
    assert len(bench.of(PreviewFrame)) < 6
    await bench.close()


async def test_sources_are_opened_once_and_again_when_they_change() -> None:
    probed: list[str] = []

    class Counting(FakeMedia):
        async def probe(self, path: str) -> object:  # type: ignore[override]
            probed.append(path)
            return await super().probe(path)

    bench = await opened(media=Counting({"beach.mp4": FILM}))
    await bench.show(track(clip(seconds=1)))
    assert probed == ["beach.mp4"]
    bench.stage.changed = {"beach.mp4"}
    await bench.show(track(clip(seconds=1)))
    assert probed == ["beach.mp4"] * 2
    assert bench.stage.forgotten == ["beach.mp4"]
    await bench.close()


async def test_a_source_that_changes_while_it_plays_is_neither_heard_nor_drawn_from_while_it_is_closed() -> None:
    media = FakeMedia({"beach.mp4": FILM})
    bench = await opened(track(clip(seconds=4)), media=media)
    await bench.preview.connect(FakeSpeaker())
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(1)
    left: list[int] = []
    forget = bench.stage.forget

    async def counted(path: str) -> None:
        left.append(media.open_iterators)
        await forget(path)

    bench.stage.forget = counted  # type: ignore[method-assign]
    bench.stage.changed = {"beach.mp4"}
    await bench.show(track(clip(seconds=4)))
    assert left == [0]
    assert bench.state.playing
    assert 1_000_000 < bench.state.time_us < 2_500_000
    assert bench.of(PreviewProblem) == []
    await bench.preview.pause()
    assert not bench.state.playing
    await bench.close()


BROKEN = SourceError("the picture of film.mp4 is damaged and cannot be decoded.", code="E_DECODE")


async def test_a_clip_that_cannot_be_opened_is_named_once_and_the_rest_plays() -> None:
    media = FakeMedia({"beach.mp4": FILM})
    bench = await opened(track(clip("c1", seconds=1), clip("c2", source="gone.mp4", start_us=SECOND_US, seconds=1)), media=media)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(3)
    assert bench.problems == ["Clip “gone.mp4” (c2): gone.mp4 is gone."]
    assert ("placeholder",) in bench.stage.seen
    assert bench.stage.seen[20] != ("placeholder",)
    assert not bench.state.playing
    await bench.close()


async def test_a_clip_that_breaks_midway_becomes_a_placeholder_from_there_on() -> None:
    media = FakeMedia({"beach.mp4": FILM}, troubles={"frame beach.mp4 20": Trouble(BROKEN)})
    bench = await opened(media=media)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(3)
    assert bench.problems == [f"Clip “beach.mp4” (c1): {BROKEN.message}"]
    assert (19,) in bench.stage.seen
    assert bench.stage.seen[-1] == ("placeholder",)
    await bench.close()


async def test_sound_that_breaks_is_told_and_the_picture_plays_on() -> None:
    damaged = SourceError("the sound of film.mp4 is damaged.", code="E_DECODE")
    bench = await opened(media=FakeMedia({"beach.mp4": FILM}, troubles={"sound beach.mp4": Trouble(damaged)}))
    speaker = FakeSpeaker()
    await bench.preview.connect(speaker)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(3)
    assert bench.problems == ["Clip “beach.mp4” (c1): the sound of film.mp4 is damaged."]
    assert {number for (number,) in bench.stage.seen} == set(range(60))
    await bench.close()


async def test_a_path_that_leads_nowhere_is_a_broken_clip_and_no_refusal() -> None:
    bench = Bench(FakeMedia({"beach.mp4": FILM}))
    timeline = snapshot(track(clip("c1"), clip("c2", source="lost.mov", start_us=SECOND_US)))
    del timeline["sources"]["lost.mov"]
    message = parse(json.dumps({"type": "show_preview", "timeline": timeline, "view": VIEW}))
    assert isinstance(message, ShowPreview)
    bench.preview.show(Wish(message, None))
    await asyncio.sleep(0.2)
    assert bench.stage.seen == [(0,)]
    assert len(bench.problems) == 1
    assert "lost.mov" in bench.problems[0]
    await bench.close()


async def test_a_timeline_with_nothing_in_it_is_an_empty_picture() -> None:
    bench = await opened(track(clip(disabled=True)))
    assert (bench.stage.seen, bench.problems, bench.state.duration_us) == ([()], [], 0)
    await bench.preview.play(Fraction(1))
    await bench.preview.step(1)
    assert not bench.state.playing
    await bench.close()


async def test_a_picture_is_taken_without_showing_it() -> None:
    bench = await opened()
    await bench.preview.take_picture(7, 1_500_000)
    answer = bench.sent[-1]
    assert isinstance(answer, PreviewPicture)
    assert (answer.request_id, answer.blob) == (7, (45,))
    assert bench.stage.seen == [(0,)]
    await bench.close()


async def test_a_bug_in_drawing_is_told_and_the_next_frame_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    media = FakeMedia({"beach.mp4": FILM}, troubles={"frame beach.mp4 30": Trouble(ZeroDivisionError("oops"))})
    bench = await opened(media=media)
    await bench.preview.seek(1_000_000)
    await asyncio.sleep(0.1)
    assert len(bench.problems) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    media.troubles.clear()
    await bench.preview.seek(1_100_000)
    await asyncio.sleep(0.1)
    assert bench.stage.seen[-1] == (33,)
    await bench.close()


async def test_an_hour_of_scrubbing_and_playing_leaves_as_much_open_as_a_minute() -> None:
    bench = await opened(track(*(clip(f"c{at}", start_us=at * SECOND_US, seconds=1, source_start_us=at * 100_000) for at in range(20))))
    speaker = FakeSpeaker()
    await bench.preview.connect(speaker)
    peaks = []
    for turn in range(600):
        await bench.preview.seek(turn * 7_654_321 % (20 * SECOND_US))
        if turn % 10 == 0:
            await bench.preview.play(Fraction(-1 if turn % 20 else 1))
        elif turn % 10 == 3:
            await bench.preview.pause()
        await asyncio.sleep(0.1)
        peaks.append((bench.stage.media.open_frames, bench.stage.media.open_iterators))
    assert max(frames for frames, _ in peaks) <= 60
    assert max(iterators for _, iterators in peaks) <= 9
    assert max(peaks[300:]) <= max(peaks[:300])
    await bench.close()


async def test_the_next_clip_is_decoded_before_it_comes_into_sight() -> None:
    media = FakeMedia({"beach.mp4": FILM, "city.mp4": FILM}, decode_s=0.0)
    bench = await opened(track(clip("a", seconds=1), clip("b", source="city.mp4", start_us=SECOND_US, seconds=1)), media=media)
    await bench.preview.play(Fraction(1))
    await asyncio.sleep(0.8)
    assert ("city.mp4", 0) in media.decoded
    assert bench.stage.seen[-1] < (30,)
    await asyncio.sleep(0.5)
    assert bench.state.dropped_frames == 0
    await bench.close()
