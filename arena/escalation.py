"""What a judge was not sure of, for people to decide; and the chance that a picker of two parts gives a pair.

The vote page takes from this queue as one part of its mixture (`arena.vote.frame`), whose chances it stores.
Votes on interesting pairs alone bias the calibrated lens beyond repair, so a picker that takes from the queue
mixes in at least `UNIFORM_SHARE` uniform draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from arena.errors import UsageError
from arena.judges import choose_ranking_judge, find_judge, label_judges
from arena.store import in_words
from arena.written import percent
from db import Database, boards, datasets, judges, judging
from db.judging import DoubtfulMatch

UNIFORM_SHARE: Final = 0.2
MIN_PROBABILITY: Final = 0.75


@dataclass(frozen=True)
class Escalated:
    """One pair for people; `why` is a sentence that gives no side away."""

    match_id: int
    prompt_id: int
    response_a_id: int
    response_b_id: int
    why: str


@dataclass(frozen=True)
class Queue:
    """Pairs that a judge was not sure of and nobody has voted on yet."""

    dataset: str
    judge: str | None
    pairs: tuple[Escalated, ...]
    n_flips: int
    n_unscored: int
    n_unsure: int
    sentence: str


def get_queue(
    database: Database, dataset: str, judge: str | None = None, *, min_probability: float = MIN_PROBABILITY
) -> Queue:
    """Return what this judge (None: the one that ranks) leaves to people.

    Parameters
    ----------
    min_probability : float
        A verdict of known probability below this is unsure.
    """
    if not 0 <= min_probability <= 1:
        raise UsageError(f"A probability lies between 0 and 1, not at {min_probability:g}.")
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        if judge is None:
            judge_id = choose_ranking_judge(boards.count_pairs(session, dataset_id), stored)
        else:
            judge_id = find_judge(stored, judge, mode="pairwise").id
        if judge_id is None:
            return Queue(dataset, None, (), 0, 0, 0, "No judge has compared anything here yet.")
        doubtful = judging.load_doubtful(session, dataset_id, judge_id, min_probability)
    n_flips = sum(one.is_flip for one in doubtful)
    n_unscored = sum(one.state == "unscored" for one in doubtful)
    n_unsure = len(doubtful) - n_flips - n_unscored
    return Queue(
        dataset=dataset,
        judge=label_judges(stored)[judge_id],
        pairs=tuple(_escalated(one) for one in doubtful),
        n_flips=n_flips,
        n_unscored=n_unscored,
        n_unsure=n_unsure,
        sentence=f"{len(doubtful):,} pairs wait for people: {n_flips:,} flips, {n_unscored:,} unscored,"
        f" {n_unsure:,} below a probability of {min_probability:g}.",
    )


def _escalated(one: DoubtfulMatch) -> Escalated:
    if one.state == "unscored":
        why = f"The judge gave no verdict: {(one.reason or 'unknown').replace('_', ' ')}."
    elif one.is_flip:
        why = "The judge changed its verdict with the shown order."
    else:
        why = f"The judge gave its verdict a probability of {one.probability:.2f}."
    return Escalated(one.match_id, one.prompt_id, one.response_a_id, one.response_b_id, why)


def pick_probability(
    *, is_queued: bool, n_queued: int, n_pairs: int, uniform_share: float = UNIFORM_SHARE
) -> float:
    """Return the chance that a mixed picker shows this pair: a uniform draw, or one from the queue.

    Raises
    ------
    UsageError
        If fewer than a fifth of the draws are uniform.
    """
    if not UNIFORM_SHARE <= uniform_share <= 1:
        raise UsageError(
            f"At least {percent(UNIFORM_SHARE)} of draws are uniform, not {percent(uniform_share)}."
        )
    share = 1.0 if n_queued == 0 else uniform_share
    return share / n_pairs + ((1 - share) / n_queued if is_queued else 0.0)
