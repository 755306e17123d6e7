"""Receiver operating characteristic: hits of a warning against its false alarms as the threshold varies."""

from dataclasses import dataclass

import numpy as np

from agents.arrays import Flags, Floats


@dataclass(frozen=True)
class Roc:
    """Rates by threshold, from the strictest on; shape (thresholds,) each."""

    threshold: Floats
    """A warning is given from this value on; the first is infinite."""
    hits: Floats
    """Part of the cases followed by an event in which a warning is given."""
    false_alarms: Floats
    """Part of the other cases in which one is given."""
    area: float
    """Area under the curve: the chance that a case followed by an event has the higher value; 0.5 is no information."""


def roc(score: Floats, event: Flags) -> Roc:
    """Hits and false alarms of the rule "warn from a threshold on", for every threshold that makes a difference.

    Parameters
    ----------
    score
        Value that the rule looks at, shape (cases,); minus infinity never warns.
    event
        Whether an event follows, shape (cases,).

    Notes
    -----
    Without a case of both kinds the rates that cannot be known, and the area, are NaN. The area is the statistic of
    Mann and Whitney, with ties counted half.

    References
    ----------
    Hanley, J. and McNeil, B. (1982), The meaning and use of the area under a ROC curve, Radiology 143. Drehmann, M. and
    Juselius, M. (2014), Evaluating early warning indicators of banking crises, International Journal of Forecasting 30.
    """
    order = np.argsort(-score, kind="stable")
    ranked, follows = score[order], event[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.zeros(0, np.int64)
    good, bad = int(event.sum()), int((~event).sum())
    hit = np.append(0.0, np.cumsum(follows)[last] / good if good else np.full(len(last), np.nan))
    alarm = np.append(0.0, np.cumsum(~follows)[last] / bad if bad else np.full(len(last), np.nan))
    area = float(np.trapezoid(hit, alarm)) if good and bad else float("nan")
    return Roc(np.append(np.inf, ranked[last]), hit, alarm, area)


def rates_at(score: Floats, event: Flags, threshold: float) -> tuple[float, float]:
    """Hits and false alarms at one threshold; NaN without cases of the kind."""
    warned = score >= threshold
    hits = float(warned[event].mean()) if event.any() else float("nan")
    return hits, float(warned[~event].mean()) if not event.all() else float("nan")
