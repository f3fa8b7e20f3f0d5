"""What the rows of any format become, before anybody looks at the database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from arena.exchange.identity import hash_messages, hash_turns


class Shown(StrEnum):
    """What a pairwise verdict said about the two responses as they were shown."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict as shown, or the reason why there is none. `detail` says the reason in words."""

    shown: Shown | None
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class PromptItem:
    """A prompt by the source's id (`key`), by its text, or by a value that may be either (`loose`)."""

    key: str | None = None
    messages: tuple[tuple[str, str], ...] | None = None
    """(role, content) of each message; None where the source gives no text."""
    loose: str | None = None
    tags: tuple[str, ...] = ()
    references: tuple[tuple[str, ...], ...] = ()
    kind: str | None = None

    @property
    def text_hash(self) -> str | None:
        return None if self.messages is None else hash_messages(as_messages(self.messages))


@dataclass(frozen=True, slots=True)
class ResponseItem:
    """A response by contestant and text; without a text, the contestant's sample on that prompt.

    `version` is a suffix that the source appends to the contestant's name and people leave out.
    """

    contestant: str
    turns: tuple[str, ...] | None = None
    version: str | None = None
    sample: int | None = None
    source_key: str | None = None
    finish_reason: str | None = None
    n_tokens_in: int | None = None
    n_tokens_out: int | None = None
    latency_s: float | None = None
    cost_usd: float | None = None

    @property
    def text_hash(self) -> str | None:
        return None if self.turns is None else hash_turns(self.turns)


@dataclass(frozen=True, slots=True)
class AnswerRef:
    """A response by the source's own id of it."""

    source_key: str


Side = ResponseItem | AnswerRef


@dataclass(frozen=True, slots=True)
class JudgeItem:
    kind: str
    """`human` or `recorded`."""
    name: str
    mode: str
    source_version: str | None = None


@dataclass(frozen=True, slots=True)
class PairItem:
    """One judgment of two responses, in the order in which they were shown."""

    line: int
    prompt: PromptItem | None
    """None where the sides are known by the source's ids alone."""
    first: Side
    second: Side
    judge: JudgeItem
    decision: Decision
    reasoning: str | None = None
    raw_text: str | None = None
    probability: float | None = None
    repetition: int | None = None
    scores: tuple[float, float] | None = None
    """What the judge gave the first and the second; kept as grades of the criterion `score`."""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One criterion of one response, as a number that somebody recorded; None has a reason."""

    line: int
    prompt: PromptItem
    response: Side
    judge: JudgeItem
    criterion: str
    score: float | None
    reason: str | None = None
    detail: str | None = None
    reasoning: str | None = None
    repetition: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerItem:
    line: int
    prompt: PromptItem
    response: ResponseItem


@dataclass(frozen=True, slots=True)
class QuestionItem:
    line: int
    prompt: PromptItem


Item = QuestionItem | AnswerItem | PairItem | ScoreItem


def as_messages(messages: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """Return messages as they are stored."""
    return [{"role": role, "content": content} for role, content in messages]
