"""Finding or adding the responses of a batch: by contestant and text, by sample, or by the source's id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arena.exchange.errors import RowError
from arena.exchange.landing.contestants import ContestantLander
from arena.exchange.landing.ledger import Fate, Ledger
from arena.exchange.landing.prompts import PromptSlot
from arena.exchange.records import AnswerRef, ResponseItem, Side
from arena.exchange.report import Kind
from arena.style_features import get_style_features
from db.landing import Landing
from db.landing_records import StoredResponse


@dataclass(slots=True)
class ResponseSlot:
    """A response that is in the database, or will be when the batch is flushed."""

    id: int
    prompt_id: int
    contestant_id: int
    sample_index: int
    text_hash: str | None
    source_key: str | None
    is_new: bool
    gained: bool = False
    is_counted: bool = False
    item: ResponseItem | None = None


@dataclass(frozen=True, slots=True)
class WantedResponse:
    """A response that a row is (`is_row`) or mentions; its prompt is None where only an id names it."""

    side: Side
    prompt: PromptSlot | None
    is_row: bool


class ResponseLander:
    """Resolves a batch of responses to ids. A new text of a contestant on a prompt is its next sample."""

    def __init__(self, landing: Landing, ledger: Ledger, contestants: ContestantLander) -> None:
        self._landing = landing
        self._tally = ledger.tally(Kind.RESPONSES)
        self._contestants = contestants
        self._aliases: dict[str, int] = {}
        self._samples: dict[tuple[int, int], list[ResponseSlot]] = {}
        self._by_key: dict[str, ResponseSlot] = {}
        self._fresh: list[ResponseSlot] = []
        self._changed: list[ResponseSlot] = []

    def land(self, wanted: Sequence[WantedResponse], source: str) -> list[ResponseSlot | RowError]:
        """Return, in order, each response's slot, or why there is none. `source` goes on new rows."""
        self._load(wanted)
        found: list[ResponseSlot | RowError] = []
        for response in wanted:
            if isinstance(response.side, AnswerRef):
                found.append(self._by_key.get(response.side.source_key) or _unknown(response.side))
            else:
                assert response.prompt is not None
                found.append(self._resolve(response.side, response.prompt))
        self._flush(source)
        for response, slot in zip(wanted, found, strict=True):
            if isinstance(slot, ResponseSlot):
                self._count(response, slot)
        return found

    def _load(self, wanted: Sequence[WantedResponse]) -> None:
        self._samples, self._fresh, self._changed = {}, [], []
        slots: dict[int, ResponseSlot] = {}
        prompts = {r.prompt.id: None for r in wanted if r.prompt is not None and not r.prompt.is_new}
        for stored in self._landing.find_responses(list(prompts)):
            slot = slots[stored.id] = _loaded(stored)
            self._samples.setdefault((slot.prompt_id, slot.contestant_id), []).append(slot)
        for samples in self._samples.values():
            samples.sort(key=lambda slot: slot.sample_index)
        keys = {r.side.source_key: None for r in wanted if isinstance(r.side, AnswerRef)}
        self._by_key = {}
        for key, stored in self._landing.find_responses_by_source_key(list(keys)).items():
            self._by_key[key] = slots.get(stored.id) or _loaded(stored)
        if self._aliases:
            self._load_aliases(list(keys))

    def _load_aliases(self, keys: Sequence[str]) -> None:
        wanted = {self._aliases[key]: key for key in keys if key not in self._by_key and key in self._aliases}
        for stored in self._landing.find_responses_by_id(list(wanted)):
            self._by_key[wanted[stored.id]] = _loaded(stored)

    def _resolve(self, item: ResponseItem, prompt: PromptSlot) -> ResponseSlot:
        contestant_id = self._contestants.land(item.contestant, item.version)
        samples = self._samples.setdefault((prompt.id, contestant_id), [])
        if item.turns is None:
            slot = _by_sample(samples, item.sample)
            return slot or self._new(item, prompt.id, contestant_id, samples, item.sample or 0)
        text_hash = item.text_hash
        same = [slot for slot in samples if slot.text_hash == text_hash]
        if item.sample is not None:
            exact = _by_sample(samples, item.sample)
            if exact is None:
                return self._new(item, prompt.id, contestant_id, samples, item.sample)
            same = [exact] if exact.text_hash == text_hash else same
        if same:
            return same[0]
        for slot in samples:
            if slot.text_hash is None and item.sample in (None, slot.sample_index):
                self._complete(slot, item, text_hash)
                return slot
        sample_index = samples[-1].sample_index + 1 if samples else 0
        return self._new(item, prompt.id, contestant_id, samples, sample_index)

    def _new(
        self,
        item: ResponseItem,
        prompt_id: int,
        contestant_id: int,
        samples: list[ResponseSlot],
        sample_index: int,
    ) -> ResponseSlot:
        slot = ResponseSlot(-1, prompt_id, contestant_id, sample_index, item.text_hash, item.source_key,
                            is_new=True, item=item)  # fmt: skip
        samples.append(slot)
        if len(samples) > 1:
            samples.sort(key=lambda slot: slot.sample_index)
        self._fresh.append(slot)
        return slot

    def _complete(self, slot: ResponseSlot, item: ResponseItem, text_hash: str | None) -> None:
        slot.text_hash, slot.source_key, slot.item = text_hash, item.source_key, item
        if not slot.is_new:
            slot.gained = True
            self._changed.append(slot)

    def _flush(self, source: str) -> None:
        ids = self._landing.reserve_ids("response", len(self._fresh))
        for slot, row_id in zip(self._fresh, ids, strict=True):
            slot.id = row_id
        self._tally.count_added(ids)
        self._landing.add_responses([self._row(s, source) for s in self._fresh if s.text_hash is not None])
        self._landing.add_responses([self._bare_row(s, source) for s in self._fresh if s.text_hash is None])
        self._landing.complete_responses([{"id": slot.id, **_content(slot)} for slot in self._changed])

    def _bare_row(self, slot: ResponseSlot, source: str) -> dict[str, Any]:
        assert slot.item is not None
        return {
            "id": slot.id, "prompt_id": slot.prompt_id, "contestant_id": slot.contestant_id,
            "sample_index": slot.sample_index, "state": "ready", "source": source,
            "source_key": slot.item.source_key, "created_at": self._landing.now,
        }  # fmt: skip

    def _row(self, slot: ResponseSlot, source: str) -> dict[str, Any]:
        return {**self._bare_row(slot, source), **_content(slot)}

    def _count(self, response: WantedResponse, slot: ResponseSlot) -> None:
        self._remember_alias(response.side, slot)
        is_first, slot.is_counted = not slot.is_counted, True
        if slot.is_new and is_first:
            return
        fate = Fate.COMPLETED if slot.gained and is_first else Fate.DUPLICATE
        if response.is_row:
            self._tally.count_row(slot.id, fate)
        else:
            self._tally.count_mention(slot.id, fate)

    def _remember_alias(self, side: Side, slot: ResponseSlot) -> None:
        """Keep a second id of the same response, so that reviews in this import can refer to it."""
        if isinstance(side, ResponseItem) and side.source_key not in (None, slot.source_key):
            assert side.source_key is not None
            self._aliases[side.source_key] = slot.id


def _loaded(stored: StoredResponse) -> ResponseSlot:
    return ResponseSlot(stored.id, stored.prompt_id, stored.contestant_id, stored.sample_index,
                        stored.text_hash, stored.source_key, is_new=False)  # fmt: skip


def _by_sample(samples: Sequence[ResponseSlot], sample: int | None) -> ResponseSlot | None:
    if sample is None:
        return samples[0] if samples else None
    return next((slot for slot in samples if slot.sample_index == sample), None)


def _content(slot: ResponseSlot) -> dict[str, Any]:
    item = slot.item
    assert item is not None
    assert item.turns is not None
    return {
        "turns": list(item.turns), "text_hash": slot.text_hash, "source_key": item.source_key,
        "finish_reason": item.finish_reason, "n_tokens_in": item.n_tokens_in,
        "n_tokens_out": item.n_tokens_out, "latency_s": item.latency_s, "cost_usd": item.cost_usd,
        **vars(get_style_features(item.turns)),
    }  # fmt: skip


def _unknown(side: AnswerRef) -> RowError:
    return RowError(
        f"response '{side.source_key}' is unknown in this dataset; import the file of responses that"
        " holds it, before this file or together with it"
    )
