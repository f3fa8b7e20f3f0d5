"""Lists of matches for people who review them. Paging happens in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from db.match_filter import MatchQuery, restrict
from db.tables import ContestantRow, DatasetRow, JudgeRow, MatchRow, PromptRow

PREVIEW = 160


@dataclass(frozen=True)
class ListedMatch:
    id: int
    dataset: str
    prompt_id: int
    prompt_preview: str
    contestant_a: str
    contestant_b: str
    response_a_id: int
    response_b_id: int
    judge_id: int
    judge_kind: str
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    state: str
    reason: str | None
    created_at: datetime


@dataclass(frozen=True)
class Place:
    """Where a match stands in a list: `n_newer` come before it."""

    previous_id: int | None
    next_id: int | None
    n_newer: int
    n_total: int


def count_matches(session: Session, query: MatchQuery) -> int:
    return session.scalar(restrict(select(func.count()).select_from(MatchRow), query)) or 0


def list_match_ids(
    session: Session, query: MatchQuery, offset: int, limit: int, n_total: int | None = None
) -> list[int]:
    """Return one page of ids, newest first; with `n_total` known it is sought from the nearer end."""
    ids = restrict(select(MatchRow.id), query)
    if n_total is not None and offset > n_total // 2:
        limit = max(min(limit, n_total - offset), 0)
        oldest = ids.order_by(MatchRow.id).offset(n_total - offset - limit).limit(limit)
        return list(session.scalars(oldest))[::-1]
    return list(session.scalars(ids.order_by(MatchRow.id.desc()).offset(offset).limit(limit)))


def has_match(session: Session, query: MatchQuery, match_id: int) -> bool:
    return session.scalar(restrict(select(MatchRow.id), query).where(MatchRow.id == match_id)) is not None


def has_more(session: Session, query: MatchQuery, n: int) -> bool:
    """Whether more than n matches fit; looks no further."""
    return session.scalar(restrict(select(MatchRow.id), query).offset(n).limit(1)) is not None


def find_place(session: Session, query: MatchQuery, match_id: int) -> Place:
    """Find a match's neighbours and its place; one pass over the list's index counts both."""
    ids = restrict(select(MatchRow.id), query)
    newer = ids.where(MatchRow.id > match_id).order_by(MatchRow.id)
    older = ids.where(MatchRow.id < match_id).order_by(MatchRow.id.desc())
    counts = select(func.count(), func.count(case((MatchRow.id > match_id, 1)))).select_from(MatchRow)
    n_total, n_newer = session.execute(restrict(counts, query)).one()
    return Place(session.scalar(newer.limit(1)), session.scalar(older.limit(1)), n_newer, n_total)


def load_listed(session: Session, match_ids: Sequence[int]) -> list[ListedMatch]:
    """Return the matches in the order of the ids."""
    a, b = aliased(ContestantRow), aliased(ContestantRow)
    query = (
        select(
            MatchRow.id,
            DatasetRow.name,
            MatchRow.prompt_id,
            PromptRow.messages,
            PromptRow.key,
            a.name,
            b.name,
            MatchRow.response_a_id,
            MatchRow.response_b_id,
            MatchRow.judge_id,
            JudgeRow.kind,
            MatchRow.n_orders,
            MatchRow.verdict_ab,
            MatchRow.verdict_ba,
            MatchRow.state,
            MatchRow.reason,
            MatchRow.created_at,
        )
        .join(DatasetRow, DatasetRow.id == MatchRow.dataset_id)
        .join(PromptRow, PromptRow.id == MatchRow.prompt_id)
        .join(JudgeRow, JudgeRow.id == MatchRow.judge_id)
        .join(a, a.id == MatchRow.contestant_a_id)
        .join(b, b.id == MatchRow.contestant_b_id)
        .where(MatchRow.id.in_(match_ids))
    )
    found = {}
    for row in session.execute(query):
        match_id, dataset, prompt_id, messages, key, *rest = row
        found[match_id] = ListedMatch(match_id, dataset, prompt_id, _preview(messages, key), *rest)
    return [found[match_id] for match_id in match_ids if match_id in found]


def _preview(messages: list[dict[str, str]] | None, key: str) -> str:
    """Return the start of the first user message, or the prompt's key where the text is missing."""
    texts = [message["content"] for message in messages or () if message["role"] == "user"]
    text = " ".join((texts[0] if texts else key).split())
    return text if len(text) <= PREVIEW else text[: PREVIEW - 1] + "…"


def count_people_verdicts(
    session: Session, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], dict[str, int]]:
    """Count people's verdicts on each pair of responses."""
    verdict = func.coalesce(MatchRow.verdict_ab, MatchRow.verdict_ba)
    query = (
        select(MatchRow.response_a_id, MatchRow.response_b_id, verdict, func.count())
        .join(JudgeRow, JudgeRow.id == MatchRow.judge_id)
        .where(
            JudgeRow.kind == "human",
            MatchRow.state == "scored",
            MatchRow.response_a_id.in_({a for a, _ in pairs}),
            MatchRow.response_b_id.in_({b for _, b in pairs}),
        )
        .group_by(MatchRow.response_a_id, MatchRow.response_b_id, verdict)
    )
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for a, b, said, n in session.execute(query):
        counts.setdefault((a, b), {})[said] = n
    return counts
