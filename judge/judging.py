"""One judgment: render, call, read, one repair turn, and a stored failure where that does not help.

The caller brings `complete` and owns its cache, budget, rate limits and retries. Errors that trying again
(or another key) can cure pass through: nothing about the response has been said yet. Errors that belong
to this call alone become an unscored judgment with their reason.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from judge.builtin import judge_builtin
from judge.calls import CallReply, CallRequest, Complete, ShownOrder
from judge.errors import FinalCallError, MissingReferenceError
from judge.judgment import Call, Judgment, PairJudgment, Reason
from judge.reading import Reading, read_reply
from judge.render import request_for
from judge.spec import JudgeSpec
from judge.texts import Message, Pair, Single, Slate

REPAIRABLE: frozenset[Reason] = frozenset(
    {"truncated", "empty", "no_verdict", "conflicting", "off_menu", "invalid_json"}
)
_REPAIR = (
    "Your last answer could not be used: {problem}. Do not judge anew. Repeat only your verdict, in exactly "
    "the asked form, with at most two sentences of reasoning.\n\n{answer_format}"
)
_NOTHING_SAID = "(no answer)"


async def judge_order(
    spec: JudgeSpec,
    pair: Pair,
    shown_order: ShownOrder,
    repetition: int,
    complete: Complete,
    fence_key: bytes,
) -> Judgment:
    """Judge one shown order of a pair, one repetition.

    Raises
    ------
    TransientCallError, ProviderCallError
        From `complete`, untouched. Nothing is lost: the first call's reply is the caller's to keep, and
        asking again with it cached goes straight to the repair turn.
    """
    return await judge_subject(spec, pair, shown_order, repetition, complete, fence_key)


async def judge_pair(
    spec: JudgeSpec, pair: Pair, repetition: int, complete: Complete, fence_key: bytes
) -> PairJudgment:
    """Judge both shown orders at once. Raises as `judge_order`, after both have ended."""
    return PairJudgment(*await judge_both_orders(spec, pair, repetition, complete, fence_key))


async def judge_both_orders(
    spec: JudgeSpec, subject: Pair | Slate, repetition: int, complete: Complete, fence_key: bytes
) -> tuple[Judgment, Judgment]:
    """Judge both shown orders at once; where one raises, the other has ended all the same."""
    orders: tuple[ShownOrder, ShownOrder] = ("ab", "ba")
    ended = await asyncio.gather(
        *(judge_subject(spec, subject, order, repetition, complete, fence_key) for order in orders),
        return_exceptions=True,
    )
    for outcome in ended:
        if isinstance(outcome, BaseException):
            raise outcome
    ab, ba = (outcome for outcome in ended if isinstance(outcome, Judgment))
    return ab, ba


async def grade_single(
    spec: JudgeSpec, single: Single, repetition: int, complete: Complete, fence_key: bytes
) -> Judgment:
    """Grade one response on the judge's rubric. Raises as `judge_order`."""
    return await judge_subject(spec, single, "", repetition, complete, fence_key)


async def judge_subject(
    spec: JudgeSpec,
    subject: Pair | Single | Slate,
    shown_order: ShownOrder,
    repetition: int,
    complete: Complete,
    fence_key: bytes,
) -> Judgment:
    """Judge whatever the judge's mode takes; the other functions here are this one with a type."""
    if spec.is_builtin:
        return judge_builtin(spec, subject, shown_order, repetition)
    try:
        request = request_for(spec, subject, shown_order, repetition, fence_key)
    except MissingReferenceError as error:
        return unscored(shown_order, repetition, "no_verdict", f"{error}")
    try:
        reply = await complete(request)
    except FinalCallError as error:
        call = Call(request, None, f"{error}")
        return unscored(shown_order, repetition, error.reason, f"{error}", calls=(call,))
    n_responses = len(subject.responses) if isinstance(subject, Slate) else 2
    reading = read_reply(spec, reply, shown_order, n_responses=n_responses)
    first = _judgment(reading, shown_order, repetition, reply.text, (Call(request, reply),))
    if reading.reason not in REPAIRABLE:
        return first
    return await _repair(spec, first, reply, complete, n_responses)


async def _repair(
    spec: JudgeSpec, first: Judgment, reply: CallReply, complete: Complete, n_responses: int
) -> Judgment:
    request = repair_request(spec, first.calls[0].request, reply, first.problem)
    try:
        repaired = await complete(request)
    except FinalCallError as error:
        return replace(first, calls=(*first.calls, Call(request, None, f"{error}")))
    reading = read_replies(spec, (reply, repaired), first.shown_order, n_responses=n_responses)
    calls = (*first.calls, Call(request, repaired))
    return _judgment(reading, first.shown_order, first.repetition, reply.text, calls)


def repair_request(spec: JudgeSpec, request: CallRequest, reply: CallReply, problem: str) -> CallRequest:
    """Build the one repair turn: the judge's own answer, the problem, and the asked form again."""
    said = Message("assistant", reply.text if reply.text.strip() else _NOTHING_SAID)
    text = _REPAIR.format(problem=problem, answer_format=spec.fixed_values["answer_format"])
    return replace(request, messages=(*request.messages, said, Message("user", text)))


def read_replies(
    spec: JudgeSpec, replies: Sequence[CallReply], shown_order: ShownOrder, *, n_responses: int = 2
) -> Reading:
    """Read a first reply and, where it offers nothing, its repair reply if there is one. Makes no call."""
    first = read_reply(spec, replies[0], shown_order, n_responses=n_responses)
    if first.state == "scored" or len(replies) == 1:
        return first
    repaired = read_reply(spec, replies[-1], shown_order, n_responses=n_responses)
    if repaired.state == "unscored" or not first.reasoning:
        return repaired
    return replace(repaired, reasoning=f"{first.reasoning}\n\n{repaired.reasoning}".strip())


def reread(spec: JudgeSpec, judgment: Judgment, *, n_responses: int = 2) -> Judgment:
    """Read a stored judgment's replies with this parser, without a call.

    A judgment whose call brought no reply stays as it is. No repair turn is made anew.
    """
    replies = [call.reply for call in judgment.calls if call.reply is not None]
    if not replies:
        return judgment
    reading = read_replies(spec, replies, judgment.shown_order, n_responses=n_responses)
    return _judgment(reading, judgment.shown_order, judgment.repetition, replies[0].text, judgment.calls)


def unscored(
    shown_order: ShownOrder, repetition: int, reason: Reason, problem: str, *, calls: Sequence[Call] = ()
) -> Judgment:
    """Record that there is no judgment, and why."""
    return Judgment(shown_order, repetition, "unscored", reason=reason, problem=problem, calls=tuple(calls))


def _judgment(
    reading: Reading, shown_order: ShownOrder, repetition: int, raw_text: str, calls: tuple[Call, ...]
) -> Judgment:
    return Judgment(
        shown_order=shown_order,
        repetition=repetition,
        state=reading.state,
        verdict=reading.verdict,
        grades=reading.grades,
        ranking=reading.ranking,
        reason=reading.reason,
        problem=reading.problem,
        reasoning=reading.reasoning,
        raw_text=raw_text,
        parse_path=reading.parse_path,
        calls=calls,
        probability=reading.probability,
        expected_outcome=reading.expected_outcome,
    )
