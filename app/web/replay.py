"""One recorded run month by month as frames that a browser plays: institutions by district, money between places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.arrays import Flags, Floats
from agents.districts import District
from agents.institutions import Centre
from app.web.words import Words
from scenarios.calendar import BASELINE, month_text
from sim.experiments.ensemble import Ensemble

PLACES = {
    District.HONGQIAO: (22.0, 40.0),
    District.XUHUI_RIVERSIDE: (37.0, 62.0),
    District.BUND: (41.0, 40.0),
    District.NORTH_BUND: (47.0, 24.0),
    District.YANGPU_RIVERSIDE: (59.0, 20.0),
    District.LUJIAZUI: (55.0, 42.0),
    District.ZHANGJIANG: (68.0, 46.0),
    District.LINGANG: (76.0, 74.0),
    District.REST_OF_CITY: (54.0, 70.0),
}
"""Where districts stand in the schematic map, per cent from its upper left: north is up, distances mean nothing."""
CENTRES = {
    Centre.BEIJING: (10.0, 10.0),
    Centre.SHENZHEN: (10.0, 88.0),
    Centre.HONG_KONG: (30.0, 93.0),
    Centre.SINGAPORE: (90.0, 93.0),
}
"""Rival centres at the edge of the map, in their direction."""
MARKETS, ABROAD, ISSUERS = (48.0, 52.0), (95.0, 40.0), (4.0, 55.0)
FLOWS = {
    "foreign_net_purchases": (ABROAD, MARKETS),
    "panda_issuance": ((48.0, 58.0), (95.0, 52.0)),
    "direct_financing": (MARKETS, ISSUERS),
}
"""Flows of money by indicator, from where to where it goes if it is positive."""
EVENTS = {
    "redline_warning": "replay.warning",
    "redline_broken": "replay.broken",
    "listing_suspension": "replay.suspension",
    "curb_months": "replay.curb",
}
"""Months with an event, by the indicator that counts them."""


def frames_of(ensemble: Ensemble, scenario: str, run: int, words: Words) -> dict[str, Any]:
    """The months of one run, as plain data.

    Parameters
    ----------
    ensemble
        Runs with their indicators by month.
    scenario
        A scenario of the ensemble.
    run
        Place of the run among those of the ensemble.
    words
        Language of names and captions.

    Returns
    -------
    dict
        `months`; `districts` and `centres`, each with its name, its place and its institutions by month; `flows`, each
        with its ends and CNY bn by month; `captions`, a sentence for each month; `events`, places of months with one.
    """
    values = ensemble.values[scenario][run]
    first = max(BASELINE - ensemble.first_month, 0)
    last = int(np.flatnonzero(np.isfinite(values[:, 0]))[-1]) + 1 if np.isfinite(values[:, 0]).any() else first
    months = [month_text(ensemble.first_month + place) for place in range(first, last)]

    def column(indicator: str) -> Floats:
        if indicator not in ensemble.columns:
            return np.zeros(last - first)
        found: Floats = np.nan_to_num(values[first:last, ensemble.columns.index(indicator)])
        return found

    flows = {name: column(name) * (1000.0 if name == "direct_financing" else 1.0) for name in FLOWS}
    institutions = column("institution_count")
    events = {key: column(indicator) > 0.0 for indicator, key in EVENTS.items()}
    captions = [
        _caption(place, {name: float(each[place]) for name, each in flows.items()}, institutions, events, words)
        for place in range(len(months))
    ]
    return {
        "months": months,
        "districts": [
            _place(f"district.{each.name}", point, column(f"institutions_{each.name.lower()}"), words)
            for each, point in PLACES.items()
        ],
        "centres": [
            _place(f"centre.{each.name.lower()}", point, column(f"seats_{each.name.lower()}"), words)
            for each, point in CENTRES.items()
        ],
        "ends": [
            {"name": words(key), "x": point[0], "y": point[1]}
            for key, point in (("replay.abroad", ABROAD), ("replay.issuers", ISSUERS))
        ],
        "flows": [
            {"id": name, "name": words(f"replay.{name}"), "from": ends[0], "to": ends[1], "values": _plain(flows[name])}
            for name, ends in FLOWS.items()
        ],
        "captions": captions,
        "events": [place for place in range(len(months)) if any(each[place] for each in events.values())],
    }


def _place(key: str, point: tuple[float, float], values: Floats, words: Words) -> dict[str, Any]:
    return {"name": words(key), "x": point[0], "y": point[1], "values": _plain(values)}


def _plain(values: Floats) -> list[float]:
    return [round(float(value), 2) for value in values]


def amount(value_bn: float, words: Words) -> str:
    """An amount of money without its sign: CNY bn or trn in English, 0.1 bn or trn in Chinese."""
    size = abs(value_bn)
    if size >= 1000.0:
        return words("replay.trn", amount=f"{size / 1000.0:.2f}")
    return words("replay.bn", amount=f"{size:.1f}" if words.language == "en" else f"{10.0 * size:.0f}")


def _caption(
    place: int, flows: Mapping[str, float], institutions: Floats, events: Mapping[str, Flags], words: Words
) -> str:
    """A sentence on a month: events first, then flows, and the change of institutions over a year."""
    told = [words(key) for key, each in events.items() if each[place]]
    bought = flows["foreign_net_purchases"]
    told.append(words("replay.bought" if bought >= 0.0 else "replay.sold", amount=amount(bought, words)))
    told.append(words("replay.raised", amount=amount(flows["direct_financing"], words)))
    told.append(words("replay.panda", amount=amount(flows["panda_issuance"], words)))
    if place >= 12:
        change = round(float(institutions[place] - institutions[place - 12]))
        told.append(words("replay.more" if change >= 0 else "replay.fewer", number=abs(change)))
    return words("desk.between").join(told)
