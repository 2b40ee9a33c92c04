"""What is wrong with a source, for people."""

from collections.abc import Callable
from typing import Any

from gran_worker.errors import ExportError, SourceError


def unreadable(name: str) -> Callable[[str, str], ExportError]:
    """What a file's rejection means to a person."""

    def translate(error: str, message: str) -> ExportError:
        match error:
            case "NotFoundError":
                return SourceError(f"{name} is gone: it was moved, renamed or deleted. Add it again.", code="E_MISSING")
            case "NotReadableError":
                return SourceError(f"{name} was changed or can no longer be read. Add it again.", code="E_MISSING")
            case "NotAllowedError":
                return SourceError(f"Access to {name} ended. Add it again.", code="E_PERMISSION")
            case _ if "network error" in message:  # what a file that changed under a stream of it gives in Chromium
                return SourceError(f"{name} was changed or can no longer be read. Add it again.", code="E_MISSING")
            case _:
                # mediabunny's words to its own makers help nobody here.
                why = "" if "internal error" in message else f" ({message})"
                return SourceError(f"{name} is damaged or not what its name says{why}. Convert or replace it.")

    return translate


def undecodable(name: str, what: str) -> Callable[[str, str], ExportError]:
    """What a decoder's error means to a person; a file that vanishes meanwhile is told as such."""

    def translate(error: str, message: str) -> ExportError:
        if error in ("NotFoundError", "NotReadableError", "NotAllowedError") or "network error" in message:
            return unreadable(name)(error, message)
        told = f"the {what} of {name} is damaged and cannot be decoded. Convert or replace the file."
        return SourceError(told, code="E_DECODE")

    return translate


def unknown_codec(name: str, what: str, codec: Any) -> SourceError:
    known = codec if isinstance(codec, str) else "unknown"
    message = f"this browser cannot decode the {what} of {name} (codec {known}). Convert it first."
    return SourceError(message, code="E_DECODE")


def put_together(name: str, what: str, parts: int) -> SourceError:
    told = f"the {what} of {name} is put together from {parts} parts by an edit list, which cannot be followed."
    return SourceError(f"{told} Convert the file first.", code="E_DECODE")
