"""Ranking by probabilities: expected outcomes in place of verdicts, beside the usual rating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arena.errors import UsageError
from arena.judges import find_judge
from arena.store import in_words
from db import Database, boards, datasets, judges, judging
from db.judging import OrderRow
from ranking import Matches, Ratings, fit_bradley_terry

OUTCOME_OF = {"a": 1.0, "b": 0.0, "tie": 0.5, "both_bad": 0.5}


@dataclass(frozen=True)
class ProbableStanding:
    """One contestant, rated by verdicts and by expected outcomes; None where it is not estimated."""

    contestant: str
    rating_by_verdict: float | None
    rating: float | None
    low: float | None
    high: float | None
    n_matches: int


def rank_by_probability(database: Database, dataset: str, judge: str) -> list[ProbableStanding]:
    """Rank a judge's matches by expected outcomes, best first, each order of a match at half weight.

    Raises
    ------
    UsageError
        If any verdict has no known probability: mixing both kinds would weigh them unlike.
    """
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        found = find_judge(judges.list_stored_judges(session), judge, mode="pairwise")
        rows = judging.load_orders(session, dataset_id, found.id)
        names = {fact.id: fact.name for fact in boards.load_contestant_facts(session, dataset_id)}
    if not rows:
        raise UsageError(f"'{judge}' has no match in both orders here.")
    n_unknown = sum(row.expected_outcome is None for row in rows)
    if n_unknown:
        raise UsageError(
            f"{n_unknown:,} of {len(rows):,} verdicts of '{judge}' have no known probability. Judge with"
            " --param logprobs=true --param top_logprobs=5, if the provider returns log-probabilities."
        )
    by_verdict = _fit(rows, [OUTCOME_OF[row.verdict] for row in rows], names)
    expected = _fit(rows, [row.expected_outcome or 0.0 for row in rows], names)
    standings = [
        ProbableStanding(
            name,
            _number(by_verdict.rating[n]),
            _number(expected.rating[n]),
            _number(expected.low[n]),
            _number(expected.high[n]),
            round(float(expected.n_matches[n])),
        )
        for n, name in enumerate(expected.names)
    ]
    return sorted(standings, key=lambda one: (one.rating is None, -(one.rating or 0.0)))


def _fit(rows: Sequence[OrderRow], outcome: Sequence[float], names: dict[int, str]) -> Ratings:
    a = np.array([row.contestant_a_id for row in rows], dtype=np.int64)
    b = np.array([row.contestant_b_id for row in rows], dtype=np.int64)
    ids = np.union1d(a, b)
    return fit_bradley_terry(
        Matches(
            np.searchsorted(ids, a),
            np.searchsorted(ids, b),
            np.array(outcome, dtype=np.float64),
            [names[contestant_id] for contestant_id in ids.tolist()],
            weight=np.full(len(rows), 0.5),
            prompt_id=np.array([row.prompt_id for row in rows], dtype=np.int64),
        )
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
