"""Landing recorded scores: the criteria of one response by one judge are grades of one judgment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from arena.exchange.landing.ledger import Fate, Ledger
from arena.exchange.landing.responses import ResponseSlot
from arena.exchange.records import ScoreItem
from arena.exchange.report import Kind
from db.landing import Landing


@dataclass(slots=True)
class JudgmentSlot:
    """A judgment of a single response that is in the database, or will be when the batch is flushed."""

    id: int
    repetition: int
    reason: str | None
    scores: dict[str, float | None] = field(default_factory=dict)
    row: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WantedScore:
    item: ScoreItem
    response: ResponseSlot
    judge_id: int


class ScoreLander:
    """Adds a criterion to the judgment that lacks it; another score of the same criterion is a repetition."""

    def __init__(self, landing: Landing, ledger: Ledger) -> None:
        self._landing = landing
        self._judgment_tally = ledger.tally(Kind.JUDGMENTS)
        self._score_tally = ledger.tally(Kind.SCORES)
        self._slots: dict[tuple[int, int], list[JudgmentSlot]] = {}
        self._fresh: list[JudgmentSlot] = []
        self._grades: list[dict[str, Any]] = []

    def land(self, wanted: Sequence[WantedScore]) -> None:
        self._load(wanted)
        for score in wanted:
            self._score(score)
        self._flush()

    def _load(self, wanted: Sequence[WantedScore]) -> None:
        self._slots, self._fresh, self._grades = {}, [], []
        old = {score.response.id: None for score in wanted if not score.response.is_new}
        judges = {score.judge_id for score in wanted}
        by_id: dict[int, JudgmentSlot] = {}
        for stored in self._landing.find_single_judgments(list(old)):
            if stored.judge_id in judges:
                slot = by_id[stored.id] = JudgmentSlot(stored.id, stored.repetition, stored.reason)
                self._slots.setdefault((stored.response_first_id, stored.judge_id), []).append(slot)
        for grade in self._landing.find_grades(list(by_id)):
            by_id[grade.judgment_id].scores[grade.criterion] = grade.score
        for slots in self._slots.values():
            slots.sort(key=lambda slot: slot.repetition)

    def _score(self, wanted: WantedScore) -> None:
        item = wanted.item
        slots = self._slots.setdefault((wanted.response.id, wanted.judge_id), [])
        if item.repetition is not None:
            usable = [slot for slot in slots if slot.repetition == item.repetition]
        else:
            usable = slots
        if any(_says_the_same(slot, item) for slot in usable):
            self._score_tally.count(Fate.DUPLICATE)
            return
        open_slots = [slot for slot in usable if slot.reason is None and item.criterion not in slot.scores]
        if item.score is not None and open_slots:
            slot = open_slots[0]
        else:
            slot = self._new(wanted, max((slot.repetition for slot in slots), default=-1) + 1)
            slots.append(slot)
        if item.score is not None:
            slot.scores[item.criterion] = item.score
            self._grades.append({
                "judgment_id": slot, "response_id": wanted.response.id, "criterion": item.criterion,
                "score": item.score, "reasoning": item.reasoning,
            })  # fmt: skip
        self._score_tally.count(Fate.NEW)

    def _new(self, wanted: WantedScore, next_repetition: int) -> JudgmentSlot:
        item = wanted.item
        is_free = item.repetition is not None and item.repetition >= next_repetition
        repetition = item.repetition if is_free and item.repetition is not None else next_repetition
        slot = JudgmentSlot(-1, repetition, item.reason)
        slot.row = {
            "judge_id": wanted.judge_id, "prompt_id": wanted.response.prompt_id,
            "response_first_id": wanted.response.id, "repetition": repetition,
            "state": "recorded_score" if item.reason is None else "unscored", "reason": item.reason,
            "detail": item.detail, "raw_text": item.reasoning if item.reason else None, "is_cached": False,
            "created_at": self._landing.now, "finished_at": self._landing.now,
        }  # fmt: skip
        self._fresh.append(slot)
        return slot

    def _flush(self) -> None:
        ids = self._landing.reserve_ids("judgment", len(self._fresh))
        rows = []
        for slot, row_id in zip(self._fresh, ids, strict=True):
            assert slot.row is not None
            slot.id = row_id
            rows.append({"id": row_id, **slot.row})
        self._landing.add_judgments(rows)
        self._judgment_tally.count(Fate.NEW, len(rows))
        for grade in self._grades:
            grade["judgment_id"] = grade["judgment_id"].id
        self._landing.add_grades(self._grades)


def _says_the_same(slot: JudgmentSlot, item: ScoreItem) -> bool:
    if item.score is None:
        return slot.reason == item.reason
    return slot.scores.get(item.criterion) == item.score
