"""Displacement: the part of Shanghai's gains that other centres lose."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.institutions import Centre
from sim.experiments.intervals import interval

if TYPE_CHECKING:
    import pandas as pd

Gap = Callable[[str], Floats]
"""Change of an indicator in the target year, pair by pair, shape (pairs,)."""
REST = "rest of the country"


def changes(gap: Gap) -> Iterator[tuple[str, list[tuple[str, Floats]]]]:
    """Change of each measure by centre, pair by pair, Shanghai first."""
    rivals = [(rival.name.lower(), gap(f"seats_{rival.name.lower()}")) for rival in Centre if rival]
    yield "institutions", [("shanghai", gap("institution_count")), *rivals]
    here = gap("direct_financing")
    yield "direct_financing", [("shanghai", here), (REST, gap("direct_financing_national") - here)]


def displaced(gap: Gap) -> "pd.DataFrame":
    """The table of `sim.Ensemble.displacement` without the year; the columns are described there."""
    import pandas as pd

    rows = []
    for measure, by_centre in changes(gap):
        gain, known = 0.0, False
        for centre, gaps in by_centre:
            done = gaps[np.isfinite(gaps)]
            low, high = interval(done, statistic=np.mean)
            change = float(done.mean()) if len(done) else np.nan
            if centre == "shanghai":
                gain, known = change, low > 0.0 or high < 0.0
            rows.append(
                {
                    "measure": measure,
                    "centre": centre,
                    "change": change,
                    "low": low,
                    "high": high,
                    "share_of_gain": -change / gain if known and centre != "shanghai" else np.nan,
                    "runs": len(done),
                }
            )
    return pd.DataFrame(rows)
