"""The WebAssembly kernel (kernel/planar.ts), from the app's own origin."""

from typing import Any, Literal

import js

Purpose = Literal["planes", "range"]


class Kernels:
    """A worker's instances, one for each purpose, made once: an instance reserves gigabytes of address space until it is collected,
    and a worker that made new ones for each export would run out of it after some dozens.
    """

    def __init__(self) -> None:
        self._exports: dict[Purpose, Any] = {}

    async def take(self, purpose: Purpose) -> Any:
        """The exports of the instance; nobody else uses its memory."""
        if purpose not in self._exports:
            response = await js.fetch(js.URL.new("./planar.wasm", js.location.href).href)
            made = await js.WebAssembly.instantiate(await response.arrayBuffer(), js.Object.new())
            self._exports[purpose] = made.instance.exports
        return self._exports[purpose]
