"""What a run has spent, and how far it may go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from judge import CallRequest, most_usd


@dataclass
class Tally:
    """What has happened to calls."""

    n_calls: int = 0
    n_cached: int = 0
    n_retries: int = 0
    n_unpriced: int = 0
    cost_usd: float = 0.0

    def minus(self, earlier: Tally) -> Tally:
        return Tally(
            self.n_calls - earlier.n_calls,
            self.n_cached - earlier.n_cached,
            self.n_retries - earlier.n_retries,
            self.n_unpriced - earlier.n_unpriced,
            self.cost_usd - earlier.cost_usd,
        )


@dataclass
class Spending:
    """What the run has spent so far, and its caps; None: no cap.

    What calls under way can cost at most is set aside, so that a cap in USD holds where the price is known.
    """

    max_cost_usd: float | None
    max_calls: int | None
    cost_usd: float = 0.0
    n_calls: int = 0
    n_in_flight: int = 0
    n_unsaved: int = 0
    unsaved_usd: float = 0.0
    reserved_usd: float = 0.0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a call under way has ended; stations that share this purse wait for each other's."""

    def settle(self, n_calls: int, cost_usd: float, saved: Tally) -> None:
        """Take over what the database counts over all workers, and add what has come since `saved`."""
        self.n_unsaved -= saved.n_calls
        self.unsaved_usd -= saved.cost_usd
        self.n_calls = n_calls + self.n_unsaved
        self.cost_usd = cost_usd + self.unsaved_usd

    def book(self, cost_usd: float | None) -> None:
        """Count an answered call."""
        self.n_calls += 1
        self.n_unsaved += 1
        self.cost_usd += cost_usd or 0.0
        self.unsaved_usd += cost_usd or 0.0

    def refusal(self, most_usd: float = 0.0) -> str | None:
        """Say why no further call of that cost may ever start, None while one may."""
        if self.max_calls is not None and self.n_calls + self.n_in_flight >= self.max_calls:
            return self.cap_on_calls
        if self.max_cost_usd is None:
            return None
        if self.cost_usd >= self.max_cost_usd:
            return f"The cap of ${self.max_cost_usd:.2f} is reached."
        if self.cost_usd + most_usd > self.max_cost_usd:
            return (
                f"The cap of ${self.max_cost_usd:.2f} leaves no room for another call: ${self.cost_usd:.4f}"
                f" are spent, and one can cost ${most_usd:.4f}."
            )
        return None

    @property
    def cap_on_calls(self) -> str:
        return f"The cap of {self.max_calls or 0:,} calls is reached."

    def must_wait(self, most_usd: float) -> bool:
        """Whether a call of that cost fits only if those under way turn out cheaper than they can."""
        cap = self.max_cost_usd
        return cap is not None and self.n_in_flight > 0 and self.cost_usd + self.reserved_usd + most_usd > cap

    def reserve_for(self, request: CallRequest) -> float:
        """Return what to set aside: the most it can cost, else the mean so far; 0 without a cap in USD."""
        if self.max_cost_usd is None:
            return 0.0
        most = most_usd(request)
        if most is not None:
            return most
        return self.cost_usd / self.n_calls if self.n_calls else 0.0
