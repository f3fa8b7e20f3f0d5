"""Who ranks: the judges that a query names or the lens chooses, and the voters whom its rule keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arena.audit.voters import VoteRule, leave_out, load_voters
from arena.board.records import BoardQuery
from arena.errors import UsageError
from arena.judges import choose_by_reach, find_judge, label_judges, reach_of
from db import Session
from db.judges import StoredJudge
from db.scoped_matches import ContestantCounts


@dataclass(frozen=True)
class Voters:
    """People whose votes count. `rule` says the vote rule in words, empty where there is none.

    `last_vote_id` is the newest match that the rule looked at, 0 where there is no rule.
    """

    kept: tuple[StoredJudge, ...]
    left_out: tuple[str, ...] = ()
    rule: str = ""
    last_vote_id: int = 0


def choose_voters(
    session: Session, query: BoardQuery, dataset_id: int | None, stored: Sequence[StoredJudge]
) -> Voters:
    """Apply the query's vote rule to everybody who voted in the data set, under every tag alike."""
    people = tuple(judge for judge in stored if judge.kind == "human")
    if not query.has_vote_rule:
        return Voters(people)
    rule = VoteRule(query.min_agreement, query.min_gold, query.min_median_s)
    cards = load_voters(session, dataset_id, query.last_match_id)
    left_out = leave_out(cards, rule)
    labels = label_judges(stored)
    kept = tuple(judge for judge in people if labels[judge.id] not in left_out)
    last = max((card.last_match_id for card in cards), default=0)
    return Voters(kept, tuple(left_out), rule.sentence(left_out), last)


def refuse_unknown_tags(query: BoardQuery, known: set[str]) -> None:
    missing = [tag for tag in query.tags if tag not in known]
    if missing:
        there = ", ".join(sorted(known)) or "none"
        raise UsageError(f"No prompt has the tag '{missing[0]}'. Tags: {there}.")


def choose_judges(
    query: BoardQuery, stored: Sequence[StoredJudge], counts: ContestantCounts, voters: Voters
) -> list[StoredJudge]:
    """Return the judges whose matches rank; a voter whom the rule leaves out does not rank even by name."""
    if query.lens == "human":
        if not query.judges:
            return list(voters.kept)
        people = [judge for judge in stored if judge.kind == "human"]
        named = [find_judge(people, wanted) for wanted in query.judges]
        return [judge for judge in named if judge in voters.kept]
    others = [judge for judge in stored if judge.kind != "human"]
    if query.judges:
        return [find_judge(others, wanted, mode="pairwise") for wanted in query.judges]
    best = choose_by_reach(reach_of(counts, stored), stored)
    return [judge for judge in others if judge.id == best]


def choose_grader(
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


def list_others(
    chosen: Sequence[StoredJudge], stored: Sequence[StoredJudge], counts: ContestantCounts
) -> tuple[str, ...]:
    """Name the AI judges with matches in this scope that do not rank here."""
    used, labels = {judge.id for judge in chosen}, label_judges(stored)
    present = {judge.id for judge in stored if judge.kind != "human" and judge.id in counts}
    return tuple(labels[judge_id] for judge_id in sorted(present - used))
