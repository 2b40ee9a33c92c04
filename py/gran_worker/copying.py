"""What need not be encoded again: sound that the film takes from one file as it is.

A copy is what was asked for only where encoding again could make nothing better of it: docs/adr/0005 says when that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gran_worker.ports import Packaging, Probe
from gran_worker.settings import AudioSettings
from gran_worker.voices import Voice

LARGER = Fraction(3, 2)
"""A copy may need that much more than the bitrate asked for: encoders, too, miss it by as much."""
SHORT_US = 100_000
"""Sound that ends so little before the picture ends with its file: nobody cut it."""


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
