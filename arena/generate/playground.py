"""One prompt to several contestants at once, streamed: a child process asks, so that no page ever does.

`arena.generate.asker` is that child. Importing LiteLLM takes it seconds, so it is started when the page is
opened and kept for the next press; where two press at once, each has a child. Nothing is stored: what is
tried out here is no response of a data set.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from arena.errors import UsageError
from arena.generate.asker import PlayEvent, typed_price
from arena.generate.spec import ContestantSpec
from arena.store import in_words
from db import Database, coverage
from judge import count_tokens, price_of
from judge.prices import max_tokens_of

__all__ = ["PlayEstimate", "PlayEvent", "estimate_play", "list_askable", "play", "warm_up"]

ROOT = Path(__file__).resolve().parents[2]
ASSUMED_TOKENS_OUT = 400


@dataclass(frozen=True)
class PlayEstimate:
    """`most_usd` is what it costs if every answer is as long as its limit; None: unknown."""

    n_calls: int
    cost_usd: float | None
    sentence: str


def estimate_play(contestants: Sequence[ContestantSpec], prompt: str) -> PlayEstimate:
    """Say what asking would cost, before anything is asked."""
    costs = [_cost(contestant, prompt) for contestant in contestants]
    known = [cost for cost in costs if cost is not None]
    total = sum(known) if len(known) == len(costs) else None
    money = "cost unknown" if total is None else f"about ${total:.4f}"
    calls = "1 call" if len(costs) == 1 else f"{len(costs)} calls"
    return PlayEstimate(len(costs), total, f"{calls}; {money}; nothing is stored")


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


@dataclass
class _Children:
    """Children that wait for the next press, with the environment that each was started with."""

    waiting: list[_Child] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> _Child:
        """Return a child that lives and knows today's keys, started now where none waits."""
        environment = _environment()
        with self.lock:
            fit = [one for one in self.waiting if one.is_alive and one.environment == environment]
            gone = [one for one in self.waiting if one not in fit]
            self.waiting = fit[1:]
        for one in gone:
            one.end()
        return fit[0] if fit else _Child(environment)

    def give_back(self, child: _Child) -> None:
        with self.lock:
            is_kept = child.is_alive and not self.waiting
            if is_kept:
                self.waiting.append(child)
        if not is_kept:
            child.end()

    def end_all(self) -> None:
        with self.lock:
            waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.end()


class _Child:
    """One asking process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._process = subprocess.Popen(
            [sys.executable, "-m", "arena.generate.asker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
        )  # fmt: skip

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, contestants: Sequence[ContestantSpec], prompt: str) -> Iterator[PlayEvent]:
        """Give the events as they come, until every contestant has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"prompt": prompt, "contestants": [asdict(contestant) for contestant in contestants]}
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
        except OSError:
            return _events(iter(()), len(contestants))
        return _events(self._process.stdout, len(contestants))

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


_CHILDREN = _Children()
atexit.register(_CHILDREN.end_all)


def warm_up() -> None:
    """Start a child in advance, where none waits: it is ready when the first press comes."""
    _CHILDREN.give_back(_CHILDREN.take())


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
    child = _CHILDREN.take()
    open_ones = set(range(len(contestants)))

    def followed() -> Iterator[PlayEvent]:
        for event in child.ask(contestants, prompt):
            if event.is_end:
                open_ones.discard(event.index)
            yield event

    try:
        yield followed()
    finally:
        if open_ones:
            child.end()
        else:
            _CHILDREN.give_back(child)


def _environment() -> dict[str, str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _events(lines: IO[str] | Iterator[str], n_contestants: int) -> Iterator[PlayEvent]:
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
