"""What the demo consists of. Everything in these records is invented; `NOTICE` of the content says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Category = Literal["writing", "reasoning", "code", "advice"]
Kind = Literal["preference", "correctness"]
Verdict = Literal["a", "b", "tie", "both_bad"]
ShownOrder = Literal["ab", "ba"]
Reason = Literal["refused", "truncated", "no_verdict", "conflicting"]

SOURCE = "demo (invented)"
"""Stands on every response, vote and judgment, so that none can be mistaken for a real one."""


@dataclass(frozen=True)
class DemoContestant:
    """`character` says in one line what a reader should find out about it."""

    name: str
    family: str
    character: str
    input_usd_per_million: float
    output_usd_per_million: float
    first_token_s: float
    tokens_per_s: float


@dataclass(frozen=True)
class DemoMessage:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class DemoPrompt:
    """`tags` starts with the category's own tag.

    Parameters
    ----------
    reference : str or None
        Every prompt of kind `correctness` has one.
    figures : tuple of str
        What a right response contains; empty where code decides, or taste.
    """

    key: str
    category: Category
    kind: Kind
    tags: tuple[str, ...]
    messages: tuple[DemoMessage, ...]
    reference: str | None
    figures: tuple[str, ...]


@dataclass(frozen=True)
class DemoResponse:
    """One contestant's response to one prompt.

    Parameters
    ----------
    quality : float
        Set by hand, 0 to 10; the verdicts of the invented judges come from it.
    remark : str
        What the response does well or badly, as a verb phrase without a subject.
    is_correct : bool or None
        None for prompts of kind `preference`.
    """

    prompt_key: str
    contestant: str
    text: str
    quality: float
    remark: str
    is_correct: bool | None
    finish_reason: Literal["stop", "length"]
    n_tokens_in: int
    n_tokens_out: int
    latency_s: float
    cost_usd: float
    source: str = SOURCE

    @property
    def n_words(self) -> int:
        """Runs of characters without white space."""
        return len(self.text.split())


@dataclass(frozen=True)
class DemoVote:
    """One vote. `a` is the contestant that comes first in the list of contestants.

    Parameters
    ----------
    shown_order : str
        `ab` where a stood on the left.
    reasons : tuple of str
        Chips: correct, complete, clear, concise, safe, style.
    pick_probability : float
        Chance of this (prompt, pair) in one uniform draw.
    """

    prompt_key: str
    contestant_a: str
    contestant_b: str
    voter: str
    verdict: Verdict
    shown_order: ShownOrder
    time_taken_s: float
    reasons: tuple[str, ...]
    comment: str | None
    pick_rule: Literal["uniform"]
    pick_probability: float
    source: str = SOURCE


@dataclass(frozen=True)
class DemoUnscored:
    """A judgment that is to fail, by the contestants as shown; `text` is the reply where it is not cut."""

    prompt_key: str
    first: str
    second: str
    reason: Reason
    text: str | None


@dataclass(frozen=True)
class DemoJudge:
    """An invented judge; the figures it judges by are explained in `people_and_judges.yaml`."""

    name: str
    character: str
    answers_with: Literal["json", "tag"]
    likes_length: float
    likes_first: float
    pair_noise: float
    order_noise: float
    tie_band: float
    bad_below: float
    input_usd_per_million: float
    output_usd_per_million: float
    first_token_s: float
    tokens_per_s: float
    unscored: tuple[DemoUnscored, ...]


@dataclass(frozen=True)
class DemoJudgment:
    """One judge's reading of one pair in one shown order; both orders of every pair exist.

    Parameters
    ----------
    shown_order : str
        `ab` where a was shown first, as Response A of `reasoning` and `raw_text`; in `ba` Response A is b.
    verdict : str or None
        About the pair (contestant_a, contestant_b), not about the shown sides; None when unscored.
    problem : str
        One sentence for people on why it is unscored; empty when scored.
    raw_text : str
        The judge's reply, as the reader of `judge/` would get it.
    """

    judge: str
    prompt_key: str
    contestant_a: str
    contestant_b: str
    shown_order: ShownOrder
    state: Literal["scored", "unscored"]
    verdict: Verdict | None
    reason: Reason | None
    problem: str
    reasoning: str
    raw_text: str
    parse_path: Literal["schema", "tag"] | None
    finish_reason: Literal["stop", "length"]
    n_tokens_in: int
    n_tokens_out: int
    latency_s: float
    cost_usd: float
    source: str = SOURCE


@dataclass(frozen=True)
class DemoContent:
    """All of the demo; `notice` is the sentence to show wherever it is shown."""

    notice: str
    contestants: tuple[DemoContestant, ...]
    prompts: tuple[DemoPrompt, ...]
    responses: tuple[DemoResponse, ...]
    voters: tuple[str, ...]
    votes: tuple[DemoVote, ...]
    judges: tuple[DemoJudge, ...]
    judgments: tuple[DemoJudgment, ...]
