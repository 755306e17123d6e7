"""The micro-model on the populations and keyed draws of this project, written as the model writes its own steps."""

import numpy as np
import scipy

from agents.arrays import rows_where
from agents.draws import Draws, poisson
from agents.population import ArrayAgent, Population, PopulationModel, column

from . import rules

VERSION = f"numpy {np.__version__}, scipy {scipy.__version__}"
START = 2021 * 12


class Investor(ArrayAgent):
    usual_bn = column("f8", unit="CNY bn", doc="Holdings at a spread of zero")
    holdings_bn = column("f8", unit="CNY bn", doc="Bonds held")


class Issuer(ArrayAgent):
    preference = column("f8", unit="standard deviations", doc="Preference for market finance")
    choice = column("i1", unit="code", doc="Option chosen this month")


class Firm(ArrayAgent):
    log_size = column("f8", unit="log", doc="Log size relative to an entrant")


class Peer(PopulationModel):
    def __init__(self, agents, seed):
        super().__init__(rng=seed)
        self.draws = Draws(seed)
        for name in (
            "investor.usual",
            "investor.noise",
            "issuer.preference",
            "issuer.taste",
            "firm.start",
            "firm.growth",
            "firm.exit",
            "firm.entry",
        ):
            self.draws.stream(name)
        investors, issuers, firms = rules.counts_of(agents)
        self.now, self.entry = START, rules.ENTRY_RATE * firms
        self.investors = Population(self, Investor, capacity=investors)
        self.investors.add(investors, START)
        usual = self.draws["investor.usual"].normal(self.investors.draw_keys, START)
        self.investors["usual_bn"] = rules.USUAL_MEAN + rules.USUAL_SD * usual
        self.investors["holdings_bn"] = self.investors["usual_bn"]
        self.issuers = Population(self, Issuer, capacity=issuers)
        self.issuers.add(issuers, START)
        self.issuers["preference"] = self.draws["issuer.preference"].normal(self.issuers.draw_keys, START)
        self.firms = Population(self, Firm, capacity=2 * firms)
        self.enter(firms, rules.SIZE_SD)

    def month(self):
        spread = rules.spread_pp(self.now - START)
        self.adjust(spread)
        self.choose(spread)
        self.grow_and_leave()
        entrants = poisson([self.entry], [self.draws["firm.entry"].scalar(self.now)])
        self.enter(int(entrants[0]), rules.ENTRANT_SD)
        self.now += 1
        issuers_by_option = np.bincount(self.issuers["choice"], minlength=rules.OPTIONS)
        return rules.Record(float(self.investors["holdings_bn"].sum()), tuple(issuers_by_option), len(self.firms))

    def adjust(self, spread):
        investors = self.investors
        normal = self.draws["investor.noise"].normal(investors.draw_keys, self.now)
        investors["holdings_bn"] = rules.adjusted_bn(investors["holdings_bn"], investors["usual_bn"], spread, normal)

    def choose(self, spread):
        tastes = self.draws["issuer.taste"].gumbel(self.issuers.draw_keys, self.now, count=rules.OPTIONS)
        self.issuers["choice"][:] = rules.chosen(self.issuers["preference"], spread, tastes)

    def grow_and_leave(self):
        firms = self.firms
        normal = self.draws["firm.growth"].normal(firms.draw_keys, self.now)
        firms["log_size"] += rules.DRIFT + rules.GROWTH_SD * normal
        uniform = self.draws["firm.exit"].uniform(firms.draw_keys, self.now)
        firms.remove(rows_where(uniform < rules.chance_of_leaving(firms["log_size"])))

    def enter(self, count, spread_of_size):
        rows = self.firms.add(count, self.now)
        size = self.draws["firm.start"].normal(self.firms.draw_keys[rows], self.now)
        self.firms["log_size"][rows] = spread_of_size * size

    def state(self):
        return rules.State(self.investors["holdings_bn"], self.firms["log_size"])
