"""Everything that can end an export, but for cancellation (which is ``CancelledError`` inside).

    ExportError
    ├── ContractError   recoverable   a message does not match messages.py
    ├── BusyError       recoverable   init_export while an export runs
    ├── PlanError       recoverable   a valid snapshot that cannot be rendered
    ├── SourceError     recoverable   a file is missing, unreadable or undecodable
    ├── EncoderError    recoverable   no config is supported, or a codec failed midway
    ├── SinkError       recoverable   disk full, permission withdrawn, file locked
    ├── VerifyError     recoverable   the committed file is not what was written
    ├── GraphicsError   not           the GPU context is lost
    └── InternalError   not           anything else: a bug, or out of memory

``recoverable``: another ``init_export`` may be sent at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal

from gran_worker.timing import clock_text

Code = Literal[
    "E_BUSY",
    "E_CANCELLED",
    "E_CODEC",
    "E_CONTRACT",
    "E_DECODE",
    "E_DISK",
    "E_EMPTY",
    "E_ENCODER_LOST",
    "E_ENGINE",
    "E_MEMORY",
    "E_MISSING",
    "E_NAME",
    "E_PERMISSION",
    "E_SOURCE",
    "E_UNSUPPORTED",
    "E_VERIFY",
    "E_WORKER",
]
"""What the page chooses its words and buttons by."""


class ExportError(Exception):
    """A sentence or two for people: what happened, to which clip, at what time, what to do.

    ``code`` defaults to the class's own; ``clip_id`` and ``time_us`` (timeline µs) say where, if it happened somewhere.
    """

    recoverable: ClassVar[bool] = True
    default_code: ClassVar[Code] = "E_ENGINE"

    def __init__(self, message: str, *, code: Code | None = None, clip_id: str | None = None, time_us: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code: Code = code or self.default_code
        self.clip_id = clip_id
        self.time_us = time_us


class ContractError(ExportError):
    default_code: ClassVar[Code] = "E_CONTRACT"


class BusyError(ExportError):
    default_code: ClassVar[Code] = "E_BUSY"

    def __init__(self, message: str = "An export is running already. Wait for it or cancel it first.") -> None:
        super().__init__(message)


class PlanError(ExportError):
    default_code: ClassVar[Code] = "E_UNSUPPORTED"


class SourceError(ExportError):
    default_code: ClassVar[Code] = "E_SOURCE"


class EncoderError(ExportError):
    default_code: ClassVar[Code] = "E_CODEC"


class SinkError(ExportError):
    default_code: ClassVar[Code] = "E_DISK"


class VerifyError(ExportError):
    default_code: ClassVar[Code] = "E_VERIFY"


class GraphicsError(ExportError):
    recoverable: ClassVar[bool] = False
    default_code: ClassVar[Code] = "E_ENGINE"


class InternalError(ExportError):
    recoverable: ClassVar[bool] = False
    default_code: ClassVar[Code] = "E_ENGINE"

    @classmethod
    def wrap(cls, bug: BaseException) -> "InternalError":
        """``bug`` in words; its own message may hold paths and stays out."""
        if isinstance(bug, MemoryError):
            return cls(
                "The exporter ran out of memory. Close other tabs or export at a smaller size, then try again.",
                code="E_MEMORY",
            )
        return cls(f"The exporter failed in a way that it should not ({type(bug).__name__}). Reload the page to try again.")


@contextmanager
def located(clip_id: str, clip: str, time_us: int | None = None) -> Iterator[None]:
    """Adds which clip, and when, to a SourceError that only knows its file."""
    try:
        yield
    except SourceError as error:
        when = "" if time_us is None else f" at {clock_text(time_us)}"
        raise SourceError(f"Clip {clip}{when}: {error.message}", code=error.code, clip_id=clip_id, time_us=time_us) from error
