"""The streams of random numbers of the decisions that are not yet parts of a component."""

from agents.draws import Draws, Stream

STREAMS = {
    "population": "population.attributes",
    "macro": "macro.innovations",
    "industry": "issuer.industry",
    "province": "issuer.province",
    "score": "issuer.score",
    "investor_bloc": "investor.bloc",
    "leaning": "institution.leaning",
    "market": "market.activity",
}


class Luck:
    """All streams, drawn from one seed that may change between the past and the future."""

    population: Stream
    macro: Stream
    industry: Stream
    province: Stream
    score: Stream
    investor_bloc: Stream
    leaning: Stream
    market: Stream

    def __init__(self, seed: int) -> None:
        self.draws = Draws(seed)
        for attribute, name in STREAMS.items():
            setattr(self, attribute, self.draws.stream(name))
