"""Optional dependencies, and a clear error if one is missing."""

from importlib.util import find_spec

from scenarios.errors import InputError
from scenarios.problem_texts import coded

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


def needs_extra(extra: str, *modules: str, what: str, key: str = "", instead: str = "") -> None:
    """Check before the work that its dependencies are installed.

    Parameters
    ----------
    extra
        The extra that brings the modules.
    modules
        Those that are needed; all that the extra brings when none is named.
    what
        Code of the purpose, such as "what.picture".
    key
        Option or key that needs them, such as "--plot".
    instead
        Code of the alternative without them.

    Raises
    ------
    MissingExtra
        If one is not installed.
    """
    missing = [name for name in modules or EXTRA_MODULES[extra] if find_spec(name) is None]
    if missing:
        message = coded("extra.missing", what=coded(what), extra=extra, modules=", ".join(missing))
        allowed = f"pip install 'lujiazui[{extra}]'"
        allowed = coded("allowed.or", one=allowed, other=coded(instead)) if instead else allowed
        refused = MissingExtra(message, key=key, allowed=allowed)
        refused.extra = extra
        raise refused
