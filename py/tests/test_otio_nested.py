"""OTIO files among the sources, shown by timeline clips."""

import pytest

from gran_worker import otio
from gran_worker.errors import ContractError, ExportError, PlanError
from gran_worker.otio.nested import with_otio_files
from gran_worker.plan import source_paths
from gran_worker.scope import check_paths
from tests.builders import FILE, clip, inner_timeline, nested, parsed, snapshot, track


def file(*items: dict, **fields: object) -> str:
    return otio.write({"timebase": {"fps": 25}, "tracks": [{"id": "v", **track(*items)}], **fields})


async def filled(files: dict[str, str], *items: dict, **fields: object):
    """The timeline of ``items`` with ``files`` (by their names in the scope) read, and which were, in order."""
    asked: list[str] = []

    async def read_text(name: tuple[str, ...]) -> str:
        asked.append("/".join(name))
        return files["/".join(name)]

    sources = {name: FILE for name in (*files, "a.mp4", "b.mp4") if "/" not in name}
    message = parsed(snapshot(track(*items), **{"sources": sources, **fields}))
    timeline = await with_otio_files(message.timeline, read_text)
    check_paths(timeline)
    return timeline, asked


async def test_a_file_becomes_a_timeline_whose_media_are_the_sources_around_it() -> None:
    timeline, asked = await filled(
        {"cut.otio": file(clip("x", source="a.mp4"))}, nested("n", "cut.otio"), nested("m", "cut.otio", start_us=1_000_000)
    )
    assert asked == ["cut.otio"]
    assert timeline.timelines["cut.otio"].tracks[0].items[0].source.path == "a.mp4"
    assert list(source_paths(timeline)) == ["a.mp4"]


async def test_files_in_files_and_timelines() -> None:
    files = {"outer.otio": file(clip("i", source="inner.otio", clipType="timeline")), "inner.otio": file(clip("x", source="b.mp4"))}
    timeline, asked = await filled(files, nested("n", "outer.otio"))
    assert (asked, list(source_paths(timeline))) == (["outer.otio", "inner.otio"], ["b.mp4"])


async def test_the_sources_of_a_nested_timeline_come_first() -> None:
    files = {"cut.otio": file(clip("x", source="a.mp4")), "deep/cut.otio": file(clip("x", source="b.mp4"))}
    deep = {**inner_timeline(track(nested("d", "cut.otio"))), "sources": {"cut.otio": FILE}}
    timeline, asked = await filled(files, nested("n", "deep"), nested("m", "cut.otio", start_us=1_000_000), timelines={"deep": deep})
    assert sorted(asked) == ["cut.otio", "deep/cut.otio"]
    assert sorted(source_paths(timeline)) == ["a.mp4", "b.mp4"]


async def test_a_timeline_of_that_name_wins_over_the_file() -> None:
    timeline, asked = await filled({"t": "never read"}, nested("n", "t"), timelines={"t": inner_timeline(track(clip(source="a.mp4")))})
    assert asked == []


@pytest.mark.parametrize(
    ("files", "kind", "words"),
    [
        (
            {"cut.otio": file(clip("x", name="shot", source="http://else.where/x.mp4"))},
            PlanError,
            "“shot” .* x.mp4 is not among the sources",
        ),
        ({"cut.otio": "{}"}, ContractError, "^cut.otio: .*no OpenTimelineIO file"),
        (
            {"cut.otio": file(clip("x", source="cut.otio", clipType="timeline"))},
            ContractError,
            "cannot contain itself: cut.otio → cut.otio",
        ),
    ],
)
async def test_what_cannot_be_shown_is_told_with_its_name(files: dict[str, str], kind: type[ExportError], words: str) -> None:
    with pytest.raises(kind, match=words):
        await filled(files, nested("n", "cut.otio"))


async def test_a_chain_without_end_is_cut() -> None:
    class Endless(dict):
        def __missing__(self, name: str) -> str:
            return file(clip("x", source=f"{int(name.split('.')[0]) + 1}.otio", clipType="timeline"))

    sources = {f"{n}.otio": FILE for n in range(300)}
    with pytest.raises(ContractError, match="deep|more than"):
        await filled(Endless(), nested("n", "0.otio"), sources=sources)
