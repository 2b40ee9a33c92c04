"""Timeline clips that show an OpenTimelineIO file among the sources: the file becomes a timeline in the timeline."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping

from pydantic import TypeAdapter

from gran_worker.errors import ContractError
from gran_worker.otio.reading import read
from gran_worker.refusals import parse_json, printable
from gran_worker.scope import Scope
from gran_worker.snapshot import NestedTimeline, Timeline, file_name

MAX_FILES = 100

_TIMELINE = TypeAdapter(NestedTimeline)

ReadText = Callable[[tuple[str, ...]], Awaitable[str]]
"""The text of the source with this name (``Scope.find_source``)."""


async def with_otio_files(timeline: Timeline, read_text: ReadText) -> Timeline:
    """``timeline`` with every OTIO file that a clip shows, and that those show, among its ``timelines``.

    What such a file names is looked up in the ``sources`` around it, and may be missing there; nothing is fetched. Raises
    ContractError for a file that is none, with its name.
    """
    n_files = 0
    while True:
        wanted = next(_wanted(Scope((timeline,))), None)
        if wanted is None:
            break
        n_files += 1
        if n_files > MAX_FILES:
            raise ContractError(f"timeline: shows more than {MAX_FILES} OpenTimelineIO files")
        holder, path = wanted
        text = await read_text((*holder.keys, path))
        timeline = _put(timeline, holder.keys, path, _parsed(text, printable(file_name(path))))
    return timeline


def _parsed(text: str, name: str) -> NestedTimeline:
    try:
        return parse_json(_TIMELINE, json.dumps(read(text).timeline), where="timeline")
    except ContractError as error:
        raise ContractError(f"{name}: {error.message}") from error


def _wanted(scope: Scope) -> Iterator[tuple[Scope, str]]:
    """Where a file's timeline has to be put, and its path."""
    for clip in (clip for track in scope.timeline.tracks for clip in track.enabled_clips):
        if clip.clip_type != "timeline" or clip.source is None:
            continue
        file, known = scope.find_source(clip.source.path), scope.find_timeline(clip.source.path)
        # The innermost of the two is meant.
        if file is not None and (known is None or len(known.keys) < len(file)):
            depth = len(file) - 1
            yield Scope(scope.chain[: depth + 1], file[:-1]), clip.source.path
    for path, inner in scope.timeline.timelines.items():
        yield from _wanted(Scope((*scope.chain, inner), (*scope.keys, path)))


def _put(timeline: Timeline, keys: tuple[str, ...], path: str, inner: NestedTimeline) -> Timeline:
    """``timeline`` with ``inner`` at ``path`` in the timeline that ``keys`` lead to."""
    timelines: Mapping[str, NestedTimeline]
    if not keys:
        timelines = {**timeline.timelines, path: inner}
    else:
        changed = _put(timeline.timelines[keys[0]], keys[1:], path, inner)
        assert isinstance(changed, NestedTimeline)
        timelines = {**timeline.timelines, keys[0]: changed}
    return timeline.model_copy(update={"timelines": timelines})
