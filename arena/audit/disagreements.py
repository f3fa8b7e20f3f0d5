"""The disagreement queue: matches on which people and a judge differ, those first that matter most.

`arena.majority` says when they do; Home counts the same matches and the list of matches shows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.audit.card import find_versions
from arena.audit.evidence import Evidence, Pairs, load_verdicts
from arena.audit.joint_fit import to_rows
from arena.audit.people import WORDS
from arena.errors import NotFoundError, UsageError
from arena.majority import DISAGREES, compare, find_majority
from arena.outcomes import OUTCOME
from arena.store import in_words
from db import Database, audit, datasets
from db import NotFoundError as RowNotFoundError
from db.audit import AuditMatches
from db.judges import StoredJudge
from db.packed_matches import number_pairs
from db.tables import MARKS
from ranking import InvalidMatchesError, NotConvergedError, Ratings, fit_bradley_terry
from ranking.ratings import POINTS_PER_NAT

PRIOR = 0.01
__all__ = ["MARKS", "Disagreement", "get_disagreements", "mark_disagreement"]


@dataclass(frozen=True)
class Disagreement:
    """A match whose verdict is not the majority of people's.

    `shift` is how far the difference of the two contestants would move, in points, if people's verdict took
    the judge's place, to first order; `weight` is that against what separates them, and orders the queue.
    """

    match_id: int
    prompt_id: int
    contestant_a: str
    contestant_b: str
    judge_says: str
    people_say: str
    n_votes: int
    is_flip: bool
    shift: float | None
    weight: float
    mark: str | None


def get_disagreements(database: Database, judge: str, dataset: str | None = None) -> list[Disagreement]:
    """Return what people and this judge version differ on, unmarked first, then by effect on the ranking."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        evidence = load_verdicts(session, dataset_id)
        versions = find_versions(evidence.judges, judge)
        if len(versions) > 1:
            raise UsageError(f"'{judge}' has {len(versions)} versions; name one as NAME@VERSION.")
        marks = audit.load_marks(session, versions[0].id, dataset_id)
    return list_disagreements(evidence, versions[0], marks)


def list_disagreements(evidence: Evidence, judge: StoredJudge, marks: dict[int, str]) -> list[Disagreement]:
    pairs = evidence.of_judge(judge.id)
    differing = pairs.where(compare(pairs.matches, evidence.votes) == DISAGREES)
    if not len(differing):
        return []
    m, said = differing.matches, differing.verdict
    majority = find_majority(evidence.votes).of(m)
    n_votes = _count_votes(evidence.votes, m)
    names = {contestant.id: contestant.name for contestant in evidence.contestants}
    fitted = _fit(evidence, pairs.once.scored)
    found = []
    for row in range(len(m)):
        a, b = names[int(m.contestant_a[row])], names[int(m.contestant_b[row])]
        change = float(OUTCOME[majority[row]] - differing.score_a[row])
        shift, weight = _effect(fitted, a, b, change)
        found.append(
            Disagreement(
                match_id=int(m.match_id[row]),
                prompt_id=int(m.prompt_id[row]),
                contestant_a=a,
                contestant_b=b,
                judge_says=WORDS[int(said[row])],
                people_say=WORDS[int(majority[row])],
                n_votes=int(n_votes[row]),
                is_flip=bool(m.n_orders[row] == 2 and m.verdict_ab[row] != m.verdict_ba[row]),
                shift=shift,
                weight=weight,
                mark=marks.get(int(m.match_id[row])),
            )
        )
    return sorted(found, key=lambda one: (one.mark is not None, -one.weight, one.match_id))


def _count_votes(votes: AuditMatches, matches: AuditMatches) -> NDArray[np.int64]:
    """Count the votes on each match's pair."""
    voted, wanted = np.sort(number_pairs(votes)), number_pairs(matches)
    return np.searchsorted(voted, wanted, "right") - np.searchsorted(voted, wanted, "left")


def _fit(evidence: Evidence, scored: Pairs) -> Ratings | None:
    try:
        rows = to_rows(evidence, scored.matches)
        return fit_bradley_terry(rows, covariance="hessian", prior_precision=PRIOR)
    except (InvalidMatchesError, NotConvergedError):
        return None


def _effect(fitted: Ratings | None, a: str, b: str, change: float) -> tuple[float | None, float]:
    """Move a's score in one match by `change`: the difference moves by its variance times that."""
    if fitted is None:
        return None, abs(change)
    i, j = fitted.names.index(a), fitted.names.index(b)
    c = fitted.covariance
    variance = float(c[i, i] + c[j, j] - 2 * c[i, j])
    if not np.isfinite(variance) or variance <= 0:
        return None, abs(change)
    gap = abs(float(fitted.theta[i] - fitted.theta[j]))
    return POINTS_PER_NAT * variance * change, abs(variance * change) / (gap + np.sqrt(variance))


def mark_disagreement(
    database: Database, match_id: int, mark: str | None, comment: str | None = None
) -> None:
    """Mark a match as judge right, people right, rubric unclear or bad prompt; None takes the mark away.

    Raises
    ------
    UsageError
        If there is no such mark.
    """
    if mark is not None and mark not in MARKS:
        raise UsageError(f"'{mark}' is no mark. Marks: {', '.join(MARKS)}.")
    try:
        with database.write() as session:
            audit.set_mark(session, match_id, mark, comment)
    except RowNotFoundError as error:
        raise NotFoundError(str(error)) from error
