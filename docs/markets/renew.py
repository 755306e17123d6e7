"""Run the plan and committed policy anew and draw the figures of this folder: `python docs/markets/renew.py`."""

import hashlib
from pathlib import Path

import pandas as pd

import sim

HERE = Path(__file__).parent
VALUES = HERE / "values.csv"
"""What the figures show."""
FIGURES = {
    "bond-market": ("bond_custody_total", "china_yield"),
    "foreign-investors": ("foreign_bond_share", "foreign_equity_holding"),
    "listings": ("equity_financing", "star_new_listings"),
    "money-market": ("repo_outstanding", "repo_leverage"),
    "institutions": ("institution_count", "aum_managed"),
    "fintech": ("leading_fintech_count", "fintech_total"),
    "rival-centres": ("seats_hong_kong", "seats_singapore"),
}
"""Indicators of the figure of each page."""
RUNS, SCALE = 8, 0.1


def measured() -> "sim.Ensemble":
    """The runs behind all figures."""
    return sim.ensemble(["plan", "committed"], runs=RUNS, scale=SCALE)


def values_of(ensemble: "sim.Ensemble") -> pd.DataFrame:
    """Quantiles by page, indicator, scenario and year."""
    tables = []
    for page, indicators in FIGURES.items():
        for indicator in indicators:
            table = ensemble.quantiles(indicator).reset_index()
            tables.append(table.assign(page=page, indicator=indicator))
    found = pd.concat(tables, ignore_index=True)
    found.columns = [str(name) for name in found.columns]
    return found[["page", "indicator", *(name for name in found.columns if name not in ("page", "indicator"))]]


def digest_of(values: pd.DataFrame, page: str) -> str:
    """Digest of the values of a page's figure as the file has them."""
    rows = values[values["page"] == page].to_csv(index=False, float_format="%.6g")
    return hashlib.blake2b(rows.encode(), digest_size=8).hexdigest()


def main() -> None:
    """Write the values and draw the figures."""
    ensemble = measured()
    values_of(ensemble).to_csv(VALUES, index=False, float_format="%.6g")
    kept = pd.read_csv(VALUES)
    for page, indicators in FIGURES.items():
        figure = ensemble.plot.fan(indicators).figure
        figure.savefig(HERE / f"{page}.png", dpi=110, metadata={"Description": digest_of(kept, page)})
        print(page)


if __name__ == "__main__":
    main()
