"""One metric of one response. With several references the best counts, or the library's own rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from judge.exact.errors import MetricError
from judge.exact.metric import Metric, read_tolerance
from judge.exact.pattern import has_match
from judge.exact.text import last_number, normalise, split_normalised, split_words


@dataclass(frozen=True)
class ExactScore:
    """`value` in the metric's unit; None where it has none, and `problem` says why."""

    value: float | None
    problem: str = ""


def score_text(metric: Metric, response: str, references: Sequence[str]) -> ExactScore:
    """Compute one metric; an empty response is a response and scores as one.

    Raises
    ------
    MetricError
        For `embedding` and `perplexity`, which need more than text.
    """
    if metric.name in ("embedding", "perplexity"):
        raise MetricError(f"{metric.name} is not computed from text alone")
    if metric.needs_reference and not references:
        return ExactScore(None, "the prompt has no reference")
    try:
        match metric.name:
            case "exact":
                return _any(_same(response, reference) for reference in references)
            case "contains":
                return _any(_contains(response, reference) for reference in references)
            case "regex":
                patterns = [metric.argument] if metric.argument else references
                return _any(has_match(pattern, response) for pattern in patterns)
            case "number":
                return _number(metric.argument, response, references)
            case "edit":
                return ExactScore(max(_edit(response, reference) for reference in references))
            case "rouge-l":
                return ExactScore(max(rouge_l(response, reference) for reference in references))
            case _:
                scorer = _sacrebleu(metric.name, metric.argument)
                return ExactScore(float(scorer.sentence_score(response, list(references)).score))
    except MetricError as error:
        return ExactScore(None, str(error))


def rouge_l(response: str, reference: str) -> float:
    """F1 of the longest common subsequence of words, in [0, 1]; 0 when either has no word.

    References
    ----------
    Lin (2004), ROUGE: A Package for Automatic Evaluation of Summaries, equations 2-4 with beta 1.
    """
    from rapidfuzz.distance import LCSseq

    said, wanted = split_words(response), split_words(reference)
    common = LCSseq.similarity(said, wanted)
    return 2 * common / (len(said) + len(wanted)) if common else 0.0


def _any(answers: Iterable[bool]) -> ExactScore:
    return ExactScore(float(any(answers)))


def _same(response: str, reference: str) -> bool:
    wanted = normalise(reference)
    # A reference of punctuation alone would equal every other: it is compared as it stands.
    return normalise(response) == wanted if wanted else response.strip() == reference.strip()


def _contains(response: str, reference: str) -> bool:
    wanted, said = split_normalised(reference), split_normalised(response)
    if not wanted:
        return reference.strip() in response if reference.strip() else not response.strip()
    n = len(wanted)
    return any(said[start : start + n] == wanted for start in range(len(said) - n + 1))


def _number(argument: str, response: str, references: Sequence[str]) -> ExactScore:
    wanted = [number for number in map(last_number, references) if number is not None]
    if not wanted:
        return ExactScore(None, "no reference holds a number")
    said, tolerance = last_number(response), read_tolerance(argument)
    return ExactScore(float(said is not None and any(tolerance.holds(said, number) for number in wanted)))


def _edit(response: str, reference: str) -> float:
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(response, reference))


@cache
def _sacrebleu(name: str, argument: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    if name == "bleu":
        return BLEU(effective_order=True, tokenize=argument or "13a")  # as sacrebleu's sentence_bleu
    return CHRF() if name == "chrf" else TER()
