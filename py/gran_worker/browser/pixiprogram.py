"""A shader of ours as PixiJS knows it, with the numbers that it is given for each drawing."""

from array import array
from typing import Any

import js

from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.shaders import MAX_RECOLOURS, VERTEX
from gran_worker.gaussian import MAX_PAIRS
from gran_worker.geometry import Affine

PAINT_UNIFORMS = {
    # name: type, length of the array
    "uBox": ("vec4<f32>", 1),
    "uTarget": ("vec2<f32>", 1),
    "uPictureSize": ("vec2<f32>", 1),
    "uTexelX": ("vec3<f32>", 1),
    "uTexelY": ("vec3<f32>", 1),
    "uTexels": ("vec4<f32>", 1),
    "uShapeX": ("vec3<f32>", 1),
    "uShapeY": ("vec3<f32>", 1),
    "uShape": ("vec4<f32>", 1),
    "uFill": ("vec4<f32>", 1),
    "uKind": ("i32", 1),
    "uTaps": ("vec3<f32>", 1),
    "uRows": ("vec4<f32>", 3 * MAX_RECOLOURS),
    "uRecolours": ("i32", 1),
    "uOpacity": ("f32", 1),
    "uStraight": ("f32", 1),
}
BLUR_UNIFORMS = {
    "uBox": ("vec4<f32>", 1),
    "uTarget": ("vec2<f32>", 1),
    "uPictureSize": ("vec2<f32>", 1),
    "uDirection": ("vec2<f32>", 1),
    "uCentre": ("f32", 1),
    "uPairs": ("vec4<f32>", MAX_PAIRS),
    "uCount": ("i32", 1),
}


class Program:
    """A shader and its uniforms."""

    def __init__(self, pixi: Any, fragment: str, uniforms: dict[str, tuple[str, int]], blank: Any) -> None:
        self._arrays: dict[str, Any] = {}
        told: dict[str, Any] = {}
        for name, (kind, count) in uniforms.items():
            told[name] = {"type": kind, "size": count}
            if kind.startswith("vec"):
                self._arrays[name] = told[name]["value"] = js.Float32Array.new(int(kind[3]) * count)
            else:
                told[name]["value"] = 0
        group = pixi.UniformGroup.new(to_js_object(told))
        self._uniforms = group.uniforms
        program = pixi.GlProgram.new(vertex=VERTEX, fragment=fragment, preferredFragmentPrecision="highp")
        self.shader = pixi.Shader.new(glProgram=program, resources=to_js_object({"numbers": group, "uPicture": blank}))

    def set(self, name: str, *values: float) -> None:
        numbers = array("f", values)
        held = self._arrays[name]
        (held if len(numbers) == held.length else held.subarray(0, len(numbers))).assign(numbers)

    def set_number(self, name: str, value: float) -> None:
        setattr(self._uniforms, name, value)

    def set_affine(self, name: str, affine: Affine) -> None:
        """Two rows, ``name`` X and Y: of each the dot product with (x, y, 1)."""
        self.set(f"{name}X", affine.a, affine.c, affine.e)
        self.set(f"{name}Y", affine.b, affine.d, affine.f)

    def close(self) -> None:
        self.shader.destroy(True)
