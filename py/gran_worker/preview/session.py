"""The preview of one page: takes commands as they come, shows one frame after the other, tells where it is."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass
from fractions import Fraction

from gran_worker import opening
from gran_worker.errors import ExportError, InternalError, PlanError
from gran_worker.otio.nested import with_otio_files
from gran_worker.plan import RenderPlan, build_plan, source_paths
from gran_worker.ports import Clock, Probe
from gran_worker.preview.film import Film
from gran_worker.preview.messages import Outgoing, PreviewFrame, PreviewPicture, PreviewProblem, PreviewReadings, PreviewState, ShowPreview
from gran_worker.preview.playback import Playback
from gran_worker.preview.ports import SpeakerPort, StagePort
from gran_worker.preview.scrub import ReaderPool
from gran_worker.preview.tolerance import TolerantMedia
from gran_worker.scope import find_missing
from gran_worker.settings import Settings
from gran_worker.snapshot import Timeline, label
from gran_worker.wire import Opaque

STATE_S = 0.25
"""While it plays, the state is told this often."""
LOOK_AGAIN_S = 0.1
GONE = Opaque("Blob")


@dataclass(frozen=True, slots=True)
class Wish:
    """The latest ``show_preview``: what it says, and itself, with the files."""

    message: ShowPreview
    parcel: object


class Preview:
    """Runs from the first command on until :meth:`close`."""

    def __init__(self, stage: StagePort, send: Callable[[Outgoing], None], clock: Clock) -> None:
        self._stage, self._send, self._clock = stage, send, clock
        self._media = TolerantMedia(stage.media, stage.placeholder, self.tell)
        self._pool = ReaderPool(self._media)
        self._probes: dict[str, Probe] = {}
        self._film: Film | None = None
        self._wish: Wish | None = None
        self._head_us = 0
        self._shown = 0
        self._playback: Playback | None = None
        self._last: Playback | None = None
        self._waiting: Fraction | None = None
        """The speed to play at as soon as there is a film again."""
        self._dropped = 0
        self._speaker: SpeakerPort | None = None
        self._told: set[str] = set()
        self._told_s = 0.0
        self._stale = False
        self._woken = asyncio.Event()
        self._scene = asyncio.Lock()
        """Held by whoever draws, or changes what is drawn from."""
        self._commands = asyncio.Lock()
        self._wished = asyncio.Event()
        self._warming: asyncio.Task[object] | None = None
        self._tasks: list[asyncio.Task[object]] = [
            asyncio.ensure_future(self._guarded(work)) for work in (self._build_wishes, self._show_frames)
        ]

    # Commands

    def show(self, wish: Wish) -> None:
        self._wish = wish
        self._wished.set()

    async def seek(self, time_us: int) -> None:
        async with self._commands:
            playback = self._playback
            await self._stop_playback()
            self._head_us = time_us
            if playback is not None:
                await self._play(playback.speed)
            else:
                self._refresh()

    async def step(self, frames: int) -> None:
        async with self._commands:
            await self._stop()
            if self._film is not None and self._film.n_frames:
                index = min(max(0, self._film.index_at(self._head_us) + frames), self._film.n_frames - 1)
                self._head_us = self._film.settings.fps.start_us(index)
            self._refresh()

    async def play(self, speed: Fraction) -> None:
        async with self._commands:
            if speed == 0:
                await self._stop()
            else:
                await self._play(speed)
            self._tell_state()

    async def pause(self) -> None:
        async with self._commands:
            await self._stop()
            self._tell_state()

    async def connect(self, speaker: SpeakerPort) -> None:
        """A film that plays already begins to sound."""
        async with self._commands:
            self._speaker = speaker
            if self._playback is not None:
                await self._play(self._playback.speed)

    async def take_picture(self, request_id: int, time_us: int) -> None:
        try:
            async with self._scene:
                if self._film is None or self._film.plan is None:
                    raise PlanError("There is no picture: the timeline has no enabled clip.", code="E_EMPTY")
                ops, frames = await self._film.picture(self._film.index_at(time_us))
                blob = await self._stage.picture(ops, frames)
            self._send(PreviewPicture(request_id=request_id, blob=blob))
        except ExportError as error:
            self._send(PreviewPicture(request_id=request_id, problem=error.message))
        except Exception as bug:  # noqa: BLE001 - somebody waits for the answer
            traceback.print_exception(bug)
            self._send(PreviewPicture(request_id=request_id, problem=InternalError.wrap(bug).message))

    def tell(self, error: ExportError) -> None:
        """Once for each thing that is wrong."""
        self.warn(error.code, error.message, error.clip_id)

    def warn(self, code: str, message: str, clip_id: str | None) -> None:
        if message not in self._told:
            self._told.add(message)
            self._send(PreviewProblem(code=code, message=message, clip_id=clip_id))

    def readings(self, request_id: int) -> PreviewReadings:
        run = self._playback or self._last
        shown = run.n_shown if run else 0
        return PreviewReadings(
            request_id=request_id,
            played_seconds=round(self._clock() - run.began_s, 3) if run else 0.0,
            shown_frames=shown,
            dropped_frames=run.dropped if run else 0,
            starved_samples=run.starved if run else 0,
            mean_frame_ms=round(1000 * run.busy_s / shown, 2) if run and shown else 0.0,
            sound_leads_us=tuple(run.leads_us) if run else (),
            open_readers=self._pool.n_readers,
            open_frames=self._pool.n_frames,
            open_sources=len(self._probes),
        )

    async def close(self) -> None:
        async with self._commands:
            await self._stop()
        tasks = [*self._tasks, *([self._warming] if self._warming else [])]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await self._pool.aclose()
        await self._media.close()

    # Playing

    async def _play(self, speed: Fraction) -> None:
        await self._stop()
        film = self._film
        if film is None:
            self._waiting = speed
            return
        if not film.n_frames:
            return
        if speed > 0 and self._head_us >= film.settings.fps.start_us(film.n_frames - 1):
            self._head_us = 0
        self._playback = self._last = Playback(film, self._head_us, speed, self._clock, self._woken.set)
        self._refresh()
        self._playback.start(self._speaker, self._media)

    async def _stop(self) -> None:
        self._waiting = None
        await self._stop_playback()

    async def _stop_playback(self) -> None:
        """What waits for a film goes on waiting."""
        playback, self._playback = self._playback, None
        if playback is not None:
            self._head_us = min(max(0, playback.pace.at_us(self._clock())), playback.film.duration_us)
            self._dropped += playback.dropped
            self._refresh()
            await playback.stop()

    # What is shown

    def _refresh(self) -> None:
        self._stale = True
        self._woken.set()

    async def _show_frames(self) -> None:
        while True:
            if self._stale:
                self._stale = False
                await self._show(self._film.index_at(self._head_us) if self._film else 0)
                self._tell_state()
            elif self._playback is not None:
                await self._play_frame(self._playback)
            else:
                await self._woken.wait()
                self._woken.clear()

    async def _show(self, index: int) -> None:
        async with self._scene:
            film = self._film
            if film is None:
                return
            ops, frames = await film.picture(index)
            await self._stage.draw(ops, frames)
            self._stage.present()
        self._shown = index
        self._send(PreviewFrame(time_us=film.settings.fps.start_us(index)))

    async def _play_frame(self, playback: Playback) -> None:
        await playback.let_sound_go_first()
        film, fps = playback.film, playback.film.settings.fps
        began_s = self._clock()
        index = playback.choice.next(playback.pace, began_s)
        if not 0 <= index < film.n_frames:
            await self._reach_end(playback)
            return
        async with self._scene:
            if film is not self._film:
                await asyncio.sleep(0)  # for whoever is about to go on with another one
                return
            ops, frames = await film.picture(index)
            await self._stage.draw(ops, frames)
        took_s = self._clock() - began_s
        playback.choice.took(took_s)
        if not await self._until(playback, fps.start_us(index)) or film is not playback.film:
            return
        self._stage.present()
        self._shown = index
        playback.note_shown(fps.start_us(index), took_s)
        self._send(PreviewFrame(time_us=fps.start_us(index)))
        if self._clock() - self._told_s >= STATE_S:
            self._tell_state()
        if playback.speed > 0:
            self._warm(film, index)

    def _warm(self, film: Film, index: int) -> None:
        """Starts one decoder ahead of its time, beside the drawing."""
        if self._warming is None or self._warming.done():
            if (coming := film.coming(index)) is not None:
                layer, output_us = coming
                self._warming = asyncio.ensure_future(self._pool.take(layer).at(output_us))

    async def _until(self, playback: Playback, moment_us: int) -> bool:
        """Waits for a moment of the film. False if playback ended, or went elsewhere, meanwhile."""
        while self._playback is playback and not self._stale:
            wait_s = playback.pace.seconds_until(moment_us, self._clock())
            if wait_s == 0:
                return True
            self._woken.clear()
            with suppress(TimeoutError):
                # Not for long: the speaker may move the film meanwhile.
                await asyncio.wait_for(self._woken.wait(), min(wait_s, LOOK_AGAIN_S))
        return False

    async def _reach_end(self, playback: Playback) -> None:
        end_us = playback.film.duration_us if playback.speed > 0 else 0
        if not await self._until(playback, end_us):
            return
        async with self._commands:
            if self._playback is playback:
                await self._stop()
                self._head_us = end_us

    # What is to be shown

    async def _build_wishes(self) -> None:
        while True:
            await self._wished.wait()
            self._wished.clear()
            wish, self._wish = self._wish, None
            if wish is None:
                continue
            try:
                await self._build(wish)
            except ExportError as error:
                self._waiting = None
                self.tell(error)

    async def _build(self, wish: Wish) -> None:
        settings = wish.message.view.settings()
        timeline = _completed(wish.message.timeline)
        async with self._scene:
            changed = set(await self._stage.supply(wish.parcel))
        async with AsyncExitStack() as scene:
            old = self._film
            is_made_of_changed = bool(changed & self._probes.keys())
            if is_made_of_changed:
                # The film that is shown now is made of them: nothing of it can be drawn or heard any more.
                async with self._commands:
                    waiting = self._playback.speed if self._playback is not None else self._waiting
                    await self._stop()
                    self._film, self._waiting = None, waiting
                await scene.enter_async_context(self._scene)
                self._told.clear()
                for path in changed & self._probes.keys():
                    self._probes.pop(path)
                    await self._pool.forget(path)
                    await self._stage.forget(path)
            plan = await self._plan(timeline, settings)
            if not is_made_of_changed:
                await scene.enter_async_context(self._scene)
            if plan is not None:
                await self._stage.dress(plan, wish.message.view)
            self._film = Film(settings, plan, self._pool)
        async with self._commands:
            playback = self._playback
            if self._waiting is not None:
                await self._play(self._waiting)
            elif playback is None:
                self._refresh()
            elif old is None or not playback.goes_on_with(self._film, self._shown):
                self._head_us = min(playback.pace.at_us(self._clock()), self._film.duration_us)
                await self._play(playback.speed)
        self._tell_state()

    async def _plan(self, timeline: Timeline, settings: Settings) -> RenderPlan | None:
        timeline = _completed(await with_otio_files(timeline, self._stage.read_otio))
        paths = source_paths(timeline)
        self._media.clips = paths
        new = [path for path in paths if path not in self._probes]
        async with aclosing(opening.probes(self._media, new)) as opened:
            for path in new:
                self._probes[path] = await anext(opened)
        try:
            return build_plan(timeline, settings, self._probes)
        except PlanError as error:
            if error.code != "E_EMPTY":
                raise
            return None

    # Telling

    def _tell_state(self) -> None:
        playback = self._playback
        speed = playback.speed if playback else self._waiting
        self._told_s = self._clock()
        self._send(
            PreviewState(
                playing=speed is not None,
                rate=float(speed or 0),
                time_us=playback.pace.at_us(self._told_s) if playback else self._head_us,
                duration_us=self._film.duration_us if self._film else 0,
                dropped_frames=self._dropped + (playback.dropped if playback else 0),
            )
        )

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A frame that cannot be drawn ends neither the preview nor the page."""
        while True:
            try:
                await work()
            except ExportError as error:
                self.tell(error)
            except Exception as bug:  # noqa: BLE001 - told, and the next command is served
                traceback.print_exception(bug)
                self.tell(InternalError.wrap(bug))
            playback, self._playback = self._playback, None
            if playback is not None:
                await playback.stop()


def _completed(timeline: Timeline) -> Timeline:
    """``timeline`` with a source for every path that has none: opening it will fail, and be told, as that of any broken one."""
    missing = find_missing(timeline)
    for each in missing:
        if each.what == "timeline":
            raise PlanError(f"Clip {label(each.clip)}: its timeline is missing.", code="E_MISSING", clip_id=each.clip.id)
    if not missing:
        return timeline
    return timeline.model_copy(update={"sources": {**timeline.sources, **{each.path: GONE for each in missing}}})
