"""Which colour description the file carries, and the numbers that turn RGB into it."""

from dataclasses import dataclass

LUMA_WEIGHTS: dict[str, tuple[float, float]] = {
    # matrix coefficients: (Kr, Kb), ITU-T H.273 table 4
    "bt709": (0.2126, 0.0722),
    "smpte170m": (0.299, 0.114),
    "bt470bg": (0.299, 0.114),
    "bt2020-ncl": (0.2627, 0.0593),
}

FRACTION_BITS = 14

HDR_TRANSFERS = ("pq", "hlg", "smpte2084", "arib-std-b67")


@dataclass(frozen=True, slots=True)
class Colour:
    """Colour description in WebCodecs' words (ITU-T H.273): primaries, transfer, matrix and range."""

    primaries: str
    transfer: str
    matrix: str
    full_range: bool

    @property
    def mixes_with_canvas(self) -> bool:
        """Whether canvas frames (sRGB) can be turned into it by a matrix alone, so that both may stand in one track."""
        return self.primaries == "bt709" and self.transfer in ("bt709", "iec61966-2-1") and self.matrix in LUMA_WEIGHTS

    @property
    def is_hdr(self) -> bool:
        return self.transfer in HDR_TRANSFERS


def blue_repair(used: float) -> tuple[float, float, float]:
    """Weights of red, green and blue for the right blue, where BT.709 was turned into RGB with ``used`` in place of the coefficient of Cb.

    What is seen as B is Y + used·Cb. Y is found from what is seen of all three, and so is Cb, and blue is Y + right·Cb.
    """
    kr, kb = LUMA_WEIGHTS["bt709"]
    kg = 1 - kr - kb
    chroma_scale = 255 / 224
    right = 2 * (1 - kb) * chroma_scale
    # Green holds Y - kb/kg·right·Cb - …; the weights of the luma that is seen let Cb and Cr cancel out.
    by_blue = kb * right / used
    total = kr + kg + by_blue
    more = right / used - 1
    return (-more * kr / total, -more * kg / total, 1 + more * (1 - by_blue / total))


BT709 = Colour("bt709", "bt709", "bt709", full_range=False)
"""What a file is tagged with unless its frames pass straight through and say otherwise."""


def fixed_point_rows(colour: Colour) -> tuple[int, ...]:
    """RGB (0..255) to Y'CbCr as 12 integers for the conversion kernel: ``r g b offset`` for Y', Cb and Cr.

    Fractions have 14 bits. A chroma row is applied to the sum of four px and so shifted by 16; its offset holds the four-fold
    half and the rounding. Y' = Kr·R + Kg·G + Kb·B, Cb = (B - Y') / (2 - 2·Kb), Cr = (R - Y') / (2 - 2·Kr), ITU-T H.273 8.3.
    """
    # A matrix that is not known here never meets a canvas by plan, yet a file may change its size midway and so come to one.
    kr, kb = LUMA_WEIGHTS.get(colour.matrix, LUMA_WEIGHTS["bt709"])
    kg = 1 - kr - kb
    luma_scale, chroma_scale, black = (1.0, 1.0, 0) if colour.full_range else (219 / 255, 224 / 255, 16)
    one = 1 << FRACTION_BITS
    luma = [kr * luma_scale, kg * luma_scale, kb * luma_scale]
    blue = [weight * chroma_scale / (2 - 2 * kb) for weight in (-kr, -kg, 1 - kb)]
    red = [weight * chroma_scale / (2 - 2 * kr) for weight in (1 - kr, -kg, -kb)]
    rows: list[int] = []
    for weights, offset in (
        (luma, black * one + one // 2),
        (blue, 128 * 4 * one + 2 * one),
        (red, 128 * 4 * one + 2 * one),
    ):
        fixed = [round(weight * one) for weight in weights]
        # Rounding each weight alone lets grey drift: luma must sum to its scale, chroma to nothing.
        fixed[1] += round(sum(weights) * one) - sum(fixed)
        rows += [*fixed, offset]
    return tuple(rows)
