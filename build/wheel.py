"""Builds the project's own wheel into dist/pyodide/, compiled like the others so that nothing is compiled at start-up."""

import json
import os
import tempfile
from pathlib import Path

from hatchling.build import build_wheel
from runtime import DIST, LOCK, ROOT, compile_archives


def main() -> None:
    os.chdir(ROOT)  # where hatchling looks for pyproject.toml
    os.environ["SOURCE_DATE_EPOCH"] = "315532800"  # 1980, when zip archives begin
    python = json.loads((DIST / LOCK).read_text())["info"]["python"]
    major, minor = python.split(".")[:2]
    tag = f"cp{major}{minor}-none-any"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / build_wheel(folder)
        name, version = source.name.split("-")[:2]
        target = DIST / f"{name}-{version}-{tag}.whl"
        for old in DIST.glob(f"{name}-*.whl"):
            old.unlink()
        job = {"from": str(source), "to": str(target), "root": f"/lib/python{major}.{minor}/site-packages/", "tag": tag}
        compile_archives([job])
    print(f"Worker package in dist/pyodide: {target.name}, {target.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
