"""One batch of rows: its prompts, then responses, then judgments. A bad item never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arena.exchange.errors import RowError
from arena.exchange.landing.contestants import ContestantLander, JudgeLander
from arena.exchange.landing.ledger import Ledger
from arena.exchange.landing.lengths import too_long
from arena.exchange.landing.pairs import PairLander, WantedPair
from arena.exchange.landing.prompts import PromptLander, PromptSlot, WantedPrompt
from arena.exchange.landing.responses import ResponseLander, ResponseSlot, WantedResponse
from arena.exchange.landing.scores import ScoreLander, WantedScore
from arena.exchange.records import (
    AnswerItem,
    Item,
    PairItem,
    PromptItem,
    QuestionItem,
    ResponseItem,
    ScoreItem,
    Side,
)
from db.landing import Landing


@dataclass(frozen=True, slots=True)
class _Ready:
    """An item whose prompt is known, and where its responses stand in the batch."""

    item: Item
    responses: tuple[int, ...]


class BatchLander:
    """Lands batches of one import, in the order in which they come."""

    def __init__(self, landing: Landing) -> None:
        self.ledger = Ledger()
        self._prompts = PromptLander(landing, self.ledger)
        self._responses = ResponseLander(landing, self.ledger, ContestantLander(landing, self.ledger))
        self._judges = JudgeLander(landing, self.ledger)
        self._pairs = PairLander(landing, self.ledger)
        self._scores = ScoreLander(landing, self.ledger)

    def land(self, items: Sequence[Item], source: str, report_bad: Callable[[int, str], None]) -> None:
        """Land items in the order given; `report_bad` gets the line and the reason of what cannot land."""
        items = [item for item in items if _is_usable(item, report_bad)]
        prompts = self._land_prompts(items)
        wanted: list[WantedResponse] = []
        ready: list[_Ready] = []
        for item, prompt in zip(items, prompts, strict=True):
            if isinstance(prompt, RowError):
                report_bad(item.line, str(prompt))
            elif not isinstance(item, QuestionItem):
                first = len(wanted)
                wanted += [WantedResponse(s, prompt, isinstance(item, AnswerItem)) for s in _sides(item)]
                ready.append(_Ready(item, tuple(range(first, len(wanted)))))
        slots = self._responses.land(wanted, source)
        self._land_judgments(ready, slots, report_bad)

    def _land_prompts(self, items: Sequence[Item]) -> list[PromptSlot | RowError | None]:
        wanted = [
            WantedPrompt(item.prompt, isinstance(item, QuestionItem))
            for item in items
            if isinstance(item.prompt, PromptItem)
        ]
        found = iter(self._prompts.land(wanted))
        return [None if item.prompt is None else next(found) for item in items]

    def _land_judgments(
        self,
        ready: Sequence[_Ready],
        slots: Sequence[ResponseSlot | RowError],
        report_bad: Callable[[int, str], None],
    ) -> None:
        good: list[tuple[Item, list[ResponseSlot]]] = []
        for each in ready:
            own = [slots[index] for index in each.responses]
            errors = [slot for slot in own if isinstance(slot, RowError)]
            if errors:
                report_bad(each.item.line, str(errors[0]))
            else:
                good.append((each.item, [slot for slot in own if isinstance(slot, ResponseSlot)]))
        judges = self._judges.land(item.judge for item, _ in good if isinstance(item, PairItem | ScoreItem))
        pairs = [
            WantedPair(item, own[0], own[1], judges[item.judge])
            for item, own in good
            if isinstance(item, PairItem)
        ]
        scores = [
            WantedScore(item, own[0], judges[item.judge]) for item, own in good if isinstance(item, ScoreItem)
        ]
        for pair, error in zip(pairs, self._pairs.land(pairs), strict=True):
            if error is not None:
                report_bad(pair.item.line, str(error))
        self._scores.land(scores)


def _is_usable(item: Item, report_bad: Callable[[int, str], None]) -> bool:
    why = "both sides are the same contestant; a match needs two" if _is_alone(item) else too_long(item)
    if why is not None:
        report_bad(item.line, why)
    return why is None


def _is_alone(item: Item) -> bool:
    """Tell a pair of one contestant with itself, which must leave no prompt and response behind."""
    if not isinstance(item, PairItem):
        return False
    first, second = item.first, item.second
    if not isinstance(first, ResponseItem) or not isinstance(second, ResponseItem):
        return False
    return (first.contestant, first.version) == (second.contestant, second.version)


def _sides(item: Item) -> tuple[Side, ...]:
    if isinstance(item, PairItem):
        return (item.first, item.second)
    return () if isinstance(item, QuestionItem) else (item.response,)
