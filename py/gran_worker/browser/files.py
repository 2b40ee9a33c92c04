"""Whole files of the person's, for what is read at once: timelines and captions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gran_worker.browser.faults import unreadable
from gran_worker.browser.ffi import class_name, js_errors
from gran_worker.errors import ContractError
from gran_worker.refusals import printable


async def read_whole(file: Any, max_bytes: int, name: str = "file") -> tuple[str, bytes]:
    """The name and the bytes of a File, Blob or handle; ``name`` is for those that have none. Raises ContractError and SourceError."""
    with js_errors(unreadable(name)):
        blob = await file.getFile() if class_name(file) == "FileSystemFileHandle" else file
        name = str(getattr(blob, "name", None) or name)
        if blob.size > max_bytes:
            raise ContractError(f"{printable(name)} is larger than {max_bytes // 1024**2} MB.")
        return name, bytes((await blob.arrayBuffer()).to_bytes())


@contextmanager
def about(name: str) -> Iterator[None]:
    """Adds the name of the file to what is wrong in it."""
    try:
        yield
    except ContractError as error:
        raise ContractError(f"{printable(name)}: {error.message}", code=error.code) from error
