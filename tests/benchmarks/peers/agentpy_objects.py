"""The micro-model in AgentPy: one Python object an agent, in lists that call a method of all their agents."""

from collections import Counter
from math import exp, inf, log

import agentpy
import numpy as np

from . import rules

VERSION = f"AgentPy {agentpy.__version__}"


class Investor(agentpy.Agent):
    def setup(self):
        self.usual_bn = self.holdings_bn = self.model.random.gauss(rules.USUAL_MEAN, rules.USUAL_SD)

    def adjust(self, wanted_above_usual):
        gap = self.usual_bn + wanted_above_usual - self.holdings_bn
        self.holdings_bn += rules.SPEED * gap + rules.NOISE * self.model.random.gauss(0.0, 1.0)


class Issuer(agentpy.Agent):
    def setup(self):
        self.preference = self.model.random.gauss(0.0, 1.0)
        self.choice = 0

    def choose(self, options):
        uniform, preference = self.model.random.random, self.preference
        best = -inf
        for option, value, loading in options:
            utility = value + loading * preference - log(-log(uniform()))
            if utility > best:
                best, self.choice = utility, option


class Firm(agentpy.Agent):
    def setup(self, spread_of_size):
        self.log_size = self.model.random.gauss(0.0, spread_of_size)

    def grow_or_leave(self):
        dice = self.model.random
        self.log_size += rules.DRIFT + rules.GROWTH_SD * dice.gauss(0.0, 1.0)
        if dice.random() < 1.0 - exp(-rules.EXIT_RATE * exp(-rules.EXIT_SLOPE * self.log_size)):
            self.model.firms.remove(self)


class Market(agentpy.Model):
    def setup(self):
        investors, issuers, firms = rules.counts_of(self.p.agents)
        self.entry = rules.ENTRY_RATE * firms
        self.investors = agentpy.AgentList(self, investors, Investor)
        self.issuers = agentpy.AgentList(self, issuers, Issuer)
        self.firms = agentpy.AgentDList(self, firms, Firm, spread_of_size=rules.SIZE_SD)

    def step(self):
        spread = rules.spread_pp(self.t - 1)
        self.investors.adjust(rules.SPREAD_EFFECT * spread)
        self.issuers.choose(rules.options_of(spread))
        self.firms.buffer().grow_or_leave()
        entrants = int(self.nprandom.poisson(self.entry))
        self.firms.extend(agentpy.AgentList(self, entrants, Firm, spread_of_size=rules.ENTRANT_SD))


class Peer:
    def __init__(self, agents, seed):
        self.market = Market({"agents": agents})
        self.market.sim_setup(seed=seed)

    def month(self):
        market = self.market
        market.sim_step()
        by_option = Counter(market.issuers.choice)
        return rules.Record(
            sum(market.investors.holdings_bn),
            tuple(by_option[option] for option in range(rules.OPTIONS)),
            len(market.firms),
        )

    def state(self):
        return rules.State(
            np.array(list(self.market.investors.holdings_bn)), np.array(list(self.market.firms.log_size))
        )
