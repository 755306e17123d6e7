"""The streams of random numbers of the decisions that are not yet parts of a component."""

from agents.draws import Draws, Stream

STREAMS = {
    "population": "population.attributes",
    "macro": "macro.innovations",
    "default": "issuer.default",
    "need": "issuer.need",
    "financing": "issuer.financing",
    "listing": "issuer.listing",
    "listing_gate": "issuer.listing_gate",
    "listing_size": "issuer.listing_size",
    "follow_on": "issuer.follow_on",
    "industry": "issuer.industry",
    "province": "issuer.province",
    "score": "issuer.score",
    "panda": "issuer.panda",
    "panda_size": "issuer.panda_size",
    "investor_bloc": "investor.bloc",
    "leaning": "institution.leaning",
    "market": "market.activity",
}


class Luck:
    """All streams, drawn from one seed that may change between the past and the future."""

    population: Stream
    macro: Stream
    default: Stream
    need: Stream
    financing: Stream
    listing: Stream
    listing_gate: Stream
    listing_size: Stream
    follow_on: Stream
    industry: Stream
    province: Stream
    score: Stream
    panda: Stream
    panda_size: Stream
    investor_bloc: Stream
    leaning: Stream
    market: Stream

    def __init__(self, seed: int) -> None:
        self.draws = Draws(seed)
        for attribute, name in STREAMS.items():
            setattr(self, attribute, self.draws.stream(name))
