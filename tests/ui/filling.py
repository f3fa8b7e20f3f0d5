"""Small databases for page tests, written row by row so that no other room has to work for them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from sqlalchemy.orm import Session

from arena.store import open_store
from db import Database, tables

Row = TypeVar("Row")
Verdicts = Callable[[int, int, int], tuple[str | None, str | None]]
"""From prompt index and the two contestants' indices to the verdicts with a first and with b first."""


@dataclass(frozen=True)
class Filled:
    """What was written: ids in the order in which they were given."""

    dataset_id: int
    prompt_ids: list[int]
    contestant_ids: list[int]
    response_ids: dict[tuple[int, int], int]
    """By (prompt index, contestant index)."""


def open_empty(url: str) -> Database:
    return open_store(url)


def fill(
    database: Database,
    *,
    dataset: str = "poems",
    contestants: Sequence[str] = ("alder", "birch", "cedar"),
    n_prompts: int = 12,
    text: Callable[[int, int], str] = lambda prompt, contestant: f"Answer {contestant} to {prompt}.",
    is_invented: bool = False,
) -> Filled:
    """Write a dataset with one response per prompt and contestant; even prompts are tagged `short`."""
    with database.write() as session:
        dataset_row = _add(session, tables.DatasetRow(name=dataset, is_invented=is_invented))
        people = [_add(session, tables.ContestantRow(name=name)) for name in contestants]
        prompts = []
        for index in range(n_prompts):
            messages = [{"role": "user", "content": f"Write about subject {index}."}]
            prompt = tables.PromptRow(
                dataset_id=dataset_row.id,
                key=str(index),
                messages=messages,
                text_hash=_hash(f"prompt {index}"),
            )
            prompts.append(_add(session, prompt))
            session.add(tables.PromptTagRow(prompt_id=prompt.id, tag="short" if index % 2 == 0 else "long"))
        responses = {
            (p, c): _add(session, _response(prompts[p].id, people[c].id, text(p, c))).id
            for p in range(n_prompts)
            for c in range(len(people))
        }
        return Filled(dataset_row.id, [p.id for p in prompts], [c.id for c in people], responses)


def judge(
    database: Database,
    filled: Filled,
    verdicts: Verdicts,
    *,
    name: str = "even-judge",
    kind: str = "recorded",
    reason: str = "refused",
) -> None:
    """Compare all pairs on all prompts in both orders; a verdict of None is unscored for `reason`."""
    with database.write() as session:
        judge_row = _add(
            session,
            tables.JudgeRow(kind=kind, name=name, version=_hash(name), mode="pairwise", model="maker/one"),
        )
        for p, prompt_id in enumerate(filled.prompt_ids):
            for a, b in combinations(range(len(filled.contestant_ids)), 2):
                ab, ba = verdicts(p, a, b)
                _write_match(session, filled, judge_row.id, (p, prompt_id), (a, b), (ab, ba), reason)


def vote(database: Database, filled: Filled, verdict: Callable[[int], str], *, voter: str = "Ada") -> None:
    """Let one person vote once on the first pair of every prompt, a shown first."""
    with database.write() as session:
        voter_row = _add(
            session,
            tables.JudgeRow(kind="human", name=voter, version=_hash(voter), mode="pairwise", model=None),
        )
        for p, prompt_id in enumerate(filled.prompt_ids):
            match = _add(
                session, _match(filled, voter_row.id, (p, prompt_id), (0, 1), (verdict(p), None), None, 1)
            )
            judgment = _judgment(
                filled, voter_row.id, (p, prompt_id), (0, 1), "ab", verdict(p), None, match.id
            )
            _add(session, judgment)
            session.add(
                tables.VoteRow(
                    judgment_id=judgment.id, pick_rule="uniform", reasons=["clear"], comment="good"
                )
            )


def leader(*order: int) -> Verdicts:
    """Say that the contestant earlier in `order` always wins, in both shown orders."""
    place = {contestant: index for index, contestant in enumerate(order)}
    return lambda prompt, a, b: ("a", "a") if place[a] < place[b] else ("b", "b")


def mixed(prompt: int, a: int, b: int) -> tuple[str | None, str | None]:
    """Mostly for the earlier contestant, with upsets, ties, flips and failures."""
    turn = (prompt * 7 + a * 3 + b) % 10
    if turn == 0:
        return ("a", "b")
    if turn == 1:
        return ("tie", "tie")
    if turn == 2:
        return ("b", "b")
    if turn == 3:
        return ("a", None)
    if turn == 4:
        return ("both_bad", "both_bad")
    return ("a", "a")


def _write_match(
    session: Session,
    filled: Filled,
    judge_id: int,
    prompt: tuple[int, int],
    pair: tuple[int, int],
    verdicts: tuple[str | None, str | None],
    reason: str,
) -> None:
    failed = reason if None in verdicts else None
    match = _add(session, _match(filled, judge_id, prompt, pair, verdicts, failed, 2))
    for order, verdict in zip(("ab", "ba"), verdicts, strict=True):
        why = reason if verdict is None else None
        session.add(_judgment(filled, judge_id, prompt, pair, order, verdict, why, match.id))


def _match(
    filled: Filled,
    judge_id: int,
    prompt: tuple[int, int],
    pair: tuple[int, int],
    verdicts: tuple[str | None, str | None],
    reason: str | None,
    n_orders: int,
) -> tables.MatchRow:
    p, prompt_id = prompt
    a, b = pair
    return tables.MatchRow(
        dataset_id=filled.dataset_id, prompt_id=prompt_id, judge_id=judge_id, n_orders=n_orders,
        contestant_a_id=filled.contestant_ids[a], contestant_b_id=filled.contestant_ids[b],
        response_a_id=filled.response_ids[p, a], response_b_id=filled.response_ids[p, b],
        verdict_ab=verdicts[0], verdict_ba=verdicts[1],
        state="unscored" if reason else "scored", reason=reason,
    )  # fmt: skip


def _judgment(
    filled: Filled,
    judge_id: int,
    prompt: tuple[int, int],
    pair: tuple[int, int],
    order: str,
    verdict: str | None,
    reason: str | None,
    match_id: int,
) -> tables.JudgmentRow:
    p, prompt_id = prompt
    first, second = pair if order == "ab" else pair[::-1]
    return tables.JudgmentRow(
        judge_id=judge_id, prompt_id=prompt_id, shown_order=order, match_id=match_id,
        response_first_id=filled.response_ids[p, first], response_second_id=filled.response_ids[p, second],
        state="unscored" if reason else "scored", verdict=verdict, reason=reason,
        reasoning=None if reason else "The first one keeps to the subject.",
        raw_text="I cannot judge this." if reason else "The first one keeps to the subject. [[A]]",
        n_tokens_in=120, n_tokens_out=40, cost_usd=0.0004, latency_s=1.2, attempts=1,
    )  # fmt: skip


def _response(prompt_id: int, contestant_id: int, text: str) -> tables.ResponseRow:
    return tables.ResponseRow(
        prompt_id=prompt_id, contestant_id=contestant_id, turns=[text], text_hash=_hash(text), source="test",
        n_chars=len(text), n_words=len(text.split()), n_headers=0, n_list_items=0, n_bold=0, n_code_blocks=0,
    )  # fmt: skip


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
