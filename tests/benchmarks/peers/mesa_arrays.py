"""The micro-model on Mesa's own arrays: `NumpyAgentDataSet`, of which the rules read and write whole columns.

Each agent is an object too, which Mesa adds to the data set when it is made, and takes out when it leaves.
"""

import mesa
import numpy as np
from mesa.experimental.data_collection import NumpyAgentDataSet

from . import rules

VERSION = f"Mesa {mesa.__version__}, {NumpyAgentDataSet.__name__}"


class Investor(mesa.Agent):
    pass


class Issuer(mesa.Agent):
    pass


class Firm(mesa.Agent):
    pass


class Peer(mesa.Model):
    def __init__(self, agents, seed):
        super().__init__(rng=seed)
        investors, issuers, firms = rules.counts_of(agents)
        self.now, self.entry = 0, rules.ENTRY_RATE * firms
        track = self.data_registry.track_agents_numpy
        self.investors = track(Investor, "investors", ["usual_bn", "holdings_bn"], n=max(investors, 1))
        self.issuers = track(Issuer, "issuers", ["preference", "choice"], n=max(issuers, 1))
        self.firms = track(Firm, "firms", ["log_size"], n=max(2 * firms, 1))
        Investor.create_agents(self, investors)
        self.investors.data[:] = self.rng.normal(rules.USUAL_MEAN, rules.USUAL_SD, investors)[:, None]
        Issuer.create_agents(self, issuers)
        self.issuers.data[:, 0] = self.rng.standard_normal(issuers)
        self.enter(firms, rules.SIZE_SD)

    def month(self):
        spread = rules.spread_pp(self.now)
        usual, held = self.investors.data.T
        held[:] = rules.adjusted_bn(held, usual, spread, self.rng.standard_normal(len(held)))
        preference, choice = self.issuers.data.T
        tastes = -np.log(self.rng.standard_exponential((rules.OPTIONS, len(choice))))
        choice[:] = rules.chosen(preference, spread, tastes)
        size = self.firms.data[:, 0]
        size += rules.DRIFT + rules.GROWTH_SD * self.rng.standard_normal(len(size))
        leaves = self.rng.random(len(size)) < rules.chance_of_leaving(size)
        present = self.firms.active_agents
        for row in np.flatnonzero(leaves).tolist():
            present[row].remove()
        self.enter(int(self.rng.poisson(self.entry)), rules.ENTRANT_SD)
        self.now += 1
        issuers_by_option = np.bincount(choice.astype(np.int64), minlength=rules.OPTIONS)
        return rules.Record(float(held.sum()), tuple(issuers_by_option), len(self.firms))

    def enter(self, count, spread_of_size):
        before = len(self.firms)
        Firm.create_agents(self, count)
        self.firms.data[before:, 0] = self.rng.normal(0.0, spread_of_size, count)

    def state(self):
        return rules.State(self.investors.data[:, 1], self.firms.data[:, 0])
