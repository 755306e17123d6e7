"""Failure of a bank as an issuer: holders of its paper lose, and small banks pay higher spreads."""

from agents.issuers import Instrument, IssuerClass, Issuers
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.bond_market.state import BankStress
from sim.component import Changes
from sim.financing.state import Defaults


def bank_issuer_fails(
    issuers: Changes[Issuers],
    book: Changes[SecurityBook],
    defaults: Changes[Defaults],
    stress: Changes[BankStress],
    row: int,
    loss_share: float,
) -> None:
    """One of the banks behind an issuer fails: part of its certificates and bonds is written off, and stress rises.

    To be called in a month before banks renew their certificates. The issuer stands for `firms` banks, of which one
    fails, so `loss_share / firms` of its paper is lost. Stress rises by one and fades with `bank_stress_half_life`.

    Parameters
    ----------
    row
        Row of a bank among the issuers.
    loss_share
        Part of the failing bank's certificates and bonds that holders lose, 0..1.

    Raises
    ------
    ValueError
        If the issuer is no bank or the share lies outside 0..1.
    """
    if issuers["issuer_class"][row] != int(IssuerClass.BANK):
        raise ValueError(f"issuer in row {row} is no bank")
    if not 0.0 <= loss_share <= 1.0:
        raise ValueError(f"loss share {loss_share} is not within 0..1")
    lost = loss_share / max(float(issuers["firms"][row]), 1.0)
    certificates = float(issuers["certificates_bn"][:, row].sum()) * lost
    bonds = float(issuers["debt_bn"][Instrument.BOND, row]) * lost
    issuers["certificates_bn"][:, row] *= 1.0 - lost
    issuers["usual_certificates_bn"][row] *= 1.0 - lost
    issuers["maturing_bn"][:, Instrument.BOND, row] *= 1.0 - lost
    issuers["debt_bn"][Instrument.BOND, row] -= bonds
    issuers["defaulted_bn"][row] += certificates + bonds
    book.defaulted_bn[SecurityClass.CERTIFICATE] += certificates
    book.defaulted_bn[SecurityClass.FINANCIAL] += bonds
    defaults.count += 1
    stress.stress += 1.0
