"""Matches for review: finding them, and one whole with both orders, as the judge saw it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from arena.judges import find_judge, label_judges
from arena.run.subjects import to_subject
from arena.store import in_words
from db import Database, Session, datasets, judges, match_detail, match_list
from db.judges import StoredJudge
from db.match_detail import StoredMatch, StoredOrder, StoredVote
from db.match_filter import MatchQuery, Outcome
from db.match_list import ListedMatch
from db.results import PromptText
from db.runs import PlannedJudgment
from judge import JudgeSpec
from judge.render import request_for

__all__ = [
    "MatchDetail",
    "MatchFilter",
    "MatchPage",
    "MatchRow",
    "Neighbours",
    "Outcome",
    "get_match",
    "get_neighbours",
    "list_matches",
]

PAGE_SIZE = 50


@dataclass(frozen=True)
class MatchFilter:
    """Which matches to show; None or empty: any.

    Parameters
    ----------
    kind : {"ai", "people"} or None
        Whose matches; built-in and recorded judges count as `ai`.
    contestants : tuple of str
        Matches in which each of these takes part.
    outcome : {"decided", "tie", "both_bad", "flip", "unscored"} or None
    text : str or None
        Part of the prompt or of a response.
    """

    dataset: str | None = None
    judges: tuple[str, ...] = ()
    kind: str | None = None
    contestants: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcome: Outcome | None = None
    reason: str | None = None
    disagrees_with_people: bool | None = None
    text: str | None = None


@dataclass(frozen=True)
class PeopleCount:
    verdict: str
    n: int


@dataclass(frozen=True)
class MatchRow:
    """One line of the list; `people` is what voters said of the same two responses."""

    id: int
    dataset: str
    prompt_preview: str
    contestant_a: str
    contestant_b: str
    judge: str
    judge_kind: str
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    state: str
    reason: str | None
    is_flip: bool
    people: tuple[PeopleCount, ...]
    created_at: datetime


@dataclass(frozen=True)
class MatchPage:
    """One page, newest first; `page` counts from 1."""

    rows: tuple[MatchRow, ...]
    n_total: int
    page: int
    n_pages: int


@dataclass(frozen=True)
class Neighbours:
    """Where a match stands in its filter: `position` counts from 1, newest first."""

    previous_id: int | None
    next_id: int | None
    position: int
    n_total: int


@dataclass(frozen=True)
class OrderView:
    """One judgment of the match.

    `prompt_as_sent` is (role, content) each, rendered anew and proven by the call's key to be what was sent;
    None where there is no call to prove it with.
    """

    stored: StoredOrder
    prompt_as_sent: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class MatchDetail:
    """A match whole: texts, both orders, what people said. Texts are None where the source gave none."""

    row: MatchRow
    is_invented: bool
    prompt_key: str
    prompt_kind: str
    messages: tuple[tuple[str, str], ...] | None
    references: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...]
    turns_a: tuple[str, ...] | None
    turns_b: tuple[str, ...] | None
    judge_version: str
    judge_mode: str
    rubric: str | None
    run_id: int | None
    repetition: int
    orders: tuple[OrderView, ...]
    votes: tuple[StoredVote, ...]
    sentence: str


def list_matches(database: Database, wanted: MatchFilter, page: int = 1) -> MatchPage:
    """Return one page; a page beyond the last gives the last."""
    with in_words(), database.read() as session:
        query = _to_query(session, wanted)
        n_total = match_list.count_matches(session, query)
        n_pages = max(1, -(-n_total // PAGE_SIZE))
        page = min(max(page, 1), n_pages)
        ids = match_list.list_match_ids(session, query, (page - 1) * PAGE_SIZE, PAGE_SIZE)
        listed = match_list.load_listed(session, ids)
        rows = _rows(session, listed)
    return MatchPage(rows, n_total, page, n_pages)


def get_match(database: Database, match_id: int) -> MatchDetail:
    """Raise NotFoundError where there is no such match."""
    with in_words(), database.read() as session:
        stored = match_detail.get_stored_match(session, match_id)
        (row,) = _rows(session, [stored.listed])
        judge = judges.get_stored_judge(session, stored.listed.judge_id)
    with in_words(), database.write() as session:
        fence_key = judges.get_fence_key(session)
    orders = tuple(
        OrderView(order, _prompt_as_sent(stored, order, judge, fence_key)) for order in stored.orders
    )
    return MatchDetail(
        row=row,
        is_invented=stored.is_invented,
        prompt_key=stored.prompt_key,
        prompt_kind=stored.prompt_kind,
        messages=stored.messages,
        references=stored.references,
        tags=stored.tags,
        turns_a=stored.turns_a,
        turns_b=stored.turns_b,
        judge_version=judge.version,
        judge_mode=judge.mode,
        rubric=None if judge.spec is None else str(judge.spec["rubric"]["name"]),
        run_id=stored.run_id,
        repetition=stored.repetition,
        orders=orders,
        votes=stored.votes,
        sentence=_sentence(row),
    )


def get_neighbours(database: Database, wanted: MatchFilter, match_id: int) -> Neighbours:
    """Return what comes before and after a match in the list of this filter."""
    with in_words(), database.read() as session:
        query = _to_query(session, wanted)
        return Neighbours(
            previous_id=match_list.find_neighbour(session, query, match_id, newer=True),
            next_id=match_list.find_neighbour(session, query, match_id, newer=False),
            position=match_list.count_newer(session, query, match_id) + 1,
            n_total=match_list.count_matches(session, query),
        )


def _to_query(session: Session, wanted: MatchFilter) -> MatchQuery:
    dataset_id = None if wanted.dataset is None else datasets.get_dataset_id(session, wanted.dataset)
    stored = judges.list_stored_judges(session) if wanted.judges else []
    return MatchQuery(
        dataset_id=dataset_id,
        judge_ids=tuple(find_judge(stored, name, mode="pairwise").id for name in wanted.judges),
        kind=wanted.kind,
        contestants=wanted.contestants,
        tags=wanted.tags,
        outcome=wanted.outcome,
        reason=wanted.reason,
        disagrees_with_people=wanted.disagrees_with_people,
        text=wanted.text,
    )


def _rows(session: Session, listed: Sequence[ListedMatch]) -> tuple[MatchRow, ...]:
    labels = label_judges(judges.list_stored_judges(session))
    people = match_list.count_people_verdicts(
        session, [(match.response_a_id, match.response_b_id) for match in listed]
    )
    return tuple(
        MatchRow(
            id=match.id,
            dataset=match.dataset,
            prompt_preview=match.prompt_preview,
            contestant_a=match.contestant_a,
            contestant_b=match.contestant_b,
            judge=labels[match.judge_id],
            judge_kind=match.judge_kind,
            n_orders=match.n_orders,
            verdict_ab=match.verdict_ab,
            verdict_ba=match.verdict_ba,
            state=match.state,
            reason=match.reason,
            is_flip=match.state == "scored" and match.n_orders == 2 and match.verdict_ab != match.verdict_ba,
            people=tuple(
                PeopleCount(verdict, n)
                for verdict, n in sorted(people.get((match.response_a_id, match.response_b_id), {}).items())
            ),
            created_at=match.created_at,
        )
        for match in listed
    )


def _prompt_as_sent(
    match: StoredMatch, order: StoredOrder, judge: StoredJudge, fence_key: bytes
) -> tuple[tuple[str, str], ...] | None:
    texts = match.messages, match.turns_a, match.turns_b
    is_list = judge.mode == "listwise"  # the call showed more responses than this match holds
    if is_list or order.call_key is None or judge.spec is None or None in texts:
        return None
    first, second = match.listed.response_a_id, match.listed.response_b_id
    if order.shown_order == "ba":
        first, second = second, first
    planned = PlannedJudgment(
        order.id, match.listed.prompt_id, first, second, order.shown_order, order.repetition
    )
    prompt = PromptText(match.listed.prompt_id, match.messages or (), match.references)
    turns = {match.listed.response_a_id: match.turns_a or (), match.listed.response_b_id: match.turns_b or ()}
    subject = to_subject(planned, prompt, turns)
    spec = replace(JudgeSpec.from_json(json.dumps(judge.spec)), api_base=order.api_base)
    request = request_for(spec, subject.texts, subject.shown_order, order.repetition, fence_key)
    if request.key != order.call_key:
        return None
    return tuple((message.role, message.content) for message in request.messages)


def _sentence(row: MatchRow) -> str:
    """Say what the match came to."""
    if row.state == "unscored":
        return f"Unscored: {(row.reason or 'unknown').replace('_', ' ')}."
    verdict = row.verdict_ab or row.verdict_ba
    said = {
        "a": f"{row.contestant_a} is better",
        "b": f"{row.contestant_b} is better",
        "tie": "A tie",
        "both_bad": "Both are bad",
    }
    if row.n_orders == 1:
        return f"{said[verdict or 'tie']}, seen in one order."
    if row.is_flip:
        return "A flip: the verdict changed when the order was swapped."
    return f"{said[verdict or 'tie']}, consistent in both orders."
