"""What was tried in an area, and what did not survive it."""

from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Tally:
    """Cases of one area."""

    area: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)
    longest: float = 0.0
    """Seconds of the longest case."""
    _began: float = 0.0

    def begin(self) -> None:
        """Begin a case."""
        self.tried += 1
        self._began = perf_counter()

    def end(self, *wrong: str) -> None:
        """End it, with what is wrong if anything is."""
        self.longest = max(self.longest, perf_counter() - self._began)
        self.failures += [each for each in wrong[:1] if each]

    @property
    def survived(self) -> int:
        return self.tried - len(self.failures)

    def row(self) -> str:
        """A line of the table."""
        return f"| {self.area} | {self.tried} | {self.survived} | {self.longest:.1f} |"
