"""Which extras a command of `lujiazui` needs: the set-up of a checkout installs them before it runs the command.

This file is read by a Python that has nothing installed yet, so it imports the standard library alone.
"""

from collections.abc import Sequence

COMMAND_EXTRAS = {
    "app": "app",
    "calibrate": "calibrate",
    "discover": "ema",
    "evidence": "explore",
    "review": "calibrate",
    "search": "explore",
    "sensitivity": "explore",
    "sweep": "explore",
    "validate": "calibrate",
}
"""Commands that need more than the core, whatever their options."""

OPTION_EXTRAS = {
    ("batch", "--scheduler"): "cluster",
    ("frontier", "--plot"): "explore",
    ("export", "netcdf"): "netcdf",
}
"""Commands that need more than the core with a word among their options, such as the value of `--format`."""

INSTEAD = {("discover", "--tree"): "explore"}
"""Options with which a command needs another extra than it usually does."""


def extras_of(words: Sequence[str]) -> list[str]:
    """Extras that this command line needs beside the core.

    Parameters
    ----------
    words
        The command and its options as they were given, such as ["export", "runs", "--format=netcdf"].

    >>> extras_of(["export", "runs", "--format=netcdf"])
    ['netcdf']
    """
    if not words:
        return []
    command = words[0]
    given = {part for word in words[1:] for part in word.split("=", 1)}
    for (name, option), extra in INSTEAD.items():
        if name == command and option in given:
            return [extra]
    always = [COMMAND_EXTRAS[command]] if command in COMMAND_EXTRAS else []
    return always + [extra for (name, option), extra in OPTION_EXTRAS.items() if name == command and option in given]
