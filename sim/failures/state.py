"""States of bank failures."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BankFailure:
    """Effects of a failure, CNY bn."""

    month: int
    assets_bn: float
    """Assets of the bank that failed first."""
    interbank_borrowed_bn: float
    first_losses_bn: float
    """Write-offs of its direct creditors."""
    equity_loss_share: float
    """Part of all other banks' equity lost by contagion of distress (linear DebtRank), before defaults."""
    further_failures: int
    """Creditors that lost all their equity to write-offs, and left."""


@dataclass
class BankFailures:
    """Failures so far."""

    failures: list[BankFailure] = field(default_factory=list)
