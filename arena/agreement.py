"""Do people agree with each other, and does a judge agree with people: first figures from stored matches.

The rule, said wherever the figures stand: three verdicts are compared, a, b and neither. A tie, both bad,
and two shown orders that differ are neither (setup S1 of MT-Bench, where a flip is a tie). Of several votes
of one person, or several judgments of the judge, on the same two responses the first counts.

References
----------
Zheng et al. (2023), Judging LLM-as-a-judge with MT-Bench and Chatbot Arena, section 4.2; Cohen (1960).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.judges import choose_ranking_judge, find_judge, label_judges
from arena.majority import DISAGREES, compare, verdict_of
from arena.outcomes import A, B
from arena.store import in_words
from db import Database, Session, agreement, boards, datasets, judges
from db.judges import StoredJudge
from db.packed_matches import StoredMatches
from ranking import cohen_kappa

RULE: Final = (
    "Three verdicts are compared: one better, the other better, neither. A tie, both bad, and a verdict that"
    " changes with the shown order are neither."
)
MAX_PAIRS_OF_PEOPLE: Final = 10
ENOUGH: Final = 20
"""Below this many comparisons a share says little, and the words say so."""
_SEED: Final = 20230605


@dataclass(frozen=True)
class AgreementFigure:
    """How often two sides say the same.

    Parameters
    ----------
    share : float
        In [0, 1]; NaN where nothing was compared.
    kappa, low, high : float
        Cohen's kappa with its 95 % interval over drawn prompts; NaN where it is not defined.
    n : int
        Comparisons: for pooled figures a pair of responses counts once for every two people.
    """

    share: float
    kappa: float
    low: float
    high: float
    n: int
    n_prompts: int
    note: str


@dataclass(frozen=True)
class PeoplePair:
    """Two people who voted on the same responses."""

    first: str
    second: str
    figure: AgreementFigure


@dataclass(frozen=True)
class AgreementReport:
    """Agreement in one data set.

    Parameters
    ----------
    judge : str or None
        Label of the AI judge that is compared; None where there is none.
    people : AgreementFigure
        Any two people, over all pairs of people: each counted both ways round, so that nobody is "first".
    pairs_of_people : tuple of PeoplePair
        At most ten, those with most in common first.
    judge_each : AgreementFigure
        The judge against every single vote.
    judge_majority : AgreementFigure
        The judge against the most frequent vote on each pair, where one is most frequent.
    n_disagreements : int
        The judge's matches that say something else than the most frequent vote (`arena.majority`).
    """

    judge: str | None
    n_people: int
    n_votes: int
    people: AgreementFigure
    pairs_of_people: tuple[PeoplePair, ...]
    judge_each: AgreementFigure
    judge_majority: AgreementFigure
    n_disagreements: int
    rule: str = RULE


def get_agreement(database: Database, dataset: str, judge: str | None = None) -> AgreementReport:
    """Compare people with each other and with one judge (None: the judge that ranks by default).

    Raises
    ------
    NotFoundError
        If there is no such data set or judge.
    UsageError
        If the judge's name has several versions.
    """
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        chosen = _choose(session, dataset_id, stored, judge)
        voted = agreement.load_voted_matches(session, dataset_id, () if chosen is None else (chosen.id,))
    votes = _first_only(_leans(voted.votes))
    judged = None if chosen is None else _first_only(_leans(voted.judged))
    names = {one.id: one.name for one in stored}
    labels = label_judges(stored)
    everyone, pairs = _compare_people(votes, names)
    each, majority = _compare_judge(votes, judged)
    return AgreementReport(
        judge=None if chosen is None else labels[chosen.id],
        n_people=len(np.unique(votes.judge_id)),
        n_votes=len(votes.judge_id),
        people=everyone,
        pairs_of_people=pairs,
        judge_each=each,
        judge_majority=majority,
        n_disagreements=int((compare(voted.judged, voted.votes) == DISAGREES).sum()),
    )


def _choose(
    session: Session, dataset_id: int, stored: list[StoredJudge], wanted: str | None
) -> StoredJudge | None:
    others = [one for one in stored if one.kind != "human"]
    if wanted is not None:
        return find_judge(others, wanted, mode="pairwise")
    best = choose_ranking_judge(boards.count_pairs(session, dataset_id), stored)
    return next((one for one in others if one.id == best), None)


@dataclass(frozen=True)
class LeanArrays:
    """One row a match, oldest first; each array has shape (n_matches,).

    `lean` is 1 where a is better, -1 where b is, 0 otherwise: a tie, both bad, or two orders that differ.
    """

    judge_id: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    response_a: NDArray[np.int64]
    response_b: NDArray[np.int64]
    lean: NDArray[np.int64]


def _leans(scored: StoredMatches) -> LeanArrays:
    said = verdict_of(scored)
    lean = (said == A).astype(np.int64) - (said == B)
    return LeanArrays(scored.judge_id, scored.prompt_id, scored.response_a, scored.response_b, lean)


def _first_only(leans: LeanArrays) -> LeanArrays:
    """Keep the first of each judge on each pair of responses."""
    key = np.stack([leans.judge_id, leans.response_a, leans.response_b], axis=1)
    _, first = np.unique(key, axis=0, return_index=True)
    return _take(leans, np.sort(first))


def _take(leans: LeanArrays, rows: NDArray[np.intp]) -> LeanArrays:
    return LeanArrays(*(getattr(leans, name)[rows] for name in LeanArrays.__dataclass_fields__))


def _compare_people(
    votes: LeanArrays, names: dict[int, str]
) -> tuple[AgreementFigure, tuple[PeoplePair, ...]]:
    first, second = _meetings(votes)
    x, y, prompt = votes.lean[first], votes.lean[second], votes.prompt_id[first]
    both_ways = (np.concatenate([x, y]), np.concatenate([y, x]), np.concatenate([prompt, prompt]))
    everyone = _figure(*both_ways, n=len(x))
    people = np.stack([votes.judge_id[first], votes.judge_id[second]], axis=1)
    met, index, n = np.unique(people, axis=0, return_inverse=True, return_counts=True)
    pairs = []
    for place in np.argsort(-n, kind="stable")[:MAX_PAIRS_OF_PEOPLE]:
        rows = np.flatnonzero(index.reshape(-1) == place)
        figure = _figure(x[rows], y[rows], prompt[rows], n=len(rows))
        pairs.append(PeoplePair(names[int(met[place, 0])], names[int(met[place, 1])], figure))
    return everyone, tuple(pairs)


def _meetings(votes: LeanArrays) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of every two votes on one pair of responses, the lower judge id first."""
    order = np.lexsort((votes.judge_id, votes.response_b, votes.response_a))
    pair = np.stack([votes.response_a[order], votes.response_b[order]], axis=1)
    starts = (
        np.flatnonzero(np.r_[True, (pair[1:] != pair[:-1]).any(axis=1)]) if len(pair) else np.array([], int)
    )
    sizes = np.diff(np.r_[starts, len(pair)])
    firsts, seconds = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for i, j in _places_of_two(int(sizes.max()) if len(sizes) else 0):
        at = starts[sizes > j]
        firsts.append(order[at + i])
        seconds.append(order[at + j])
    return np.concatenate(firsts), np.concatenate(seconds)


def _places_of_two(size: int) -> Iterator[tuple[int, int]]:
    return combinations(range(size), 2)


def _compare_judge(votes: LeanArrays, judged: LeanArrays | None) -> tuple[AgreementFigure, AgreementFigure]:
    if judged is None:
        return _NOTHING, _NOTHING
    said = {
        (a, b): lean
        for a, b, lean in zip(
            judged.response_a.tolist(), judged.response_b.tolist(), judged.lean.tolist(), strict=True
        )
    }
    pairs = list(zip(votes.response_a.tolist(), votes.response_b.tolist(), strict=True))
    rows = np.array([row for row, pair in enumerate(pairs) if pair in said], dtype=np.intp)
    by_judge = np.array([said[pairs[row]] for row in rows], dtype=np.int64)
    each = _figure(votes.lean[rows], by_judge, votes.prompt_id[rows], n=len(rows))
    counts: dict[tuple[int, int], list[int]] = {}
    prompt: dict[tuple[int, int], int] = {}
    for row in rows.tolist():
        counts.setdefault(pairs[row], [0, 0, 0])[int(votes.lean[row]) + 1] += 1
        prompt[pairs[row]] = int(votes.prompt_id[row])
    decided = {pair: n.index(max(n)) - 1 for pair, n in counts.items() if n.count(max(n)) == 1}
    majority = _figure(
        np.array(list(decided.values()), dtype=np.int64),
        np.array([said[pair] for pair in decided], dtype=np.int64),
        np.array([prompt[pair] for pair in decided], dtype=np.int64),
        n=len(decided),
    )
    return each, majority


def _figure(
    first: NDArray[np.int64], second: NDArray[np.int64], prompt_id: NDArray[np.int64], *, n: int
) -> AgreementFigure:
    if not n:
        return _NOTHING
    kappa = cohen_kappa(
        first, second, levels=[-1, 0, 1], prompt_id=prompt_id, rng=np.random.default_rng(_SEED)
    )
    return AgreementFigure(
        share=float((first == second).mean()),
        kappa=kappa.value,
        low=kappa.low,
        high=kappa.high,
        n=n,
        n_prompts=kappa.n_prompts,
        note=kappa.note,
    )


_NOTHING: Final = AgreementFigure(np.nan, np.nan, np.nan, np.nan, 0, 0, "nothing was compared")
