"""What the next pair is drawn from, and how likely each part of it is.

A part is a set of pairs, each as likely as the next. At least a fifth of all draws is uniform over every
pair: votes on interesting pairs alone would bias the calibrated lens beyond repair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.audit.wanted import plan_votes
from arena.escalation import MIN_PROBABILITY
from arena.judges import choose_ranking_judge
from arena.outcomes import OUTCOME
from arena.vote.pairs import PairSet, to_keys
from arena.vote.pool import Pool
from db import Session, boards, judges, picks
from db.boards import MatchArrays, MatchScope, PairCount
from db.judges import StoredJudge
from db.picks import ID_SPAN
from db.response_counts import load_response_sizes
from ranking import Matches

UNIFORM: Final = "uniform"
JUDGED: Final = "uniform-judged"
AIMED: Final = "next-label"
DOUBTFUL: Final = "escalated"
GOLD: Final = "gold"

SHARES: Final = {JUDGED: 0.30, AIMED: 0.30, DOUBTFUL: 0.15, GOLD: 0.05}
"""What is left of 1, a fifth at least, is uniform over every pair, and so is the share of an empty part."""


@dataclass(frozen=True, eq=False)
class Part:
    """`weight` is its share among the parts of its rule, which are empty or not by voter."""

    rule: str
    weight: float
    pairs: PairSet


@dataclass(frozen=True, eq=False)
class Judged:
    """What the judge that ranks has compared, and of it what it was not sure of. `n_matches` tells when."""

    judge_id: int | None
    n_matches: int
    keys: NDArray[np.int64]
    contestants: NDArray[np.int64]
    doubtful: NDArray[np.int64]


_NONE = np.zeros(0, dtype=np.int64)
NOTHING_JUDGED = Judged(None, 0, _NONE, _NONE, _NONE)


@dataclass(frozen=True, eq=False)
class Frame:
    """One consistent view of a data set; without parts every draw is uniform over the pool."""

    pool: Pool
    parts: tuple[Part, ...] = ()
    judged: Judged = NOTHING_JUDGED


def load_frame(session: Session, dataset_id: int, pool: Pool, before: Judged) -> Frame:
    """Read what to draw from; `before` is used again where the judge has compared nothing since."""
    stored = judges.list_stored_judges(session)
    counts = boards.count_pairs(session, dataset_id)
    judged = _load_judged(session, dataset_id, pool, _choose(counts, stored), before)
    voted = picks.load_voted_pairs(session, dataset_id)
    is_open = ~np.isin(judged.doubtful, to_keys(voted.response_a, voted.response_b))
    gold = picks.load_gold_pairs(session, dataset_id)
    people = tuple(judge.id for judge in stored if judge.kind == "human")
    votes = boards.load_match_arrays(session, MatchScope(dataset_id, people))
    parts = [
        Part(JUDGED, 1.0, PairSet(judged.keys)),
        Part(DOUBTFUL, 1.0, PairSet(judged.doubtful[is_open])),
        Part(GOLD, 1.0, PairSet.of(to_keys(gold.response_a, gold.response_b))),
        *_aim(session, dataset_id, votes, judged),
    ]
    return Frame(pool, tuple(part for part in parts if len(part.pairs)), judged)


@dataclass(frozen=True)
class _Chosen:
    judge_id: int | None
    n_matches: int


def _choose(counts: Sequence[PairCount], stored: Sequence[StoredJudge]) -> _Chosen:
    judge_id = choose_ranking_judge(counts, stored)
    return _Chosen(judge_id, sum(count.n for count in counts if count.judge_id == judge_id))


def _load_judged(session: Session, dataset_id: int, pool: Pool, chosen: _Chosen, before: Judged) -> Judged:
    if chosen.judge_id is None:
        return NOTHING_JUDGED
    if (before.judge_id, before.n_matches) == (chosen.judge_id, chosen.n_matches):
        return before
    is_all_readable = (
        pool.has_one_sample and pool.n_readable == load_response_sizes(session, dataset_id).n_responses
    )
    found = picks.load_judged_pairs(session, dataset_id, chosen.judge_id, is_all_readable=is_all_readable)
    keys, first = np.unique(found.responses, return_index=True)
    unsure = picks.load_unsure_pairs(session, dataset_id, chosen.judge_id, MIN_PROBABILITY)
    is_doubtful = found.is_doubtful[first] == 1
    is_doubtful |= np.isin(keys, to_keys(unsure.response_a, unsure.response_b))
    return Judged(
        chosen.judge_id, chosen.n_matches, keys, found.contestants[first], keys[is_doubtful]
    )  # fmt: skip


def _aim(session: Session, dataset_id: int, votes: MatchArrays, judged: Judged) -> Iterator[Part]:
    """Yield the pairs of each two contestants whom votes should tell apart, among those the judge decided."""
    met = np.unique(judged.contestants)
    ids = np.unique(np.concatenate([votes.contestant_a, votes.contestant_b, met // ID_SPAN, met % ID_SPAN]))
    verdict = np.where(votes.verdict_ab > 0, votes.verdict_ab, votes.verdict_ba)
    plan = plan_votes(
        Matches(
            np.searchsorted(ids, votes.contestant_a),
            np.searchsorted(ids, votes.contestant_b),
            OUTCOME[verdict],
            [str(contestant_id) for contestant_id in ids.tolist()],
            prompt_id=votes.prompt_id,
        )
    )
    for pair in () if isinstance(plan, str) else plan.next_pairs:
        a, b = sorted((int(pair.a), int(pair.b)))
        if judged.judge_id is not None:
            keys = judged.keys[judged.contestants == a * ID_SPAN + b]
        else:
            found = picks.load_pairs_of_contestants(session, dataset_id, a, b)
            keys = np.unique(to_keys(found.response_a, found.response_b))
        yield Part(AIMED, float(pair.n_matches), PairSet(keys))


def parts_for(frame: Frame, done: NDArray[np.int64]) -> list[Part]:
    """Return the parts with something left for this voter, `weight` now the chance of a draw from each."""
    left = [part for part in frame.parts if part.pairs.n_without(done)]
    total = {rule: sum(part.weight for part in left if part.rule == rule) for rule in SHARES}
    return [replace(part, weight=SHARES[part.rule] * part.weight / total[part.rule]) for part in left]
