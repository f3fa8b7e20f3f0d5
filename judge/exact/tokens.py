"""Perplexity of a response under the model that wrote it, where the provider gave log-probabilities."""

import math
from collections.abc import Sequence

from judge.calls import TokenLogprob
from judge.exact.scoring import ExactScore


def perplexity(tokens: Sequence[TokenLogprob] | None) -> ExactScore:
    """Exponential of minus the mean log-probability (nats) of the tokens; 1 is certainty."""
    if not tokens:
        return ExactScore(None, "the provider returned no log-probabilities")
    mean = math.fsum(token.logprob for token in tokens) / len(tokens)
    if not math.isfinite(mean) or mean > 0:
        return ExactScore(None, "the log-probabilities are no probabilities")
    return ExactScore(math.exp(min(-mean, 700.0)))
