"""The numbers of a picture as comma-separated values, read from what the browser draws."""

from collections.abc import Iterable, Mapping
from typing import Any

from scenarios.spreadsheet import plain_cells


def drawn_csv(option: Mapping[str, Any], unit: str) -> str:
    """The numbers of a chart: a row a category, a point, or a node and link of a network.

    Parameters
    ----------
    option
        ECharts option of bars, lines, points or a network.
    unit
        Name of a column of numbers whose series has none.
    """
    import pandas as pd

    series = option["series"]
    if series[0]["type"] == "graph":
        table = pd.DataFrame([*_nodes(series[0]["data"]), *_links(series[0]["links"])])
    elif (axis := _categories(option)) is not None:
        table = pd.DataFrame({axis.get("name") or "name": axis["data"]})
        for each in series:
            table[each.get("name") or unit] = [_number(value) for value in each["data"]]
    else:
        across, up = option["xAxis"]["name"], option["yAxis"]["name"]
        table = pd.DataFrame(
            [
                {"name": each["name"], across: point[0], up: point[1]}
                for each in series
                for point in map(_number, each["data"])
            ]
        )
    return str(plain_cells(table).to_csv(index=False, lineterminator="\n"))


def _categories(option: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The axis of a chart that has names in place of numbers."""
    return next((option[axis] for axis in ("xAxis", "yAxis") if option[axis]["type"] == "category"), None)


def _number(value: Any) -> Any:
    """The number of a cell that may be a number, a number with its look, or a pair of a category and a number."""
    value = value["value"] if isinstance(value, Mapping) else value
    return value[-1] if isinstance(value, list) and isinstance(value[0], str) else value


def _nodes(nodes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"kind": "node", "from": each["name"], "to": "", "value": each["value"]} for each in nodes]


def _links(links: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"kind": "link", "from": each["source"], "to": each["target"], "value": each["value"]} for each in links]
