"""Where the file goes: one adapter for a file handle, a stream and a port, all or nothing.

mediabunny never gets the real stream: its own cancel and its failed finalize close their target, and closing commits. It writes
into :class:`Funnel`; only :meth:`Destination.commit` closes the real thing.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import js
from gran_js import holdFile
from pyodide.ffi import JsException, create_proxy

from gran_worker.browser.ffi import class_name, error_name, js_errors, leave, or_none, owned, to_js_object
from gran_worker.errors import SinkError

TAKEN = "NoModificationAllowedError"
DID_NOT_FINISH = "The export did not finish."
PORT_CREDIT = 2
"""Writes on their way to the page at once."""
ABORTING_S = 0.6
"""How long a file may take to be dropped before the export's end is told. It goes on after that."""
OPENING_S = 0.15
"""The same for one that has not even opened: perhaps it never does."""
STREAM_ABORTING_S = 0.15
"""The same for a stream, which hears of it only once a write that is under way has ended."""
UNLOCKING_S, UNLOCKING_TRIES = 0.02, 50
"""How often a file is asked for that its writer has been told to let go of."""
MEGABYTE = 1_000_000


class Destination(Protocol):
    """A file to be. Every method but the last raises SinkError."""

    async def open(self) -> None:
        """Gets ready to be written; what was there before stays as it is."""

    async def write(self, position: int, data: Any) -> None:
        """``data`` is a Uint8Array, valid only during the call."""

    async def settle(self) -> None:
        """Until every write has been taken, so that the commit has nothing to wait for but itself."""

    async def commit(self) -> None:
        """Makes it real."""

    async def abort(self) -> None:
        """Leaves it as it was before, or gone if it was empty. Quick, quiet, safe at any time."""

    async def reopened(self) -> Any | None:
        """The committed file as a Blob, or None where it cannot be read back."""


def destination_for(port: Any) -> Destination:
    """The adapter for ``writablePort``, whose class the contract has checked."""
    match class_name(port):
        case "FileSystemFileHandle":
            return HandleDestination(port)
        case "MessagePort":
            return PortDestination(port)
        case _:
            return StreamDestination(port)


async def is_same(port: Any, other: Any) -> bool:
    """Whether two destinations are one file. Streams and ports were transferred, so that each message has its own."""
    if class_name(port) != "FileSystemFileHandle" or class_name(other) != "FileSystemFileHandle":
        return False
    return bool(await port.isSameEntry(other))


def sink_error(name: str, message: str, written: int = 0) -> SinkError:
    """What a file's or stream's rejection means to a person."""
    match name:
        case "QuotaExceededError":
            amount = f" after {written // MEGABYTE} MB" if written >= MEGABYTE else ""
            return SinkError(f"The disk is full{amount}. Free some space and export again.", code="E_DISK")
        case "NotAllowedError" | "SecurityError":
            return SinkError("Access to the file ended. Choose where to save again.", code="E_PERMISSION")
        case "NotFoundError":
            return SinkError("The file or its folder is gone. Choose where to save again.", code="E_PERMISSION")
        case _ if name == TAKEN:
            told = "The file is being written by another tab or program. Close it there, or save under another name."
            return SinkError(told, code="E_PERMISSION")
        case _:
            return SinkError(f"The file could not be written ({message or name}). Try again, or save somewhere else.")


def abort_reason() -> Any:
    """What a write that is under way is rejected with. Pyodide cannot hear of a rejection that is no Error: its await would never end."""
    return js.DOMException.new(DID_NOT_FINISH, "AbortError")


class HandleDestination:
    """A FileSystemFileHandle: written through the browser's own swap file, which is put in place by ``close()``."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._opening: asyncio.Future[Any] | None = None
        self._place: Any = None
        """Of its one writer."""
        self._was_empty: bool | None = None
        self._committed = False
        self._written = 0

    async def open(self) -> None:
        with js_errors(sink_error):
            await self._look()
            await self._hold()
            # Where "exclusive" is unknown the option is ignored.
            self._opening = asyncio.ensure_future(self._handle.createWritable(mode="exclusive"))
            # Not awaited itself: a cancellation would cancel it, and the lock that comes all the same would be nobody's.
            await asyncio.wait({self._opening})
            try:
                self._opening.result()
            except JsException as error:
                self._was_empty = self._was_empty and error_name(error) != TAKEN  # else it is theirs who have it open, empty or not
                raise

    async def write(self, position: int, data: Any) -> None:
        with js_errors(lambda name, message: sink_error(name, message, self._written)):
            await self._stream.write(to_js_object({"type": "write", "position": position, "data": data}))
        self._written += data.byteLength

    async def settle(self) -> None:
        """Nothing to do: each write was awaited."""

    async def commit(self) -> None:
        with js_errors(lambda name, message: sink_error(name, message, self._written)):
            await self._stream.close()
        self._committed = True
        self._leave()

    async def abort(self) -> None:
        if not self._committed:
            is_opening = self._opening is not None and not self._opening.done()
            await leave(self._drop(), OPENING_S if is_opening else ABORTING_S)
            self._leave()

    async def _hold(self) -> None:
        """Firefox (153) opens a file for any number of writers. Its handles are those of the origin's private files, which have a path."""
        path = None
        with suppress(JsException):  # without that file system there is no file of it
            path = or_none(await (await js.navigator.storage.getDirectory()).resolve(self._handle))
        if path is None:
            return
        self._place = or_none(await owned(holdFile("/".join(path))))
        if self._place is None:
            self._was_empty = False
            raise sink_error(TAKEN, "")

    def _leave(self) -> None:
        if self._place is not None:
            self._place.close()
            self._place = None

    async def reopened(self) -> Any | None:
        with js_errors(sink_error):
            return await self._handle.getFile()

    @property
    def _stream(self) -> Any:
        assert self._opening is not None
        return self._opening.result()

    async def _drop(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None and not opening.done():
            # Perhaps it never opens. If it does after all, it is dropped then.
            with suppress(JsException):
                await self._remove()
        if opening is not None:
            with suppress(JsException):  # it did not open, or broke before: then there is nothing to drop
                await (await opening).abort(abort_reason())
        for _ in range(UNLOCKING_TRIES):
            # Browsers let go of a file a moment after they say so.
            with suppress(JsException):
                return await self._remove()
            await asyncio.sleep(UNLOCKING_S)

    async def _remove(self) -> None:
        """What was created for this export. As long as it is open for writing that fails."""
        await self._look()
        # Still empty: another tab may have put its film there meanwhile.
        if self._was_empty and await self._is_empty():
            await _remove_file(self._handle)
            self._was_empty = False

    async def _look(self) -> None:
        """An empty file was created for this export: pickers and ``getFileHandle({create: true})`` leave one behind."""
        if self._was_empty is None:
            self._was_empty = await self._is_empty()

    async def _is_empty(self) -> bool:
        return bool((await self._handle.getFile()).size == 0)


async def _remove_file(handle: Any) -> None:
    """Firefox (153) has no ``remove()``, and no handles but those of the origin's private files, where it can be found by its place."""
    if getattr(handle, "remove", None) is not None:
        await handle.remove()
        return
    folder = await js.navigator.storage.getDirectory()
    place = or_none(await folder.resolve(handle))
    if place is None:
        return
    *folders, name = place
    for each in folders:
        folder = await folder.getDirectoryHandle(each)
    await folder.removeEntry(name)


class StreamDestination:
    """A transferred WritableStream of ``{type: 'write', position, data}``. Its ``close()`` tells nothing: it is over at once."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._writer: Any = None
        self._written = self._end = 0
        self._over = False

    async def open(self) -> None:
        with js_errors(sink_error):
            self._writer = self._stream.getWriter()

    async def write(self, position: int, data: Any) -> None:
        with js_errors(lambda name, message: sink_error(name, message, self._written)):
            await self._writer.ready
            # A transferred stream posts its chunks on, and mediabunny writes into its buffer again.
            await self._writer.write(to_js_object({"type": "write", "position": position, "data": data.slice()}))
        self._written += data.byteLength
        self._end = max(self._end, position + int(data.byteLength))

    async def settle(self) -> None:
        """A chunk is taken before it is written; one behind the last, with nothing in it, is taken only once the last was."""
        await self.write(self._end, js.Uint8Array.new(0))

    async def commit(self) -> None:
        with js_errors(lambda name, message: sink_error(name, message, self._written)):
            try:
                await self._writer.close()
            except JsException:
                await self._writer.closed  # which tells what broke it; the other, only that it is broken
                raise
        self._over = True

    async def abort(self) -> None:
        if not self._over:
            self._over = True
            await leave((self._writer or self._stream).abort(abort_reason()), STREAM_ABORTING_S)

    async def reopened(self) -> Any | None:
        return None


class PortDestination:
    """A MessagePort to the page's sink.js, which owns the stream. Every write is acknowledged; two may be on their way."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._credit = asyncio.Semaphore(PORT_CREDIT)
        self._failure: SinkError | None = None
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._written = 0
        self._over = False
        self._proxy: Any = None

    async def open(self) -> None:
        self._proxy = create_proxy(self._receive)
        self._port.onmessage = self._proxy

    async def write(self, position: int, data: Any) -> None:
        await self._credit.acquire()
        self._raise_failure()
        own = data.slice()
        self._port.postMessage(to_js_object({"type": "write", "position": position, "data": own}), js.Array.of(own.buffer))
        self._written += own.byteLength

    async def settle(self) -> None:
        for _ in range(PORT_CREDIT):
            await self._credit.acquire()
        self._raise_failure()

    async def commit(self) -> None:
        self._raise_failure()
        self._port.postMessage(to_js_object({"type": "close"}))
        await self._closed
        self._over = True
        self._release()

    async def abort(self) -> None:
        if self._over:
            return
        self._over = True
        if self._proxy is None:
            await self.open()
        self._port.postMessage(to_js_object({"type": "abort", "reason": DID_NOT_FINISH}))
        await leave(self._closed, STREAM_ABORTING_S)
        self._release()

    async def reopened(self) -> Any | None:
        return None

    def _receive(self, event: Any) -> None:
        match event.data.type:
            case "ack":
                self._credit.release()
            case "closed" | "aborted":
                self._settle(None)
            case "failed":
                self._failure = sink_error(str(event.data.name), str(event.data.message), self._written)
                self._settle(self._failure)
                for _ in range(PORT_CREDIT):
                    self._credit.release()

    def _settle(self, failure: SinkError | None) -> None:
        if self._closed.done():
            return
        if failure is None:
            self._closed.set_result(None)
        else:
            self._closed.set_exception(failure)
            self._closed.exception()  # read: nobody may be waiting, and that is not an error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _release(self) -> None:
        self._port.onmessage = None
        self._port.close()
        if self._proxy is not None:
            self._proxy.destroy()
            self._proxy = None


class Funnel:
    """The WritableStream that mediabunny writes into. Its closing commits nothing; after :meth:`shut` it swallows what still comes."""

    def __init__(self, destination: Destination, wrote: Callable[[int], None]) -> None:
        """``wrote(end)`` is called after each write with the file's size so far, bytes."""
        self._destination, self._wrote = destination, wrote
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.failure: SinkError | None = None
        self.size = 0
        self._writing = create_proxy(self._write)
        self.stream = js.WritableStream.new(to_js_object_with_proxies({"write": self._writing}))

    def shut(self) -> None:
        """Also what is being written counts as written: mediabunny has nothing to wait for any more."""
        if not self._given_up.done():
            self._given_up.set_result(None)

    def release(self) -> None:
        self._writing.destroy()

    async def _write(self, chunk: Any, *_controller: Any) -> None:
        if self._given_up.done():
            return
        writing = asyncio.ensure_future(self._destination.write(int(chunk.position), chunk.data))
        await asyncio.wait({writing, self._given_up}, return_when=asyncio.FIRST_COMPLETED)
        if not writing.done():
            await leave(writing, 0)
            return
        try:
            writing.result()
        except SinkError as error:
            self.failure = error
            raise
        self.size = max(self.size, int(chunk.position) + int(chunk.data.byteLength))
        self._wrote(self.size)


def to_js_object_with_proxies(methods: dict[str, Any]) -> Any:
    """An object of callbacks; the proxies are the caller's to destroy."""
    made = js.Object.new()
    for name, proxy in methods.items():
        setattr(made, name, proxy)
    return made
