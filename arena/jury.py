"""A jury out of stored matches: several judge versions on the same pairs, by majority or mean, spread kept.

Versions are pooled here because somebody asked for it by name; members that gave no verdict do not vote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.positions import distinct_of, positions_of
from arena.errors import UsageError
from arena.judges import find_judge, label_judges
from arena.outcomes import OUTCOME
from arena.store import in_words
from db import Database, boards, datasets, judges
from db.boards import ContestantFacts, MatchArrays, MatchScope
from db.judges import StoredJudge
from judge import JuryDecision, JuryVote, decide, family_of
from judge.jury import ClashRule, JuryRule
from ranking import Matches, fit_bradley_terry

__all__ = ["ClashRule", "Jury", "JuryRule", "JuryStanding", "get_jury"]


@dataclass(frozen=True)
class JuryStanding:
    """One contestant under the jury; rating, low and high are None where they are not estimated."""

    contestant: str
    rating: float | None
    low: float | None
    high: float | None
    n_matches: int
    note: str


@dataclass(frozen=True)
class AlikeDecisions:
    """What the jury says of so many pairs, on which every member said the same."""

    decision: JuryDecision
    n_pairs: int


@dataclass(frozen=True)
class Jury:
    """What the jury says of every pair that a member judged.

    `n_open` pairs have no decision: nobody voted, or the majority is split. `mean_spread` is over pairs with
    two votes or more. `clashes` names each member that shares a contestant's family.
    """

    members: tuple[str, ...]
    rule: JuryRule
    n_pairs: int
    n_open: int
    n_unanimous: int
    mean_spread: float | None
    n_barred: int
    clashes: tuple[str, ...]
    standings: tuple[JuryStanding, ...]
    decisions: tuple[AlikeDecisions, ...]
    sentence: str


def get_jury(
    database: Database,
    dataset: str,
    members: Sequence[str],
    rule: JuryRule = "majority",
    *,
    clashes: ClashRule = "mark",
) -> Jury:
    """Sum up what these judge versions said of each pair of responses, and rank by it.

    Raises
    ------
    UsageError
        If there are fewer than two members, or one sits twice.
    """
    if len(members) < 2:
        raise UsageError("A jury needs two judges or more, as --judges A,B,C.")
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        chosen = [find_judge(stored, name, mode="pairwise") for name in members]
        arrays = boards.load_match_arrays(session, MatchScope(dataset_id, tuple(one.id for one in chosen)))
        facts = {fact.id: fact for fact in boards.load_contestant_facts(session, dataset_id)}
    if len({one.id for one in chosen}) < len(chosen):
        raise UsageError("A judge sits on the jury twice.")
    clashing = {
        (judge.id, fact.id) for judge in chosen for fact in facts.values() if _is_of_family(judge, fact)
    }
    polled = _poll(arrays, chosen, clashing)
    decisions = [decide(votes, rule, clashes=clashes) for votes in polled.votes]
    standings = _rank(arrays, polled, decisions, facts)
    alike = [
        AlikeDecisions(decision, n) for decision, n in zip(decisions, polled.count().tolist(), strict=True)
    ]
    labels = label_judges(stored)
    said = tuple(
        f"{labels[judge_id]} is of the family of {facts[contestant_id].name}"
        for judge_id, contestant_id in sorted(clashing)
    )
    return _sum_up(tuple(labels[one.id] for one in chosen), rule, said, standings, alike)


def _sum_up(
    members: tuple[str, ...],
    rule: JuryRule,
    clashes: tuple[str, ...],
    standings: tuple[JuryStanding, ...],
    alike: Sequence[AlikeDecisions],
) -> Jury:
    n_pairs = sum(one.n_pairs for one in alike)
    n_decided = sum(one.n_pairs for one in alike if one.decision.outcome is not None)
    spreads = [(one.decision.spread, one.n_pairs) for one in alike if one.decision.spread is not None]
    n_unanimous = sum(n for spread, n in spreads if spread == 0)
    n_spread = sum(n for _, n in spreads)
    return Jury(
        members=members,
        rule=rule,
        n_pairs=n_pairs,
        n_open=n_pairs - n_decided,
        n_unanimous=n_unanimous,
        mean_spread=sum(spread * n for spread, n in spreads) / n_spread if n_spread else None,
        n_barred=sum(one.decision.n_barred * one.n_pairs for one in alike),
        clashes=clashes,
        standings=standings,
        decisions=tuple(alike),
        sentence=f"{len(members)} judges by {rule}: {n_decided:,} of {n_pairs:,} pairs decided,"
        f" {n_unanimous:,} without dissent.",
    )


def _is_of_family(judge: StoredJudge, fact: ContestantFacts) -> bool:
    own = judge.family or family_of(judge.model or judge.name)
    return own is not None and own == (fact.family or family_of(fact.name))


@dataclass(frozen=True)
class _Polled:
    """Each pair of responses: one of its matches, and which of `votes` its members gave; (n_pairs,) each."""

    row: NDArray[np.int64]
    ballot: NDArray[np.int32]
    votes: tuple[tuple[JuryVote, ...], ...]

    def count(self) -> NDArray[np.int64]:
        """Count the pairs of each."""
        return np.bincount(self.ballot, minlength=len(self.votes))


def _poll(arrays: MatchArrays, chosen: Sequence[StoredJudge], clashing: set[tuple[int, int]]) -> _Polled:
    """Take the members' votes; of a million pairs few differ in what was said."""
    number = (arrays.response_a << 31) + arrays.response_b
    _, row, pair = np.unique(number, return_index=True, return_inverse=True)
    outcome = np.nanmean(np.stack([OUTCOME[arrays.verdict_ab], OUTCOME[arrays.verdict_ba]]), axis=0)
    sides = arrays.contestant_a[row], arrays.contestant_b[row]
    ballot = np.zeros(len(row), dtype=np.int32)
    votes: list[tuple[JuryVote, ...]] = [()]
    for one in chosen:
        own = arrays.judge_id == one.id
        n = np.bincount(pair[own], minlength=len(row))
        mean = np.full(len(row), -1.0)
        np.divide(np.bincount(pair[own], outcome[own], minlength=len(row)), n, out=mean, where=n > 0)
        family = [contestant_id for judge_id, contestant_id in clashing if judge_id == one.id]
        has_clash = np.isin(sides[0], family) | np.isin(sides[1], family)
        said, index = np.unique(mean.round(9), return_inverse=True)
        code = (ballot.astype(np.int64) * len(said) + index) * 2 + has_clash
        codes = distinct_of(code)
        ballot = positions_of(codes, code)
        version = f"{one.name}@{one.version}"
        votes = [
            (
                *votes[which // 2 // len(said)],
                JuryVote(version, _vote(said[which // 2 % len(said)]), bool(which % 2)),
            )
            for which in codes.tolist()
        ]
    return _Polled(row, ballot, tuple(votes))


def _rank(
    arrays: MatchArrays,
    polled: _Polled,
    decisions: Sequence[JuryDecision],
    facts: dict[int, ContestantFacts],
) -> tuple[JuryStanding, ...]:
    outcomes = np.array([np.nan if one.outcome is None else one.outcome for one in decisions])
    outcome = outcomes[polled.ballot]
    index = polled.row[~np.isnan(outcome)]
    if not len(index):
        return ()
    a, b = arrays.contestant_a[index], arrays.contestant_b[index]
    ids = np.union1d(distinct_of(a), distinct_of(b))
    ratings = fit_bradley_terry(
        Matches(
            positions_of(ids, a),
            positions_of(ids, b),
            outcome[~np.isnan(outcome)],
            [facts[contestant_id].name for contestant_id in ids.tolist()],
            prompt_id=arrays.prompt_id[index],
        )
    )
    standings = [
        JuryStanding(name, _number(ratings.rating[n]), _number(ratings.low[n]), _number(ratings.high[n]),
                     int(ratings.n_matches[n]), ratings.reasons[n])
        for n, name in enumerate(ratings.names)
    ]  # fmt: skip
    return tuple(sorted(standings, key=lambda one: (one.rating is None, -(one.rating or 0.0))))


def _vote(mean: float) -> float | None:
    return None if mean < 0 else float(mean)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
