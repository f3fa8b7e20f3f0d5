"""Reading what an export needs in pages, so that a million matches never stand in memory at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from db.match_filter import MatchQuery, restrict
from db.tables import (
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
)

PAGE = 2_000
PROMPTS_A_PAGE = 200


@dataclass(frozen=True)
class ExportedPrompt:
    id: int
    key: str
    messages: list[dict[str, str]] | None
    kind: str
    dataset: str
    is_invented: bool
    tags: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ExportedResponse:
    """`turns` is None where the text is missing or the response failed."""

    id: int
    prompt_id: int
    contestant_id: int
    contestant: str
    sample_index: int
    turns: list[str] | None
    state: str
    reason: str | None
    finish_reason: str | None
    n_tokens_in: int | None
    n_tokens_out: int | None
    latency_s: float | None
    cost_usd: float | None


@dataclass(frozen=True)
class ExportedJudge:
    id: int
    name: str
    kind: str
    version: str


@dataclass(frozen=True)
class ExportedJudgment:
    """One shown order of a match. `verdict` is about the stored pair, `a` being the lower contestant."""

    match_id: int
    n_orders: int
    match_state: str
    prompt_id: int
    judge_id: int
    repetition: int
    response_first_id: int
    response_second_id: int
    contestant_a_id: int
    contestant_b_id: int
    sample_first: int
    sample_second: int
    shown_order: str
    verdict: str | None
    reason: str | None
    reasoning: str | None
    probability: float | None


@dataclass(frozen=True)
class ExportedMatch:
    """A match as far as preference pairs need it."""

    prompt_id: int
    judge_id: int
    response_a_id: int
    response_b_id: int
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    state: str


def load_judges(session: Session) -> dict[int, ExportedJudge]:
    rows = session.execute(select(JudgeRow.id, JudgeRow.name, JudgeRow.kind, JudgeRow.version))
    return {row.id: ExportedJudge(*row) for row in rows}


def has_invented(session: Session, dataset_id: int | None) -> bool:
    """Tell whether demo data are among what is exported: the dataset, or any where all are meant."""
    found = select(DatasetRow.id).where(DatasetRow.is_invented)
    if dataset_id is not None:
        found = found.where(DatasetRow.id == dataset_id)
    return session.scalar(found.limit(1)) is not None


def load_contestants(session: Session) -> dict[int, str]:
    """Return names by id."""
    return {row.id: row.name for row in session.execute(select(ContestantRow.id, ContestantRow.name))}


def iter_judgments(session: Session, query: MatchQuery) -> Iterator[list[ExportedJudgment]]:
    """Yield pages of the judgments of the wanted matches, both orders of a match on one page."""
    first, second = aliased(ResponseRow), aliased(ResponseRow)
    after = 0
    while True:
        page = restrict(select(MatchRow.id).where(MatchRow.id > after), query)
        ids = list(session.scalars(page.order_by(MatchRow.id).limit(PAGE)))
        if not ids:
            return
        after = ids[-1]
        orders: Select[*tuple[Any, ...]] = (
            select(
                MatchRow.id, MatchRow.n_orders, MatchRow.state, MatchRow.prompt_id, MatchRow.judge_id,
                MatchRow.repetition, JudgmentRow.response_first_id, JudgmentRow.response_second_id,
                MatchRow.contestant_a_id, MatchRow.contestant_b_id, first.sample_index, second.sample_index,
                JudgmentRow.shown_order, JudgmentRow.verdict, JudgmentRow.reason, JudgmentRow.reasoning,
                JudgmentRow.probability,
            )
            .join(JudgmentRow, JudgmentRow.match_id == MatchRow.id)
            .join(first, first.id == JudgmentRow.response_first_id)
            .join(second, second.id == JudgmentRow.response_second_id)
            .where(MatchRow.id.in_(ids))
            .order_by(MatchRow.id, JudgmentRow.shown_order)
        )  # fmt: skip
        rows: Iterable[Any] = session.execute(orders)
        yield [ExportedJudgment(*row) for row in rows]


def iter_matches_by_prompt(session: Session, query: MatchQuery) -> Iterator[list[ExportedMatch]]:
    """Yield pages of matches, all those of one prompt on one page."""
    after = 0
    while True:
        page = restrict(select(MatchRow.prompt_id).where(MatchRow.prompt_id > after), query).distinct()
        ids = list(session.scalars(page.order_by(MatchRow.prompt_id).limit(PROMPTS_A_PAGE)))
        if not ids:
            return
        after = ids[-1]
        wanted = select(
            MatchRow.prompt_id, MatchRow.judge_id, MatchRow.response_a_id, MatchRow.response_b_id,
            MatchRow.n_orders, MatchRow.verdict_ab, MatchRow.verdict_ba, MatchRow.state,
        ).where(MatchRow.prompt_id.in_(ids))  # fmt: skip
        rows = session.execute(restrict(wanted, query).order_by(MatchRow.prompt_id, MatchRow.id))
        yield [ExportedMatch(*row) for row in rows]


def iter_responses(session: Session, dataset_id: int | None) -> Iterator[list[ExportedResponse]]:
    """Yield pages of responses in the order in which they came."""
    after = 0
    while True:
        page = _responses().where(ResponseRow.id > after)
        if dataset_id is not None:
            page = page.where(PromptRow.dataset_id == dataset_id)
        rows = session.execute(page.order_by(ResponseRow.id).limit(PAGE)).all()
        if not rows:
            return
        after = rows[-1].id
        yield [ExportedResponse(*row) for row in rows]


def load_responses(session: Session, ids: Sequence[int]) -> dict[int, ExportedResponse]:
    found: dict[int, ExportedResponse] = {}
    for chunk in _chunks(ids):
        for row in session.execute(_responses().where(ResponseRow.id.in_(chunk))):
            found[row.id] = ExportedResponse(*row)
    return found


def load_prompts(session: Session, ids: Sequence[int]) -> dict[int, ExportedPrompt]:
    """Return prompts with their tags and references, in alphabetical order of the tags."""
    tags: dict[int, list[str]] = defaultdict(list)
    references: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    found: dict[int, ExportedPrompt] = {}
    for chunk in _chunks(ids):
        tagged = select(PromptTagRow.prompt_id, PromptTagRow.tag).where(PromptTagRow.prompt_id.in_(chunk))
        for prompt_id, tag in session.execute(tagged.order_by(PromptTagRow.tag)):
            tags[prompt_id].append(tag)
        referred = select(ReferenceRow.prompt_id, ReferenceRow.turns).where(ReferenceRow.prompt_id.in_(chunk))
        for prompt_id, turns in session.execute(referred.order_by(ReferenceRow.id)):
            references[prompt_id].append(tuple(turns))
        prompts = select(
            PromptRow.id, PromptRow.key, PromptRow.messages, PromptRow.kind, DatasetRow.name,
            DatasetRow.is_invented,
        ).join(DatasetRow)  # fmt: skip
        for row in session.execute(prompts.where(PromptRow.id.in_(chunk))):
            found[row.id] = ExportedPrompt(*row, tuple(tags[row.id]), tuple(references[row.id]))
    return found


def _responses() -> Any:
    return (
        select(
            ResponseRow.id, ResponseRow.prompt_id, ResponseRow.contestant_id,
            ContestantRow.name.label("contestant"), ResponseRow.sample_index, ResponseRow.turns,
            ResponseRow.state, ResponseRow.reason, ResponseRow.finish_reason, ResponseRow.n_tokens_in,
            ResponseRow.n_tokens_out, ResponseRow.latency_s, ResponseRow.cost_usd,
        )
        .join(ContestantRow)
        .join(PromptRow)
    )  # fmt: skip


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), PAGE):
        yield unique[start : start + PAGE]
