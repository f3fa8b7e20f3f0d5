"""What an import finds in the database: rows as it compares them with what a file says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredPrompt:
    id: int
    key: str
    text_hash: str | None


@dataclass(frozen=True, slots=True)
class StoredContestant:
    """`version` is what an import kept apart from the name, such as FastChat's suffix; None if nothing.

    `can_answer` says that it has a model to ask, so that its parameters are sent and must not be touched.
    """

    id: int
    name: str
    version: str | None
    can_answer: bool


@dataclass(frozen=True, slots=True)
class KnownJudge:
    id: int
    kind: str
    mode: str


@dataclass(frozen=True, slots=True)
class StoredResponse:
    id: int
    prompt_id: int
    contestant_id: int
    sample_index: int
    text_hash: str | None
    source_key: str | None


@dataclass(frozen=True, slots=True)
class StoredJudgment:
    """A judgment of a pair; with `response_second_id` None, of a single response."""

    id: int
    judge_id: int
    response_first_id: int
    response_second_id: int | None
    repetition: int
    state: str
    verdict: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredMatch:
    id: int
    judge_id: int
    response_a_id: int
    response_b_id: int
    repetition: int
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredGrade:
    judgment_id: int
    response_id: int
    criterion: str
    score: float | None
