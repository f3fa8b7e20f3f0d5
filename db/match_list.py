"""Lists of matches for people who review them. Paging happens in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session, aliased

from db.match_filter import MatchQuery, restrict
from db.response_arrays import count_changes
from db.tables import ContestantRow, DatasetRow, JudgeRow, MatchRow, MatchTallyRow, PromptRow, PromptTagRow

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


@dataclass(frozen=True)
class TallyMark:
    """What changes with every match that comes, changes or goes, and with every tag."""

    n_matches: int
    n_changes: int
    n_tagged: int = 0
    sum_tagged: int = 0
    sum_squares_tagged: int = 0
    n_response_changes: int = 0


def load_tally_mark(session: Session, query: MatchQuery) -> TallyMark:
    """Return a mark: while it is equal, what was found or counted by this query still holds."""
    sums = select(func.sum(MatchTallyRow.n_matches), func.sum(MatchTallyRow.n_changes))
    if query.dataset_id is not None:
        sums = sums.where(MatchTallyRow.dataset_id == query.dataset_id)
    n_matches, n_changes = session.execute(sums).one()
    mark = TallyMark(int(n_matches or 0), int(n_changes or 0))
    if query.text:
        mark = replace(mark, n_response_changes=count_changes(session))
    if not query.tags:
        return mark
    prompt = cast(PromptTagRow.prompt_id, BigInteger)
    tagged = select(func.count(), func.sum(prompt), func.sum(prompt * prompt))
    n, total, squares = session.execute(tagged.where(PromptTagRow.tag.in_(query.tags))).one()
    return replace(mark, n_tagged=n, sum_tagged=int(total or 0), sum_squares_tagged=int(squares or 0))


def count_matches(session: Session, query: MatchQuery) -> int:
    if query.is_tallied:
        return _count_tallied(session, query)
    return session.scalar(restrict(select(func.count()).select_from(MatchRow), query)) or 0


def _count_tallied(session: Session, query: MatchQuery) -> int:
    counted = select(func.sum(MatchTallyRow.n_matches)).join(JudgeRow, JudgeRow.id == MatchTallyRow.judge_id)
    if query.dataset_id is not None:
        counted = counted.where(MatchTallyRow.dataset_id == query.dataset_id)
    if query.judge_ids:
        counted = counted.where(MatchTallyRow.judge_id.in_(query.judge_ids))
    if query.kind is not None:
        is_person = JudgeRow.kind == "human"
        counted = counted.where(is_person if query.kind == "people" else ~is_person)
    return int(session.scalar(counted) or 0)


def list_match_ids(
    session: Session, query: MatchQuery, offset: int, limit: int, n_total: int | None = None
) -> list[int]:
    """Return one page of ids, newest first; with `n_total` known it is sought from the nearer end."""
    if n_total == 0:
        return []
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


def find_place(session: Session, query: MatchQuery, match_id: int, n_total: int) -> Place:
    """Find the neighbours and the place of a match that is in the list, counting from the nearer end."""
    ids = restrict(select(MatchRow.id), query)
    newer = ids.where(MatchRow.id > match_id).order_by(MatchRow.id)
    older = ids.where(MatchRow.id < match_id).order_by(MatchRow.id.desc())
    counted = restrict(select(func.count()).select_from(MatchRow), query)
    last_id = session.scalar(select(func.max(MatchRow.id))) or 0
    if match_id > last_id // 2:
        n_newer = session.scalar(counted.where(MatchRow.id > match_id)) or 0
    else:
        n_newer = n_total - (session.scalar(counted.where(MatchRow.id <= match_id)) or 0)
    return Place(session.scalar(newer.limit(1)), session.scalar(older.limit(1)), n_newer)


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
