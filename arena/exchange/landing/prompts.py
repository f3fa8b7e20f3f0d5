"""Finding or adding the prompts of a batch: by the source's id, by text, or by a value that may be either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.exchange.errors import RowError
from arena.exchange.identity import hash_messages, hash_turns
from arena.exchange.landing.ledger import Fate, Ledger
from arena.exchange.records import PromptItem, as_messages
from arena.exchange.report import Kind
from db.landing import Landing

MAX_ID_CHARS: Final = 200


@dataclass(slots=True)
class PromptSlot:
    """A prompt that is in the database, or will be when the batch is flushed."""

    id: int
    key: str
    text_hash: str | None
    is_new: bool
    gained: bool = False
    is_counted: bool = False
    item: PromptItem | None = None
    tags: dict[str, None] | None = None
    references: dict[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class WantedPrompt:
    """A prompt that a row is (`is_row`) or mentions."""

    item: PromptItem
    is_row: bool


class PromptLander:
    """Resolves a batch of prompts to ids; texts, ids, tags and references that were missing are completed."""

    def __init__(self, landing: Landing, ledger: Ledger) -> None:
        self._landing = landing
        self._tally = ledger.tally(Kind.PROMPTS)
        self._by_key: dict[str, PromptSlot] = {}
        self._by_hash: dict[str, PromptSlot] = {}
        self._fresh: list[PromptSlot] = []
        self._changed: dict[int, PromptSlot] = {}
        self._tagged: dict[int, PromptSlot] = {}
        self._referred: dict[int, PromptSlot] = {}

    def land(self, wanted: Sequence[WantedPrompt]) -> list[PromptSlot | RowError]:
        """Return, in order, each prompt's slot, or why it cannot be used."""
        hashes = [_hash(prompt.item) for prompt in wanted]
        self._load(wanted, hashes)
        found: list[PromptSlot | RowError] = []
        for prompt, text_hash in zip(wanted, hashes, strict=True):
            try:
                found.append(self._resolve(prompt.item, text_hash))
            except RowError as error:
                found.append(error)
        self._flush()
        for prompt, slot in zip(wanted, found, strict=True):
            if isinstance(slot, PromptSlot):
                self._count(prompt, slot)
        return found

    def _load(self, wanted: Sequence[WantedPrompt], hashes: Sequence[str | None]) -> None:
        keys: dict[str, None] = {}
        texts: dict[str, None] = {}
        for prompt, text_hash in zip(wanted, hashes, strict=True):
            item = prompt.item
            if item.key is not None:
                keys[item.key] = None
            elif item.loose is not None:
                keys[item.loose] = None
            if text_hash is not None:
                texts[text_hash] = None
                if item.key is None and (word := _single_word(item)) is not None:
                    keys[word] = None
        by_hash = self._landing.find_prompts_by_hash(list(texts))
        by_key = self._landing.find_prompts_by_key(list(keys))
        slots = {
            p.id: PromptSlot(p.id, p.key, p.text_hash, is_new=False)
            for p in (*by_key.values(), *by_hash.values())
        }
        self._by_key = {key: slots[prompt.id] for key, prompt in by_key.items()}
        self._by_hash = {text_hash: slots[prompt.id] for text_hash, prompt in by_hash.items()}
        self._fresh, self._changed, self._tagged, self._referred = [], {}, {}, {}

    def _resolve(self, item: PromptItem, text_hash: str | None) -> PromptSlot:
        slot = self._find(item, text_hash)
        if slot is None:
            slot = self._new(item, text_hash)
        elif item.messages is not None and text_hash != slot.text_hash:
            self._complete_text(slot, item, text_hash)
        if item.tags:
            slot.tags = {**(slot.tags or {}), **dict.fromkeys(item.tags)}
            self._tagged[id(slot)] = slot
        if item.references:
            known = {hash_turns(turns): turns for turns in item.references}
            slot.references = {**(slot.references or {}), **known}
            self._referred[id(slot)] = slot
        return slot

    def _find(self, item: PromptItem, text_hash: str | None) -> PromptSlot | None:
        if item.key is not None:
            slot = self._by_key.get(item.key)
            return slot if slot is not None or text_hash is None else self._adopted(item.key, text_hash)
        if item.loose is not None:
            slot = self._by_key.get(item.loose)
            return slot or (self._by_hash.get(text_hash) if text_hash else None)
        slot = self._by_hash.get(text_hash or "")
        if slot is None and (word := _single_word(item)) is not None:
            nameless = self._by_key.get(word)
            return nameless if nameless is not None and nameless.text_hash is None else None
        return slot

    def _adopted(self, key: str, text_hash: str) -> PromptSlot | None:
        """Give the source's id to a prompt that was known by its text alone."""
        slot = self._by_hash.get(text_hash)
        if slot is None or slot.key != slot.text_hash:
            return None
        slot.key, slot.gained = key, True
        self._by_key[key] = slot
        if not slot.is_new:
            self._changed[slot.id] = slot
        return slot

    def _new(self, item: PromptItem, text_hash: str | None) -> PromptSlot:
        if item.messages is None and item.loose is not None and text_hash is not None:
            item = PromptItem(None, (("user", item.loose),), None, item.tags, item.references, item.kind)
        elif item.key is None and item.loose is not None and not item.loose.strip():
            raise RowError("the prompt is empty")
        stored_hash = text_hash if item.messages is not None else None
        key = item.key or item.loose or text_hash
        assert key is not None
        slot = PromptSlot(-1, key, stored_hash, is_new=True, item=item)
        self._by_key[key] = slot
        if stored_hash is not None:
            self._by_hash.setdefault(stored_hash, slot)
        self._fresh.append(slot)
        return slot

    def _complete_text(self, slot: PromptSlot, item: PromptItem, text_hash: str | None) -> None:
        if slot.text_hash is not None:
            raise RowError(
                f"prompt '{slot.key}' has another text in this dataset already; give it another id,"
                " or import the file into another dataset"
            )
        slot.text_hash, slot.item = text_hash, item
        assert text_hash is not None
        self._by_hash.setdefault(text_hash, slot)
        if not slot.is_new:
            slot.gained = True
            self._changed[slot.id] = slot

    def _flush(self) -> None:
        ids = self._landing.reserve_ids("prompt", len(self._fresh))
        for slot, row_id in zip(self._fresh, ids, strict=True):
            slot.id = row_id
        self._landing.add_prompts([
            {
                "id": slot.id, "dataset_id": self._landing.dataset_id, "key": slot.key,
                "messages": _messages(slot), "text_hash": slot.text_hash,
                "kind": (slot.item.kind if slot.item else None) or "preference",
                "created_at": self._landing.now,
            }
            for slot in self._fresh
        ])  # fmt: skip
        with_text = [slot for slot in self._changed.values() if slot.item is not None]
        self._landing.complete_prompts([
            {"id": slot.id, "key": slot.key, "messages": _messages(slot), "text_hash": slot.text_hash}
            for slot in with_text
        ])  # fmt: skip
        self._landing.rename_prompts(
            [{"id": slot.id, "key": slot.key} for slot in self._changed.values() if slot.item is None]
        )
        self._tally.count_added(ids)
        self._flush_tags(list(self._tagged.values()))
        self._flush_references(list(self._referred.values()))

    def _flush_tags(self, slots: Sequence[PromptSlot]) -> None:
        there = self._landing.find_tags([slot.id for slot in slots if not slot.is_new])
        added = [(slot, tag) for slot in slots for tag in slot.tags or () if (slot.id, tag) not in there]
        for slot, _ in added:
            slot.gained = True
        self._landing.add_tags([(slot.id, tag) for slot, tag in added])

    def _flush_references(self, slots: Sequence[PromptSlot]) -> None:
        there = self._landing.find_references([slot.id for slot in slots if not slot.is_new])
        rows = []
        for slot in slots:
            for text_hash, turns in (slot.references or {}).items():
                if (slot.id, text_hash) not in there:
                    slot.gained = True
                    rows.append({"prompt_id": slot.id, "turns": list(turns), "text_hash": text_hash})
        self._landing.add_references(rows)

    def _count(self, prompt: WantedPrompt, slot: PromptSlot) -> None:
        is_first, slot.is_counted = not slot.is_counted, True
        if slot.is_new and is_first:
            return
        fate = Fate.COMPLETED if slot.gained and is_first else Fate.DUPLICATE
        if prompt.is_row:
            self._tally.count_row(slot.id, fate)
        else:
            self._tally.count_mention(slot.id, fate)


def _hash(item: PromptItem) -> str | None:
    """Hash the text; a loose value counts as a text where it is longer than any id or has several words."""
    if item.messages is not None:
        return item.text_hash
    if item.key is None and item.loose is not None and not _may_be_id(item.loose):
        return hash_messages([{"role": "user", "content": item.loose}])
    return None


def _single_word(item: PromptItem) -> str | None:
    """Return a text that an earlier file may have used as an id."""
    if item.messages is None or len(item.messages) != 1:
        return None
    word = item.messages[0][1]
    return word if word.strip() and _may_be_id(word) else None


def _may_be_id(word: str) -> bool:
    """Tell one short word from a text, which in some scripts has no spaces."""
    return len(word) <= MAX_ID_CHARS and len(word.split()) <= 1


def _messages(slot: PromptSlot) -> list[dict[str, str]] | None:
    if slot.item is None or slot.item.messages is None:
        return None
    return as_messages(slot.item.messages)
