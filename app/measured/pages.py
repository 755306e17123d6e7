"""Pages with measured tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.measured.asked import Asked
from app.measured.evidence_tables import TABLES as EVIDENCE
from app.measured.sensitivity_tables import TABLES as SENSITIVITY

PAGES: Mapping[str, Mapping[str, Callable[[Asked], str]]] = {"evidence.md": EVIDENCE, "sensitivity.md": SENSITIVITY}
"""Tables by page and by the name of their block, in the order in which they are measured."""
