"""Captions: read from SRT, WebVTT, ASS and SSA files, written as SRT or WebVTT, drawn into the picture as text clips."""

from gran_worker.subtitles.burning import burn_in
from gran_worker.subtitles.reading import ReadCaptions, read_captions
from gran_worker.subtitles.writing import CaptionFormat, cut_captions, write_captions

__all__ = ["CaptionFormat", "ReadCaptions", "burn_in", "cut_captions", "read_captions", "write_captions"]
