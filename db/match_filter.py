"""Which matches a reviewer wants, as SQL conditions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, cast, or_, select
from sqlalchemy.orm import aliased

from db.id_lists import select_ids
from db.tables import ContestantRow, JudgeRow, MatchRow, PromptRow, PromptTagRow, ResponseRow
from db.texts import BYTE_TEXT

Outcome = Literal["scored", "decided", "tie", "both_bad", "flip", "unscored"]


@dataclass(frozen=True)
class MatchQuery:
    """Which matches; None or empty: any. `kind` is `ai` or `people`.

    `disagrees_with_people` stands for the ids `among` which the matches are: who asks works them out.
    """

    dataset_id: int | None = None
    judge_ids: tuple[int, ...] = ()
    kind: str | None = None
    contestants: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcome: str | None = None
    reason: str | None = None
    disagrees_with_people: bool | None = None
    text: str | None = None
    among: tuple[int, ...] | None = field(default=None, compare=False)

    @property
    def is_costly(self) -> bool:
        """Whether answering needs more than the list's own index: it is asked once then, up to a cap."""
        return self.disagrees_with_people is not None or bool(self.text)

    @property
    def is_tallied(self) -> bool:
        """Whether the database's own tally of matches by dataset and judge answers how many there are."""
        narrower = self.contestants or self.tags or self.outcome or self.reason
        return not narrower and not self.is_costly


TEXT_WINDOW = 20_000
"""How many of the newest matches have their responses searched for a text; prompts are searched all."""


def restrict(query: Select[*tuple[Any, ...]], wanted: MatchQuery) -> Select[*tuple[Any, ...]]:
    """Add the conditions to a query on matches."""
    conditions = _conditions(wanted)
    if wanted.text:
        conditions.append(_contains(wanted.text, wanted.dataset_id, conditions))
    return query.where(*conditions)


def _conditions(wanted: MatchQuery) -> list[ColumnElement[bool]]:
    """Return all but the text's."""
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
        assert wanted.among is not None
        conditions.append(MatchRow.id.in_(select_ids(wanted.among)))
    return conditions


def _said(verdict: str) -> ColumnElement[bool]:
    return or_(MatchRow.verdict_ab == verdict, MatchRow.verdict_ba == verdict)


_FLIP = and_(MatchRow.n_orders == 2, MatchRow.verdict_ab != MatchRow.verdict_ba)
_CONSISTENT = or_(MatchRow.n_orders == 1, MatchRow.verdict_ab == MatchRow.verdict_ba)
_OUTCOMES: dict[str, ColumnElement[bool]] = {
    "scored": MatchRow.state == "scored",
    "decided": and_(MatchRow.state == "scored", _CONSISTENT, or_(_said("a"), _said("b"))),
    "tie": and_(MatchRow.state == "scored", _CONSISTENT, _said("tie")),
    "both_bad": and_(MatchRow.state == "scored", _said("both_bad")),
    "flip": and_(MatchRow.state == "scored", _FLIP),
    "unscored": MatchRow.state == "unscored",
}


def _contains(text: str, dataset_id: int | None, others: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Keep matches with the text in the prompt, or in a response of the newest that fit the other conditions.

    Letters of ASCII match in either case.
    """
    written = json.dumps(text, ensure_ascii=False)[1:-1]  # as it stands in stored JSON
    pattern = "%" + written.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

    def holds(column: Any) -> ColumnElement[bool]:
        return cast(column, BYTE_TEXT).ilike(pattern, escape="\\")

    prompts = select(PromptRow.id).where(holds(PromptRow.messages))
    if dataset_id is not None:
        prompts = prompts.where(PromptRow.dataset_id == dataset_id)
    newest = (
        select(MatchRow.id, MatchRow.response_a_id, MatchRow.response_b_id)
        .where(*others)
        .order_by(MatchRow.id.desc())
        .limit(TEXT_WINDOW)
        .subquery()
    )
    a, b = aliased(ResponseRow), aliased(ResponseRow)
    found = (
        select(newest.c.id)
        .join(a, a.id == newest.c.response_a_id)
        .join(b, b.id == newest.c.response_b_id)
        .where(or_(holds(a.turns), holds(b.turns)))
    )
    return or_(MatchRow.prompt_id.in_(prompts), MatchRow.id.in_(found))
