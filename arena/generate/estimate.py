"""What a generation would ask and cost, before anything is spent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from arena.generate.conversation import opening, split_turns
from arena.generate.plan import Draft, Missing, draft_generation
from arena.generate.spec import GenerationSpec
from arena.providers import say_who_lacks_a_key
from arena.written import MINUS, TIMES
from db import Database
from db.generation import StoredContestant
from judge import Price, count_tokens, price_of
from judge.prices import max_tokens_of

SAMPLE = 24
ASSUMED_TOKENS_OUT = 400
TOKENS_PER_MESSAGE = 4


@dataclass(frozen=True)
class GenerationEstimate:
    """The arithmetic of a generation. `cost_usd` is None where a contestant has no known price, never 0.

    Tokens in are counted on a sample of prompts; an answer is taken to be 400 tokens long, or as long as
    `max_tokens` allows where that is less.
    """

    n_prompts: int
    n_contestants: int
    n_samples: int
    n_already: int
    n_missing: int
    n_calls: int
    n_tokens_in: int
    n_tokens_out: int
    cost_usd: float | None
    warnings: tuple[str, ...]
    missing_key: str
    """Who cannot be asked for want of a key where this runs, as a sentence; empty where all can."""
    sentence: str


def estimate_generation(database: Database, spec: GenerationSpec) -> GenerationEstimate:
    """Work out what `start_generation` would ask; changes nothing and calls nobody."""
    draft = draft_generation(database, spec)
    n_calls = sum(len(split_turns(missing.prompt.messages)) for missing in draft.missing)
    costs = [_of_contestant(draft, contestant.name) for contestant in draft.contestants]
    known = [cost.cost_usd for cost in costs if cost.cost_usd is not None]
    estimate = GenerationEstimate(
        n_prompts=draft.n_prompts,
        n_contestants=len(draft.contestants),
        n_samples=spec.n_samples,
        n_already=draft.n_ready + draft.n_failed,
        n_missing=len(draft.missing),
        n_calls=n_calls,
        n_tokens_in=round(sum(cost.tokens_in for cost in costs)),
        n_tokens_out=round(sum(cost.tokens_out for cost in costs)),
        cost_usd=sum(known) if len(known) == len(costs) else None,
        warnings=_warnings(draft, [cost.name for cost in costs if cost.cost_usd is None]),
        missing_key=say_who_lacks_a_key(_askees(draft)),
        sentence="",
    )
    return replace(estimate, sentence=_sentence(estimate))


def _askees(draft: Draft) -> list[StoredContestant]:
    """Return the contestants that have something left to answer."""
    asked = {missing.contestant.name for missing in draft.missing}
    return [one for one in draft.contestants if one.name in asked]


@dataclass(frozen=True)
class _Cost:
    name: str
    tokens_in: float
    tokens_out: float
    cost_usd: float | None


def _of_contestant(draft: Draft, name: str) -> _Cost:
    mine = [missing for missing in draft.missing if missing.contestant.name == name]
    if not mine:
        return _Cost(name, 0.0, 0.0, 0.0)
    contestant = mine[0].contestant
    limit = max_tokens_of(tuple(contestant.parameters.items()))
    length = min(ASSUMED_TOKENS_OUT, limit or ASSUMED_TOKENS_OUT)
    step = max(1, len(mine) // SAMPLE)
    sample = mine[::step]
    tokens_in = sum(_tokens_in(missing, length) for missing in sample) / len(sample) * len(mine)
    tokens_out = float(sum(len(split_turns(missing.prompt.messages)) for missing in mine) * length)
    price_in, price_out = contestant.input_usd_per_million, contestant.output_usd_per_million
    price = price_of(contestant.model or "")
    if price is None and price_in is not None and price_out is not None:
        price = Price(price_in / 1e6, price_out / 1e6)
    cost = None if price is None else tokens_in * price.input_usd + tokens_out * price.output_usd
    return _Cost(name, tokens_in, tokens_out, cost)


def _tokens_in(missing: Missing, tokens_out: int) -> float:
    """Tokens sent for one response: every turn sends again what came before it, answers included."""
    history, total = 0, 0.0
    for place, asked in enumerate(split_turns(missing.prompt.messages)):
        messages = opening(missing.contestant, asked) if place == 0 else asked
        history += sum(count_tokens(message.content) + TOKENS_PER_MESSAGE for message in messages)
        total += history
        history += tokens_out
    return total


def _warnings(draft: Draft, unpriced: list[str]) -> tuple[str, ...]:
    spec, said = draft.spec, []
    if unpriced:
        said.append(f"No price is known for {', '.join(unpriced)}: the cost is unknown.")
        if spec.max_cost_usd is not None and spec.max_calls is None:
            said.append("A cap in USD cannot hold for it; cap the number of calls instead.")
    if draft.n_unanswerable:
        said.append(f"{draft.n_unanswerable:,} prompts have nothing to answer and are left out.")
    if draft.n_failed:
        said.append(f"{draft.n_failed:,} responses failed by the contestant's own doing and stay so.")
    if not draft.missing:
        said.append("Nothing is missing.")
    return tuple(said)


def _sentence(estimate: GenerationEstimate) -> str:
    factors = [_count(estimate.n_prompts, "prompt"), _count(estimate.n_contestants, "contestant")]
    if estimate.n_samples > 1:
        factors.append(f"{estimate.n_samples} samples")
    already = f" {MINUS} {estimate.n_already:,} already there" if estimate.n_already else ""
    calls = "" if estimate.n_calls == estimate.n_missing else f" in {_count(estimate.n_calls, 'call')}"
    arithmetic = f"{f' {TIMES} '.join(factors)}{already} = {_count(estimate.n_missing, 'response')}{calls}"
    return f"{arithmetic}; {_money(estimate)}"


def _money(estimate: GenerationEstimate) -> str:
    if not estimate.n_missing:
        return "free"
    if estimate.cost_usd is None:
        return "cost unknown"
    return f"about ${estimate.cost_usd:.2f}" if estimate.cost_usd >= 0.005 else "less than $0.01"


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
