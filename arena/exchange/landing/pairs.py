"""Landing recorded judgments of pairs: each becomes a judgment, both orders of one pair one match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arena.exchange.errors import RowError
from arena.exchange.landing.ledger import Fate, Ledger
from arena.exchange.landing.responses import ResponseSlot
from arena.exchange.records import Decision, PairItem, Shown
from arena.exchange.report import Kind
from db.landing import Landing

PICK_RULE = "imported"
NO_REASONS: list[str] = []


@dataclass(slots=True)
class MatchSlot:
    """A match that is in the database, or will be when the batch is flushed."""

    id: int
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    reason: str | None
    is_new: bool
    is_changed: bool = False
    row: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WantedPair:
    item: PairItem
    first: ResponseSlot
    second: ResponseSlot
    judge_id: int


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A judgment of a pair that is there already, in one shown order."""

    repetition: int
    verdict: str | None
    reason: str | None


_Key = tuple[int, int, int]


class PairLander:
    """Tells a judgment that is there from a new one, and completes matches whose second order arrives."""

    def __init__(self, landing: Landing, ledger: Ledger) -> None:
        self._landing = landing
        self._judgment_tally = ledger.tally(Kind.JUDGMENTS)
        self._match_tally = ledger.tally(Kind.MATCHES)
        self._vote_tally = ledger.tally(Kind.VOTES)
        self._recorded: dict[_Key, list[_Recorded]] = {}
        self._matches: dict[_Key, dict[int, MatchSlot]] = {}
        self._judgments: list[dict[str, Any]] = []
        self._judged: list[WantedPair] = []
        self._touched: list[MatchSlot] = []

    def land(self, wanted: Sequence[WantedPair]) -> list[RowError | None]:
        """Return, in order, None for a pair that landed or was there, else why it cannot land."""
        self._load(wanted)
        found: list[RowError | None] = []
        for pair in wanted:
            try:
                self._judge(pair)
            except RowError as error:
                found.append(error)
            else:
                found.append(None)
        self._flush()
        return found

    def _load(self, wanted: Sequence[WantedPair]) -> None:
        self._recorded, self._matches = {}, {}
        self._judgments, self._judged, self._touched = [], [], []
        old = {(p.first.id, p.second.id): None for p in wanted if not p.first.is_new and not p.second.is_new}
        if not old:
            return
        both = {**old, **{(second, first): None for first, second in old}}
        for judgment in self._landing.find_pair_judgments(list(both)):
            assert judgment.response_second_id is not None
            key = (judgment.response_first_id, judgment.response_second_id, judgment.judge_id)
            told = _Recorded(judgment.repetition, judgment.verdict, judgment.reason)
            self._recorded.setdefault(key, []).append(told)
        for match in self._landing.find_matches(list(both)):
            pair = (match.response_a_id, match.response_b_id, match.judge_id)
            self._matches.setdefault(pair, {})[match.repetition] = MatchSlot(
                match.id, match.n_orders, match.verdict_ab, match.verdict_ba, match.reason, is_new=False
            )

    def _judge(self, pair: WantedPair) -> None:
        first, second = pair.first, pair.second
        if first.contestant_id == second.contestant_id:
            raise RowError("both sides are the same contestant; a match needs two")
        if first.prompt_id != second.prompt_id:
            raise RowError("the two responses answer different prompts")
        shown_order = "ab" if first.contestant_id < second.contestant_id else "ba"
        verdict = stored_verdict(pair.item.decision, shown_order)
        reason = pair.item.decision.reason
        key = (first.id, second.id, pair.judge_id)
        history = self._recorded.setdefault(key, [])
        same = [told for told in history if (told.verdict, told.reason) == (verdict, reason)]
        if pair.item.repetition is not None:
            same = [told for told in history if told.repetition == pair.item.repetition]
            if same and (same[0].verdict, same[0].reason) != (verdict, reason):
                raise RowError(
                    f"repetition {pair.item.repetition} of this judgment is there with another verdict"
                )
        a, b = (first, second) if shown_order == "ab" else (second, first)
        matches = self._matches.setdefault((a.id, b.id, pair.judge_id), {})
        if same:
            self._count_duplicate(pair, matches.get(same[0].repetition))
            return
        repetition = pair.item.repetition
        if repetition is None:
            repetition = self._next_repetition(pair, history, matches)
        history.append(_Recorded(repetition, verdict, reason))
        match = self._match(pair, a, b, repetition, matches)
        _add_order(match, shown_order, verdict, reason)
        self._add_judgment(pair, match, shown_order, repetition, verdict)

    def _next_repetition(
        self, pair: WantedPair, history: Sequence[_Recorded], matches: dict[int, MatchSlot]
    ) -> int:
        """Return the next of this shown order; a person's votes are a match each, whatever the order."""
        if pair.item.judge.kind == "human":
            return max(matches, default=-1) + 1
        return max((told.repetition for told in history), default=-1) + 1

    def _match(
        self,
        pair: WantedPair,
        a: ResponseSlot,
        b: ResponseSlot,
        repetition: int,
        matches: dict[int, MatchSlot],
    ) -> MatchSlot:
        match = matches.get(repetition)
        if match is not None and match.n_orders == 1 and pair.item.judge.kind != "human":
            match.n_orders = 2
            match.is_changed = True
        else:
            if match is not None:
                raise RowError(f"repetition {repetition} of this match is there already")
            match = matches[repetition] = MatchSlot(-1, 1, None, None, None, is_new=True)
            match.row = {
                "dataset_id": self._landing.dataset_id, "prompt_id": a.prompt_id,
                "contestant_a_id": a.contestant_id, "contestant_b_id": b.contestant_id,
                "response_a_id": a.id, "response_b_id": b.id, "judge_id": pair.judge_id,
                "repetition": repetition, "created_at": self._landing.now,
            }  # fmt: skip
            self._touched.append(match)
            return match
        if not match.is_new:
            self._touched.append(match)
        return match

    def _count_duplicate(self, pair: WantedPair, match: MatchSlot | None) -> None:
        self._judgment_tally.count(Fate.DUPLICATE)
        if pair.item.judge.kind == "human":
            self._vote_tally.count(Fate.DUPLICATE)
        if match is not None and not match.is_new:
            self._match_tally.count_mention(match.id, Fate.DUPLICATE)

    def _add_judgment(
        self, pair: WantedPair, match: MatchSlot, shown_order: str, repetition: int, verdict: str | None
    ) -> None:
        item = pair.item
        self._judgments.append({
            "judge_id": pair.judge_id, "prompt_id": pair.first.prompt_id,
            "response_first_id": pair.first.id, "response_second_id": pair.second.id,
            "shown_order": shown_order, "repetition": repetition, "match_id": match,
            "state": "unscored" if verdict is None else "scored", "verdict": verdict,
            "reason": item.decision.reason, "detail": item.decision.detail, "reasoning": item.reasoning,
            "raw_text": item.raw_text, "probability": item.probability, "is_cached": False,
            "created_at": self._landing.now, "finished_at": self._landing.now,
        })  # fmt: skip
        self._judged.append(pair)

    def _flush(self) -> None:
        fresh = [match for match in self._touched if match.is_new]
        match_ids = self._landing.reserve_ids("match", len(fresh))
        for match, row_id in zip(fresh, match_ids, strict=True):
            match.id = row_id
        self._landing.add_matches([_match_row(match) for match in fresh])
        changed = [match for match in self._touched if not match.is_new]
        self._landing.complete_matches([{"id": match.id, **_match_state(match)} for match in changed])
        self._match_tally.count_added(match_ids)
        for match in changed:
            self._match_tally.count_mention(match.id, Fate.COMPLETED)
        ids = self._landing.reserve_ids("judgment", len(self._judgments))
        for row, row_id in zip(self._judgments, ids, strict=True):
            row["id"], row["match_id"] = row_id, row["match_id"].id
        self._landing.add_judgments(self._judgments)
        self._judgment_tally.count(Fate.NEW, len(self._judgments))
        self._flush_grades(ids)
        votes: list[dict[str, Any]] = [
            {
                "judgment_id": row_id,
                "pick_rule": PICK_RULE,
                "reasons": NO_REASONS,
                "comment": pair.item.comment,
            }
            for pair, row_id in zip(self._judged, ids, strict=True)
            if pair.item.judge.kind == "human"
        ]
        self._landing.add_votes(votes)
        self._vote_tally.count(Fate.NEW, len(votes))

    def _flush_grades(self, judgment_ids: Sequence[int]) -> None:
        grades = []
        for pair, judgment_id in zip(self._judged, judgment_ids, strict=True):
            if pair.item.scores is not None:
                for slot, score in zip((pair.first, pair.second), pair.item.scores, strict=True):
                    grades.append(
                        {
                            "judgment_id": judgment_id,
                            "response_id": slot.id,
                            "criterion": "score",
                            "score": score,
                        }
                    )
        self._landing.add_grades(grades)


def stored_verdict(decision: Decision, shown_order: str) -> str | None:
    """Turn a verdict about the shown sides into one about the stored pair; None where there is none."""
    if decision.shown is None:
        return None
    if decision.shown in (Shown.TIE, Shown.BOTH_BAD):
        return decision.shown.value
    return "a" if (decision.shown is Shown.FIRST) == (shown_order == "ab") else "b"


def _add_order(match: MatchSlot, shown_order: str, verdict: str | None, reason: str | None) -> None:
    if shown_order == "ab":
        match.verdict_ab = verdict
    else:
        match.verdict_ba = verdict
    match.reason = match.reason or reason


def _match_state(match: MatchSlot) -> dict[str, Any]:
    return {
        "n_orders": match.n_orders, "verdict_ab": match.verdict_ab, "verdict_ba": match.verdict_ba,
        "state": "scored" if match.reason is None else "unscored", "reason": match.reason,
    }  # fmt: skip


def _match_row(match: MatchSlot) -> dict[str, Any]:
    assert match.row is not None
    return {"id": match.id, **match.row, **_match_state(match)}
