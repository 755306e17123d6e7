"""The registered forecast of the plan in short: shipped with the app, so that its pages have it without the docs.

`python -P -m app.web.registered FILE` writes the extract anew from a registered forecast of docs/forecasts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

EXTRACT = "registered_forecast.json"
SHOWN = (0.05, 0.5, 0.95)
"""Quantiles that are shown."""
WAYS = ("model", "discrepancy")
"""The model alone, and with its discrepancy."""
DIGITS = 6
"""Significant digits of the extract."""


@dataclass(frozen=True)
class Registered:
    """Quantiles of the last year of a registered forecast, each in its indicator's own unit."""

    file: str
    sha256: str
    date: str
    runs: int
    year: int
    quantiles: Mapping[str, Mapping[str, tuple[float, float, float]]]
    """By distribution (`model`, `discrepancy`, which few have) and indicator: 5 %, median, 95 %."""


@cache
def registered_forecast() -> Registered:
    """The forecast of the plan of the package."""
    plain = json.loads(resources.files("app.web").joinpath(EXTRACT).read_text(encoding="utf-8"))
    quantiles = {
        way: {indicator: (row[0], row[1], row[2]) for indicator, row in found.items()}
        for way, found in plain.pop("quantiles").items()
    }
    return Registered(**plain, quantiles=quantiles)


def extract_of(path: Path) -> dict[str, Any]:
    """The extract of a registered forecast, as plain data.

    Raises
    ------
    scenarios.InputError
        If the file is no registered forecast, or was changed since it was registered.
    """
    from calibration.forecast_register import QUANTILES, read_registered

    read_registered(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    identified = content["about"]["discrepancy"]["log_per_root_year"]
    places = [QUANTILES.index(each) for each in SHOWN]
    return {
        "file": path.name,
        "sha256": content["sha256"],
        "date": content["about"]["registered_at"][:10],
        "runs": content["about"]["runs"],
        "year": content["years"][-1],
        "quantiles": {
            way: {
                indicator: [float(f"{rows[-1][place]:.{DIGITS}g}") for place in places]
                for indicator, rows in content["quantiles"][way].items()
                if rows and rows[-1] and (way == "model" or identified.get(indicator) is not None)
            }
            for way in WAYS
        },
    }


if __name__ == "__main__":
    made = extract_of(Path(sys.argv[1]))
    (Path(__file__).parent / EXTRACT).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
