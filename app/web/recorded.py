"""The record under every picture and table: version, parameters, seed, number of runs, source."""

from app.web.desk import Desk
from app.web.words import Words
from sim.experiments.ensemble import Ensemble


def record_told(ensemble: Ensemble, desk: Desk | None, words: Words) -> str:
    """Version of the model, parameters, seeds and number of runs behind an ensemble, with its source.

    Parameters
    ----------
    ensemble
        The runs.
    desk
        The desk that they answer; None for runs of a store.
    words
        Language.
    """
    from sim.runs.one_run import model_version

    rests = ensemble.conditions
    sets = [words.known(f"parameter_set.{each}", each) for each in rests.parameters]
    if desk is not None:
        sets.append(words(f"desk.{desk.parameters}"))
    drawn = [each.seed for pairs in ensemble.pairings.values() for each in pairs if each is not None]
    runs = max(int(ensemble.done(name).sum()) for name in ensemble.values)
    return words(
        "desk.version",
        version=model_version(),
        parameters=words("desk.comma").join(sets),
        seed=str(desk.seed) if desk is not None else f"{min(drawn)}-{max(drawn)}",
        runs=runs,
        scale=words("desk.comma").join(f"{each:.0%}" for each in rests.scale),
    )
