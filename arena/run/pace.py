"""How fast a provider may be asked: concurrency that adapts, and limits a minute.

Concurrency grows by one for every full round of answers (additive) and shrinks by a third when the provider
says 429 (multiplicative), as TCP does; `Retry-After` stops everything until then. A 5xx pauses growth only:
it is the provider's trouble, not a word about speed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

SHRINK = 2 / 3
CALM_S = 1.0
"""After a shrink, further 429s of the same burst do not shrink again for so long."""
GROWTH_PAUSE_S = 10.0
MINUTE_S = 60.0


class Limit(Protocol):
    """A limit a minute."""

    def wait_s(self, now: float) -> float:
        """Seconds until one unit is there; 0 when it is."""

    def take(self, amount: float) -> None:
        """Spend; what is known only afterwards (tokens) may overdraw and is waited for by the next."""


@dataclass
class Allowance:
    """A token bucket: `per_minute` units, refilled evenly, at most a tenth of a minute's worth at once."""

    per_minute: float
    left: float = 0.0
    refilled_at: float = 0.0

    def wait_s(self, now: float) -> float:
        """Seconds until one unit is there; 0 when it is."""
        rate = self.per_minute / MINUTE_S
        self.left = min(self.per_minute / 10 + 1, self.left + (now - self.refilled_at) * rate)
        self.refilled_at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / rate

    def take(self, amount: float) -> None:
        """Spend; what is known only afterwards (tokens) may overdraw and is waited for by the next."""
        self.left -= amount


@dataclass
class Pace:
    """The speed of one provider in one process.

    Parameters
    ----------
    most : int
        Calls at once, never exceeded; the run's `max_concurrency`.
    requests, tokens : Limit or None
        Limits a minute; None: none.
    """

    most: int
    requests: Limit | None = None
    tokens: Limit | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    limit: float = field(init=False)
    n_in_flight: int = 0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    _resume_at: float = 0.0
    _shrunk_at: float = float("-inf")
    _growth_from: float = 0.0

    def __post_init__(self) -> None:
        self.limit = float(self.most)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one place for the block; waits for a free one, for the limits, and for the provider's word."""
        await self._place()
        try:
            await self._allowed()
            yield
        finally:
            self.n_in_flight -= 1
            self._wake()

    async def _place(self) -> None:
        """Take a place, first come first served: who begins anew must not overtake who waits."""
        if self.n_in_flight < int(self.limit) and not self._waiting:
            self.n_in_flight += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.n_in_flight -= 1
                self._wake()
            raise

    async def _allowed(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            buckets = [bucket for bucket in (self.requests, self.tokens) if bucket is not None]
            wait = max([self._resume_at - now, *(bucket.wait_s(now) for bucket in buckets)])
            if wait <= 0:
                break
            await self.sleep(wait)
        if self.requests is not None:
            self.requests.take(1)

    def _wake(self) -> None:
        while self._waiting and self.n_in_flight < int(self.limit):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self.n_in_flight += 1  # the place is handed over

    def answered(self, n_tokens: int) -> None:
        """Book an answer: grow a little, and spend its tokens."""
        if self.tokens is not None:
            self.tokens.take(n_tokens)
        if asyncio.get_running_loop().time() >= self._growth_from:
            self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def refused(self, retry_after_s: float | None) -> None:
        """Book a 429: shrink once a burst, and wait as long as the provider asks."""
        now = asyncio.get_running_loop().time()
        if now - self._shrunk_at >= CALM_S:
            self.limit = max(1.0, self.limit * SHRINK)
            self._shrunk_at = now
        if retry_after_s is not None:
            self._resume_at = max(self._resume_at, now + retry_after_s)

    def troubled(self) -> None:
        """Book a 5xx or a lost connection: no growth for a while."""
        self._growth_from = asyncio.get_running_loop().time() + GROWTH_PAUSE_S
