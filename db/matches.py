"""Making matches of judgments: two decided orders of one pair, judge and repetition are one match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, aliased

from db.tables import JudgmentRow, MatchRow, PromptRow, ResponseRow, utc_now

BATCH = 400
"""Ids in one query: under every database's limit of parameters."""


def build_matches(session: Session, judgment_ids: Sequence[int]) -> int:
    """Make the matches whose second order has just been decided; return how many are new.

    Needs both orders stored and decided; a pair with one order still planned waits for it.
    """
    n_new = 0
    for start in range(0, len(judgment_ids), BATCH):
        n_new += _build_batch(session, judgment_ids[start : start + BATCH])
    return n_new


def _build_batch(session: Session, judgment_ids: Sequence[int]) -> int:
    pairs = _find_decided_pairs(session, judgment_ids)
    if not pairs:
        return 0
    match_ids = session.scalars(
        insert(MatchRow).returning(MatchRow.id, sort_by_parameter_order=True),
        [pair.columns() for pair in pairs],
    ).all()
    session.execute(
        update(JudgmentRow),
        [
            {"id": judgment_id, "match_id": match_id}
            for match_id, pair in zip(match_ids, pairs, strict=True)
            for judgment_id in (pair.ab.id, pair.ba.id)
        ],
    )
    return len(match_ids)


@dataclass(frozen=True)
class _Decided:
    """One decided order of a pair."""

    id: int
    response_id: int
    """The response that was shown first."""
    contestant_id: int
    verdict: str | None
    state: str
    reason: str | None


@dataclass(frozen=True)
class _DecidedPair:
    """Two decided orders of one pair: `ab` showed a first, `ba` showed b first."""

    ab: _Decided
    ba: _Decided
    dataset_id: int
    prompt_id: int
    judge_id: int
    run_id: int | None
    repetition: int

    def columns(self) -> dict[str, Any]:
        scored = self.ab.state == self.ba.state == "scored"
        return {
            "dataset_id": self.dataset_id,
            "prompt_id": self.prompt_id,
            "contestant_a_id": self.ab.contestant_id,
            "contestant_b_id": self.ba.contestant_id,
            "response_a_id": self.ab.response_id,
            "response_b_id": self.ba.response_id,
            "judge_id": self.judge_id,
            "run_id": self.run_id,
            "repetition": self.repetition,
            "n_orders": 2,
            "verdict_ab": self.ab.verdict,
            "verdict_ba": self.ba.verdict,
            "state": "scored" if scored else "unscored",
            "reason": None if scored else self.ab.reason or self.ba.reason,
            "created_at": utc_now(),
        }


def _decided_pairs() -> Executable:
    """Make the query once: in a run it is asked several times a second, and making it takes longer."""
    this, other = aliased(JudgmentRow), aliased(JudgmentRow)
    first, second = aliased(ResponseRow), aliased(ResponseRow)
    decided = ("scored", "unscored")
    return (
        select(
            this.id, this.response_first_id, first.contestant_id, this.verdict, this.state, this.reason,
            other.id, other.response_first_id, second.contestant_id, other.verdict, other.state, other.reason,
            PromptRow.dataset_id, this.prompt_id, this.judge_id, this.run_id, other.run_id, this.repetition,
            this.shown_order,
        )
        .join(
            other,
            (other.response_first_id == this.response_second_id)
            & (other.response_second_id == this.response_first_id)
            & (other.judge_id == this.judge_id)
            & (other.repetition == this.repetition),
        )
        .join(first, first.id == this.response_first_id)
        .join(second, second.id == this.response_second_id)
        .join(PromptRow, PromptRow.id == this.prompt_id)
        .where(
            this.id.in_(bindparam("ids", expanding=True)),
            this.match_id.is_(None),
            this.state.in_(decided),
            other.state.in_(decided),
            first.contestant_id != second.contestant_id,
        )
    )  # fmt: skip


DECIDED_PAIRS: Final = _decided_pairs()


def _find_decided_pairs(session: Session, judgment_ids: Sequence[int]) -> list[_DecidedPair]:
    session.flush()
    pairs: dict[int, _DecidedPair] = {}
    for row in session.execute(DECIDED_PAIRS, {"ids": list(judgment_ids)}):
        this, other = _Decided(*row[:6]), _Decided(*row[6:12])
        dataset_id, prompt_id, judge_id, run_id, other_run_id, repetition, shown_order = row[12:]
        ab, ba = (this, other) if shown_order == "ab" else (other, this)
        run_of_ab = run_id if shown_order == "ab" else other_run_id
        pairs[ab.id] = _DecidedPair(ab, ba, dataset_id, prompt_id, judge_id, run_of_ab, repetition)
    return list(pairs.values())


def find_unmatched(session: Session, run_id: int) -> list[int]:
    """Return the run's decided judgments of pairs without a match.

    Two workers that decide the two orders of a pair at the same instant each see the other's as undecided.
    """
    query = select(JudgmentRow.id).where(
        JudgmentRow.run_id == run_id,
        JudgmentRow.match_id.is_(None),
        JudgmentRow.response_second_id.is_not(None),
        JudgmentRow.state.in_(("scored", "unscored")),
    )
    return list(session.scalars(query))


def drop_matches(session: Session, judgment_ids: Sequence[int]) -> None:
    """Remove the matches that these judgments made, because they are about to be judged again."""
    for start in range(0, len(judgment_ids), BATCH):
        made = select(JudgmentRow.match_id).where(
            JudgmentRow.id.in_(judgment_ids[start : start + BATCH]), JudgmentRow.match_id.is_not(None)
        )
        session.execute(delete(MatchRow).where(MatchRow.id.in_(made)))
