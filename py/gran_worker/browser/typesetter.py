"""Texts as pictures: fonts are loaded before the first frame, and each text is set and rasterised once."""

import json
import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import js

from gran_worker.browser.ffi import js_errors, to_js_object
from gran_worker.caption import Caption, Setting, set_caption
from gran_worker.errors import ExportError, GraphicsError, SourceError
from gran_worker.geometry import Affine, Rect, Size
from gran_worker.messages import Warning
from gran_worker.textstyle import TextStyle

FONTS_LIST = "./fonts/fonts.json"
BUNDLED = "Noto Sans"
GENERIC = ("serif", "monospace", "cursive", "fantasy")
COLOURED = ("Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji")
"""Where the system has one of them, emoji are in colour; else the bundled font draws them."""
MAX_SCALE = 4.0
MAX_KEPT_PX = 48_000_000
"""Of all rasterised texts that are kept."""
MAX_LETTERS_CHECKED = 400
UNASSIGNED = "\u0378"
"""No font has it: what it looks like is what a letter looks like that is missing."""
PROBE_PX = 40
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rasterised text: ``canvas`` shows ``region`` of the frame, ``scale`` px of it for each."""

    canvas: Any
    region: Rect
    scale: float


@dataclass(frozen=True, slots=True)
class Written:
    """A text that the film shows, with the clip that it is from."""

    clip_id: str
    name: str
    caption: Caption


class Typesetter:
    """The texts of one export, whose output is of ``size``."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._context = js.OffscreenCanvas.new(PROBE_PX, PROBE_PX).getContext("2d", to_js_object({"willReadFrequently": True}))
        self._faces: list[Any] = []
        self._families: list[str] = []
        self._pieces: set[str] = set()
        """Of the bundled fonts, that are loaded."""
        self._rendered: dict[tuple[Caption, float], Rendered] = {}

    async def prepare(self, texts: Iterable[Written], fonts: Mapping[str, Any], warn: Callable[[Warning], None]) -> None:
        """Loads the fonts that ``texts`` need: the project's own, and the bundled ones as far as their letters ask for them. Those that are
        loaded already are not loaded again.

        Warns of fonts that are not there and of letters that no font has.
        """
        texts = list(texts)
        if not texts:
            return
        wanted = {family for text in texts for family in _names(text.caption.style)}
        for family in (wanted & fonts.keys()) - set(self._families):
            with js_errors(_damaged(family)):
                await self._load(family, await fonts[family].arrayBuffer(), {})
        await self._load_bundled({ord(letter) for text in texts for letter in text.caption.text})
        told: set[str] = set()
        for text in texts:
            for family in _names(text.caption.style)[:1]:
                if family not in told and not (family in self._families or _is_generic(family) or self._is_installed(family)):
                    told.add(family)
                    message = f"Clip {text.name} asks for the font {family}, which is not here. Add it to the project."
                    warn(Warning(code="font-missing", message=message, clip_id=text.clip_id))
            missing = self._missing(text.caption)
            if missing:
                message = f"Clip {text.name}: no font has {_listed(missing)}. Add a font that does."
                warn(Warning(code="glyph-missing", message=message, clip_id=text.clip_id))

    def image(self, caption: Caption, affine: Affine) -> Rendered | None:
        """``caption`` as sharp as ``affine`` will show it; None where nothing of it can be seen."""
        largest = max(math.hypot(affine.a, affine.b), math.hypot(affine.c, affine.d))
        scale = min(MAX_SCALE, max(1.0, largest))
        key = (caption, scale)
        if key in self._rendered:
            # Last used, last dropped.
            self._rendered[key] = self._rendered.pop(key)
            return self._rendered[key]
        rendered = self._render(caption, scale)
        if rendered is not None:
            self._rendered[key] = rendered
            self._drop_old()
        return rendered

    def close(self) -> None:
        for rendered in self._rendered.values():
            rendered.canvas.width = rendered.canvas.height = 0
        self._rendered.clear()
        for face in self._faces:
            js.self.fonts.delete(face)
        self._faces.clear()

    async def _load(self, family: str, data: Any, descriptors: dict[str, str]) -> None:
        face = js.FontFace.new(family, data, to_js_object(descriptors))
        await face.load()
        js.self.fonts.add(face)
        self._faces.append(face)
        if family not in self._families:
            self._families.append(family)

    async def _load_bundled(self, letters: set[int]) -> None:
        base = js.URL.new(FONTS_LIST, js.location.href).href
        listed = json.loads(await (await js.fetch(base)).text())
        for font in listed:
            if font["file"] in self._pieces or not _covers(font["unicodeRange"], letters):
                continue
            self._pieces.add(font["file"])
            response = await js.fetch(js.URL.new(font["file"], base).href)
            with js_errors(_damaged(font["family"])):
                descriptors = {"weight": font["weight"], "unicodeRange": font["unicodeRange"]}
                await self._load(font["family"], await response.arrayBuffer(), descriptors)

    def _render(self, caption: Caption, scale: float) -> Rendered | None:
        self._set_font(self._context, caption.style)
        setting = set_caption(caption, self._size, lambda text: float(self._context.measureText(text).width))
        region = _region(setting, caption.style, self._size)
        if region is None:
            return None
        canvas = js.OffscreenCanvas.new(math.ceil(region.width * scale), math.ceil(region.height * scale))
        context = canvas.getContext("2d")
        if not context:
            raise GraphicsError("This browser gave no canvas to write on. Close other tabs and try again.")
        context.setTransform(scale, 0, 0, scale, -region.x * scale, -region.y * scale)
        _set_fill(context, caption.style.background_color)
        context.fillRect(setting.box.x, setting.box.y, setting.box.width, setting.box.height)
        self._set_font(context, caption.style)
        _set_fill(context, caption.style.color)
        metrics = context.measureText("x")
        to_baseline = (metrics.fontBoundingBoxAscent - metrics.fontBoundingBoxDescent) / 2
        for line in setting.lines:
            context.direction = "rtl" if line.right_to_left else "ltr"
            context.fillText(line.text, line.x, line.middle + to_baseline)
        return Rendered(canvas, region, scale)

    def _set_font(self, context: Any, style: TextStyle) -> None:
        size = _decimal(style.font_size)
        context.font = "1px serif"
        context.font = f"{style.font_weight} {size}px {self._stack(style)}"
        # A canvas keeps the font that it had when it does not understand the new one.
        if f"{size}px" not in str(context.font) or str(context.font) == "1px serif":
            raise GraphicsError(f"This browser cannot write with {style.font_family} at {size} px. Choose another font.")
        context.letterSpacing = f"{_decimal(style.letter_spacing)}px"
        context.textAlign, context.textBaseline = "left", "alphabetic"

    def _stack(self, style: TextStyle) -> str:
        """The fonts that are asked for letter by letter. Names are quoted: none can break out of its place."""
        names = [BUNDLED if name in ("sans-serif", "system-ui") else name for name in _names(style)]
        # Whatever the system's own fonts are, the letters that the bundled ones have look the same everywhere.
        fallbacks = [BUNDLED, *(family for family in self._families if family.startswith(BUNDLED)), *COLOURED, "Noto Emoji"]
        unique = dict.fromkeys([*names, *fallbacks])
        return ", ".join([*(name if name in GENERIC else f'"{name}"' for name in unique), "sans-serif"])

    def _is_installed(self, family: str) -> bool:
        """Whether text looks other with it than with either of two fonts that are nothing alike."""
        sample = "mmmmmmmmllilWWij0123"
        for generic in ("monospace", "serif"):
            self._context.font = f"40px {generic}"
            plain = self._context.measureText(sample).width
            self._context.font = f'40px "{family}", {generic}'
            if self._context.measureText(sample).width != plain:
                return True
        return False

    def _missing(self, caption: Caption) -> list[str]:
        style = caption.style
        self._context.font = f"{style.font_weight} 24px {self._stack(style)}"
        self._context.letterSpacing = "0px"
        unknown = self._inked(UNASSIGNED)
        letters = [letter for letter in dict.fromkeys(caption.text) if unicodedata.category(letter) not in UNSEEN]
        return [letter for letter in letters[:MAX_LETTERS_CHECKED] if self._inked(letter) == unknown]

    def _inked(self, letter: str) -> bytes:
        context = self._context
        context.clearRect(0, 0, PROBE_PX, PROBE_PX)
        context.fillStyle = "#000000"
        context.fillText(letter, 4, 30)
        return bytes(context.getImageData(0, 0, PROBE_PX, PROBE_PX).data.to_bytes())

    def _drop_old(self) -> None:
        kept = sum(each.canvas.width * each.canvas.height for each in self._rendered.values())
        for key in list(self._rendered)[:-1]:
            if kept <= MAX_KEPT_PX:
                return
            canvas = self._rendered.pop(key).canvas
            kept -= canvas.width * canvas.height
            canvas.width = canvas.height = 0


def _names(style: TextStyle) -> list[str]:
    return [name for name in (part.strip() for part in style.font_family.split(",")) if name]


def _is_generic(family: str) -> bool:
    return family in (*GENERIC, "sans-serif", "system-ui")


def _region(setting: Setting, style: TextStyle, size: Size) -> Rect | None:
    """Whole px of the frame that letters and background may touch: letters reach beyond their line by less than their size."""
    reach = style.font_size
    left, top = max(0, math.floor(setting.box.x - reach)), max(0, math.floor(setting.box.y - reach))
    right = min(size.width, math.ceil(setting.box.x + setting.box.width + reach))
    bottom = min(size.height, math.ceil(setting.box.y + setting.box.height + reach))
    return Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _set_fill(context: Any, colour: str) -> None:
    """Two tries from different colours: a canvas keeps the colour that it had when it does not understand the new one."""
    context.fillStyle = "#010203"
    context.fillStyle = colour
    first = str(context.fillStyle)
    context.fillStyle = "#030201"
    context.fillStyle = colour
    if str(context.fillStyle) != first:
        raise GraphicsError(f"This browser does not know the colour {colour}. Choose another one.")


def _covers(unicode_range: str, letters: set[int]) -> bool:
    for part in unicode_range.replace(" ", "").upper().split(","):
        low, _, high = part.removeprefix("U+").partition("-")
        first, last = int(low.replace("?", "0"), 16), int((high or low).replace("?", "F"), 16)
        if any(first <= letter <= last for letter in letters):
            return True
    return False


def _decimal(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _listed(letters: list[str]) -> str:
    shown = ", ".join(f"“{letter}”" for letter in letters[:5])
    return f"{shown} and {len(letters) - 5} more" if len(letters) > 5 else shown


def _damaged(family: str) -> Callable[[str, str], ExportError]:
    def translate(_error: str, message: str) -> ExportError:
        return SourceError(f"The font {family} is damaged or of a kind that this browser cannot read ({message}). Replace it.")

    return translate
