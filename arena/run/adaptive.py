"""Adaptive runs: rounds of the pairs that best separate undecided neighbours, until the order is settled.

The first round draws uniformly. Each later one asks `ranking` which pairs to compare next. It ends when every
two neighbours are told apart (by a rule that stays valid under repeated looks), when the cap is reached, or
when the pool of pairs is used up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.outcomes import to_match_rows
from arena.run.drawing import Items, all_items, first_round
from arena.run.plan import expand, store_planned
from arena.run.spec import RunSpec
from arena.store import in_words
from db import Database, boards, datasets, planning
from db.boards import MatchScope
from db.planning import ResponseArrays
from db.runs import StoredRun
from ranking import Matches, fit_bradley_terry
from ranking.next_pairs import decided_neighbours, plan_next_pairs

SETTLED = "Settled: every two neighbours are told apart."
USED_UP = "Every pair has been judged; some neighbours are still not told apart."


@dataclass(frozen=True)
class NextRound:
    """`n_planned` judgments more; 0 ends the run, and `why` says why."""

    n_planned: int
    why: str | None


def plan_next_round(database: Database, run: StoredRun) -> NextRound:
    """Plan the run's next round, or say why there is none."""
    spec = RunSpec.from_json(run.plan)
    with in_words(), database.read() as session:
        names = spec.contestants or tuple(c.name for c in datasets.list_contestants(session, run.dataset_id))
        contestant_ids = sorted(datasets.get_contestant_ids(session, run.dataset_id, names))
        responses = planning.load_responses(session, run.dataset_id, contestant_ids)
        existing = planning.load_existing(session, run.judge_id)
        stored = boards.load_match_arrays(session, MatchScope(run.dataset_id, (run.judge_id,)))
    taking_part = np.isin(stored.contestant_a, contestant_ids) & np.isin(stored.contestant_b, contestant_ids)
    rows = to_match_rows(stored, "mean", "tie").where(taking_part)
    matches = Matches(
        np.searchsorted(contestant_ids, rows.of(stored.contestant_a)),
        np.searchsorted(contestant_ids, rows.of(stored.contestant_b)),
        rows.outcome,
        [str(contestant_id) for contestant_id in contestant_ids],
        prompt_id=rows.of(stored.prompt_id),
    )
    ratings = fit_bradley_terry(matches)
    n_prompts = len(np.unique(responses.prompt_id))
    decided = decided_neighbours(ratings, planned_prompts=n_prompts)
    if len(decided) == len(contestant_ids) - 1 and all(decided):
        return NextRound(0, SETTLED)
    pool = _unjudged(responses, spec, existing)
    if not len(pool):
        return NextRound(0, USED_UP)
    wanted = plan_next_pairs(matches, ratings, n_matches=first_round(responses), batch=2)
    rng = np.random.default_rng([spec.seed, run.n_planned])
    chosen = _choose(pool, responses, {(int(p.a), int(p.b)): p.n_matches for p in wanted.next_pairs}, rng)
    planned = expand(chosen, spec.repeats, existing)
    store_planned(database, run.id, run.judge_id, planned)
    return NextRound(len(planned), None)


def _unjudged(responses: ResponseArrays, spec: RunSpec, existing: planning.ExistingJudgments) -> Items:
    """Return the pairs of which this judge has not decided any order yet."""
    items = all_items(responses, spec)
    top = int(max(items.first.max(initial=0), items.second.max(initial=0), existing.first.max(initial=0),
                  existing.second.max(initial=0))) + 1  # fmt: skip
    done = np.concatenate(
        [
            existing.first * top + existing.second,
            existing.second * top + existing.first,
        ]
    )
    left = np.flatnonzero(~np.isin(items.first * top + items.second, done))
    return Items(items.prompt_id[left], items.first[left], items.second[left])


def _choose(
    pool: Items,
    responses: ResponseArrays,
    wanted: dict[tuple[int, int], int],
    rng: np.random.Generator,
) -> Items:
    """Draw the wanted number of each pair's prompts; where the pool has none of them, draw any."""
    order = np.argsort(responses.response_id)
    contestant = responses.contestant_id[order]
    a = contestant[np.searchsorted(responses.response_id[order], pool.first)]
    b = contestant[np.searchsorted(responses.response_id[order], pool.second)]
    parts: list[NDArray[np.int64]] = []
    for (one, other), n in wanted.items():
        here = np.flatnonzero((a == min(one, other)) & (b == max(one, other)))
        parts.append(rng.permutation(here)[:n])
    chosen = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    if not len(chosen):
        chosen = rng.permutation(len(pool))[: sum(wanted.values()) or first_round(responses)]
    return Items(pool.prompt_id[chosen], pool.first[chosen], pool.second[chosen])
