"""What is installed beside the core, and a clear word where a part of it is missing."""

from importlib.util import find_spec

from scenarios.errors import InputError

EXTRA_MODULES = {
    "app": ("solara", "uvicorn"),
    "calibrate": ("emcee", "matplotlib", "scoringrules", "sklearn", "statsmodels"),
    "cluster": ("distributed",),
    "ema": ("ema_workbench",),
    "explore": ("SALib", "matplotlib", "pymoo", "sklearn"),
    "netcdf": ("xarray",),
}
"""Modules that are imported where they are used, by the extra of `pyproject.toml` that brings them."""


class MissingExtra(InputError):
    """An extra that is needed is not installed, or not all of it."""

    extra = ""
    """Its name."""


def needs_extra(extra: str, *modules: str, what: str = "", key: str = "", instead: str = "") -> None:
    """Know before the work whether what it needs is installed.

    Parameters
    ----------
    extra
        The extra that brings the modules.
    modules
        Those that are needed; all that the extra brings when none is named.
    what
        What needs them, such as "a picture".
    key
        What the user gave that needs them, such as "--plot".
    instead
        What does without them.

    Raises
    ------
    MissingExtra
        If one is not installed.
    """
    missing = [name for name in modules or EXTRA_MODULES[extra] if find_spec(name) is None]
    if missing:
        told = f"{what} needs the extra {extra!r} ({', '.join(missing)} missing)".strip()
        allowed = f"pip install 'lujiazui[{extra}]'" + (f", or {instead}" if instead else "")
        refused = MissingExtra(told, key=key, allowed=allowed)
        refused.extra = extra
        raise refused
