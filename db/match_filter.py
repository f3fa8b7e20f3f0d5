"""Which matches a reviewer wants, as SQL conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from db.tables import ContestantRow, JudgeRow, MatchRow, PromptRow, PromptTagRow, ResponseRow
from db.texts import BYTE_TEXT

Outcome = Literal["decided", "tie", "both_bad", "flip", "unscored"]


@dataclass(frozen=True)
class MatchQuery:
    """Which matches; None or empty: any. `kind` is `ai` or `people`."""

    dataset_id: int | None = None
    judge_ids: tuple[int, ...] = ()
    kind: str | None = None
    contestants: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcome: str | None = None
    reason: str | None = None
    disagrees_with_people: bool | None = None
    text: str | None = None


def restrict(query: Select[*tuple[Any, ...]], wanted: MatchQuery) -> Select[*tuple[Any, ...]]:
    """Add the conditions to a query on matches."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.dataset_id is not None:
        conditions.append(MatchRow.dataset_id == wanted.dataset_id)
    if wanted.judge_ids:
        conditions.append(MatchRow.judge_id.in_(wanted.judge_ids))
    if wanted.kind is not None:
        people = select(JudgeRow.id).where(JudgeRow.kind == "human")
        by_people = MatchRow.judge_id.in_(people)
        conditions.append(by_people if wanted.kind == "people" else ~by_people)
    for name in wanted.contestants:
        contestant = select(ContestantRow.id).where(ContestantRow.name == name).scalar_subquery()
        conditions.append(or_(MatchRow.contestant_a_id == contestant, MatchRow.contestant_b_id == contestant))
    if wanted.tags:
        tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(wanted.tags))
        conditions.append(MatchRow.prompt_id.in_(tagged))
    if wanted.outcome is not None:
        conditions.append(_OUTCOMES[wanted.outcome])
    if wanted.reason is not None:
        conditions.append(MatchRow.reason == wanted.reason)
    if wanted.disagrees_with_people is not None:
        conditions.append(_disagreement(disagrees=wanted.disagrees_with_people))
    if wanted.text:
        conditions.append(_contains(wanted.text))
    return query.where(*conditions)


def _said(verdict: str) -> ColumnElement[bool]:
    return or_(MatchRow.verdict_ab == verdict, MatchRow.verdict_ba == verdict)


_FLIP = and_(MatchRow.n_orders == 2, MatchRow.verdict_ab != MatchRow.verdict_ba)
_CONSISTENT = or_(MatchRow.n_orders == 1, MatchRow.verdict_ab == MatchRow.verdict_ba)
_OUTCOMES: dict[str, ColumnElement[bool]] = {
    "decided": and_(MatchRow.state == "scored", _CONSISTENT, or_(_said("a"), _said("b"))),
    "tie": and_(MatchRow.state == "scored", _CONSISTENT, _said("tie")),
    "both_bad": and_(MatchRow.state == "scored", _said("both_bad")),
    "flip": and_(MatchRow.state == "scored", _FLIP),
    "unscored": MatchRow.state == "unscored",
}


def _lean(verdict_column: Any) -> Any:
    return case((verdict_column == "a", 1), (verdict_column == "b", -1), else_=0)


def _sign(number: Any) -> Any:
    return case((number > 0, 1), (number < 0, -1), else_=0)


def _disagreement(*, disagrees: bool) -> ColumnElement[bool]:
    """Keep AI matches on pairs whose votes lean elsewhere (or, if not `disagrees`, the same way)."""
    vote = aliased(MatchRow)
    people = select(JudgeRow.id).where(JudgeRow.kind == "human")
    leaning = (
        select(
            vote.response_a_id.label("a"),
            vote.response_b_id.label("b"),
            _sign(func.sum(_lean(vote.verdict_ab) + _lean(vote.verdict_ba))).label("lean"),
        )
        .where(vote.judge_id.in_(people), vote.state == "scored")
        .group_by(vote.response_a_id, vote.response_b_id)
        .subquery()
    )
    own = _sign(_lean(MatchRow.verdict_ab) + _lean(MatchRow.verdict_ba))
    same_pair = and_(leaning.c.a == MatchRow.response_a_id, leaning.c.b == MatchRow.response_b_id)
    differs = leaning.c.lean != own if disagrees else leaning.c.lean == own
    return and_(
        MatchRow.judge_id.not_in(people),
        MatchRow.state == "scored",
        exists(select(leaning.c.a).where(same_pair, differs)),
    )


def _contains(text: str) -> ColumnElement[bool]:
    """Keep matches with the text in the prompt or a response, whatever its case (ASCII)."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    prompts = select(PromptRow.id).where(cast(PromptRow.messages, BYTE_TEXT).ilike(pattern, escape="\\"))
    responses = select(ResponseRow.id).where(cast(ResponseRow.turns, BYTE_TEXT).ilike(pattern, escape="\\"))
    return or_(
        MatchRow.prompt_id.in_(prompts),
        MatchRow.response_a_id.in_(responses),
        MatchRow.response_b_id.in_(responses),
    )
