"""The WebAssembly kernel (kernel/*.ts), from the app's own origin."""

from typing import Any, Literal

import js

Purpose = Literal["planes", "range", "blend"]
PAGE_BYTES = 65_536
FIRST = 1024


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


class Room:
    """An instance's memory, given out piece by piece: from its beginning again for each export, never given back before that."""

    def __init__(self, memory: Any) -> None:
        self._memory = memory
        self.taken = FIRST

    def take(self, n_bytes: int) -> int:
        """Where the piece begins, on a whole 16 bytes."""
        at = self.taken
        self.taken = at + -(-n_bytes // 16) * 16
        missing = self.taken - self._memory.buffer.byteLength
        if missing > 0:
            self._memory.grow(-(-missing // PAGE_BYTES))
        return at

    def view(self, at: int, n_bytes: int) -> Any:
        """A Uint8Array, for immediate use: one that is kept is lost when the memory grows."""
        return js.Uint8Array.new(self._memory.buffer, at, n_bytes)
