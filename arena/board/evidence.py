"""What a board rests on: the matches or levels in its scope, who gave them, and what is known beside."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
from db.boards import ContestantFacts, MatchArrays, PairCount, StyleArrays
from db.grades import GradeArrays
from db.match_arrays import MatchScope, load_matches
from db.packed_matches import REASON_CODES, StoredMatches


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
    data_hash: str
    gated: Gated | None = None
    expected: Expected | None = None
    left_out_voters: tuple[str, ...] = ()
    vote_rule: str = ""


def load_evidence(database: Database, query: BoardQuery) -> Evidence:
    """Read everything the query's board rests on.

    Raises
    ------
    UsageError
        If a name in the query does not exist, or judges of another kind than the lens are asked for.
    """
    with in_words(), database.read() as session:
        dataset_id = None if query.dataset is None else datasets.get_dataset_id(session, query.dataset)
        known_tags = {tag.tag for tag in datasets.list_tags(session, dataset_id)}
        refuse_unknown_tags(query, known_tags)
        stored = judges.list_stored_judges(session)
        counts = boards.count_pairs(session, dataset_id, query.tags)
        voters = choose_voters(session, query, dataset_id, stored)
        if query.method == "mean-level":
            chosen = choose_grader(query, stored, grades.count_graded_by_judge(session, dataset_id))
        else:
            chosen = choose_judges(query, stored, counts, voters)
        scope = MatchScope(dataset_id, tuple(judge.id for judge in chosen), query.tags, query.last_match_id)
        is_levels = query.method == "mean-level"
        stored_matches = None if is_levels else load_matches(session, scope)
        matches = None if stored_matches is None else boards.scored_of(stored_matches)
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
        kept = {judge.id for judge in voters.kept}
        ranking_ai = {judge.id for judge in (stored if query.lens == "human" else chosen)}
        return Evidence(
            judge_labels=tuple(labels[judge.id] for judge in chosen),
            other_judges=list_others(chosen, counts, labels),
            facts=tuple(_in_scope(facts, dataset_id, counts, loaded_grades)),
            matches=matches,
            votes=votes,
            grades=loaded_grades,
            style=boards.load_style_arrays(session, dataset_id) if needs_style else None,
            n_ai=_count(count for count in counts if count.kind != "human" and count.judge_id in ranking_ai),
            n_people=_count(count for count in counts if count.judge_id in kept),
            unscored=Counter[str]() if stored_matches is None else _count_reasons(stored_matches),
            is_invented=datasets.is_invented(session, dataset_id),
            last_match_id=max(_last_id(matches, votes), voters.last_vote_id),
            data_hash="" if matches is None else hash_matches(matches, votes, expected),
            gated=gated,
            expected=expected,
            left_out_voters=voters.left_out,
            vote_rule=voters.rule,
        )


def _load_votes(session: Session, query: BoardQuery, dataset_id: int | None, voters: Voters) -> VoteEvidence:
    scope = MatchScope(dataset_id, tuple(judge.id for judge in voters.kept), query.tags, query.last_match_id)
    votes = boards.load_match_arrays(session, scope)
    return VoteEvidence(votes, boards.load_vote_probabilities(session, votes.match_id))


def _last_id(matches: MatchArrays | None, votes: VoteEvidence | None) -> int:
    """Return the newest match that this board rests on, 0 for none."""
    parts = [part.match_id for part in (matches, votes.matches if votes else None) if part is not None]
    return max((int(ids.max()) for ids in parts if len(ids)), default=0)


def _in_scope(
    facts: Sequence[ContestantFacts],
    dataset_id: int | None,
    counts: Sequence[PairCount],
    grades: GradeArrays | None,
) -> list[ContestantFacts]:
    """Keep every contestant of a data set; over all data sets, those with a match or a level."""
    if dataset_id is not None:
        return list(facts)
    met = {contestant for count in counts for contestant in (count.contestant_a, count.contestant_b)}
    if grades is not None:
        met = set(grades.contestant.tolist())
    return [fact for fact in facts if fact.id in met]


def _count(counts: Iterable[PairCount]) -> Counter[int]:
    """Count matches by contestant."""
    total = Counter[int]()
    for count in counts:
        total[count.contestant_a] += count.n
        total[count.contestant_b] += count.n
    return total


def _count_reasons(matches: StoredMatches) -> Counter[str]:
    n = np.bincount(matches.reason, minlength=len(REASON_CODES) + 1)
    return Counter({reason: int(n[code]) for reason, code in REASON_CODES.items() if n[code]})


def hash_matches(
    matches: MatchArrays, votes: VoteEvidence | None = None, expected: Expected | None = None
) -> str:
    """Return the SHA-256 of every stored fact that the ratings rest on, in stored order."""
    digest = hashlib.sha256()
    for part in (matches, votes.matches if votes else None):
        for name in MatchArrays.__dataclass_fields__ if part is not None else ():
            column = np.ascontiguousarray(getattr(part, name), dtype="<i8")
            digest.update(f"{name}:{len(column)}:".encode())
            digest.update(column.tobytes())
    for order in () if expected is None else (expected.ab, expected.ba):
        digest.update(np.ascontiguousarray(order, dtype="<f8").tobytes())
    if votes is not None:
        digest.update(np.ascontiguousarray(votes.probability, dtype="<f8").tobytes())
    return digest.hexdigest()
