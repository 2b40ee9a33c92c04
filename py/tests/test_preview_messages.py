"""The preview's part of the contract: golden messages, exact fields, refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from gran_worker.contract import json_schema
from gran_worker.errors import ContractError
from gran_worker.preview.messages import INCOMING, OUTGOING, SPEAKER_HZ, TYPES, PeaksPart, PlayPreview, ShowPreview, parse, to_wire

GOLDEN = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (Path(__file__).parent / "contract" / "preview").glob("*.json")
}


def type_of(model: type[BaseModel]) -> str:
    return str(model.model_fields["type"].default)


def test_there_is_a_golden_message_of_every_type() -> None:
    assert GOLDEN.keys() == {type_of(model) for model in (*INCOMING, *OUTGOING)}
    assert {type_of(model) for model in INCOMING} == TYPES


@pytest.mark.parametrize("model", [*INCOMING, *OUTGOING])
def test_messages_have_exactly_these_fields(model: type[BaseModel]) -> None:
    assert {field.alias for field in model.model_fields.values()} == GOLDEN[type_of(model)].keys()


@pytest.mark.parametrize("model", INCOMING)
def test_the_golden_messages_to_the_worker_are_read(model: type[BaseModel]) -> None:
    golden = GOLDEN[type_of(model)]
    message = parse(json.dumps(golden))
    assert type(message) is model
    with pytest.raises(ContractError, match="surprise"):
        parse(json.dumps({**golden, "surprise": 1}))


@pytest.mark.parametrize("model", OUTGOING)
def test_the_golden_messages_from_the_worker_are_written(model: type[BaseModel]) -> None:
    golden = GOLDEN[type_of(model)]
    assert json.loads(json.dumps(to_wire(model.model_validate(golden)))) == golden


def test_arrays_leave_as_they_are() -> None:
    low = np.zeros(3, np.float32)
    sent = to_wire(PeaksPart(request_id=1, first=0, min=low, max=low, ended=False))
    assert sent["min"] is low
    assert "problem" not in sent


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate": 9}, "rate: must be between -8 and 8, got 9"),
        ({"rate": "fast"}, 'rate: must be a number, got "fast"'),
    ],
)
def test_refusals_name_the_field(change: dict[str, object], words: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse(json.dumps({"type": "play_preview", **change}))
    assert refused.value.message == words


def test_a_rate_is_exact() -> None:
    message = parse('{"type": "play_preview", "rate": 0.1}')
    assert isinstance(message, PlayPreview)
    assert (message.rate.numerator, message.rate.denominator) == (1, 10)


def test_a_view_is_the_export_it_stands_for() -> None:
    message = parse(json.dumps({**GOLDEN["show_preview"], "view": {"width": 1281, "height": 721, "fps": 29.97}}))
    assert isinstance(message, ShowPreview)
    settings = message.view.settings()
    assert (settings.width, settings.height, str(settings.fps)) == (1280, 720, "29.97")
    assert settings.audio
    assert settings.audio.sample_rate == SPEAKER_HZ
    silent = message.view.model_copy(update={"audio": False}).settings()
    assert silent.audio is False


def test_the_schema_says_what_json_cannot_hold() -> None:
    definitions = json_schema(INCOMING, OUTGOING)["$defs"]
    assert definitions["PeaksPart"]["properties"]["min"]["tsType"] == "Float32Array"
    assert definitions["OpenPreview"]["properties"]["canvas"]["tsType"] == "OffscreenCanvas"
