"""From a judge and its texts to the call that asks it. Pure, and cheap enough to plan a million calls.

Untrusted text is fenced and substituted once, verbatim, in shown order.
"""

from judge.calls import CallRequest, ShownOrder
from judge.errors import MissingReferenceError, SpecError
from judge.fence import fence_conversation, fence_references, fence_response, make_nonce
from judge.spec import JudgeSpec
from judge.texts import Message, Pair, Single, Slate


def request_for(
    spec: JudgeSpec,
    subject: Pair | Single | Slate,
    shown_order: ShownOrder,
    repetition: int,
    fence_key: bytes,
) -> CallRequest:
    """Render the one call that asks this judge about these texts.

    Parameters
    ----------
    shown_order : str
        `ab` or `ba` for a pair, and for a slate (`ba` is its reverse); empty for a single response.
    fence_key : bytes
        16 to 64 random bytes, the same for the life of a database.

    Raises
    ------
    SpecError
        If subject, mode and shown order do not belong together, or the judge is built in.
    MissingReferenceError
        If the judge needs a reference and the prompt has none.
    """
    check_subject(spec, subject, shown_order)
    if spec.is_builtin:
        raise SpecError(f"{spec.model} answers without a call")
    references = shown_references(spec, subject)
    responses = _stored_responses(subject)
    texts = [message.content for message in subject.prompt]
    texts += references
    texts += [turn for response in responses for turn in response]
    nonce = make_nonce(fence_key, texts)
    values = {
        **spec.fixed_values,
        "conversation": fence_conversation(subject.prompt, nonce),
        "references": fence_references(references, nonce),
        **_fenced_responses(subject, shown_order, nonce),
    }
    user = Message("user", spec.template.render_user(values))
    system = spec.template.render_system(values)
    return CallRequest(
        model=spec.model,
        api_base=spec.api_base,
        parameters=spec.parameters,
        messages=(Message("system", system), user) if system else (user,),
        response_schema=spec.answer_schema,
        shown_order=shown_order,
        repetition=repetition,
    )


def check_subject(spec: JudgeSpec, subject: Pair | Single | Slate, shown_order: ShownOrder) -> None:
    """Refuse texts that this judge's mode cannot judge, or a shown order that they do not have."""
    expected = {"pairwise": Pair, "pointwise": Single, "listwise": Slate}[spec.mode]
    if not isinstance(subject, expected):
        raise SpecError(f"a {spec.mode} judge takes a {expected.__name__}, not a {type(subject).__name__}")
    if (shown_order == "") != isinstance(subject, Single):
        raise SpecError(f"shown order {shown_order!r} does not belong to a {type(subject).__name__}")


def shown_references(spec: JudgeSpec, subject: Pair | Single | Slate) -> tuple[str, ...]:
    """Pick the references that this judge is shown."""
    if spec.reference == "never":
        return ()
    if spec.reference == "always" and not subject.references:
        raise MissingReferenceError("this judge compares with a reference, and the prompt has none")
    return subject.references


def _stored_responses(subject: Pair | Single | Slate) -> tuple[tuple[str, ...], ...]:
    match subject:
        case Pair():
            return (subject.response_a, subject.response_b)
        case Single():
            return (subject.response,)
        case Slate():
            return subject.responses


def _fenced_responses(subject: Pair | Single | Slate, shown_order: ShownOrder, nonce: str) -> dict[str, str]:
    match subject:
        case Single():
            return {"response": fence_response("response", subject.response, nonce)}
        case Pair():
            first, second = subject.response_a, subject.response_b
            if shown_order == "ba":
                first, second = second, first
            return {
                "response_a": fence_response("response-a", first, nonce),
                "response_b": fence_response("response-b", second, nonce),
            }
        case Slate():
            shown = subject.responses if shown_order == "ab" else subject.responses[::-1]
            blocks = (fence_response(f"response-{n}", turns, nonce) for n, turns in enumerate(shown, 1))
            return {"responses": "\n\n".join(blocks)}
