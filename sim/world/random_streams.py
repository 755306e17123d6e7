"""The streams of random numbers of a model: those of its components, and those of decisions of no component."""

from collections.abc import Iterable

from agents.draws import Draws

STREAMS = (
    "population.attributes",
    "macro.innovations",
    "issuer.industry",
    "issuer.province",
    "issuer.score",
    "investor.bloc",
    "institution.leaning",
    "market.activity",
)
"""Names of the streams that no component declares."""


def random_streams(seed: int, of_components: Iterable[str]) -> Draws:
    """All streams of a model under one seed, which may change between the past and the future.

    The numbers are a hash of the name among others, so no stream may be renamed.
    """
    draws = Draws(seed)
    for name in (*STREAMS, *of_components):
        draws.stream(name)
    return draws
