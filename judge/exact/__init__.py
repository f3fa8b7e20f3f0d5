"""Exact metrics: a response and its references in, a number out. No model decides, no database is known.

`score_text` computes one metric of one response; semantic similarity alone needs vectors, which
`judge.litellm_client` fetches and `cosine` compares.
"""

from judge.exact.errors import MetricError, VectorError
from judge.exact.functional import pass_at_k
from judge.exact.metric import METRIC_NAMES, Metric, parse_metric
from judge.exact.scoring import ExactScore, score_text
from judge.exact.tokens import perplexity
from judge.exact.vectors import cosine, nearest

__all__ = [
    "METRIC_NAMES",
    "ExactScore",
    "Metric",
    "MetricError",
    "VectorError",
    "cosine",
    "nearest",
    "parse_metric",
    "pass_at_k",
    "perplexity",
    "score_text",
]
