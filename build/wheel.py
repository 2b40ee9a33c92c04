"""Builds the project's own wheel into dist/pyodide/, compiled like the others so that nothing is compiled at start-up."""

import json
import os
import shutil
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
        compiled = Path(folder) / target.name
        site = f"/lib/python{major}.{minor}/site-packages/"
        compile_archives([{"from": str(source), "to": str(compiled), "root": site, "tag": tag}])
        for old in set(DIST.glob(f"{name}-*.whl")) - {target}:
            old.unlink()
        shutil.copyfile(compiled, target)
    print(f"Worker package in dist/pyodide: {target.name}, {target.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
