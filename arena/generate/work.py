"""Working off one generation: one crew a contestant, so that a provider that is down holds up nobody else.

What has been answered is stored at once and never asked again; what is missing stays missing until it is
answered. So the process may be killed anywhere, and the next one goes on.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from arena.exchange.identity import hash_turns
from arena.generate.conversation import Answered, answer
from arena.generate.plan import Missing
from arena.generate.spec import GenerationSpec
from arena.run.crew import Crew, Watcher
from arena.run.hindrance import Ear, Teller, say_hindrance
from arena.run.pace import Pace
from arena.run.station import Client, Patience, Spending, Station
from arena.style_features import get_style_features
from db import Database, generated, generation, results
from db.generated import FinishedResponse, PerplexityScore
from db.generation import StoredContestant
from db.results import Progress, StoredCall
from judge import (
    CallReply,
    CallRequest,
    MissingKeyError,
    OverBudgetError,
    Price,
    ProviderCallError,
    TokenLogprob,
    cost_of,
)
from judge.exact import Metric, perplexity

Number = TypeVar("Number", int, float)

CHUNK = 64
SPARE_WORKERS = 8


@dataclass(frozen=True)
class Door:
    """The client of one contestant: its price where somebody typed one in, and the places shared by all."""

    client: Client
    places: asyncio.Semaphore
    price: Price | None

    async def complete(self, request: CallRequest) -> CallReply:
        async with self.places:
            reply = await self.client.complete(request)
        if reply.cost_usd is None and self.price is not None:
            return replace(reply, cost_usd=cost_of(reply, self.price))
        return reply

    async def aclose(self) -> None:
        """Leave the client open: it is everybody's."""


@dataclass
class GenerationWork:
    """One generation in one process.

    Parameters
    ----------
    asked_to_stop : callable
        Returns the state to leave the generation in (`paused`, `cancelled`, `waiting`), None to go on.
    answer_timeout_s : float
        How long calls under way may still take when a cap is reached.
    """

    database: Database
    generation_id: int
    spec: GenerationSpec
    missing: Sequence[Missing]
    client: Client
    spending: Spending
    asked_to_stop: Watcher
    answer_timeout_s: float
    patience: Patience = field(default_factory=Patience)
    _calls: deque[StoredCall] = field(default_factory=deque)
    _finished: deque[FinishedResponse] = field(default_factory=deque)
    _stations: dict[int, Station] = field(default_factory=dict)
    _ears: dict[int, Ear] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _saving: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._teller = Teller(self._tell)

    async def go(self) -> tuple[str, str | None]:
        """Work until nothing is missing or something ends it; return the state to leave it in, and why."""
        places = asyncio.Semaphore(self.spec.max_concurrency)
        contestants = {missing.contestant.id: missing.contestant for missing in self.missing}
        ends = await asyncio.gather(
            *(self._crew(contestant, places).go() for contestant in contestants.values())
        )
        asked = next((state for state, _ in ends if state not in ("done", "stopped")), None)
        whys = list(dict.fromkeys(why for _, why in ends if why is not None))
        state = asked or ("stopped" if any(state == "stopped" for state, _ in ends) else "done")
        return state, " ".join(whys) or None

    def _crew(self, contestant: StoredContestant, places: asyncio.Semaphore) -> Crew[Missing]:
        def keep(call: StoredCall) -> None:
            self._calls.append(call)
            crew.notice()

        self._names[contestant.id] = contestant.name
        ear = self._ears[contestant.id] = Ear(self.client, self.answer_timeout_s)
        station = self._stations[contestant.id] = Station(
            client=Door(ear, places, _price(contestant)),
            spending=self.spending,
            pace=Pace(self.spec.max_concurrency),
            patience=self.patience,
            find=self._find,
            keep=keep,
        )
        mine = [missing for missing in self.missing if missing.contestant.id == contestant.id]

        async def do(missing: Missing) -> None:
            await self._ask(missing, station, crew)

        def finish() -> None:
            station.is_last_lap = True

        crew: Crew[Missing] = Crew(
            n_workers=min(len(mine), 2 * self.spec.max_concurrency + SPARE_WORKERS),
            chunks=_in_chunks(mine),
            do=do,
            save=self._save,
            asked_to_stop=self.asked_to_stop,
            answer_timeout_s=self.answer_timeout_s,
            when_idle=finish,
        )
        return crew

    async def _ask(self, missing: Missing, station: Station, crew: Crew[Missing]) -> None:
        try:
            answered = await answer(
                missing.contestant,
                missing.prompt.messages,
                missing.sample_index,
                station.complete,
                keep_truncated=self.spec.keep_truncated,
            )
        except ProviderCallError as error:
            if not station.is_closed:
                self._finish(missing, Answered(None, "api_error", str(error), ()), crew)
            station.is_closed = True
            crew.end("stopped", _why(missing.contestant.name, error))
            return
        if answered.reason == OverBudgetError.reason:
            station.is_closed = True
            crew.end("stopped", answered.detail)
            return
        self._finish(missing, answered, crew)

    def _finish(self, missing: Missing, answered: Answered, crew: Crew[Missing]) -> None:
        self._finished.append(_finished(missing, answered))
        crew.notice()

    async def _find(self, key: str) -> StoredCall | None:
        return await asyncio.to_thread(self._find_now, key)

    def _find_now(self, key: str) -> StoredCall | None:
        with self.database.read() as session:
            return results.find_calls(session, [key]).get(key)

    def _save(self) -> None:
        with self._saving:
            # Responses first: every call of a response was kept before it, so none can be missing below.
            finished = [self._finished.popleft() for _ in range(len(self._finished))]
            calls = [self._calls.popleft() for _ in range(len(self._calls))]
            tallies = [station.take_tally() for station in self._stations.values()]
            progress = Progress(
                n_calls=sum(tally.n_calls for tally in tallies),
                n_cached=sum(tally.n_cached for tally in tallies),
                n_retries=sum(tally.n_retries for tally in tallies),
                n_unpriced=sum(tally.n_unpriced for tally in tallies),
                cost_usd=sum(tally.cost_usd for tally in tallies),
            )
            if finished or calls or progress.n_retries or progress.n_cached:
                with self.database.write() as session:
                    generated.save_responses(session, self.generation_id, calls, finished, progress)
            self._teller.tell(self._hindrance())

    def _hindrance(self) -> str | None:
        """Say for each contestant that is not answered what its calls wait for."""
        open_ones = ((self._names[number], number, one) for number, one in list(self._stations.items()))
        said = (
            (name, say_hindrance(station, self._ears[number]))
            for name, number, station in open_ones
            if not station.is_closed
        )
        return " ".join(f"{name}: {words}" for name, words in said if words) or None

    def _tell(self, words: str | None) -> None:
        with self.database.write() as session:
            generation.set_hindrance(session, self.generation_id, words)


def _in_chunks(missing: Sequence[Missing]) -> Iterator[Sequence[Missing]]:
    for start in range(0, len(missing), CHUNK):
        yield missing[start : start + CHUNK]


def _why(name: str, error: ProviderCallError) -> str:
    if isinstance(error, MissingKeyError):
        return f"{name}: {error}"
    said = "every call is refused" if error.status_code is not None else "nobody answers"
    return f"{name}: {said}: {error}."


def _price(contestant: StoredContestant) -> Price | None:
    price_in, price_out = contestant.input_usd_per_million, contestant.output_usd_per_million
    if price_in is None or price_out is None:
        return None
    return Price(price_in / 1e6, price_out / 1e6)


def _finished(missing: Missing, answered: Answered) -> FinishedResponse:
    replies, turns = answered.replies, answered.turns
    return FinishedResponse(
        prompt_id=missing.prompt.id,
        contestant_id=missing.contestant.id,
        sample_index=missing.sample_index,
        state="ready" if answered.reason is None else "failed",
        reason=answered.reason,
        detail=answered.detail,
        turns=turns,
        text_hash=None if turns is None else hash_turns(turns),
        finish_reason=replies[-1].finish_reason or None if replies else None,
        n_tokens_in=_sum([reply.n_tokens_in for reply in replies]),
        n_tokens_out=_sum([reply.n_tokens_out for reply in replies]),
        latency_s=sum(reply.latency_s for reply in replies) if replies else None,
        cost_usd=_sum([reply.cost_usd for reply in replies]),
        features={} if turns is None else vars(get_style_features(turns)),
        perplexity=_perplexity(replies) if answered.reason is None else None,
    )


def _perplexity(replies: Sequence[CallReply]) -> PerplexityScore | None:
    """Over all turns; None where a turn came without log-probabilities."""
    tokens: list[TokenLogprob] = []
    for reply in replies:
        if reply.logprobs is None:
            return None
        tokens.extend(reply.logprobs)
    score = perplexity(tokens)
    return PerplexityScore(score.value, score.problem or None, Metric("perplexity").signature)


def _sum(numbers: Sequence[Number | None]) -> Number | None:
    """Return the sum, None where any is unknown or there are none."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None
