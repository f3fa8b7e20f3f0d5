"""One place every model call of a run passes: the call store, the caps, the retries.

A call whose key is stored, or under way, is not made again. An answer is handed to `keep` the moment it
arrives, before anything is read from it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from arena.run.answers import to_reply, to_stored
from arena.run.pace import Pace
from arena.run.spending import Spending, Tally
from db.results import StoredCall
from judge import (
    CallError,
    CallReply,
    CallRequest,
    GaveUpError,
    OverBudgetError,
    ProviderCallError,
    RateLimitError,
    TransientCallError,
)

__all__ = ["Client", "Patience", "Spending", "Station", "duration"]


@dataclass(frozen=True)
class Patience:
    """When to try again, and when to give up; times in seconds.

    An attempt counts against a call only when another call succeeded since the one before, or when none is
    left that could: else the provider is down, not the call broken. While it is down the run waits,
    `outage_s` if it ever answered, `first_answer_s` if it never did; then the run stops with its plan
    unburned. A 429 counts against nobody.
    """

    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    max_attempts: int = 8
    outage_s: float = 3600.0
    first_answer_s: float = 20.0
    told_after_s: float = 2.0
    """So long without an answer, and the run says what it waits for."""


class GivenAwayError(ProviderCallError):
    """The call has not begun, and is another worker's by now."""


@dataclass(frozen=True)
class Outage:
    """Nothing has been answered since then, by the loop's clock in seconds, and what was said last."""

    since: float
    patience_s: float
    error: TransientCallError

    def sentence(self, now: float) -> str:
        return (
            f"No answer for {duration(now - self.since)}; tried again until {duration(self.patience_s)}."
            f" The last error: {self.error}"
        )


class Client(Protocol):
    """What reaches the models: `judge.litellm_client.LiteLLMClient`."""

    async def complete(self, request: CallRequest) -> CallReply: ...

    async def aclose(self) -> None: ...


@dataclass
class Station:
    """Serves the calls of one run.

    Parameters
    ----------
    keep : callable
        Takes each new answer; must not block. Where it returns something to wait for, the call counts as in
        flight until then, so that a kill never costs more answers than that.
    claim : callable or None
        Where workers share a cap on calls: takes that many from it, or says that there are none. A call that
        was not answered is given back (-1).
    """

    client: Client
    spending: Spending
    pace: Pace
    patience: Patience
    find: Callable[[str], Awaitable[StoredCall | None]]
    keep: Callable[[StoredCall], Awaitable[None] | None]
    claim: Callable[[int], Awaitable[bool]] | None = None
    rng: random.Random = field(default_factory=random.Random)
    tally: Tally = field(default_factory=Tally)
    attempts: dict[str, int] = field(default_factory=dict)
    """By key, of calls whose judgments have not been handed over yet; see `forget`."""
    paid: set[str] = field(default_factory=set)
    n_answers: int = 0
    is_last_lap: bool = False
    """True when every call left is under way: no other could show that the provider answers."""
    answered_at: float | None = None
    outage: Outage | None = None
    """None while calls are answered."""
    is_closed: bool = False
    """True when no further call may start."""
    refusal: str | None = None
    """Which cap has been reached, None while none has."""
    _under_way: dict[str, asyncio.Future[CallReply]] = field(default_factory=dict)
    _taken: Tally = field(default_factory=Tally)

    async def complete(self, request: CallRequest, is_wanted: Callable[[], bool] = lambda: True) -> CallReply:
        """Return the stored answer, or ask the model; `is_wanted` is asked when a place is free.

        Raises
        ------
        OverBudgetError
            If a cap forbids the call.
        GaveUpError
            If trying again did not help often enough.
        ProviderCallError
            If every further call would fail alike, or nothing has been answered for too long.
        GivenAwayError
            If it is not wanted any more.
        """
        key = request.key
        if key not in self._under_way:
            stored = await self.find(key)
            if stored is not None:
                self.tally.n_cached += 1
                return to_reply(stored)
        while key in self._under_way:
            with contextlib.suppress(GivenAwayError):
                return await asyncio.shield(self._under_way[key])
        future: asyncio.Future[CallReply] = asyncio.get_running_loop().create_future()
        self._under_way[key] = future
        try:
            reply = await self._ask(request, is_wanted)
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

    async def _ask(self, request: CallRequest, is_wanted: Callable[[], bool]) -> CallReply:
        started = asyncio.get_running_loop().time()
        n_own, attempt = 0, 0
        while True:
            attempt += 1
            n_answers = self.n_answers
            try:
                async with self.pace.slot():
                    if not is_wanted():
                        raise GivenAwayError("other workers have been given it")
                    return await self._ask_once(request, attempt)
            except TransientCallError as error:
                self.attempts[request.key] = attempt
                is_limit = isinstance(error, RateLimitError)
                n_own += not is_limit and (self.n_answers > n_answers or self.is_last_lap)
                if n_own >= self.patience.max_attempts:
                    raise GaveUpError(error, n_attempts=attempt) from error
                self._refuse_outage(error, started)
                wait_s = self._wait_s(attempt, error)
            self.tally.n_retries += 1
            await self.pace.sleep(wait_s)

    def _refuse_outage(self, error: TransientCallError, started: float) -> None:
        """Stop the run where nothing has been answered for longer than the patience lasts."""
        since = max(started, self.answered_at or started)
        waited = asyncio.get_running_loop().time() - since
        patience = self.patience.first_answer_s if self.answered_at is None else self.patience.outage_s
        if waited >= self.patience.told_after_s:
            self.outage = Outage(since, patience, error)
        if waited > patience:
            raise ProviderCallError(f"no call has been answered for {waited:,.0f} s; the last error: {error}")

    async def _ask_once(self, request: CallRequest, attempt: int) -> CallReply:
        reserved_usd = await self._reserve(request)
        is_answered = False
        try:
            reply = await self.client.complete(request)
            is_answered = True
        except TransientCallError as error:
            if isinstance(error, RateLimitError):
                self.pace.refused(error.retry_after_s)
            else:
                self.pace.troubled()
            raise
        else:
            stored = self._book(request, reply, attempt)
        finally:
            self._release(reserved_usd)
            if self.claim is not None and not is_answered:
                await self.claim(-1)
        self.n_answers += 1
        self.answered_at = asyncio.get_running_loop().time()
        self.outage = None
        self.pace.answered((reply.n_tokens_in or 0) + (reply.n_tokens_out or 0))
        if stored is not None:
            await stored
        return reply

    async def _reserve(self, request: CallRequest) -> float:
        """Set aside what a call can cost; near the cap, wait for what calls under way really cost."""
        most = self.spending.reserve_for(request)
        while True:
            if self.is_closed:
                raise ProviderCallError("the run is ending")
            refusal = self.refusal or self.spending.refusal(most)
            if refusal is not None:
                self.refusal = refusal
                raise OverBudgetError(refusal)
            if not self.spending.must_wait(most):
                break
            self.spending.released.clear()
            await self.spending.released.wait()
        if self.claim is not None and not await self.claim(1):
            self.refusal = self.refusal or self.spending.cap_on_calls
            raise OverBudgetError(self.refusal)
        self.spending.n_in_flight += 1
        self.spending.reserved_usd += most
        return most

    def _release(self, reserved_usd: float) -> None:
        self.spending.n_in_flight -= 1
        self.spending.reserved_usd -= reserved_usd
        self.spending.released.set()

    def _wait_s(self, attempt: int, error: TransientCallError) -> float:
        """Seconds until the next attempt: what the provider asks for, else doubling; both with jitter."""
        if error.retry_after_s is not None:
            return error.retry_after_s + self.rng.uniform(0, 0.2)
        doubled = self.patience.first_wait_s * 2 ** min(attempt - 1, 30)
        return float(min(self.patience.longest_wait_s, doubled) * self.rng.uniform(0.5, 1.0))

    def _book(self, request: CallRequest, reply: CallReply, attempt: int) -> Awaitable[None] | None:
        self.attempts[request.key] = attempt
        self.paid.add(request.key)
        self.spending.book(reply.cost_usd)
        self.tally.n_calls += 1
        self.tally.cost_usd += reply.cost_usd or 0.0
        self.tally.n_unpriced += reply.cost_usd is None
        return self.keep(to_stored(request, reply, attempt))

    def forget(self, key: str) -> None:
        """Drop what is remembered of a call, so that memory does not grow with the run."""
        self.attempts.pop(key, None)
        self.paid.discard(key)

    def take_tally(self) -> Tally:
        """Return what has happened since the last time; safe beside the thread that counts."""
        now = replace(self.tally)
        taken, self._taken = now.minus(self._taken), now
        return taken


def duration(seconds: float) -> str:
    """Write a time with its unit, no finer than it is known."""
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
