"""Notices to the user that stop nothing, printed once by the process that the user started."""

import multiprocessing
import warnings

_said: set[str] = set()


class ModelNotice(UserWarning):
    """Something about this installation that changes how a run may be used or how long it takes."""


def notice(text: str) -> None:
    """Warn once; processes that work for another one leave it to that one.

    The command line shows it as a line on stderr.
    """
    if text in _said or multiprocessing.parent_process() is not None:
        return
    _said.add(text)
    warnings.warn(text, ModelNotice, stacklevel=2)
