"""What a judge card reads: every match with its verdicts, votes, tags, marks; one read, arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.match_arrays import MatchScope, Part, join_parts, list_dataset_ids, load_matches, load_parts
from db.packed_matches import REASON_CODES, StoredMatches
from db.tables import (
    ContestantRow,
    DisagreementMarkRow,
    GoldPairRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    VoteRow,
    utc_now,
)

__all__ = ["REASON_CODES", "AuditMatches"]
AuditMatches: TypeAlias = StoredMatches


def load_audit_matches(session: Session, dataset_id: int | None, judge_ids: Sequence[int]) -> AuditMatches:
    return load_matches(session, MatchScope(dataset_id, tuple(judge_ids)))


def load_matches_by_judge(
    session: Session, dataset_id: int | None, judge_ids: Sequence[int]
) -> dict[int, AuditMatches]:
    """Return each judge's matches as arrays that are shared: nobody may write to them.

    The numbers are of 32 bits and fewer; judges without a match are left out.
    """
    parts: dict[int, list[Part]] = {}
    for one in list_dataset_ids(session, dataset_id):
        for part in load_parts(session, one, judge_ids):
            if len(part.matches):
                parts.setdefault(int(part.matches.judge_id[0]), []).append(part)
    return {judge_id: join_parts(found) for judge_id, found in sorted(parts.items())}


def join_matches(found: Sequence[AuditMatches]) -> AuditMatches:
    """Put matches of several judges together in stored order."""
    return join_parts([Part(matches, 0) for matches in found])


@dataclass(frozen=True)
class PromptFacts:
    """Kind and tags by prompt id; a prompt without tags has an empty tuple."""

    kind: dict[int, str]
    tags: dict[int, tuple[str, ...]]


def load_prompt_facts(session: Session, dataset_id: int | None) -> PromptFacts:
    prompts = select(PromptRow.id, PromptRow.kind)
    tags = select(PromptTagRow.prompt_id, PromptTagRow.tag).order_by(PromptTagRow.tag)
    if dataset_id is not None:
        prompts = prompts.where(PromptRow.dataset_id == dataset_id)
        tags = tags.join(PromptRow, PromptRow.id == PromptTagRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    kind = {row[0]: row[1] for row in session.execute(prompts)}
    by_prompt: dict[int, list[str]] = {}
    for prompt_id, tag in session.execute(tags):
        by_prompt.setdefault(prompt_id, []).append(tag)
    return PromptFacts(kind, {prompt_id: tuple(by_prompt.get(prompt_id, ())) for prompt_id in kind})


@dataclass(frozen=True)
class ContestantFamily:
    """`family` is None where nobody said."""

    id: int
    name: str
    model: str | None
    family: str | None


def load_contestants(session: Session) -> list[ContestantFamily]:
    query = select(ContestantRow.id, ContestantRow.name, ContestantRow.model, ContestantRow.family).order_by(
        ContestantRow.id
    )
    return [ContestantFamily(*row) for row in session.execute(query)]


def list_judges_with_matches(session: Session, dataset_id: int | None) -> set[int]:
    query = select(MatchRow.judge_id).distinct()
    if dataset_id is not None:
        query = query.where(MatchRow.dataset_id == dataset_id)
    return set(session.scalars(query))


def load_vote_times(
    session: Session, dataset_id: int | None, last_match_id: int | None = None
) -> dict[int, tuple[float, ...]]:
    """Return each voter's known seconds a vote, by judge id; of votes up to that match, None: of all."""
    query = (
        select(JudgmentRow.judge_id, VoteRow.time_taken_s)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .where(VoteRow.time_taken_s.is_not(None))
        .order_by(VoteRow.judgment_id)
    )
    if dataset_id is not None:
        # Adding nothing keeps SQLite from starting at the prompts: there are few votes and many judgments.
        in_dataset = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id)
        query = query.where((JudgmentRow.prompt_id + 0).in_(in_dataset))
    if last_match_id is not None:
        query = query.where(JudgmentRow.match_id <= last_match_id)
    times: dict[int, list[float]] = {}
    for judge_id, seconds in session.execute(query):
        times.setdefault(judge_id, []).append(float(seconds or 0.0))
    return {judge_id: tuple(found) for judge_id, found in times.items()}


def load_gold(session: Session) -> dict[tuple[int, int], str]:
    """Return the known verdict of each gold pair, by its two response ids."""
    query = select(GoldPairRow.response_a_id, GoldPairRow.response_b_id, GoldPairRow.verdict)
    return {(a, b): verdict for a, b, verdict in session.execute(query)}


def set_gold(session: Session, match_id: int, verdict: str | None) -> None:
    """Make a match's pair a gold pair with this verdict; None makes it an ordinary one again."""
    match = session.get(MatchRow, match_id)
    if match is None:
        raise NotFoundError(f"There is no match {match_id}.")
    there = session.scalar(
        select(GoldPairRow).where(
            GoldPairRow.response_a_id == match.response_a_id, GoldPairRow.response_b_id == match.response_b_id
        )
    )
    if verdict is None:
        if there is not None:
            session.delete(there)
    elif there is None:
        pair = {"response_a_id": match.response_a_id, "response_b_id": match.response_b_id}
        session.add(GoldPairRow(**pair, verdict=verdict))
    else:
        there.verdict = verdict


def set_mark(session: Session, match_id: int, mark: str | None, comment: str | None) -> None:
    """Mark a match; None takes the mark away."""
    if session.get(MatchRow, match_id) is None:
        raise NotFoundError(f"There is no match {match_id}.")
    there = session.get(DisagreementMarkRow, match_id)
    if mark is None:
        if there is not None:
            session.delete(there)
    elif there is None:
        session.add(DisagreementMarkRow(match_id=match_id, mark=mark, comment=comment))
    else:
        there.mark, there.comment, there.marked_at = mark, comment, utc_now()


def load_marks(session: Session, judge_id: int, dataset_id: int | None) -> dict[int, str]:
    """Return marks by match id, of this judge's matches."""
    query = (
        select(DisagreementMarkRow.match_id, DisagreementMarkRow.mark)
        .join(MatchRow, MatchRow.id == DisagreementMarkRow.match_id)
        .where(MatchRow.judge_id == judge_id)
    )
    if dataset_id is not None:
        query = query.where(MatchRow.dataset_id == dataset_id)
    return {row[0]: row[1] for row in session.execute(query)}
