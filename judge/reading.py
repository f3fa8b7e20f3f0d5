"""The verdict boundary: from a reply to a reading. Pure, so stored text can be read anew at no cost.

In this order: JSON where it was asked for or is the whole reply, else the one distinct tag outside
thinking and quotes, else a mended JSON object; else a failure with its reason. Two different answers
anywhere are conflicting: nothing here prefers the first, the last or the longer one.
"""

from dataclasses import dataclass

from judge.calls import CallReply, ShownOrder
from judge.json_answer import is_whole_json
from judge.judgment import Grade, ParsePath, Reason, State, Verdict
from judge.logprobs import verdict_probability
from judge.offer import Failure, Offer, ShownVerdict
from judge.read_listwise import read_listwise
from judge.read_pairwise import read_pairwise
from judge.read_pointwise import read_pointwise
from judge.refusal import is_refusal
from judge.spec import JudgeSpec
from judge.tags import drop_thinking

TRUNCATED = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
FILTERED = frozenset({"content_filter", "content_filtered", "safety", "refusal"})


@dataclass(frozen=True)
class Reading:
    """What one reply says about the stored texts; the fields are those of `Judgment`."""

    state: State
    verdict: Verdict | None = None
    grades: tuple[Grade, ...] = ()
    ranking: tuple[tuple[int, ...], ...] = ()
    reason: Reason | None = None
    problem: str = ""
    reasoning: str = ""
    parse_path: ParsePath | None = None
    probability: float | None = None
    expected_outcome: float | None = None


def read_reply(
    spec: JudgeSpec, reply: CallReply, shown_order: ShownOrder, *, n_responses: int = 2
) -> Reading:
    """Read a judge's reply, and map shown sides back to the stored texts, here and nowhere else.

    Parameters
    ----------
    n_responses : int
        How many responses a listwise judge was shown; not used in other modes.
    """
    # Marks inside of a JSON string are text: such a reply holds no thinking.
    visible = reply.text.strip() if is_whole_json(reply.text) else drop_thinking(reply.text)
    found = _stopped(reply) or _read(spec, reply, visible, n_responses)
    if isinstance(found, Failure):
        return Reading("unscored", reason=found.reason, problem=found.problem, reasoning=visible)
    is_swapped = shown_order == "ba"
    probability, expected = verdict_probability(spec, reply, found, is_swapped=is_swapped)
    return Reading(
        "scored",
        verdict=_stored_verdict(found.verdict, is_swapped=is_swapped),
        grades=found.grades,
        ranking=_stored_ranking(found.ranking, n_responses, is_swapped=is_swapped),
        reasoning=found.reasoning,
        parse_path=found.path,
        probability=probability,
        expected_outcome=expected,
    )


def _stopped(reply: CallReply) -> Failure | None:
    if reply.refusal or reply.finish_reason in FILTERED:
        return Failure("refused", reply.refusal or "the provider's filter stopped the answer")
    if reply.finish_reason in TRUNCATED:
        return Failure("truncated", "the answer was cut off at the token limit")
    if not reply.text.strip():
        return Failure("empty", "the answer is empty")
    return None


def _read(spec: JudgeSpec, reply: CallReply, visible: str, n_responses: int) -> Offer | Failure:
    match spec.mode:
        case "pairwise":
            found = read_pairwise(spec, visible)
        case "pointwise":
            found = read_pointwise(spec, visible)
        case "listwise":
            found = read_listwise(spec, visible, n_responses)
    if isinstance(found, Failure) and found.reason == "no_verdict" and is_refusal(visible):
        return Failure("refused", "the judge refuses to answer")
    if isinstance(found, Failure) and not visible and reply.text.strip():
        return Failure("no_verdict", "the answer holds nothing but thinking")
    return found


def _stored_verdict(shown: ShownVerdict | None, *, is_swapped: bool) -> Verdict | None:
    match shown:
        case "first":
            return "b" if is_swapped else "a"
        case "second":
            return "a" if is_swapped else "b"
        case _:
            return shown


def _stored_ranking(
    shown: tuple[tuple[int, ...], ...], n_responses: int, *, is_swapped: bool
) -> tuple[tuple[int, ...], ...]:
    if not is_swapped:
        return shown
    return tuple(tuple(sorted(n_responses - 1 - index for index in group)) for group in shown)
