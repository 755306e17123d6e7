"""The discrepancies and weights that ship with the package."""

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from calibration.learned import Learned

DISCREPANCY, POOL, SCORES = "discrepancy_2020.csv", "pool_2020.csv", "origin_scores_2020.csv"
ABOUT = "discrepancy_2020.json"
STATUSES = ("estimated", "not identified")
UNKNOWN = Learned(float("nan"), {}, 0, 0)
"""What is known of an indicator without a history."""


@dataclass(frozen=True)
class ShippedDiscrepancy:
    """What was learned at earlier origins, by indicator, and its basis."""

    by_indicator: Mapping[str, Learned]
    about: Mapping[str, Any]
    rows: tuple[Mapping[str, str], ...]
    """Rows of the file of discrepancies."""
    weights: tuple[Mapping[str, str], ...]
    scores: tuple[Mapping[str, str], ...]

    def of(self, indicator: str) -> Learned:
        """What was learned of an indicator; nothing is identified of one that has no history."""
        return self.by_indicator.get(indicator, UNKNOWN)


def file_digest(content: bytes) -> str:
    """Digest of a file, 16 hex digits."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


@cache
def shipped_discrepancy() -> ShippedDiscrepancy:
    """Discrepancies and weights of the package.

    Raises
    ------
    ValueError
        If a file does not meet its digest, a number is out of range, or they rest on anything after 2020-12: the files
        are part of the package and must be sound.
    """
    folder = resources.files("calibration").joinpath("data")
    about = json.loads(folder.joinpath(ABOUT).read_text(encoding="utf-8"))
    content = {name: folder.joinpath(name).read_bytes() for name in (DISCREPANCY, POOL, SCORES)}
    for name, text in content.items():
        if about["files"].get(name) != file_digest(text):
            raise ValueError(f"{name} does not meet its digest in {ABOUT}")
    if about["information_until"] != "2020-12" or max(about["origins"]) >= 2020:
        raise ValueError(f"{ABOUT} rests on more than the years to 2020")
    tables = {name: tuple(csv.DictReader(text.decode("utf-8").splitlines())) for name, text in content.items()}
    found = {}
    for row in tables[DISCREPANCY]:
        size = float(row["discrepancy"] or "nan")
        if row["status"] not in STATUSES or (size >= 0.0) != (row["status"] == "estimated"):
            raise ValueError(f"{DISCREPANCY}: {row['indicator']} is not usable")
        weights = {
            each["component"]: float(each["weight"]) for each in tables[POOL] if each["indicator"] == row["indicator"]
        }
        if weights and not (min(weights.values()) >= 0.0 and abs(sum(weights.values()) - 1.0) < 1e-3):
            raise ValueError(f"{POOL}: weights of {row['indicator']} do not add up to one")
        found[row["indicator"]] = Learned(size, weights, int(row["forecasts"]), int(row["origins"]))
    return ShippedDiscrepancy(found, about, tables[DISCREPANCY], tables[POOL], tables[SCORES])
