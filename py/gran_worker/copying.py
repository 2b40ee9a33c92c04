"""What need not be encoded again: a picture, or all of the sound, that a film takes from a file as it is.

A copy is what was asked for only where encoding again could make nothing better of it: docs/adr/0006 says when that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gran_worker.codecs import family
from gran_worker.ports import Packaging, Probe
from gran_worker.settings import AudioSettings, Settings
from gran_worker.shown import Layer
from gran_worker.voices import Voice

LARGER = Fraction(3, 2)
"""A copy may need that much more than the bitrate asked for: encoders, too, miss it by as much."""
SHORT_US = 100_000
"""Sound that ends so little before the picture ends with its file: nobody cut it."""
RATE_OFF = Fraction(1, 2000)
"""Rates that differ by less are one: containers round. 30 and 29.97 differ by twice as much."""
PICTURES = ("avc", "vp8", "vp9", "av1")
"""What can stand beside what the encoder here makes of the rest."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The whole sound of a film as packets of one source.

    Source sample ``first`` is the film's sample 0, and ``n_samples`` are heard. ``priming`` samples come before ``first`` in the
    packets that are copied: the rest of the packet that it lies in, and what a decoder needs to find its feet.
    """

    clip_id: str
    name: str
    path: str
    first: int
    n_samples: int
    priming: int


def is_small_enough(bitrate: int, asked: int) -> bool:
    return bitrate <= asked * LARGER


def is_copyable(layer: Layer, settings: Settings) -> bool:
    """Whether packets of ``layer``, the frames of which are the picture as they are, can be the film's."""
    coding = layer.video.coding if layer.video is not None else None
    if settings.copying == "never" or settings.quality is not None or settings.bitrate_mode == "constant" or settings.alpha:
        return False
    if coding is None or not settings.codec or not _is_of(coding.codec, settings.codec):
        return False
    assert layer.video is not None
    if not layer.video.planar and not _is_usual(coding.codec):
        return False
    rate = Fraction(layer.video.frame_us) * settings.fps.fraction / 1_000_000
    if family(coding.codec) == "avc" and settings.container == "mkv":
        return False  # it tells no times of decoding, without which ffmpeg's demuxer takes pictures out of order for lost
    walks = layer.walk.speed == 1 and layer.walk.freeze_us is None
    return walks and abs(rate - 1) < RATE_OFF and is_small_enough(coding.bitrate, settings.bitrate)


def _is_usual(codec: str) -> bool:
    """Whether a codec string tells of 8 bit 4:2:0, which every encoder makes. Of H.264 nothing else is copied, and VP8 is nothing else."""
    parts = codec.split(".")
    match family(codec):
        case "vp9":
            return len(parts) > 3 and parts[1] == "00" and parts[3] == "08"
        case "av1":
            return len(parts) > 3 and parts[1] == "0" and parts[3] == "08"
        case _:
            return True


def _is_of(codec: str, asked: str) -> bool:
    """A whole codec string asks for its profile, and a level that is no higher: players may know no other."""
    if family(codec) not in PICTURES or family(codec) != family(asked):
        return False
    if "." not in asked:
        return True
    if family(codec) == "avc":
        (profile, level), (asked_profile, asked_level) = ((each[5:7].lower(), int(each[9:11], 16)) for each in (codec, asked))
        return profile == asked_profile and level <= asked_level
    return codec == asked


def find_passage(voices: Sequence[Voice], audio: AudioSettings, n_samples: int, probes: Mapping[str, Probe]) -> Passage | None:
    """The passage that is all of ``n_samples`` of the film's sound, or None where it has to be mixed and encoded."""
    voice = _joined(voices)
    if audio.copying == "never" or audio.loudness_lufs is not None or voice is None or not _untouched(voice):
        return None
    info = probes[voice.path].audio
    assert info is not None
    same = (info.codec, info.rate_hz, info.channels) == (audio.codec, audio.sample_rate, audio.channels)
    if not same or info.packaging is None or not is_small_enough(info.bitrate, audio.bitrate):
        return None
    first = int(voice.origin)
    heard = min(voice.samples.stop, info.packaging.end - first, n_samples)
    is_whole = voice.samples.start == 0 and (n_samples - heard) * 1_000_000 <= SHORT_US * info.rate_hz
    if not is_whole or heard <= 0 or first < info.packaging.first:
        return None
    return Passage(voice.clip_id, voice.name, voice.path, first, heard, _priming(info.packaging, first))


def _joined(voices: Sequence[Voice]) -> Voice | None:
    """The one voice that ``voices`` are: a clip that was cut in two goes on as if it were whole."""
    joined: Voice | None = None
    for voice in sorted(voices, key=lambda each: each.samples.start):
        if joined is None:
            joined = voice
        elif (voice.path, voice.origin, voice.samples.start) == (joined.path, joined.origin, joined.samples.stop) and _untouched(voice):
            joined = replace(joined, samples=range(joined.samples.start, voice.samples.stop))
        else:
            return None
    return joined


def _untouched(voice: Voice) -> bool:
    return (
        voice.step == 1
        and all(gain == 1 for gain in voice.gains)
        and not any(voice.balances)
        and not any(fade.fade_in or fade.fade_out for fade in voice.fades)
    )


def _priming(packaging: Packaging, first: int) -> int:
    at = max(0, (first - packaging.first) // packaging.n_samples - packaging.pre_roll)
    return first - (packaging.first + at * packaging.n_samples)
