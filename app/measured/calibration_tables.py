"""Tables of the page on calibration, made from the files beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.measured.blocks import number, percent, signed, table

if TYPE_CHECKING:
    import pandas as pd

NOT_MEASURED = "Not measured yet."
SHOWN_SERIES = 3
"""Series that are listed for each indicator."""
PLAINLY = 2.0
"""Standard errors beyond which one method is called better than the other."""


def tables_in(folder: Path) -> dict[str, str]:
    """Tables by the name of their block, from the files of a folder; NOT_MEASURED where there is no file.

    Parameters
    ----------
    folder
        Where `lujiazui calibrate --information --out` and `lujiazui validate inference --out` wrote.
    """
    import pandas as pd

    found: dict[str, str] = {}
    for file, (index, tables) in FILES.items():
        path = folder / file
        rows = pd.read_csv(path, index_col=index) if path.exists() else None
        if rows is not None and file == "information.csv" and "rank" not in rows:
            rows = rows.assign(rank=float("nan"))  # files of an earlier version have no figures
        found |= {name: NOT_MEASURED if rows is None else of(rows) for name, of in tables.items()}
    return found


def _identification(rows: pd.DataFrame) -> str:
    from calibration.markdown import identification_table

    return identification_table(rows)


def _moments(rows: pd.DataFrame) -> str:
    from calibration.markdown import moments_table

    return moments_table(rows)


def _recovery(rows: pd.DataFrame) -> str:
    from calibration.markdown import recovery_table

    return recovery_table(rows)


def _influence(rows: pd.DataFrame) -> str:
    from calibration.markdown import influence_table

    return influence_table(rows)


def _information(rows: pd.DataFrame) -> str:
    """Series that the fit lacks and that would remove most of the variance of each indicator."""
    unknown = rows[~rows["used"].astype(bool) & rows["rank"].isna() & (rows["share"] > 0.0)]
    lines = [
        (indicator, ", ".join(f"{row['series']} {percent(row['share'])}" for row in own.to_dict("records")))
        for indicator, own in unknown.groupby("indicator", sort=False)
        for own in [own.head(SHOWN_SERIES)]
    ]
    heads = ("indicator in 2025", "series of 2017-2020 not used in the fit, with the share of variance it would remove")
    return table(heads, lines)


def _figures(rows: pd.DataFrame) -> str:
    """Figures to look up, in the order in which they are worth most."""
    from calibration.figures import figures_chosen

    if not rows["rank"].notna().any():
        return NOT_MEASURED
    lines = []
    for place, each in enumerate(figures_chosen(rows), 1):
        gains = ", ".join(f"{name} {percent(gain)}" for name, gain in each.gains)
        figure = f"{each.series}, {each.year} on {each.year - 1}"
        lines.append((place, figure, each.status, gains or "none beyond chance", each.publication))
    heads = ("", "figure", "today", "further share of the variance in 2025 it would remove", "where it is published")
    return table(heads, lines)


def _inference(rows: pd.DataFrame) -> str:
    """Posteriors by both methods and their scores on runs left out, a row a parameter."""
    from calibration.inference import ADJUSTED, EMULATOR

    by = rows.set_index(["parameter", "method"])
    lines = []
    for name in dict.fromkeys(rows["parameter"]):
        emulator, other = by.loc[(name, EMULATOR)], by.loc[(name, ADJUSTED)]
        lines.append(
            (
                name,
                *(f"{each['mean']:.2f}" if each["mean"] == each["mean"] else "" for each in (emulator, other)),
                *(f"{each['sd_ratio']:.2f}" if each["mean"] == each["mean"] else "" for each in (emulator, other)),
                *(f"{each['crps_skill']:+.3f}" for each in (emulator, other)),
                f"{other['advantage']:+.3f} ({other['advantage_se']:.3f})",
                *(percent(each["inside_90"]) for each in (emulator, other)),
            )
        )
    heads = ("parameter", "mean, emulator", "adjusted", "sd ratio, emulator", "adjusted", "skill, emulator", "adjusted")
    return table((*heads, "difference (standard error)", "in 90 %, emulator", "adjusted"), lines)


def _inference_verdict(rows: pd.DataFrame) -> str:
    """Say which method scores better, over all parameters and for which by themselves."""
    from calibration.inference import ADJUSTED, ALL

    own = {row["parameter"]: row for row in rows[rows["method"] == ADJUSTED].to_dict("records")}
    whole = own.pop(ALL)
    plain = {name: row for name, row in own.items() if abs(row["advantage"]) > PLAINLY * row["advantage_se"]}
    better = [str(name) for name, row in plain.items() if row["advantage"] > 0.0]
    worse = [str(name) for name, row in plain.items() if row["advantage"] < 0.0]
    size, error = float(whole["advantage"]), float(whole["advantage_se"])
    if abs(size) <= PLAINLY * error:
        verdict = "scores like the emulator"
    else:
        verdict = f"scores {'better' if size > 0.0 else 'worse'} than the emulator"
    return (
        f"{whole['runs']} runs, {whole['moments']} moments. Over all parameters the regression adjustment {verdict}: "
        f"{signed(size)} of the prior's score, standard error {error:.2g}. Beyond two standard errors it is better for "
        f"{', '.join(better) or 'none'}; the emulator is better for {', '.join(worse) or 'none'}."
    )


def _published(rows: pd.DataFrame) -> str:
    """The plan in 2025 under the prior, a fit to recalled figures, and one to published figures too."""
    from calibration.published_change import BASES

    by = {(row["indicator"], row["basis"]): row for row in rows.to_dict("records")}
    lines = []
    for indicator in dict.fromkeys(rows["indicator"]):
        own = [by[indicator, basis] for basis in BASES]
        last = own[-1]
        lines.append(
            (
                indicator,
                *(f"{row['q50']:.4g} ({row['q05']:.4g} to {row['q95']:.4g})" for row in own),
                f"{signed(last['change'])} ({number(last['change_se'])})",
                f"{last['spread']:.2f}",
                " / ".join(percent(row["chance"]) for row in own),
            )
        )
    heads = ("indicator", *(f"{basis}, {by[rows['indicator'].iloc[0], basis]['moments']} moments" for basis in BASES))
    return table((*heads, "change by published (error)", "width against recalled", "target met"), lines)


type Tables = Mapping[str, Callable[["pd.DataFrame"], str]]

FILES: Mapping[str, tuple[int | None, Tables]] = {
    "identification.csv": (None, {"identification": _identification}),
    "moments.csv": (None, {"moments": _moments}),
    "recovery.csv": (None, {"recovery": _recovery}),
    "influence.csv": (0, {"influence": _influence}),
    "information.csv": (None, {"information": _information, "figures": _figures}),
    "published.csv": (None, {"published": _published}),
    "inference.csv": (None, {"inference": _inference, "inference_verdict": _inference_verdict}),
}
"""Files, the column of their index, and the blocks that are made from them."""
