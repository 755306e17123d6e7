"""Failures of banks: which small banks fail, and what their creditors lose."""

from sim.component import Component, Step
from sim.failures.small_bank_failure import small_banks_fail
from sim.failures.state import BankFailures

BANK_FAILURES = Component(
    name="bank failures",
    states=(BankFailures,),
    steps=(Step(small_banks_fail, owner="World"),),
)
