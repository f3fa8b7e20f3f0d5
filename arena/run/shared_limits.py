"""Limits a minute that hold over all workers: each draws from the run's bucket what it is about to spend."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from arena.run.kit import Kit
from arena.run.outage import wait_out
from db import Database, workers
from db.postgres import Turn

DRAW_EVERY_S: Final = 0.2
AHEAD_S: Final = 0.5
"""How much of the limit one worker holds unspent at most, in seconds of it."""


@dataclass
class Drawn:
    """What this worker has drawn and not spent; tokens are known afterwards, so it may be below 0."""

    kind: Literal["requests", "tokens"]
    per_minute: float
    left: float = 0.0

    def wait_s(self, now: float) -> float:
        return 0.0 if self.left >= 1 else DRAW_EVERY_S / 2

    def take(self, amount: float) -> None:
        self.left -= amount

    @property
    def n_short(self) -> float:
        """How much to draw next."""
        return max(1.0, self.per_minute / 60 * AHEAD_S) - self.left


def share_limits(kit: Kit) -> list[Drawn]:
    """Put the run's limits, if it has any, in place of this process's own."""
    drawn = []
    if kit.wish.max_requests_per_minute is not None:
        kit.pace.requests = Drawn("requests", kit.wish.max_requests_per_minute)
        drawn.append(kit.pace.requests)
    if kit.wish.max_tokens_per_minute is not None:
        kit.pace.tokens = Drawn("tokens", kit.wish.max_tokens_per_minute)
        drawn.append(kit.pace.tokens)
    return drawn


def share_cap(database: Database, run_id: int, kit: Kit) -> Callable[[int], Awaitable[bool]] | None:
    """Return how calls are claimed from the run's cap on calls, None where it has none.

    What a killed worker had claimed stays taken until the run is resumed: the cap may be kept too well.
    """
    cap = kit.wish.max_calls
    if cap is None:
        return None

    def claim_now(n: int) -> bool:
        with database.write(Turn.BEAT) as session:
            return workers.claim_calls(session, run_id, cap, n)

    async def claim(n: int) -> bool:
        return await asyncio.to_thread(wait_out, lambda: claim_now(n))

    return claim


async def keep_drawing(database: Database, run_id: int, limits: list[Drawn]) -> None:
    """Draw for as long as the run is worked on; ends by being cancelled, and gives back what is left."""

    def draw(limit: Drawn, amount: float) -> float:
        with database.write(Turn.BEAT) as session:
            return workers.draw(session, run_id, limit.kind, limit.per_minute, amount)

    try:
        while limits:
            for limit in limits:
                short = limit.n_short
                if short >= 1:
                    limit.left += await asyncio.to_thread(wait_out, lambda: draw(limit, short))  # noqa: B023
            await asyncio.sleep(DRAW_EVERY_S)
    finally:
        for limit in limits:
            if limit.left > 0:
                draw(limit, -limit.left)
