"""What a board rests on: the matches or levels in its scope, who gave them, and what is known beside."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.records import BoardQuery
from arena.errors import UsageError
from arena.exact.contradictions import Gated, gate_matches
from arena.judges import choose_ranking_judge, find_judge, label_judges
from arena.store import in_words
from db import Database, Session, boards, datasets, judges
from db.boards import ContestantFacts, GradeArrays, MatchArrays, MatchScope, PairCount, StyleArrays
from db.judges import StoredJudge


@dataclass(frozen=True)
class VoteEvidence:
    """People's votes for the calibrated lens, with the chance of each pair's being picked (NaN: unknown)."""

    matches: MatchArrays
    probability: NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """One read of the database, consistent in itself.

    `facts` holds the contestants in the order of their ids. `matches` is None for a board of levels, `grades`
    for one of matches; `votes` only under the calibrated lens, `style` only where a control needs it.
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
        _refuse_unknown_tags(query, known_tags)
        stored = judges.list_stored_judges(session)
        counts = boards.count_pairs(session, dataset_id, query.tags)
        if query.method == "mean-level":
            chosen = _choose_grader(query, stored, boards.count_graded_by_judge(session, dataset_id))
        else:
            chosen = _choose_judges(query, stored, counts)
        scope = MatchScope(dataset_id, tuple(judge.id for judge in chosen), query.tags, query.last_match_id)
        is_levels = query.method == "mean-level"
        matches = None if is_levels else boards.load_match_arrays(session, scope)
        grades = boards.load_grade_arrays(session, scope) if is_levels else None
        gated = None
        if query.gate is not None and dataset_id is not None and matches is not None:
            gated = gate_matches(session, dataset_id, query.gate, matches)
            matches = gated.matches
        votes = _load_votes(session, query, dataset_id, stored) if query.lens == "calibrated" else None
        needs_style = bool({"length", "markdown"} & set(query.control))
        unscored = Counter[str]()
        for count in () if is_levels else boards.count_unscored(session, scope):
            unscored[count.reason] += count.n
        facts = boards.load_contestant_facts(session, dataset_id)
        labels = label_judges(stored)
        ranking_ai = {judge.id for judge in (stored if query.lens == "human" else chosen)}
        return Evidence(
            judge_labels=tuple(labels[judge.id] for judge in chosen),
            other_judges=_others(chosen, counts, labels),
            facts=tuple(_in_scope(facts, dataset_id, counts, grades)),
            matches=matches,
            votes=votes,
            grades=grades,
            style=boards.load_style_arrays(session, dataset_id) if needs_style else None,
            n_ai=_count(count for count in counts if count.kind != "human" and count.judge_id in ranking_ai),
            n_people=_count(count for count in counts if count.kind == "human"),
            unscored=unscored,
            is_invented=datasets.is_invented(session, dataset_id),
            last_match_id=_last_id(matches, votes),
            data_hash="" if matches is None else hash_matches(matches, votes),
            gated=gated,
        )


def _load_votes(
    session: Session, query: BoardQuery, dataset_id: int | None, stored: Sequence[StoredJudge]
) -> VoteEvidence:
    people = tuple(judge.id for judge in stored if judge.kind == "human")
    scope = MatchScope(dataset_id, people, query.tags, query.last_match_id)
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


def _refuse_unknown_tags(query: BoardQuery, known: set[str]) -> None:
    missing = [tag for tag in query.tags if tag not in known]
    if missing:
        there = ", ".join(sorted(known)) or "none"
        raise UsageError(f"No prompt has the tag '{missing[0]}'. Tags: {there}.")


def _choose_judges(
    query: BoardQuery, stored: Sequence[StoredJudge], counts: Sequence[PairCount]
) -> list[StoredJudge]:
    people = [judge for judge in stored if judge.kind == "human"]
    if query.lens == "human":
        if not query.judges:
            return people
        return [find_judge(people, wanted) for wanted in query.judges]
    others = [judge for judge in stored if judge.kind != "human"]
    if query.judges:
        return [find_judge(others, wanted, mode="pairwise") for wanted in query.judges]
    best = choose_ranking_judge(counts, stored)
    return [judge for judge in others if judge.id == best]


def _choose_grader(
    query: BoardQuery, stored: Sequence[StoredJudge], counts: dict[int, int]
) -> list[StoredJudge]:
    """Choose one judge: levels of different judges have no common scale."""
    if len(query.judges) > 1:
        raise UsageError("Levels of different judges have no common scale; name one judge.")
    if query.judges:
        return [find_judge(stored, query.judges[0], mode="pointwise")]
    if not counts:
        return []
    best = max(counts, key=lambda judge_id: (counts[judge_id], judge_id))
    return [judge for judge in stored if judge.id == best]


def _others(
    chosen: Sequence[StoredJudge], counts: Sequence[PairCount], labels: dict[int, str]
) -> tuple[str, ...]:
    """Name the AI judges with matches in this scope that do not rank here."""
    used = {judge.id for judge in chosen}
    present = {count.judge_id for count in counts if count.kind != "human"}
    return tuple(labels[judge_id] for judge_id in sorted(present - used))


def _count(counts: Iterable[PairCount]) -> Counter[int]:
    """Count matches by contestant."""
    total = Counter[int]()
    for count in counts:
        total[count.contestant_a] += count.n
        total[count.contestant_b] += count.n
    return total


def hash_matches(matches: MatchArrays, votes: VoteEvidence | None = None) -> str:
    """Return the SHA-256 of every stored fact that the ratings rest on, in stored order."""
    digest = hashlib.sha256()
    for part in (matches, votes.matches if votes else None):
        for name in MatchArrays.__dataclass_fields__ if part is not None else ():
            column = np.ascontiguousarray(getattr(part, name), dtype="<i8")
            digest.update(f"{name}:{len(column)}:".encode())
            digest.update(column.tobytes())
    if votes is not None:
        digest.update(np.ascontiguousarray(votes.probability, dtype="<f8").tobytes())
    return digest.hexdigest()
