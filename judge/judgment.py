"""What a judge says, as a record: a verdict or levels, or the reason why there is none."""

from dataclasses import dataclass
from typing import Literal

from judge.calls import CallReply, CallRequest, ShownOrder

Verdict = Literal["a", "b", "tie", "both_bad"]
Reason = Literal[
    "refused",
    "truncated",
    "empty",
    "no_verdict",
    "conflicting",
    "off_menu",
    "invalid_json",
    "api_error",
    "timeout",
    "over_budget",
]
ParsePath = Literal["schema", "json_repair", "tag", "builtin"]
State = Literal["scored", "unscored"]

VERDICTS: tuple[Verdict, ...] = ("a", "b", "tie", "both_bad")
REASONS: tuple[Reason, ...] = (
    "refused",
    "truncated",
    "empty",
    "no_verdict",
    "conflicting",
    "off_menu",
    "invalid_json",
    "api_error",
    "timeout",
    "over_budget",
)


@dataclass(frozen=True)
class Grade:
    """One criterion's level, one of the rubric's integers, with the judge's reasoning."""

    criterion: str
    level: int
    reasoning: str = ""


@dataclass(frozen=True)
class Call:
    """One call that a judgment used; `reply` is None and `error` a sentence when none came."""

    request: CallRequest
    reply: CallReply | None
    error: str | None = None


@dataclass(frozen=True)
class Judgment:
    """The record of one judgment: one shown order, one repetition.

    Parameters
    ----------
    verdict : str or None
        Always about the stored pair, mapped back from the shown sides exactly once; None when
        unscored and in pointwise judgments.
    grades : tuple of Grade
        One for each criterion, in the rubric's order; empty when unscored and in pairwise judgments.
    ranking : tuple of tuple of int
        Listwise: indexes into the stored slate, best first; members of one inner tuple are tied.
    reason : str or None
        Why it is unscored; None when scored.
    problem : str
        One sentence for people about the reason; empty when scored.
    raw_text : str
        The first reply, verbatim; a repair reply stands in `calls`.
    parse_path : str or None
        How the answer was read; None when unscored.
    calls : tuple of Call
        The first call, then the repair call if one was made; empty for built-in judges.
    probability : float or None
        Probability of the verdict among the menu, in [0, 1], from log-probabilities.
    expected_outcome : float or None
        Outcome of `a` in [0, 1] weighted by those probabilities, a tie or both bad as half.
    """

    shown_order: ShownOrder
    repetition: int
    state: State
    verdict: Verdict | None = None
    grades: tuple[Grade, ...] = ()
    ranking: tuple[tuple[int, ...], ...] = ()
    reason: Reason | None = None
    problem: str = ""
    reasoning: str = ""
    raw_text: str = ""
    parse_path: ParsePath | None = None
    calls: tuple[Call, ...] = ()
    probability: float | None = None
    expected_outcome: float | None = None

    @property
    def cost_usd(self) -> float | None:
        """Sum over its replies; None when any is unknown, 0 for built-in judges, which make no call."""
        costs = [call.reply.cost_usd for call in self.calls if call.reply is not None]
        known = [cost for cost in costs if cost is not None]
        return float(sum(known)) if len(known) == len(costs) else None

    @property
    def latency_s(self) -> float:
        """Seconds spent waiting for its calls."""
        return sum(call.reply.latency_s for call in self.calls if call.reply is not None)


@dataclass(frozen=True)
class PairJudgment:
    """Both shown orders of one pair by one judge, one repetition."""

    ab: Judgment
    ba: Judgment

    @property
    def state(self) -> State:
        """Unscored as soon as either order is."""
        return "scored" if self.ab.state == self.ba.state == "scored" else "unscored"

    @property
    def is_consistent(self) -> bool | None:
        """Whether both orders give the same stored verdict; None when unscored."""
        return None if self.state == "unscored" else self.ab.verdict == self.ba.verdict


def is_doubtful(judged: PairJudgment, *, min_probability: float = 0.75) -> bool:
    """Tell whether a match should be offered to people.

    It is when it is unscored, when the orders disagree, or when either verdict's probability is known
    and below the given one.
    """
    if not judged.is_consistent:
        return True
    probabilities = (judged.ab.probability, judged.ba.probability)
    return any(known is not None and known < min_probability for known in probabilities)
