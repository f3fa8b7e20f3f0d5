"""What judging has cost: by judge version and by day. Unpriced is unknown, never free."""

from __future__ import annotations

from dataclasses import dataclass

from arena.judges import label_judges
from arena.store import in_words
from db import Database, datasets, judges, judging


@dataclass(frozen=True)
class CostRow:
    """One judge version on one UTC day. `cost_usd` is None where any call has no known price."""

    day: str
    judge: str
    n_judgments: int
    n_cached: int
    n_tokens_in: int
    n_tokens_out: int
    cost_usd: float | None


def list_costs(database: Database, dataset: str | None = None) -> list[CostRow]:
    """Return the newest day first; a judgment whose answer was in the store already cost nothing."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        labels = label_judges(judges.list_stored_judges(session))
        costs = judging.load_costs(session, dataset_id)
    return [
        CostRow(
            cost.day,
            labels[cost.judge_id],
            cost.n_judgments,
            cost.n_cached,
            cost.n_tokens_in,
            cost.n_tokens_out,
            None if cost.n_unpriced else cost.cost_usd,
        )
        for cost in costs
    ]
