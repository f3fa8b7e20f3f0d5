"""One prompt to several contestants at once, streamed: a child process asks, so that no page ever does.

`arena.asking_child` keeps that child. Nothing is stored: what is tried out here is no response of a data set.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from arena.asking_child import CHILDREN, warm_up
from arena.errors import UsageError
from arena.generate.asker import PlayEvent, typed_price
from arena.generate.spec import ContestantSpec
from arena.providers import say_who_lacks_a_key
from arena.store import in_words
from db import Database, coverage
from judge import count_tokens, price_of
from judge.prices import max_tokens_of

__all__ = ["PlayEstimate", "PlayEvent", "estimate_play", "list_askable", "play", "warm_up"]

ASSUMED_TOKENS_OUT = 400


@dataclass(frozen=True)
class PlayEstimate:
    """`cost_usd` is None where a price is unknown; `missing_key` says who cannot be asked, empty: all can."""

    n_calls: int
    cost_usd: float | None
    missing_key: str
    sentence: str


def estimate_play(contestants: Sequence[ContestantSpec], prompt: str) -> PlayEstimate:
    """Say what asking would cost, before anything is asked."""
    costs = [_cost(contestant, prompt) for contestant in contestants]
    known = [cost for cost in costs if cost is not None]
    total = sum(known) if len(known) == len(costs) else None
    money = "cost unknown" if total is None else f"about ${total:.4f}"
    calls = "1 call" if len(costs) == 1 else f"{len(costs)} calls"
    sentence = f"{calls}; {money}; nothing is stored"
    return PlayEstimate(len(costs), total, say_who_lacks_a_key(contestants), sentence)


def _cost(contestant: ContestantSpec, prompt: str) -> float | None:
    price = price_of(contestant.model or "") or typed_price(contestant)
    if price is None:
        return None
    limit = max_tokens_of(tuple(contestant.parameters.items())) or ASSUMED_TOKENS_OUT
    n_in = count_tokens(prompt) + count_tokens(contestant.system_prompt or "")
    return n_in * price.input_usd + min(limit, ASSUMED_TOKENS_OUT) * price.output_usd


def list_askable(database: Database) -> list[ContestantSpec]:
    """Return every stored contestant that has a model to ask, by name."""
    with in_words(), database.read() as session:
        stored = coverage.list_askable(session)
    names = ContestantSpec.__dataclass_fields__
    return [ContestantSpec(**{name: getattr(one, name) for name in names}) for one in stored]


@contextmanager
def play(contestants: Sequence[ContestantSpec], prompt: str) -> Iterator[Iterator[PlayEvent]]:
    """Ask every contestant at once; gives the events as they come.

    Leaving the block before they have all ended ends the child, and with it what is under way.

    Raises
    ------
    UsageError
        If there is no prompt, or a contestant has no model.
    """
    if not prompt.strip():
        raise UsageError("Write a prompt first.")
    without = next((one.name for one in contestants if one.model is None), None)
    if without is not None:
        raise UsageError(f"'{without}' has no model to ask.")
    child = CHILDREN.take()
    open_ones = set(range(len(contestants)))

    def followed() -> Iterator[PlayEvent]:
        asked = {"prompt": prompt, "contestants": [asdict(contestant) for contestant in contestants]}
        for event in _events(child.ask(asked), len(contestants)):
            if event.is_end:
                open_ones.discard(event.index)
            yield event

    try:
        yield followed()
    finally:
        if open_ones:
            child.end()
        else:
            CHILDREN.give_back(child)


def _events(lines: Iterable[str], n_contestants: int) -> Iterator[PlayEvent]:
    open_ones = set(range(n_contestants))
    for line in lines:
        event = PlayEvent(**json.loads(line))
        yield event
        if event.is_end:
            open_ones.discard(event.index)
        if not open_ones:
            return
    for index in sorted(open_ones):
        yield PlayEvent(index, is_end=True, error="The asking process ended before the answer did.")
