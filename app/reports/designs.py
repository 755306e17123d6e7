"""An experiment of a store as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiments.stored_design import StoredDesign


def design_data(design: StoredDesign) -> dict[str, Any]:
    """An experiment of a store as plain data."""
    return {
        "number": design.number,
        "time": design.time,
        "kind": design.kind,
        "label": design.label,
        "scenarios": list(design.scenarios),
        "asked": design.asked,
        "done": design.done,
        "failed": design.failed,
        "version": design.version,
        "model": design.model,
        "resumable": design.resumable,
    }
