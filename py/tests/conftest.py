"""``async def`` tests run on a loop of their own with a virtual clock; property tests run the same cases every time."""

import inspect
import sys

import hypothesis
import pytest

from tests.loop import run

EXAMPLES = 20 if sys.platform == "emscripten" else 60  # the same code is slower there, and has been tried with more already
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, max_examples=EXAMPLES, database=None)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=3000)
hypothesis.settings.load_profile("same")  # --hypothesis-profile=thorough looks for new cases


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return None
    wanted = inspect.signature(test).parameters
    run(test(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True
