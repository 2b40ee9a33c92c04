"""Every idiom for crossing into JavaScript, once, with its reason."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import js
from pyodide.ffi import JsException, jsnull, to_js

from gran_worker.errors import ExportError

LEAVING_S = 0.3
"""How long an object that is being thrown away may take to say goodbye. Cancel must answer in a second, whatever hangs."""


def or_none(value: Any) -> Any:
    """JavaScript's null arrives as ``jsnull``: falsy, but not None."""
    return None if value is jsnull else value


def to_js_object(fields: Mapping[str, Any]) -> Any:
    """A plain JavaScript object. A dict by position would arrive as a PyProxy; here that fails instead of leaking."""
    return to_js(fields, dict_converter=js.Object.fromEntries, create_pyproxies=False)


def entries(record: Any) -> dict[str, Any]:
    """Own enumerable properties of a JavaScript object."""
    return {pair[0]: pair[1] for pair in js.Object.entries(record)}


def bytes_of(source: Any) -> bytes:
    """What an ArrayBuffer holds, or a view shows of one."""
    view = (
        js.Uint8Array.new(source.buffer, source.byteOffset, source.byteLength)
        if js.ArrayBuffer.isView(source)
        else js.Uint8Array.new(source)
    )
    return bytes(view.to_bytes())


def error_name(error: JsException) -> str:
    """The DOM name: NotFoundError, QuotaExceededError, ..."""
    return str(getattr(error, "name", "") or "Error")


@contextmanager
def js_errors(translate: Callable[[str, str], ExportError]) -> Iterator[None]:
    """JavaScript exceptions as ours: ``translate(name, message)``, chosen by the call site, for one name means many things."""
    try:
        yield
    except JsException as error:
        raise translate(error_name(error), str(getattr(error, "message", error))) from error


async def drain(iterator: Any, take: Callable[[Any], Awaitable[Any]] | None = None) -> AsyncGenerator[Any, None]:
    """Items of a JavaScript async iterator. Bare ``async for`` never calls its ``return()``, which is what frees the decoder.

    ``take`` awaits each step in the place of :func:`owned`.
    """
    take = take or owned
    has_ended = False
    try:
        while True:
            step = await take(iterator.next())
            if step.done:
                has_ended = True
                return
            yield step.value
    finally:
        # One that has ended has nothing to free. mediabunny's would close the last frame of a source, that was given away, if it was the
        # only one. "return" is a Python keyword; Pyodide spells it with an underscore.
        if not has_ended:
            await leave(iterator.return_())


@asynccontextmanager
async def first_of(iterator: Any, take: Callable[[Any], Awaitable[Any]] | None = None) -> AsyncGenerator[Any, None]:
    """The first item of a JavaScript async iterator or None; closed at the end, and the iterator with it."""
    async with aclosing(drain(iterator, take)) as items:
        first = await anext(items, None)
        try:
            yield first
        finally:
            if first is not None:
                first.close()


async def owned(coming: Any, waiter: "asyncio.Future[None] | None" = None) -> Any:
    """What a promise brings that must be closed, or an iterator's step or a decoder's result with such a thing.

    A cancelled ``await`` leaves the promise running; what it brings then is nobody's but ours to close. An exception that is set on
    ``waiter`` gives up waiting in the same way.
    """
    arriving = asyncio.ensure_future(coming)
    # A waiter of our own: awaiting the promise's future itself would cancel it, and then nobody hears what it brings.
    # shield() would tell of every failure that comes later as unhandled.
    waiter = waiter or asyncio.get_running_loop().create_future()

    def wake(_arrived: object) -> None:
        if not waiter.done():
            waiter.set_result(None)

    arriving.add_done_callback(wake)
    try:
        await waiter
    except BaseException:
        arriving.add_done_callback(_close)
        raise
    return arriving.result()


def _close(arrived: "asyncio.Future[Any]") -> None:
    if arrived.cancelled() or arrived.exception() is not None:
        return  # whoever would have heard of it is gone
    brought = arrived.result()
    thing = or_none(brought.value if hasattr(brought, "done") else getattr(brought, "image", brought))
    if thing is not None and hasattr(thing, "close"):
        thing.close()


async def leave(goodbye: Awaitable[Any], patience_s: float = LEAVING_S) -> None:
    """Waits for an object that is thrown away to finish, but not for long and not for its complaints. It goes on by itself."""
    task = asyncio.ensure_future(goodbye)
    # Looked at, early or late: a complaint that nobody takes would be told as unhandled.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({task}, timeout=patience_s)


def class_name(value: Any) -> str:
    """``File``, ``FileSystemFileHandle``, ``MessagePort``, ...: the name that structured clones keep."""
    return str(js.Object.prototype.toString.call(value))[8:-1]
