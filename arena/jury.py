"""A jury out of stored matches: several judge versions on the same pairs, by majority or mean, spread kept.

Versions are pooled here because somebody asked for it by name; members that gave no verdict do not vote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    decisions: tuple[JuryDecision, ...]
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
    rows, decisions = _decide(arrays, chosen, clashing, rule, clashes)
    decided = [n for n, decision in enumerate(decisions) if decision.outcome is not None]
    standings = _rank(arrays, [rows[n] for n in decided], [decisions[n] for n in decided], facts)
    labels = label_judges(stored)
    said = tuple(
        f"{labels[judge_id]} is of the family of {facts[contestant_id].name}"
        for judge_id, contestant_id in sorted(clashing)
    )
    return _sum_up(tuple(labels[one.id] for one in chosen), rule, said, standings, decisions)


def _sum_up(
    members: tuple[str, ...],
    rule: JuryRule,
    clashes: tuple[str, ...],
    standings: tuple[JuryStanding, ...],
    decisions: Sequence[JuryDecision],
) -> Jury:
    n_decided = sum(decision.outcome is not None for decision in decisions)
    spreads = [decision.spread for decision in decisions if decision.spread is not None]
    n_unanimous = sum(spread == 0 for spread in spreads)
    return Jury(
        members=members,
        rule=rule,
        n_pairs=len(decisions),
        n_open=len(decisions) - n_decided,
        n_unanimous=n_unanimous,
        mean_spread=float(np.mean(spreads)) if spreads else None,
        n_barred=sum(decision.n_barred for decision in decisions),
        clashes=clashes,
        standings=standings,
        decisions=tuple(decisions),
        sentence=f"{len(members)} judges by {rule}: {n_decided:,} of {len(decisions):,} pairs decided,"
        f" {n_unanimous:,} without dissent.",
    )


def _is_of_family(judge: StoredJudge, fact: ContestantFacts) -> bool:
    own = judge.family or family_of(judge.model or judge.name)
    return own is not None and own == (fact.family or family_of(fact.name))


def _decide(
    arrays: MatchArrays,
    chosen: Sequence[StoredJudge],
    clashing: set[tuple[int, int]],
    rule: JuryRule,
    clashes: ClashRule,
) -> tuple[list[int], list[JuryDecision]]:
    """Decide each pair of responses; the rows are positions of one of its matches."""
    versions = {one.id: f"{one.name}@{one.version}" for one in chosen}
    said: dict[tuple[int, int], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    row: dict[tuple[int, int], int] = {}
    outcome = np.nanmean(np.stack([OUTCOME[arrays.verdict_ab], OUTCOME[arrays.verdict_ba]]), axis=0)
    for index in range(len(arrays)):
        pair = (int(arrays.response_a[index]), int(arrays.response_b[index]))
        row.setdefault(pair, index)
        said[pair][int(arrays.judge_id[index])].append(float(outcome[index]))
    decisions = []
    for pair, index in row.items():
        sides = (int(arrays.contestant_a[index]), int(arrays.contestant_b[index]))
        votes = [
            JuryVote(
                versions[one.id],
                float(np.mean(said[pair][one.id])) if said[pair][one.id] else None,
                any((one.id, side) in clashing for side in sides),
            )
            for one in chosen
        ]
        decisions.append(decide(votes, rule, clashes=clashes))
    return list(row.values()), decisions


def _rank(
    arrays: MatchArrays,
    rows: Sequence[int],
    decisions: Sequence[JuryDecision],
    facts: dict[int, ContestantFacts],
) -> tuple[JuryStanding, ...]:
    if not rows:
        return ()
    index = np.array(rows, dtype=np.int64)
    ids = np.union1d(arrays.contestant_a[index], arrays.contestant_b[index])
    ratings = fit_bradley_terry(
        Matches(
            np.searchsorted(ids, arrays.contestant_a[index]),
            np.searchsorted(ids, arrays.contestant_b[index]),
            np.array([decision.outcome for decision in decisions], dtype=np.float64),
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


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
