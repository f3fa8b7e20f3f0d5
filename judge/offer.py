"""What a reply offers, in shown terms, before it is mapped to the stored texts."""

from dataclasses import dataclass
from typing import Literal

from judge.judgment import Grade, ParsePath, Reason

ShownVerdict = Literal["first", "second", "tie", "both_bad"]


@dataclass(frozen=True)
class Offer:
    """One answer, about the responses as shown; `ranking` holds indexes into the shown slate."""

    path: ParsePath
    reasoning: str
    verdict: ShownVerdict | None = None
    grades: tuple[Grade, ...] = ()
    ranking: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Failure:
    """No answer, with the reason and one sentence that a repair turn can quote."""

    reason: Reason
    problem: str


NO_VERDICT = Failure("no_verdict", "the answer holds no verdict in the asked form")
INVALID_JSON = Failure("invalid_json", "the answer is not readable as the asked JSON object")
