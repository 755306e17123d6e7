"""The micro-model in mesa-frames: each class of agents is a table of Polars, the rules are expressions on columns.

Columns are set through the `agents` property: `agent_set["column"] = ...` joins the whole table anew each time.
"""

import warnings
from importlib.metadata import version

import numpy as np
import polars as pl

from . import rules

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its calls of Polars use forms that Polars has deprecated since
    from mesa_frames import AgentSetPolars, ModelDF

VERSION = f"mesa-frames {version('mesa-frames')}, Polars {version('polars')}"


def table(first, count, **columns):
    return pl.DataFrame({"unique_id": np.arange(first, first + count), **columns})


class Investors(AgentSetPolars):
    def __init__(self, model, count):
        super().__init__(model)
        usual = model.random.normal(rules.USUAL_MEAN, rules.USUAL_SD, count)
        self.add(table(model.new_ids(count), count, usual_bn=usual, holdings_bn=usual))

    def step(self):
        normal = pl.Series(self.random.standard_normal(len(self)))
        usual, held = pl.col("usual_bn"), pl.col("holdings_bn")
        self.agents = self.agents.with_columns(
            holdings_bn=held
            + rules.SPEED * (usual + rules.SPREAD_EFFECT * self.model.spread - held)
            + rules.NOISE * normal
        )


class Issuers(AgentSetPolars):
    def __init__(self, model, count):
        super().__init__(model)
        preference = model.random.standard_normal(count)
        self.add(table(model.new_ids(count), count, preference=preference, choice=np.zeros(count, np.int8)))

    def step(self):
        # Choosing by numpy takes a fraction of the time of lists of utilities and `list.arg_max` in Polars.
        tastes = -np.log(self.random.standard_exponential((rules.OPTIONS, len(self))))
        choice = rules.chosen(self.agents["preference"].to_numpy(), self.model.spread, tastes)
        self.agents = self.agents.with_columns(choice=pl.Series(choice.astype(np.int8)))


class Firms(AgentSetPolars):
    def __init__(self, model, count):
        super().__init__(model)
        self.enter(count, rules.SIZE_SD)

    def step(self):
        normal, uniform = pl.Series(self.random.standard_normal(len(self))), pl.Series(self.random.random(len(self)))
        self.agents = self.agents.with_columns(log_size=pl.col("log_size") + rules.DRIFT + rules.GROWTH_SD * normal)
        chance = 1.0 - (-rules.EXIT_RATE * (-rules.EXIT_SLOPE * pl.col("log_size")).exp()).exp()
        leaves = self.agents.filter(uniform < chance)["unique_id"]
        if len(leaves):
            self.remove(leaves)

    def enter(self, count, spread_of_size):
        size = self.model.random.normal(0.0, spread_of_size, count)
        self.add(table(self.model.new_ids(count), count, log_size=size))


class Peer(ModelDF):
    def __init__(self, agents, seed):
        super().__init__(seed)
        warnings.simplefilter("ignore", DeprecationWarning)
        investors, issuers, firms = rules.counts_of(agents)
        self.now, self.entry, self.last_id = 0, rules.ENTRY_RATE * firms, 0
        self.investors, self.issuers = Investors(self, investors), Issuers(self, issuers)
        self.firms = Firms(self, firms)
        self.agents.add([self.investors, self.issuers, self.firms])

    def new_ids(self, count):
        """First of a number of ids that no agent has had."""
        first = self.last_id
        self.last_id += count
        return first

    def month(self):
        self.spread = rules.spread_pp(self.now)
        self.step()
        self.firms.enter(int(self.random.poisson(self.entry)), rules.ENTRANT_SD)
        self.now += 1
        by_option = np.bincount(self.issuers.agents["choice"].to_numpy(), minlength=rules.OPTIONS)
        return rules.Record(self.investors.agents["holdings_bn"].sum(), tuple(by_option), len(self.firms))

    def state(self):
        return rules.State(self.investors.agents["holdings_bn"].to_numpy(), self.firms.agents["log_size"].to_numpy())
