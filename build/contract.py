"""Writes the message contracts for the JavaScript side: a JSON Schema and TypeScript types of each.

With ``--check`` it writes nothing, and fails if either file is not what it would write.
"""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"

sys.path.insert(0, str(ROOT / "py"))

from gran_worker import messages  # noqa: E402 - after the path
from gran_worker.contract import json_schema  # noqa: E402
from gran_worker.preview import messages as preview  # noqa: E402

CONTRACTS = (
    ("messages", messages, "Any message between the page and the export worker."),
    ("preview-messages", preview, "Any message between the page and the preview in the worker."),
)


def schema_text(contract: ModuleType, description: str) -> str:
    root = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Message",
        "description": description,
        "anyOf": [{"$ref": "#/$defs/Incoming"}, {"$ref": "#/$defs/Outgoing"}],
    }
    return json.dumps({**root, **json_schema(contract.INCOMING, contract.OUTGOING)}, indent=2, ensure_ascii=False) + "\n"


def types_text(schema: str, contract: ModuleType) -> str:
    source = f"py/{contract.__name__.replace('.', '/')}.py"
    banner = f"// Generated from {source} by `make contract`."
    options = ["--unreachableDefinitions", "--additionalProperties=false", f"--bannerComment={banner}"]
    style = ["--style.printWidth=140", "--style.singleQuote"]
    result = subprocess.run(
        [ROOT / "node_modules" / ".bin" / "json2ts", *options, *style],
        input=schema,
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.replace("``", "`")


def main() -> None:
    wanted: dict[Path, str] = {}
    for name, contract, description in CONTRACTS:
        schema = schema_text(contract, description)
        wanted |= {WEB / f"{name}.schema.json": schema, WEB / f"{name}.d.ts": types_text(schema, contract)}
    if "--check" not in sys.argv[1:]:
        for path, text in wanted.items():
            path.write_text(text)
        return
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what the Python models say. Run `make contract`.")
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
