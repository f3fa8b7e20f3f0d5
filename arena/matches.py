"""One match whole, with both orders, as the judge saw it; `arena.match_lists` finds matches."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from arena.match_lists import (
    MatchFilter,
    MatchPage,
    MatchRow,
    Neighbours,
    Outcome,
    PeopleCount,
    get_neighbours,
    list_matches,
    to_rows,
)
from arena.run.subjects import to_subject
from arena.store import in_words
from db import Database, judges, match_detail
from db.judges import StoredJudge
from db.match_detail import StoredMatch, StoredOrder, StoredReview, StoredVote
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
    "PeopleCount",
    "StoredReview",
    "get_match",
    "get_neighbours",
    "list_matches",
]


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
    review: StoredReview | None
    sentence: str

    @property
    def cost_usd(self) -> float | None:
        """What the judge's calls cost together; None where any of them is unknown."""
        costs = [order.stored.cost_usd for order in self.orders]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    @property
    def latency_s(self) -> float | None:
        """Seconds of the judge's calls together; None where any of them is unknown."""
        waits = [order.stored.latency_s for order in self.orders]
        return None if not waits or None in waits else sum(wait for wait in waits if wait is not None)


def get_match(database: Database, match_id: int) -> MatchDetail:
    """Raise NotFoundError where there is no such match."""
    with in_words(), database.read() as session:
        stored = match_detail.get_stored_match(session, match_id)
        (row,) = to_rows(session, [stored.listed])
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
        review=stored.review,
        sentence=_sentence(row),
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
