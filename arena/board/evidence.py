"""What a board rests on: the matches or levels in its scope, who gave them, and what is known beside."""

from __future__ import annotations

import hashlib
import itertools
import weakref
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arena.board.choices import (
    Voters,
    choose_grader,
    choose_judges,
    choose_voters,
    list_others,
    refuse_unknown_tags,
)
from arena.board.expected import Expected, load_expected
from arena.board.records import BoardQuery
from arena.exact.contradictions import Gated, gate_matches
from arena.judges import label_judges
from arena.store import in_words
from db import Database, Session, boards, datasets, grades, judges
from db.boards import ContestantFacts, MatchArrays, StyleArrays
from db.grades import GradeArrays
from db.match_arrays import MatchScope
from db.scoped_matches import ContestantCounts, count_contestants, load_scoped


@dataclass(frozen=True)
class VoteEvidence:
    """People's votes for the calibrated lens, with the chance of each pair's being picked (NaN: unknown)."""

    matches: MatchArrays
    probability: NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """One read of the database, consistent in itself.

    `facts` holds the contestants in the order of their ids. `matches` is None for a board of levels, `grades`
    for one of matches; `votes` only under the calibrated lens, `style` only where a control needs it,
    `expected` only where probabilities stand for verdicts. `vote_rule` is a sentence, empty without a rule.
    """

    judge_labels: tuple[str, ...]
    other_judges: tuple[str, ...]
    facts: tuple[ContestantFacts, ...]
    matches: MatchArrays | None
    votes: VoteEvidence | None
    grades: GradeArrays | None
    style: StyleArrays | None
    n_ai: Counter[int]
    n_people: Counter[int]
    unscored: Counter[str]
    is_invented: bool
    last_match_id: int
    gated: Gated | None = None
    expected: Expected | None = None
    left_out_voters: tuple[str, ...] = ()
    vote_rule: str = ""

    @cached_property
    def data_hash(self) -> str:
        """The hash of every stored fact that the ratings rest on; it takes as long as a fit."""
        return "" if self.matches is None else hash_matches(self.matches, self.votes, self.expected)

    @property
    def identity(self) -> Hashable:
        """What no other matches have: a number where they are shared, found without hashing them."""
        has_more = any(one is not None for one in (self.votes, self.expected, self.gated))
        if self.matches is None or self.matches.match_id.flags.writeable or has_more:
            return self.data_hash
        return _numbers.setdefault(self.matches, next(_count))


_count = itertools.count()
_numbers: weakref.WeakKeyDictionary[MatchArrays, int] = weakref.WeakKeyDictionary()


def load_evidence(database: Database, query: BoardQuery) -> Evidence:
    """Read everything the query's board rests on.

    Raises
    ------
    UsageError
        If a name in the query does not exist, or judges of another kind than the lens are asked for.
    """
    with in_words(), database.read() as session:
        dataset_id = None if query.dataset is None else datasets.get_dataset_id(session, query.dataset)
        if query.tags:
            refuse_unknown_tags(query, {tag.tag for tag in datasets.list_tags(session, dataset_id)})
        stored = judges.list_stored_judges(session)
        everybody = tuple(judge.id for judge in stored)
        counts = count_contestants(session, MatchScope(dataset_id, everybody, query.tags))
        voters = choose_voters(session, query, dataset_id, stored)
        if query.method == "mean-level":
            chosen = choose_grader(query, stored, grades.count_graded_by_judge(session, dataset_id))
        else:
            chosen = choose_judges(query, stored, counts, voters)
        scope = MatchScope(dataset_id, tuple(judge.id for judge in chosen), query.tags, query.last_match_id)
        is_levels = query.method == "mean-level"
        scoped = None if is_levels else load_scoped(session, scope)
        matches = None if scoped is None else scoped.scored
        loaded_grades = grades.load_grade_arrays(session, scope) if is_levels else None
        gated = None
        if query.gate is not None and dataset_id is not None and matches is not None:
            gated = gate_matches(session, dataset_id, query.gate, matches)
            matches = gated.matches
        expected = None
        if query.outcomes == "probability" and matches is not None:
            expected = load_expected(session, scope, matches)
            matches = expected.matches
        votes = _load_votes(session, query, dataset_id, voters) if query.lens == "calibrated" else None
        needs_style = bool({"length", "markdown"} & set(query.control))
        facts = boards.load_contestant_facts(session, dataset_id)
        labels = label_judges(stored)
        ranking_ai = stored if query.lens == "human" else chosen
        return Evidence(
            judge_labels=tuple(labels[judge.id] for judge in chosen),
            other_judges=list_others(chosen, stored, counts),
            facts=tuple(_in_scope(facts, dataset_id, counts, loaded_grades)),
            matches=matches,
            votes=votes,
            grades=loaded_grades,
            style=boards.load_style_arrays(session, dataset_id) if needs_style else None,
            n_ai=_add(counts, {judge.id for judge in ranking_ai if judge.kind != "human"}),
            n_people=_add(counts, {judge.id for judge in voters.kept}),
            unscored=Counter[str]() if scoped is None else Counter(scoped.n_unscored),
            is_invented=datasets.is_invented(session, dataset_id),
            last_match_id=max(_last_id(matches, votes), voters.last_vote_id),
            gated=gated,
            expected=expected,
            left_out_voters=voters.left_out,
            vote_rule=voters.rule,
        )


def _load_votes(session: Session, query: BoardQuery, dataset_id: int | None, voters: Voters) -> VoteEvidence:
    scope = MatchScope(dataset_id, tuple(judge.id for judge in voters.kept), query.tags, query.last_match_id)
    votes = load_scoped(session, scope).scored
    return VoteEvidence(votes, boards.load_vote_probabilities(session, votes.match_id))


def _last_id(matches: MatchArrays | None, votes: VoteEvidence | None) -> int:
    """Return the newest match that this board rests on, 0 for none."""
    parts = [part.match_id for part in (matches, votes.matches if votes else None) if part is not None]
    return max((int(ids.max()) for ids in parts if len(ids)), default=0)


def _in_scope(
    facts: Sequence[ContestantFacts],
    dataset_id: int | None,
    counts: ContestantCounts,
    grades: GradeArrays | None,
) -> list[ContestantFacts]:
    """Keep every contestant of a data set; over all data sets, those with a match or a level."""
    if dataset_id is not None:
        return list(facts)
    met = {contestant for of_judge in counts.values() for contestant in of_judge}
    if grades is not None:
        met = set(grades.contestant.tolist())
    return [fact for fact in facts if fact.id in met]


def _add(counts: ContestantCounts, judge_ids: Collection[int]) -> Counter[int]:
    """Add up what these judges' matches count for each contestant."""
    total = Counter[int]()
    for judge_id in judge_ids:
        total.update(counts.get(judge_id, {}))
    return total


def hash_matches(
    matches: MatchArrays, votes: VoteEvidence | None = None, expected: Expected | None = None
) -> str:
    """Return the SHA-256 of every stored fact that the ratings rest on, in stored order."""
    digest = _digest_of(matches).copy()
    if votes is not None:
        _feed(digest, votes.matches)
    for order in () if expected is None else (expected.ab, expected.ba):
        digest.update(np.ascontiguousarray(order, dtype="<f8").data)
    if votes is not None:
        digest.update(np.ascontiguousarray(votes.probability, dtype="<f8").data)
    return digest.hexdigest()


_digests: weakref.WeakKeyDictionary[MatchArrays, hashlib._Hash] = weakref.WeakKeyDictionary()


def _digest_of(matches: MatchArrays) -> hashlib._Hash:
    """Hash the same shared arrays once."""
    known = _digests.get(matches)
    if known is None:
        known = hashlib.sha256()
        _feed(known, matches)
        if not matches.match_id.flags.writeable:
            _digests[matches] = known
    return known


def _feed(digest: hashlib._Hash, matches: MatchArrays) -> None:
    for name in MatchArrays.__dataclass_fields__:
        column = np.ascontiguousarray(getattr(matches, name), dtype="<i8")
        digest.update(f"{name}:{len(column)}:".encode())
        digest.update(column.data)
