"""One recorded run month by month as frames that a browser plays: institutions by district, money between places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agents.arrays import Floats
from agents.districts import District
from agents.institutions import Centre
from app.web.named import lever_name
from app.web.words import Words
from scenarios.calendar import BASELINE, month_text
from scenarios.schema import Scenario
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
    Centre.BEIJING: (10.0, 14.0),
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
GATES = {
    Centre.BEIJING: (26.0, 20.0),
    Centre.SHENZHEN: (33.0, 73.0),
    Centre.HONG_KONG: (46.0, 76.0),
    Centre.SINGAPORE: (66.0, 84.0),
}
"""Where the line to a rival centre leaves the city."""
SEATS_OVER = 12
"""Months over which a change of seats is taken: months alone are too few moves to see."""
LEVERS_NAMED = 2
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
        with its ends and CNY bn by month; `seats`, each with its ends and by month the change of seats over
        `SEATS_OVER` months; `captions`, sentences for each month; `events`, places of months with one.
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
    policy = levers_told(ensemble.scenarios[scenario], ensemble.first_month + first, len(months), words)
    captions = [
        _caption(
            [words(key) for key, each in events.items() if each[place]] + policy.get(place, []),
            place,
            {name: float(each[place]) for name, each in flows.items()},
            institutions,
            words,
        )
        for place in range(len(months))
    ]
    seats = {each: column(f"seats_{each.name.lower()}") for each in CENTRES}
    rivals = list(CENTRES)
    return {
        "months": months,
        "districts": [
            _place(each.name, f"district.{each.name}", point, column(f"institutions_{each.name.lower()}"), words)
            for each, point in PLACES.items()
        ],
        "centres": [
            _place(each.name, f"centre.{each.name.lower()}", point, seats[each], words)
            for each, point in CENTRES.items()
        ],
        "ends": [
            {"id": id, "name": words(f"replay.{id}"), "x": point[0], "y": point[1]}
            for id, point in (("abroad", ABROAD), ("issuers", ISSUERS))
        ],
        "flows": [
            {"id": name, "name": words(f"replay.{name}"), "from": ends[0], "to": ends[1], "values": _plain(flows[name])}
            for name, ends in FLOWS.items()
        ],
        "seats": [
            {
                "id": each.name,
                "from": GATES[each],
                "to": point,
                "centre": rivals.index(each),
                "values": _plain(change_over(seats[each], SEATS_OVER)),
            }
            for each, point in CENTRES.items()
        ],
        "captions": captions,
        "events": [
            place for place in range(len(months)) if place in policy or any(each[place] for each in events.values())
        ],
    }


def change_over(values: Floats, months: int) -> Floats:
    """Change of a stock over some months, or since the first month where fewer have passed."""
    before = values[np.maximum(np.arange(len(values)) - months, 0)]
    return np.asarray(values - before)


def levers_told(scenario: Scenario, first: int, months: int, words: Words) -> dict[int, list[str]]:
    """Sentences on levers by the place of the month in which they begin to change, the largest changes by name."""
    paths = scenario.intensities(first, first + months - 1).round(6)
    moves = np.vstack([np.zeros((1, paths.shape[1]), dtype=bool), np.diff(paths, axis=0) != 0.0])
    begun = moves & ~np.vstack([np.zeros((1, moves.shape[1]), dtype=bool), moves[:-1]])
    told: dict[int, list[str]] = {}
    for place in np.flatnonzero(begun.any(axis=1)).tolist():
        changes = []
        for lever in np.flatnonzero(begun[place]).tolist():
            still = np.flatnonzero(~moves[place:, lever])
            last = place + int(still[0]) - 1 if len(still) else months - 1
            changes.append((lever, last, float(paths[place - 1, lever]), float(paths[last, lever])))
        changes.sort(key=lambda change: -abs(change[3] - change[2]))
        told[place] = [
            words(
                "replay.lever" if last > place else "replay.lever_at_once",
                lever=lever_name(scenario.all_levers[lever], words),
                before=f"{before:.2g}",
                after=f"{after:.2g}",
                month=month_text(first + last),
            )
            for lever, last, before, after in changes[:LEVERS_NAMED]
        ]
        if len(changes) > LEVERS_NAMED:
            told[place].append(words("replay.levers", number=len(changes) - LEVERS_NAMED))
    return told


def _place(id: str, key: str, point: tuple[float, float], values: Floats, words: Words) -> dict[str, Any]:
    return {"id": id, "name": words(key), "x": point[0], "y": point[1], "values": _plain(values)}


def _plain(values: Floats) -> list[float]:
    return [round(float(value), 2) for value in values]


def amount(value_bn: float, words: Words) -> str:
    """An amount of money without its sign: CNY bn or trn in English, 0.1 bn or trn in Chinese."""
    size = abs(value_bn)
    if size >= 1000.0:
        return words("replay.trn", amount=f"{size / 1000.0:.2f}")
    return words("replay.bn", amount=f"{size:.1f}" if words.language == "en" else f"{10.0 * size:.0f}")


def _caption(first: Sequence[str], place: int, flows: Mapping[str, float], institutions: Floats, words: Words) -> str:
    """Sentences on a month: events and policy first, then flows, and the change of institutions over a year."""
    told = list(first)
    bought = flows["foreign_net_purchases"]
    told.append(words("replay.bought" if bought >= 0.0 else "replay.sold", amount=amount(bought, words)))
    told.append(words("replay.raised", amount=amount(flows["direct_financing"], words)))
    told.append(words("replay.panda", amount=amount(flows["panda_issuance"], words)))
    if place >= 12:
        change = round(float(institutions[place] - institutions[place - 12]))
        told.append(words("replay.more" if change >= 0 else "replay.fewer", number=abs(change)))
    return words("agents.plainly", told=words("desk.then").join(told))
