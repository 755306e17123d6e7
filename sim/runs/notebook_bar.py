"""A bar under the cell of a notebook while its runs go on; nowhere else."""

import sys
from typing import Any


class NotebookBar:
    """Shows how many runs are done, with the bar of IPython; called after each run."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, _: object, done: int, total: int) -> None:
        """Show that so many runs of all are done."""
        from IPython import display

        if self._bar is None:
            kind: Any = display.ProgressBar
            self._bar = kind(total)
            self._bar.display()
        self._bar.progress = done


def notebook_bar() -> NotebookBar | None:
    """A bar where this process is the kernel of a notebook, else None."""
    kernels = sys.modules.get("ipykernel.zmqshell")  # a kernel has loaded it before any cell
    if kernels is None:
        return None
    from IPython import get_ipython

    return NotebookBar() if isinstance(get_ipython(), kernels.ZMQInteractiveShell) else None
