"""The micro-model with one Python object an agent, as Mesa's own examples are written."""

from collections import Counter
from math import exp, inf, log

import mesa
import numpy as np

from . import rules

VERSION = f"Mesa {mesa.__version__}"


class Investor(mesa.Agent):
    def __init__(self, model):
        super().__init__(model)
        self.usual_bn = self.holdings_bn = model.random.gauss(rules.USUAL_MEAN, rules.USUAL_SD)

    def adjust(self, wanted_above_usual):
        gap = self.usual_bn + wanted_above_usual - self.holdings_bn
        self.holdings_bn += rules.SPEED * gap + rules.NOISE * self.model.random.gauss(0.0, 1.0)


class Issuer(mesa.Agent):
    def __init__(self, model):
        super().__init__(model)
        self.preference = model.random.gauss(0.0, 1.0)
        self.choice = 0

    def choose(self, options):
        uniform, preference = self.model.random.random, self.preference
        best = -inf
        for option, value, loading in options:
            utility = value + loading * preference - log(-log(uniform()))
            if utility > best:
                best, self.choice = utility, option


class Firm(mesa.Agent):
    def __init__(self, model, spread_of_size):
        super().__init__(model)
        self.log_size = model.random.gauss(0.0, spread_of_size)

    def grow_or_leave(self):
        dice = self.model.random
        self.log_size += rules.DRIFT + rules.GROWTH_SD * dice.gauss(0.0, 1.0)
        if dice.random() < 1.0 - exp(-rules.EXIT_RATE * exp(-rules.EXIT_SLOPE * self.log_size)):
            self.remove()


class Peer(mesa.Model):
    def __init__(self, agents, seed):
        super().__init__(rng=seed)
        investors, issuers, firms = rules.counts_of(agents)
        self.now, self.entry = 0, rules.ENTRY_RATE * firms
        Investor.create_agents(self, investors)
        Issuer.create_agents(self, issuers)
        Firm.create_agents(self, firms, rules.SIZE_SD)

    def month(self):
        spread = rules.spread_pp(self.now)
        investors, issuers, firms = (self.agents_by_type[kind] for kind in (Investor, Issuer, Firm))
        investors.do("adjust", rules.SPREAD_EFFECT * spread)
        issuers.do("choose", rules.options_of(spread))
        firms.do("grow_or_leave")
        Firm.create_agents(self, int(self.rng.poisson(self.entry)), rules.ENTRANT_SD)
        self.now += 1
        by_option = Counter(issuers.get("choice"))
        return rules.Record(
            investors.agg("holdings_bn", sum), tuple(by_option[option] for option in range(rules.OPTIONS)), len(firms)
        )

    def state(self):
        return rules.State(
            np.array(self.agents_by_type[Investor].get("holdings_bn")),
            np.array(self.agents_by_type[Firm].get("log_size")),
        )
