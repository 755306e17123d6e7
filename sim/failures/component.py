"""Failures by a dated shock: of a small bank, of clearing members, of a platform."""

from sim.component import Component, Step
from sim.failures.clearing_member_default import clearing_members_default
from sim.failures.platform_outage import platform_goes_down
from sim.failures.small_bank_failure import small_banks_fail
from sim.failures.state import BankFailures

BANK_FAILURES = Component(
    name="bank failures",
    states=(BankFailures,),
    steps=(
        Step(small_banks_fail, owner="World"),
        Step(clearing_members_default, owner="World"),
        Step(platform_goes_down, owner="World"),
    ),
)
