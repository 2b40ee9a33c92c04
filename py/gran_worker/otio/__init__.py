"""OpenTimelineIO: JSON text <-> the editor's timeline, with a report of what came over.

Files are written at the project's frame rate; what only Gran knows lies under ``metadata["gran"]``; what Gran does not know
rides along in ``otio`` fields of tracks, clips and markers, and is written back as it was.
"""

from gran_worker.otio.reading import Imported, read
from gran_worker.otio.writing import write

__all__ = ["Imported", "read", "write"]
