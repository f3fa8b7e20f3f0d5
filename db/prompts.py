"""Prompts one by one: listing a page of them, adding, changing, tagging and removing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, cast, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.tables import (
    GenerationRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
    RunRow,
    VoteRow,
)
from db.texts import BYTE_TEXT

ACTIVE = ("planning", "waiting", "running")


@dataclass(frozen=True)
class PromptWish:
    """Which prompts of a data set; None: any. `words` stand in the prompt's text or id."""

    dataset_id: int
    tag: str | None = None
    kind: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class ListedPrompt:
    """`messages` are (role, content) each, empty where the source gave no text."""

    id: int
    key: str
    messages: tuple[tuple[str, str], ...]
    kind: str
    tags: tuple[str, ...]
    n_references: int
    n_responses: int


@dataclass(frozen=True)
class PromptFields:
    """What a prompt is made of; text and hash are None where the source gave no text."""

    key: str
    messages: list[dict[str, str]] | None
    text_hash: str | None
    kind: str


@dataclass(frozen=True)
class ReferenceFields:
    turns: list[str]
    text_hash: str


@dataclass(frozen=True)
class Belongings:
    """What hangs on prompts and would go with them."""

    n_prompts: int
    n_responses: int
    n_judgments: int
    n_matches: int
    n_votes: int


def count_wanted(session: Session, wish: PromptWish) -> int:
    return session.scalar(_restrict(select(func.count(PromptRow.id)), wish)) or 0


def list_prompts(session: Session, wish: PromptWish, *, first: int, limit: int) -> list[ListedPrompt]:
    """Return `limit` prompts from place `first`, in the order in which they came."""
    query = _restrict(select(PromptRow), wish).order_by(PromptRow.id).offset(first).limit(limit)
    rows = list(session.scalars(query))
    ids = [row.id for row in rows]
    tags = load_tags(session, ids)
    references = _count_by_prompt(session, ReferenceRow.prompt_id, ids)
    responses = _count_by_prompt(session, ResponseRow.prompt_id, ids)
    return [
        ListedPrompt(
            row.id, row.key, tuple((one["role"], one["content"]) for one in row.messages or ()), row.kind,
            tuple(tags.get(row.id, ())), references.get(row.id, 0), responses.get(row.id, 0),
        )
        for row in rows
    ]  # fmt: skip


def _restrict(query: Select[Any], wish: PromptWish) -> Select[Any]:
    query = query.where(PromptRow.dataset_id == wish.dataset_id)
    if wish.kind is not None:
        query = query.where(PromptRow.kind == wish.kind)
    if wish.tag is not None:
        tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag == wish.tag)
        query = query.where(PromptRow.id.in_(tagged))
    if wish.words:
        written = json.dumps(wish.words, ensure_ascii=False)[1:-1]  # as it stands in stored JSON
        query = query.where(
            or_(
                cast(PromptRow.messages, BYTE_TEXT).ilike(_pattern(written), escape="\\"),
                PromptRow.key.ilike(_pattern(wish.words), escape="\\"),
            )
        )
    return query


def _pattern(words: str) -> str:
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def load_tags(session: Session, prompt_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return tags in alphabetical order."""
    found: dict[int, list[str]] = defaultdict(list)
    query = select(PromptTagRow.prompt_id, PromptTagRow.tag).where(PromptTagRow.prompt_id.in_(prompt_ids))
    for prompt_id, tag in session.execute(query.order_by(PromptTagRow.tag)):
        found[prompt_id].append(tag)
    return found


def _count_by_prompt(session: Session, column: Any, prompt_ids: Sequence[int]) -> dict[int, int]:
    query = select(column, func.count()).where(column.in_(prompt_ids)).group_by(column)
    return {row[0]: row[1] for row in session.execute(query)}


def get_prompt(session: Session, dataset_id: int, prompt_id: int) -> PromptFields:
    """Raise NotFoundError where it is not in the data set."""
    row = session.get(PromptRow, prompt_id)
    if row is None or row.dataset_id != dataset_id:
        raise NotFoundError(f"There is no prompt {prompt_id} in this data set.")
    return PromptFields(row.key, row.messages, row.text_hash, row.kind)


def find_by_text(session: Session, dataset_id: int, text_hash: str) -> int | None:
    """Return the oldest prompt of the data set with this text."""
    query = select(func.min(PromptRow.id)).where(
        PromptRow.dataset_id == dataset_id, PromptRow.text_hash == text_hash
    )
    return session.scalar(query)


def has_key(session: Session, dataset_id: int, key: str) -> bool:
    query = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.key == key)
    return session.scalar(query) is not None


def add_prompt(session: Session, dataset_id: int, fields: PromptFields) -> int:
    row = PromptRow(
        dataset_id=dataset_id, key=fields.key, messages=fields.messages, text_hash=fields.text_hash,
        kind=fields.kind,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def set_prompt(session: Session, prompt_id: int, **columns: Any) -> None:
    session.execute(update(PromptRow).where(PromptRow.id == prompt_id).values(**columns))


def set_references(session: Session, prompt_id: int, references: Sequence[ReferenceFields]) -> None:
    """Replace a prompt's references; those that stay keep their rows."""
    wanted = {reference.text_hash: reference.turns for reference in references}
    query = select(ReferenceRow.text_hash).where(ReferenceRow.prompt_id == prompt_id)
    there = set(session.scalars(query))
    session.execute(
        delete(ReferenceRow).where(
            ReferenceRow.prompt_id == prompt_id, ReferenceRow.text_hash.not_in(list(wanted))
        )
    )
    added = [
        {"prompt_id": prompt_id, "turns": turns, "text_hash": text_hash}
        for text_hash, turns in wanted.items()
        if text_hash not in there
    ]
    if added:
        session.execute(insert(ReferenceRow), added)


def list_references(session: Session, prompt_id: int) -> list[ReferenceFields]:
    query = select(ReferenceRow).where(ReferenceRow.prompt_id == prompt_id).order_by(ReferenceRow.id)
    return [ReferenceFields(list(row.turns), row.text_hash) for row in session.scalars(query)]


def add_tags(session: Session, prompt_ids: Sequence[int], tags: Sequence[str]) -> None:
    there = load_tags(session, prompt_ids)
    added = [
        {"prompt_id": prompt_id, "tag": tag}
        for prompt_id in prompt_ids
        for tag in tags
        if tag not in there.get(prompt_id, ())
    ]
    if added:
        session.execute(insert(PromptTagRow), added)


def remove_tags(session: Session, prompt_ids: Sequence[int], tags: Sequence[str]) -> None:
    session.execute(
        delete(PromptTagRow).where(PromptTagRow.prompt_id.in_(prompt_ids), PromptTagRow.tag.in_(tags))
    )


def count_belongings(session: Session, dataset_id: int, prompt_ids: Sequence[int]) -> Belongings:
    """Count what would go with these prompts; ids of other data sets count nothing."""
    own = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.id.in_(prompt_ids))

    def count(table: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(table.prompt_id.in_(own))) or 0

    # Judgments are found through their judges: no index begins with the prompt.
    of_prompts = JudgmentRow.judge_id.in_(select(JudgeRow.id)) & JudgmentRow.prompt_id.in_(own)
    judgments = select(func.count()).select_from(JudgmentRow).where(of_prompts)
    votes = (
        select(func.count())
        .select_from(JudgmentRow)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .where(of_prompts)
    )
    return Belongings(
        n_prompts=session.scalar(select(func.count()).select_from(own.subquery())) or 0,
        n_responses=count(ResponseRow),
        n_judgments=session.scalar(judgments) or 0,
        n_matches=count(MatchRow),
        n_votes=session.scalar(votes) or 0,
    )


def has_work_under_way(session: Session, dataset_id: int) -> bool:
    """Tell whether a run or a generation of the data set is active: it may write to any of its prompts."""
    for row in (RunRow, GenerationRow):
        query = select(row.id).where(row.dataset_id == dataset_id, row.state.in_(ACTIVE)).limit(1)
        if session.scalar(query) is not None:
            return True
    return False


def list_judges_with_references(session: Session, prompt_id: int) -> list[str]:
    """Return the judges that read this prompt's references before they decided."""
    has_judged = exists().where(
        JudgmentRow.judge_id == JudgeRow.id,
        JudgmentRow.prompt_id == prompt_id,
        JudgmentRow.state != "planned",
    )
    query = select(JudgeRow.name, JudgeRow.model, JudgeRow.spec).where(has_judged)
    return [
        name
        for name, model, spec in session.execute(query.order_by(JudgeRow.name))
        if model == "builtin/reference" or (spec or {}).get("reference", "never") != "never"
    ]


def remove_prompts(session: Session, dataset_id: int, prompt_ids: Sequence[int]) -> None:
    """Remove prompts with everything that hangs on them; calls stay, for they were paid for."""
    session.execute(delete(PromptRow).where(PromptRow.dataset_id == dataset_id, PromptRow.id.in_(prompt_ids)))
