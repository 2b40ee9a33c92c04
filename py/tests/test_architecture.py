"""Who may import whom: the core is pure, the browser is met in one place, nothing goes round in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gran_worker"
JAVASCRIPT = {"js", "pyodide", "pyodide_js", "mediabunny", "gran_js"}
OUTSIDE = ("gran_worker.browser", "gran_worker.app")
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "manager", "helpers", "misc"}


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(name: str, *, for_types: bool) -> set[str]:
    """What the module imports, wherever in it; ``for_types`` includes what only type checkers see."""
    return set(_imports(ast.parse(MODULES[name].read_text(encoding="utf-8")), name, for_types))


def _imports(node: ast.AST, name: str, for_types: bool) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING") and not for_types:
        for each in node.orelse:
            yield from _imports(each, name, for_types)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = name.split(".")[: -node.level] if node.level else []
        base = ".".join([*package, *([node.module] if node.module else [])])
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield inner if inner in MODULES else base
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, name, for_types)


def is_outside(name: str) -> bool:
    return any(name == outside or name.startswith(f"{outside}.") for outside in OUTSIDE)


def test_there_is_something_to_look_at() -> None:
    assert {"gran_worker.messages", "gran_worker.app", "gran_worker.browser.ffi"} <= MODULES.keys()
    assert imports("gran_worker.messages", for_types=False) >= {"gran_worker.snapshot", "pydantic"}
    assert "pyodide.ffi" in imports("gran_worker.app", for_types=False)


@pytest.mark.parametrize("name", [name for name in MODULES if not is_outside(name)])
def test_the_core_does_not_know_that_it_is_in_a_browser(name: str) -> None:
    seen = imports(name, for_types=True)
    assert not {each for each in seen if each.split(".")[0] in JAVASCRIPT}
    assert not {each for each in seen if is_outside(each)}


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("gran_worker.browser")])
def test_the_browser_layer_is_joined_to_the_core_elsewhere(name: str) -> None:
    assert "gran_worker.app" not in imports(name, for_types=True)


def test_modules_have_names_that_say_something() -> None:
    assert not {name for name in MODULES if name.rpartition(".")[2] in NAMES_THAT_SAY_NOTHING}


def test_no_import_leads_back_to_itself() -> None:
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name in done:
            return
        for each in sorted(imports(name, for_types=False) & MODULES.keys()):
            if each != "gran_worker":
                visit(each, (*trail, name))
        done.add(name)

    for name in MODULES:
        visit(name, ())


def test_no_module_grows_past_reading() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: length for name, length in lengths.items() if length > 400} == {}
