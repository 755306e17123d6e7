"""Tables of a store as files for other tools."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.errors import InputError, nearest_name
from sim.experiments.store import Store

if TYPE_CHECKING:
    import pandas as pd

KINDS = {"parquet": ".parquet", "csv": ".csv", "netcdf": ".nc"}
FREE = ("seconds", "finished")
"""Columns that differ between two batches of the same runs."""


def export_store(store: Store, folder: str | Path, kind: str = "parquet") -> list[Path]:
    """Write the tables of a store into a new or empty folder and return the files.

    Parquet and CSV: `runs`, `indicators` (with scenario, run and seed) and `levers`, in an order that does not depend
    on how the batch ran. netCDF: one file with the dimensions scenario, run and month and a variable for each
    indicator; it needs the extra `netcdf`.

    Raises
    ------
    scenarios.InputError
        For an unknown kind, a folder with something in it, or one that cannot be written to.
    """
    path, where = Path(folder), str(folder)
    if kind not in KINDS:
        raise InputError(
            f"unknown kind of file {kind!r}",
            key="--format",
            value=kind,
            allowed=", ".join(KINDS),
            nearest=nearest_name(kind, KINDS),
        )
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise InputError("is not empty", where=where, key="--to", value=where, allowed="a new or empty folder")
        path.mkdir(parents=True, exist_ok=True)
        if kind == "netcdf":
            return [_netcdf(store, path / "indicators.nc")]
        writers: dict[str, Callable[[pd.DataFrame, Path], None]] = {
            "parquet": lambda table, target: table.to_parquet(target, index=False),
            "csv": lambda table, target: table.to_csv(target, index=False),
        }
        files = []
        for name, table in (
            ("runs", store.runs.sort_values(["scenario", "run", "key", "status"])),
            ("indicators", store.indicators),
            ("levers", store.levers),
        ):
            target = path / f"{name}{KINDS[kind]}"
            writers[kind](table, target)
            files.append(target)
        return files
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be written: {reason}", where=where, key="--to", value=where) from None


def _netcdf(store: Store, target: Path) -> Path:
    from sim.experiments.ensemble import Ensemble

    to_xarray(Ensemble.of_store(store)).to_netcdf(target, engine="scipy")
    return target


def to_xarray(ensemble: "Ensemble") -> "xr.Dataset":
    """An ensemble as an xarray data set with the dimensions scenario, run and month.

    Raises
    ------
    scenarios.InputError
        Without the extra `netcdf`.
    """
    import numpy as np

    try:
        import xarray as xr
    except ImportError:
        raise InputError("needs the extra 'netcdf': pip install 'lujiazui[netcdf]'", key="--format") from None
    from scenarios.plan import indicators, secondary_indicators

    units = {item.id: item.unit for item in indicators()}
    units |= {item.id: item.unit for item in secondary_indicators()}
    # Readers of netCDF take a unit with "since" for a date.
    units = {name: unit.replace(" since ", " from ") for name, unit in units.items()}
    values = np.stack([ensemble.values[name] for name in ensemble.values])
    variables = {
        name: (("scenario", "run", "month"), values[..., place], {"units": units.get(name, "")})
        for place, name in enumerate(ensemble.columns)
    }
    # An object array of plain text: what pandas calls text, netCDF cannot take.
    coordinates = {
        "scenario": np.array(list(ensemble.values), dtype=object),
        "run": np.array(ensemble.runs),
        "month": ensemble.months.to_numpy(),
    }
    return xr.Dataset(variables, coords=coordinates)


if TYPE_CHECKING:
    import xarray as xr

    from sim.experiments.ensemble import Ensemble
