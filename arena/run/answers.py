"""An answered call on its way into the database and back."""

from __future__ import annotations

from db.results import StoredCall
from judge import CallReply, CallRequest, TokenLogprob

LEAST_LOGPROB = -9999.0


def to_stored(request: CallRequest, reply: CallReply, attempts: int) -> StoredCall:
    """Return what the database keeps of an answered call."""
    return StoredCall(
        key=request.key,
        model=request.model,
        api_base=request.api_base,
        parameters=[[name, value] for name, value in reply.parameters_sent],
        raw_text=reply.text,
        finish_reason=reply.finish_reason,
        refusal=reply.refusal,
        n_tokens_in=reply.n_tokens_in,
        n_tokens_out=reply.n_tokens_out,
        cost_usd=reply.cost_usd,
        latency_s=reply.latency_s,
        attempts=attempts,
        logprobs=None
        if reply.logprobs is None
        else [
            [token.token, _finite(token.logprob), [[other, _finite(p)] for other, p in token.top]]
            for token in reply.logprobs
        ],
        thinking=reply.thinking,
    )


def _finite(logprob: float) -> float:
    """Write an impossible token as OpenAI does: JSON has no infinity."""
    return max(logprob, LEAST_LOGPROB)


def to_reply(stored: StoredCall) -> CallReply:
    """Return the answer as it once arrived."""
    return CallReply(
        text=stored.raw_text,
        finish_reason=stored.finish_reason,
        n_tokens_in=stored.n_tokens_in,
        n_tokens_out=stored.n_tokens_out,
        cost_usd=stored.cost_usd,
        latency_s=stored.latency_s,
        parameters_sent=tuple((name, value) for name, value in stored.parameters),
        logprobs=None
        if stored.logprobs is None
        else tuple(
            TokenLogprob(token, logprob, tuple((other, p) for other, p in top))
            for token, logprob, top in stored.logprobs
        ),
        refusal=stored.refusal,
        thinking=stored.thinking,
    )
