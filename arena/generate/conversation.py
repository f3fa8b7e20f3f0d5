"""One response: a prompt's turns asked one after the other, each with what was answered before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.generation import StoredContestant
from judge import CallReply, CallRequest, Complete, FinalCallError, Message


@dataclass(frozen=True)
class Answered:
    """What came of it. `reason` is None when it is ready; a truncated response keeps its text."""

    turns: tuple[str, ...] | None
    reason: str | None
    detail: str | None
    replies: tuple[CallReply, ...]


def split_turns(messages: Sequence[tuple[str, str]]) -> list[tuple[Message, ...]]:
    """Split a prompt where an answer is due: at each user message that no given answer follows.

    Empty where nothing is to be answered.
    """
    turns: list[tuple[Message, ...]] = []
    waiting: list[Message] = []
    for place, (role, content) in enumerate(messages):
        waiting.append(Message(role, content))
        following = messages[place + 1][0] if place + 1 < len(messages) else None
        if role == "user" and following != "assistant":
            turns.append(tuple(waiting))
            waiting = []
    return turns


def opening(contestant: StoredContestant, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Put the contestant's system prompt in front of the prompt's own, as one message."""
    given = [message.content for message in messages if message.role == "system"]
    system = [text for text in (contestant.system_prompt, *given) if text]
    rest = tuple(message for message in messages if message.role != "system")
    return (Message("system", "\n\n".join(system)), *rest) if system else rest


async def answer(
    contestant: StoredContestant,
    messages: Sequence[tuple[str, str]],
    sample_index: int,
    complete: Complete,
    *,
    keep_truncated: bool = False,
) -> Answered:
    """Ask for one response, turn by turn; the first turn that fails ends it.

    Raises
    ------
    ProviderCallError
        If every further call to this contestant would fail alike.
    """
    history: tuple[Message, ...] = ()
    turns: list[str] = []
    replies: list[CallReply] = []
    for asked in split_turns(messages):
        history += asked
        request = request_for(contestant, opening(contestant, history), sample_index)
        try:
            reply = await complete(request)
        except FinalCallError as error:
            return Answered(None, error.reason, str(error), tuple(replies))
        replies.append(reply)
        reason, detail = _failure(reply)
        if reason is not None and not (reason == "truncated" and keep_truncated and reply.text.strip()):
            kept = (*turns, reply.text) if reason == "truncated" and reply.text.strip() else None
            return Answered(kept, reason, detail, tuple(replies))
        turns.append(reply.text)
        history += (Message("assistant", reply.text),)
    return Answered(tuple(turns), None, None, tuple(replies))


def request_for(
    contestant: StoredContestant, messages: tuple[Message, ...], sample_index: int
) -> CallRequest:
    """Return the call for one turn of one sample; two samples are two calls with two seeds."""
    assert contestant.model is not None
    parameters = dict(contestant.parameters)
    if parameters.get("seed") is not None:
        parameters["seed"] += sample_index
    return CallRequest(
        model=contestant.model,
        api_base=contestant.api_base,
        parameters=tuple(sorted((name, value) for name, value in parameters.items() if value is not None)),
        messages=messages,
        repetition=sample_index,
    )


def _failure(reply: CallReply) -> tuple[str | None, str | None]:
    """Say why a reply is no response; a refusal in words is one, for a contestant stands by its words."""
    if reply.finish_reason == "content_filter":
        return "refused", reply.refusal or "the provider's content filter stopped it"
    if not reply.text.strip() and reply.refusal:
        return "refused", reply.refusal
    if reply.finish_reason == "length":
        return "truncated", "cut off at the limit of tokens"
    if not reply.text.strip():
        return "empty", "the model answered nothing"
    return None, None
