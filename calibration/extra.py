"""What the optional dependencies of this package are, and a clear word when they are missing."""

from importlib.util import find_spec

from scenarios.errors import InputError


def checked_extra(what: str, *modules: str) -> None:
    """Know before a long run whether what it needs is installed.

    Parameters
    ----------
    what
        What needs the modules, such as "scores".
    modules
        Names to import.

    Raises
    ------
    scenarios.InputError
        If one is not installed.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        told = f"{what} need the extra 'calibrate' ({', '.join(missing)} missing)"
        raise InputError(told, allowed="pip install 'lujiazui[calibrate]'")
