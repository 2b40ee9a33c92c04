"""Compiles the modules of zip archives to .pyc, in place of their sources. Runs inside the shipped interpreter.

Hash-based, unchecked pyc files: the same bytes on every machine, and nothing to compare when they are imported.
"""

import base64
import hashlib
import importlib.util
import io
import json
import re
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)

UNUSED = re.compile(
    r"/tests/|^numpy/f2py/|/sboms/|\.(pyi|pxd|pyx|pyf|h|c|cpp|src|f|f90|a|build)$",
)
"""What compilers, type checkers and test suites read, and no program that runs. Unpacking takes a fifth of the start-up."""


def compiled_name(name: str, source: bytes, root: str) -> tuple[str, bytes]:
    """The entry that replaces the module ``name`` of an archive unpacked (or mounted) at ``root``."""
    code = compile(source, root + name, "exec", dont_inherit=True, optimize=0)
    return name + "c", bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), checked=False))


def record_row(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def compile_archive(archive: bytes, root: str, tag: str | None = None) -> bytes:
    """``archive`` with each module compiled and, in a wheel, its RECORD (and, if given, its tag) brought up to date."""
    entries: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        for info in old.infolist():
            if info.is_dir() or UNUSED.search(info.filename):
                continue
            name, data = info.filename, old.read(info)
            if name.endswith(".py"):
                name, data = compiled_name(name, data, root)
            elif name.endswith(".dist-info/WHEEL") and tag is not None:
                data = b"".join(f"Tag: {tag}\n".encode() if line.startswith(b"Tag:") else line for line in data.splitlines(True))
            entries[name] = data
    for name in [name for name in entries if name.endswith(".dist-info/RECORD")]:
        del entries[name]
        rows = "".join(record_row(other, data) for other, data in entries.items())
        entries[name] = f"{rows}{name},,\n".encode()
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as new:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data, compresslevel=9)
    return result.getvalue()


def compile_all(jobs: str, host: str) -> None:
    """Carries out ``jobs``, JSON as compile.mjs describes it, on the files of the machine mounted at ``host``."""
    for job in json.loads(jobs):
        compiled = compile_archive(Path(host + job["from"]).read_bytes(), job["root"], job.get("tag"))
        Path(host + job["to"]).write_bytes(compiled)
