"""From a planned judgment to what the judge reads: texts fetched in bulk, put together in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db import Database
from db.results import PromptText, load_prompt_texts, load_response_texts
from db.runs import PlannedJudgment
from judge import Message, Pair, ShownOrder, Single


@dataclass(frozen=True)
class Subject:
    """One judgment to make. `shown_order` is empty for a single response."""

    planned: PlannedJudgment
    texts: Pair | Single
    shown_order: ShownOrder


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
