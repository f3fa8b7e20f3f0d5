"""One place every model call of a run passes: the call store, the caps, the retries.

A call whose key is stored, or under way, is not made again. An answer is handed to `keep` the moment it
arrives, before anything is read from it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from db.results import StoredCall
from judge import (
    CallError,
    CallReply,
    CallRequest,
    GaveUpError,
    OverBudgetError,
    TokenLogprob,
    TransientCallError,
)

MAX_ATTEMPTS = 6
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0


class Client(Protocol):
    """What reaches the models: `judge.litellm_client.LiteLLMClient`."""

    async def complete(self, request: CallRequest) -> CallReply: ...

    async def aclose(self) -> None: ...


@dataclass
class Spending:
    """What the run has spent so far, and its caps; None: no cap."""

    max_cost_usd: float | None
    max_calls: int | None
    cost_usd: float = 0.0
    n_calls: int = 0
    n_in_flight: int = 0

    def refusal(self) -> str | None:
        """Say why no further call may start, None while one may."""
        if self.max_calls is not None and self.n_calls + self.n_in_flight >= self.max_calls:
            return f"The cap of {self.max_calls:,} calls is reached."
        if self.max_cost_usd is not None and self.cost_usd >= self.max_cost_usd:
            return f"The cap of ${self.max_cost_usd:.2f} is reached."
        return None


@dataclass
class Tally:
    """What has happened since it was last taken."""

    n_calls: int = 0
    n_cached: int = 0
    n_retries: int = 0
    n_unpriced: int = 0
    cost_usd: float = 0.0


@dataclass
class Station:
    """Serves the calls of one run.

    Parameters
    ----------
    keep : callable
        Takes each new answer; must not block.
    pace : callable
        Waits that long; a test hands in one that returns at once.
    """

    client: Client
    spending: Spending
    max_concurrency: int
    find: Callable[[str], Awaitable[StoredCall | None]]
    keep: Callable[[StoredCall], None]
    pace: Callable[[float], Awaitable[None]] = asyncio.sleep
    rng: random.Random = field(default_factory=random.Random)
    tally: Tally = field(default_factory=Tally)
    attempts: dict[str, int] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    _under_way: dict[str, asyncio.Future[CallReply]] = field(default_factory=dict)
    _resume_at: float = 0.0

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.max_concurrency)

    async def complete(self, request: CallRequest) -> CallReply:
        """Return the stored answer, or ask the model.

        Raises
        ------
        OverBudgetError
            If a cap forbids the call.
        GaveUpError
            If trying again did not help often enough.
        ProviderCallError
            If every further call would fail alike.
        """
        key = request.key
        if key in self._under_way:
            return await asyncio.shield(self._under_way[key])
        stored = await self.find(key)
        if stored is not None:
            self.tally.n_cached += 1
            return to_reply(stored)
        if key in self._under_way:
            return await asyncio.shield(self._under_way[key])
        future: asyncio.Future[CallReply] = asyncio.get_running_loop().create_future()
        self._under_way[key] = future
        try:
            reply = await self._ask(request)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except CallError as error:
            future.set_exception(error)
            future.exception()  # the waiters' copy; without waiters nobody else would look at it
            raise
        else:
            future.set_result(reply)
            return reply
        finally:
            del self._under_way[key]

    async def _ask(self, request: CallRequest) -> CallReply:
        async with self._free:
            for attempt in range(1, MAX_ATTEMPTS + 1):
                refusal = self.spending.refusal()
                if refusal is not None:
                    raise OverBudgetError(refusal)
                await self._wait_for_provider()
                self.spending.n_in_flight += 1
                try:
                    reply = await self.client.complete(request)
                except TransientCallError as error:
                    self.attempts[request.key] = attempt
                    if attempt == MAX_ATTEMPTS:
                        raise GaveUpError(error, n_attempts=attempt) from error
                    last = error
                else:
                    self._book(request, reply, attempt)
                    return reply
                finally:
                    self.spending.n_in_flight -= 1
                self.tally.n_retries += 1
                await self.pace(self._wait_s(attempt, last.retry_after_s))
        raise AssertionError("the loop above returns or raises")

    async def _wait_for_provider(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._resume_at > now:
            await self.pace(self._resume_at - now)

    def _wait_s(self, attempt: int, retry_after_s: float | None) -> float:
        """Seconds until the next attempt: what the provider asks for, else doubling with jitter."""
        if retry_after_s is not None:
            until = asyncio.get_running_loop().time() + retry_after_s
            self._resume_at = max(self._resume_at, until)
            return retry_after_s + self.rng.uniform(0, 0.1)
        return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1)) * self.rng.uniform(0.5, 1.0))

    def _book(self, request: CallRequest, reply: CallReply, attempt: int) -> None:
        self.attempts[request.key] = attempt
        self.paid.add(request.key)
        self.spending.n_calls += 1
        self.spending.cost_usd += reply.cost_usd or 0.0
        self.tally.n_calls += 1
        self.tally.cost_usd += reply.cost_usd or 0.0
        self.tally.n_unpriced += reply.cost_usd is None
        self.keep(to_stored(request, reply, attempt))

    def take_tally(self) -> Tally:
        """Return what has happened since the last time, and start anew."""
        taken, self.tally = self.tally, Tally()
        return taken


def to_stored(request: CallRequest, reply: CallReply, attempts: int) -> StoredCall:
    """Return what the database keeps of an answered call."""
    return StoredCall(
        key=request.key,
        model=request.model,
        api_base=request.api_base,
        parameters=[[name, value] for name, value in reply.parameters_sent],
        raw_text=reply.text,
        finish_reason=reply.finish_reason,
        refusal=reply.refusal,
        n_tokens_in=reply.n_tokens_in,
        n_tokens_out=reply.n_tokens_out,
        cost_usd=reply.cost_usd,
        latency_s=reply.latency_s,
        attempts=attempts,
        logprobs=None
        if reply.logprobs is None
        else [[token.token, token.logprob, [list(pair) for pair in token.top]] for token in reply.logprobs],
    )


def to_reply(stored: StoredCall) -> CallReply:
    """Return the answer as it once arrived."""
    return CallReply(
        text=stored.raw_text,
        finish_reason=stored.finish_reason,
        n_tokens_in=stored.n_tokens_in,
        n_tokens_out=stored.n_tokens_out,
        cost_usd=stored.cost_usd,
        latency_s=stored.latency_s,
        parameters_sent=tuple((name, value) for name, value in stored.parameters),
        logprobs=None
        if stored.logprobs is None
        else tuple(
            TokenLogprob(token, logprob, tuple((other, p) for other, p in top))
            for token, logprob, top in stored.logprobs
        ),
        refusal=stored.refusal,
    )
