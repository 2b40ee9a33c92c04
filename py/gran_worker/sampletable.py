"""Sample tables of MP4 and QuickTime that no demuxer should follow."""

import numpy as np

from gran_worker.boxes import Read, boxes, find_movie

PATH = (b"mdia", b"minf", b"stbl")
RUNS_AT = 8
"""In an stsc: behind version, flags and count."""
COUNT_AT = 8
"""In an stsz."""


async def is_endless(read: Read, size: int) -> bool:
    """Whether a track of a file of ``size`` bytes puts more samples into a chunk than it has: it would be walked through one by one."""
    for kind, start, end in await find_movie(read, size):
        if kind != b"trak":
            continue
        level = (start, end)
        for wanted in PATH:
            level = next(((inner, until) for found, inner, until in await boxes(read, *level) if found == wanted), (0, 0))
        table = {found: (inner, until) for found, inner, until in await boxes(read, *level)}
        if b"stsc" not in table or b"stsz" not in table:
            continue
        start, end = table[b"stsz"]
        n_samples = int.from_bytes((await read(start, min(end, start + COUNT_AT + 4)))[COUNT_AT:], "big")
        runs = await read(*table[b"stsc"])
        fields = np.frombuffer(runs, ">u4", offset=RUNS_AT, count=max(0, len(runs) - RUNS_AT) // 12 * 3) if len(runs) > RUNS_AT else ()
        if len(fields) and int(np.max(fields[1::3])) > max(1, n_samples):
            return True
    return False
