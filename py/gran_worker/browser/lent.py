"""What the page lends its worker, for which a worker alone is no good."""

from typing import Any

from gran_worker.browser.rasteriser import Rasteriser
from gran_worker.browser.viewer import Viewer
from gran_worker.messages import LendRasteriser, Loan


class Lent:
    """Each is None as long as nothing was lent."""

    def __init__(self) -> None:
        self.rasteriser: Rasteriser | None = None
        self.viewer: Viewer | None = None

    def take(self, loan: Loan, port: Any) -> None:
        if isinstance(loan, LendRasteriser):
            self.rasteriser = Rasteriser(port)
        else:
            self.viewer = Viewer(port)
