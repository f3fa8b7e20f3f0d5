"""From a planned judgment to what the judge reads: texts fetched in bulk, put together in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db import Database
from db.results import (
    PromptText,
    ResponsePlace,
    load_prompt_texts,
    load_response_places,
    load_response_texts,
)
from db.runs import PlannedJudgment
from judge import Message, Pair, ShownOrder, Single, Slate


@dataclass(frozen=True)
class Subject:
    """One judgment to make. `shown_order` is empty for a single response."""

    planned: PlannedJudgment
    texts: Pair | Single
    shown_order: ShownOrder


@dataclass(frozen=True)
class ListSubject:
    """One list to rank, and the planned judgments of its pairs that the ranking decides.

    `response_ids` is the list in stored order: by contestant.
    """

    pairs: tuple[PlannedJudgment, ...]
    texts: Slate
    shown_order: ShownOrder
    response_ids: tuple[int, ...]

    @property
    def planned(self) -> PlannedJudgment:
        """The first of its judgments."""
        return self.pairs[0]


def load_lists(database: Database, chunk: Sequence[PlannedJudgment]) -> list[ListSubject]:
    """Put lists together: all responses that one prompt, sample, order and repetition names."""
    response_ids = {planned.response_first_id for planned in chunk}
    response_ids |= {planned.response_second_id or 0 for planned in chunk}
    with database.read() as session:
        prompts = load_prompt_texts(session, sorted({planned.prompt_id for planned in chunk}))
        texts = load_response_texts(session, sorted(response_ids))
        places = load_response_places(session, sorted(response_ids))
    groups: dict[tuple[object, ...], list[PlannedJudgment]] = {}
    for planned in chunk:
        sample = places[planned.response_first_id].sample_index
        key = (planned.prompt_id, sample, planned.repetition, planned.shown_order)
        groups.setdefault(key, []).append(planned)
    return [_to_list(group, prompts[group[0].prompt_id], texts, places) for group in groups.values()]


def _to_list(
    group: Sequence[PlannedJudgment],
    prompt: PromptText,
    texts: dict[int, tuple[str, ...]],
    places: dict[int, ResponsePlace],
) -> ListSubject:
    named = {planned.response_first_id for planned in group}
    named |= {planned.response_second_id or 0 for planned in group}
    stored = tuple(sorted(named, key=lambda response_id: places[response_id].contestant_id))
    messages = tuple(Message(role, content) for role, content in prompt.messages)
    references = tuple("\n\n".join(turns) for turns in prompt.references)
    slate = Slate(messages, tuple(texts[response_id] for response_id in stored), references)
    return ListSubject(tuple(group), slate, "ba" if group[0].shown_order == "ba" else "ab", stored)


def load_subjects(database: Database, chunk: Sequence[PlannedJudgment]) -> list[Subject]:
    """Fetch the texts of a chunk with two queries."""
    response_ids = {planned.response_first_id for planned in chunk}
    response_ids |= {planned.response_second_id for planned in chunk if planned.response_second_id}
    with database.read() as session:
        prompts = load_prompt_texts(session, sorted({planned.prompt_id for planned in chunk}))
        responses = load_response_texts(session, sorted(response_ids))
    return [to_subject(planned, prompts[planned.prompt_id], responses) for planned in chunk]


def to_subject(
    planned: PlannedJudgment, prompt: PromptText, responses: dict[int, tuple[str, ...]]
) -> Subject:
    """Put a judgment's texts together; the stored pair's `a` is the one shown first under order `ab`."""
    messages = tuple(Message(role, content) for role, content in prompt.messages)
    references = tuple("\n\n".join(turns) for turns in prompt.references)
    first = responses[planned.response_first_id]
    if planned.response_second_id is None:
        return Subject(planned, Single(messages, first, references), "")
    second = responses[planned.response_second_id]
    if planned.shown_order == "ab":
        return Subject(planned, Pair(messages, first, second, references), "ab")
    return Subject(planned, Pair(messages, second, first, references), "ba")
