"""The WebAssembly kernel (kernel/planar.ts), from the app's own origin."""

from typing import Any

import js


async def open_kernel() -> Any:
    """The exports of a new instance: its memory is its own."""
    address = js.URL.new("./planar.wasm", js.location.href).href
    response = await js.fetch(address)
    made = await js.WebAssembly.instantiate(await response.arrayBuffer(), js.Object.new())
    return made.instance.exports
