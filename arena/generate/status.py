"""How a generation stands, in figures and in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arena.generate.spec import GenerationSpec
from arena.run.runner import is_runner_alive
from arena.run.status import STATES
from arena.store import in_words
from db import Database, Session, datasets, generation
from db.generation import StoredGeneration


@dataclass(frozen=True)
class FailureCount:
    """How many responses failed for this reason."""

    reason: str
    n: int


@dataclass(frozen=True)
class GenerationStatus:
    """A generation as pages and commands show it.

    `n_planned` counts every response of the plan, those included that were there before. `cost_usd` is None
    when any call's price is unknown.
    """

    id: int
    dataset: str
    contestants: tuple[str, ...]
    state: str
    wanted: str
    stop_reason: str | None
    n_planned: int
    n_ready: int
    n_failed: int
    failures: tuple[FailureCount, ...]
    n_calls: int
    n_cached: int
    n_retries: int
    cost_usd: float | None
    max_cost_usd: float | None
    max_calls: int | None
    created_at: datetime
    finished_at: datetime | None
    runner_alive: bool
    sentence: str


def get_generation(database: Database, generation_id: int) -> GenerationStatus:
    with in_words(), database.read() as session:
        return _status(database, session, generation.get_generation(session, generation_id))


def list_generations(database: Database, dataset: str | None = None) -> list[GenerationStatus]:
    """Return the newest first."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = generation.list_generations(session, dataset_id)
        return [_status(database, session, one) for one in stored]


def _status(database: Database, session: Session, stored: StoredGeneration) -> GenerationStatus:
    names = {row.id: row.name for row in datasets.list_dataset_names(session)}
    wish = GenerationSpec.from_json({**stored.plan, "dataset": names[stored.dataset_id]})
    contestants = tuple(contestant.name for contestant in wish.contestants)
    ids = [one.id for one in generation.get_contestants(session, contestants)]
    counts = generation.count_failures(session, stored.dataset_id, ids) if stored.n_failed else {}
    cost = None if stored.n_unpriced else stored.cost_usd
    return GenerationStatus(
        id=stored.id,
        dataset=names[stored.dataset_id],
        contestants=contestants,
        state=stored.state,
        wanted=stored.wanted,
        stop_reason=stored.stop_reason,
        n_planned=stored.n_planned,
        n_ready=stored.n_ready,
        n_failed=stored.n_failed,
        failures=tuple(FailureCount(reason, n) for reason, n in sorted(counts.items(), key=lambda i: -i[1])),
        n_calls=stored.n_calls,
        n_cached=stored.n_cached,
        n_retries=stored.n_retries,
        cost_usd=cost,
        max_cost_usd=wish.max_cost_usd,
        max_calls=wish.max_calls,
        created_at=stored.created_at,
        finished_at=stored.finished_at,
        runner_alive=is_runner_alive(database),
        sentence=_sentence(stored, cost, counts),
    )


def _sentence(stored: StoredGeneration, cost: float | None, failures: dict[str, int]) -> str:
    words = [
        f"Generation {stored.id} {STATES[stored.state]}:"
        f" {stored.n_ready:,} of {stored.n_planned:,} responses are there"
    ]
    if stored.n_failed:
        listed = ", ".join(f"{n:,} {reason.replace('_', ' ')}" for reason, n in failures.items())
        words.append(f"{stored.n_failed:,} failed ({listed})")
    if stored.n_calls:
        words.append("cost unknown" if cost is None else f"${cost:.4f} spent")
    sentence = "; ".join(words) + "."
    return f"{sentence} {stored.stop_reason}" if stored.stop_reason else sentence
