"""What raises green finance most: guarantees, disclosure of ESG information or a deeper carbon market?"""

from __future__ import annotations

from typing import Any

from asked import Answer, Asked, arm, caution, effect, main

from app.measured.blocks import table

POLICIES: dict[str, dict[str, Any]] = {
    "a guarantee of green credit": {
        "green_finance_incentives": {"components": {"guarantee_and_credit_enhancement": 1.0}}
    },
    "disclosure of ESG information": {
        "green_finance_incentives": {"components": {"esg_disclosure_and_integration": 1.0}}
    },
    "a deeper carbon market": {"carbon_market": 1.0},
}
SHOWN = {
    "green_financing": ("green bonds outstanding, CNY bn", 1000.0),
    "green_bond_issuance": ("green bonds issued, CNY bn", 1.0),
    "greenium": ("advantage in cost, bp", 1.0),
    "foreign_bond_share": ("foreign share, pp", 100.0),
    "carbon_turnover": ("carbon allowances traded, index", 1.0),
}


def answer(asked: Asked) -> Answer:
    """Each policy alone at full intensity from 2021 on over committed policy, and all three together."""
    every = {
        "green_finance_incentives": {
            "components": {"guarantee_and_credit_enhancement": 1.0, "esg_disclosure_and_integration": 1.0}
        },
        "carbon_market": 1.0,
    }
    policies = {**POLICIES, "all three": every}
    found = asked.run(
        [arm("committed", "committed"), *(arm(name, "committed", paths) for name, paths in policies.items())]
    )
    effects = {
        (name, each): effect(found, name, "committed", each, times)
        for name in policies
        for each, (_, times) in SHOWN.items()
    }
    raised = {name: effects[name, "green_financing"] for name in POLICIES}
    best = max(raised, key=lambda name: raised[name].median)
    rows = [(name, *(str(effects[name, each]) for each in SHOWN)) for name in policies]
    return Answer(
        f"**Of the three, {best} raises green bonds outstanding most: by CNY {raised[best]} bn; all three together by "
        f"CNY {effects['all three', 'green_financing']} bn.** {caution(raised)}",
        f"{asked.told}; paired differences to committed policy in 2025.",
        table(("policy at full intensity", *(name for name, _ in SHOWN.values())), rows),
    )


if __name__ == "__main__":
    main(answer)
