"""Writes the message contract for the JavaScript side out of gran_worker.messages: a JSON Schema and TypeScript types.

With ``--check`` it writes nothing, and fails if either file is not what it would write.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "web" / "messages.schema.json"
TYPES = ROOT / "web" / "messages.d.ts"
BANNER = "// Generated from py/gran_worker/messages.py by `make contract`."

sys.path.insert(0, str(ROOT / "py"))

from gran_worker.contract import json_schema  # noqa: E402 - after the path


def schema_text() -> str:
    root = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Message",
        "description": "Any message between the page and the export worker.",
        "anyOf": [{"$ref": "#/$defs/Incoming"}, {"$ref": "#/$defs/Outgoing"}],
    }
    return json.dumps({**root, **json_schema()}, indent=2, ensure_ascii=False) + "\n"


def types_text(schema: str) -> str:
    options = ["--unreachableDefinitions", "--additionalProperties=false", f"--bannerComment={BANNER}"]
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
    schema = schema_text()
    wanted = {SCHEMA: schema, TYPES: types_text(schema)}
    if "--check" not in sys.argv[1:]:
        for path, text in wanted.items():
            path.write_text(text)
        return
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what gran_worker.messages says. Run `make contract`.")
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
