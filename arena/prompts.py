"""Prompts as a page edits them: listing, adding, changing, tagging and removing.

A text that somebody has answered or judged stands: changed, it is a new prompt beside the old one, so that no
response ever stands under a text that it does not answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from arena.errors import UsageError
from arena.exchange.identity import hash_messages, hash_turns
from arena.exchange.landing.lengths import MAX_NAME_CHARS
from arena.store import in_words
from db import Database, Session, contestants, datasets, prompts
from db.prompts import Belongings, ListedPrompt, PromptFields, PromptWish, ReferenceFields
from db.texts import keep

__all__ = [
    "Belongings",
    "ListedPrompt",
    "PromptDraft",
    "PromptFilter",
    "PromptInUseError",
    "PromptPage",
    "PromptState",
    "add_prompt",
    "count_belongings",
    "edit_prompt",
    "get_prompt_state",
    "list_prompts",
    "remove_prompts",
    "tag_prompts",
]

Kind = Literal["preference", "correctness"]
KINDS: Final[tuple[Kind, ...]] = ("preference", "correctness")


class PromptInUseError(UsageError):
    """The text or the references cannot change, because what hangs on them would no longer be true."""


@dataclass(frozen=True)
class PromptFilter:
    """Which prompts of a data set; None: any. `words` stand in the text or the id."""

    dataset: str
    tag: str | None = None
    kind: Kind | None = None
    words: str | None = None


@dataclass(frozen=True)
class PromptPage:
    """`n_all` counts what fits the filter, `rows` is a part of it."""

    n_all: int
    rows: tuple[ListedPrompt, ...]


@dataclass(frozen=True)
class PromptDraft:
    """A prompt as a person writes it: one user message, with a system message where there is one.

    Parameters
    ----------
    text : str or None
        None leaves the messages as they are, as for a prompt of several turns.
    references : tuple of str
        Known good responses; of one turn each.
    """

    text: str | None
    system: str | None = None
    kind: Kind = "preference"
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.text is not None and not self.text.strip():
            raise UsageError("The prompt is empty. Write what the contestants shall answer.")
        if self.kind not in KINDS:
            raise UsageError(f"A prompt is of kind {' or '.join(KINDS)}, not '{self.kind}'.")
        if any(not reference.strip() for reference in self.references):
            raise UsageError("A reference is empty. Write a good response, or remove it.")
        check_tags(self.tags)

    @property
    def messages(self) -> list[dict[str, str]]:
        assert self.text is not None
        user = {"role": "user", "content": keep(self.text)}
        if self.system is None or not self.system.strip():
            return [user]
        return [{"role": "system", "content": keep(self.system)}, user]


@dataclass(frozen=True)
class PromptState:
    """A prompt as it is stored. `draft.text` is None where it has several turns, or came without a text.

    `why_text_stands` and `why_references_stand` say why that part cannot change; None: it can.
    """

    id: int
    key: str
    draft: PromptDraft
    belongings: Belongings
    why_text_stands: str | None
    why_references_stand: str | None


def check_tags(tags: Sequence[str]) -> None:
    """Raise UsageError for a tag that is empty, too long, or holds a comma."""
    for tag in tags:
        if not tag.strip() or len(tag) > MAX_NAME_CHARS or "," in tag:
            raise UsageError(f"'{tag[:40]}' is no tag: a tag is a word or a few, without a comma.")


def list_prompts(database: Database, wanted: PromptFilter, *, first: int = 0, limit: int = 50) -> PromptPage:
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, wanted.dataset)
        wish = PromptWish(dataset_id, wanted.tag, wanted.kind, wanted.words)
        rows = prompts.list_prompts(session, wish, first=first, limit=limit)
        return PromptPage(prompts.count_wanted(session, wish), tuple(rows))


def load_openings(database: Database, prompt_ids: Sequence[int]) -> dict[int, str]:
    """Return the first words of each prompt, or its key where the text is missing, by prompt id."""
    with in_words(), database.read() as session:
        return contestants.load_prompt_previews(session, prompt_ids)


def get_prompt_state(database: Database, dataset: str, prompt_id: int) -> PromptState:
    """Read one prompt for editing; raises NotFoundError where it is not in the data set."""
    with in_words(), database.read() as session:
        return _state(session, datasets.get_dataset_id(session, dataset), prompt_id)


def _state(session: Session, dataset_id: int, prompt_id: int) -> PromptState:
    row = prompts.get_prompt(session, dataset_id, prompt_id)
    references = prompts.list_references(session, prompt_id)
    belongings = prompts.count_belongings(session, dataset_id, [prompt_id])
    text, system = _plain(row.messages)
    draft = PromptDraft(
        text, system, "correctness" if row.kind == "correctness" else "preference",
        tuple(prompts.load_tags(session, [prompt_id]).get(prompt_id, ())),
        tuple("\n\n".join(reference.turns) for reference in references),
    )  # fmt: skip
    return PromptState(
        prompt_id, row.key, draft, belongings,
        _why_text_stands(text, row.messages, belongings),
        _why_references_stand(session, prompt_id, references),
    )  # fmt: skip


def _plain(messages: Sequence[dict[str, str]] | None) -> tuple[str | None, str | None]:
    """Return the text and the system message of a prompt of one turn, else nothing."""
    roles = [message["role"] for message in messages or ()]
    contents = [message["content"] for message in messages or ()]
    if roles == ["user"]:
        return contents[0], None
    return (contents[1], contents[0]) if roles == ["system", "user"] else (None, None)


def _why_text_stands(
    text: str | None, messages: Sequence[dict[str, str]] | None, belongings: Belongings
) -> str | None:
    if messages is None:
        return "It came without a text; import the file that holds it, and the text is added."
    if text is None:
        return "It has several turns; import it anew to change them."
    if belongings.n_responses:
        n = belongings.n_responses
        return (
            f"{n:,} {'response answers' if n == 1 else 'responses answer'} the text as it stands."
            " Save the changed text as a new prompt; this one stays."
        )
    return None


def _why_references_stand(
    session: Session, prompt_id: int, references: Sequence[ReferenceFields]
) -> str | None:
    if any(len(reference.turns) > 1 for reference in references):
        return "They have several turns; import them anew to change them."
    judged = prompts.list_judges_with_references(session, prompt_id)
    if judged:
        return f"{judged[0]} has judged responses by the references as they stand."
    return None


def add_prompt(database: Database, dataset: str, draft: PromptDraft) -> int:
    """Store a new prompt; return its id.

    Raises
    ------
    UsageError
        If the data set has this text already.
    """
    if draft.text is None:
        raise UsageError("The prompt is empty. Write what the contestants shall answer.")
    with in_words(), database.write() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        text_hash = hash_messages(draft.messages)
        _refuse_twin(session, dataset_id, text_hash)
        fields = PromptFields(text_hash, draft.messages, text_hash, draft.kind)
        prompt_id = prompts.add_prompt(session, dataset_id, fields)
        prompts.add_tags(session, [prompt_id], _each_once(draft.tags))
        prompts.set_references(session, prompt_id, _references(draft))
        return prompt_id


def edit_prompt(database: Database, dataset: str, prompt_id: int, draft: PromptDraft) -> None:
    """Change a prompt in place.

    Raises
    ------
    PromptInUseError
        If the text was changed and has responses, or the references and a judge has read them.
    UsageError
        If another prompt of the data set has this text already.
    """
    with in_words(), database.write() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        before = _state(session, dataset_id, prompt_id)
        columns: dict[str, object] = {"kind": draft.kind}
        if draft.text is not None and before.draft.text is not None and _is_changed(before.draft, draft):
            columns |= _changed_text(session, dataset_id, before, draft)
        if draft.references != before.draft.references:
            if before.why_references_stand is not None:
                raise PromptInUseError(f"The references stay. {before.why_references_stand}")
            prompts.set_references(session, prompt_id, _references(draft))
        prompts.set_prompt(session, prompt_id, **columns)
        gone = [tag for tag in before.draft.tags if tag not in draft.tags]
        prompts.remove_tags(session, [prompt_id], gone)
        prompts.add_tags(session, [prompt_id], _each_once(draft.tags))


def _is_changed(before: PromptDraft, draft: PromptDraft) -> bool:
    return before.messages != draft.messages


def _changed_text(
    session: Session, dataset_id: int, before: PromptState, draft: PromptDraft
) -> dict[str, object]:
    if before.why_text_stands is not None:
        raise PromptInUseError(before.why_text_stands)
    text_hash = hash_messages(draft.messages)
    _refuse_twin(session, dataset_id, text_hash)
    columns: dict[str, object] = {"messages": draft.messages, "text_hash": text_hash}
    if before.key == hash_messages(before.draft.messages):
        columns["key"] = text_hash
    return columns


def _refuse_twin(session: Session, dataset_id: int, text_hash: str) -> None:
    twin = prompts.find_by_text(session, dataset_id, text_hash)
    if twin is not None or prompts.has_key(session, dataset_id, text_hash):
        raise UsageError("The data set has this prompt already.")


def _references(draft: PromptDraft) -> list[ReferenceFields]:
    kept = [keep(reference) for reference in draft.references]
    return [ReferenceFields([text], hash_turns([text])) for text in dict.fromkeys(kept)]


def _each_once(tags: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(keep(tag.strip()) for tag in tags))


def tag_prompts(
    database: Database,
    dataset: str,
    prompt_ids: Sequence[int],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> None:
    """Add and remove tags of several prompts at once."""
    check_tags(add)
    with in_words(), database.write() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        for prompt_id in prompt_ids:
            prompts.get_prompt(session, dataset_id, prompt_id)
        prompts.remove_tags(session, prompt_ids, remove)
        prompts.add_tags(session, prompt_ids, _each_once(add))


def count_belongings(database: Database, dataset: str, prompt_ids: Sequence[int]) -> Belongings:
    """Count what would go with these prompts, before it is decided."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        return prompts.count_belongings(session, dataset_id, prompt_ids)


def remove_prompts(database: Database, dataset: str, prompt_ids: Sequence[int]) -> Belongings:
    """Remove prompts with their responses, judgments, matches and votes; return what went.

    Calls that were paid for stay, so that the same question is not paid for again.

    Raises
    ------
    UsageError
        If a run or a generation of the data set is under way: it may write to any of its prompts.
    """
    with in_words(), database.write() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        if prompts.has_work_under_way(session, dataset_id):
            raise UsageError(
                f"A run or a generation of '{dataset}' is under way. Pause or cancel it, then remove prompts."
            )
        gone = prompts.count_belongings(session, dataset_id, prompt_ids)
        prompts.remove_prompts(session, dataset_id, prompt_ids)
        return gone
