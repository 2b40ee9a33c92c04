"""Other programs' files: the questions that bring a timeline or captions in and out, and their answers."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from gran_worker import otio
from gran_worker.errors import Code, ContractError, ExportError
from gran_worker.otio.media import OtioMedia
from gran_worker.otio.reading import OtioMarker
from gran_worker.otio.report import OtioReport
from gran_worker.snapshot import MAX_CAPTIONS, Caption
from gran_worker.subtitles import CaptionFormat, read_captions, write_captions
from gran_worker.wire import RequestId, SourceFile, StrictWire, TimeUs, Wire

MAX_FILE_BYTES = 32 * 1024 * 1024


class ImportOtio(StrictWire):
    """What timeline is in this OpenTimelineIO ``file``? Answered by ``otio_imported``."""

    type: Literal["import_otio"] = "import_otio"
    request_id: RequestId
    file: SourceFile


class OtioFile(Wire):
    """What others should know of a source: where they find it (``url``), its name and length."""

    url: str | None = None
    name: str | None = None
    duration_us: TimeUs | None = None


class ExportOtio(StrictWire):
    """``timeline`` as the text of an OpenTimelineIO file; fields that nothing here knows go along. Answered by ``otio_exported``."""

    type: Literal["export_otio"] = "export_otio"
    request_id: RequestId
    timeline: dict[str, JsonValue]
    name: str = ""
    markers: tuple[dict[str, JsonValue], ...] = ()
    media: Mapping[str, OtioFile] = {}


class ImportCaptions(StrictWire):
    """What captions are in this SRT, WebVTT, ASS or SSA ``file``? Answered by ``captions_imported``."""

    type: Literal["import_captions"] = "import_captions"
    request_id: RequestId
    file: SourceFile


class ExportCaptions(StrictWire):
    """``captions`` as the text of a file. Answered by ``captions_exported``."""

    type: Literal["export_captions"] = "export_captions"
    request_id: RequestId
    captions: Annotated[tuple[Caption, ...], Field(max_length=MAX_CAPTIONS)]
    format: CaptionFormat


Import = ImportOtio | ImportCaptions
Export = ExportOtio | ExportCaptions


class OtioImported(StrictWire):
    """The answer to ``import_otio``. ``timeline`` has no ``sources``: ``media`` says which it needs."""

    type: Literal["otio_imported"] = "otio_imported"
    request_id: int
    name: str
    timeline: dict[str, JsonValue]
    markers: tuple[OtioMarker, ...]
    media: tuple[OtioMedia, ...]
    report: OtioReport


class OtioExported(StrictWire):
    """The answer to ``export_otio``."""

    type: Literal["otio_exported"] = "otio_exported"
    request_id: int
    text: str


class CaptionsImported(StrictWire):
    """The answer to ``import_captions``. ``notes``: what did not come over as it was, in sentences."""

    type: Literal["captions_imported"] = "captions_imported"
    request_id: int
    format: str
    captions: tuple[Caption, ...]
    notes: tuple[str, ...]


class CaptionsExported(StrictWire):
    """The answer to ``export_captions``."""

    type: Literal["captions_exported"] = "captions_exported"
    request_id: int
    text: str


class Refused(StrictWire):
    """The answer to a question that has none."""

    type: Literal["refused"] = "refused"
    request_id: int
    code: Code
    message: str

    @classmethod
    def of(cls, request_id: int, error: ExportError) -> "Refused":
        return cls(request_id=request_id, code=error.code, message=error.message)


def imported(question: Import, data: bytes) -> OtioImported | CaptionsImported:
    """The answer, from the bytes of the question's file. Raises ContractError."""
    if isinstance(question, ImportCaptions):
        read = read_captions(data)
        return CaptionsImported(request_id=question.request_id, format=read.format, captions=read.captions, notes=read.notes)
    found = otio.read(otio_text(data))
    return OtioImported(
        request_id=question.request_id,
        name=found.name,
        timeline=found.timeline,
        markers=found.markers,
        media=found.media,
        report=found.report,
    )


def otio_text(data: bytes) -> str:
    """An OTIO file is UTF-8, as JSON is. Raises ContractError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ContractError("The file is not text in UTF-8, as OpenTimelineIO files are.") from None


def exported(question: Export) -> OtioExported | CaptionsExported:
    """Raises ContractError."""
    if isinstance(question, ExportCaptions):
        return CaptionsExported(request_id=question.request_id, text=write_captions(question.captions, question.format))
    media = {path: file.model_dump(by_alias=True, exclude_none=True) for path, file in question.media.items()}
    text = otio.write(question.timeline, name=question.name, markers=question.markers, media=media)
    return OtioExported(request_id=question.request_id, text=text)
