"""Computing exact scores: only those that are missing, or that another version or other references made."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arena.errors import UsageError
from arena.exact.embedding import embed_texts
from arena.store import in_words
from arena.written import TIMES
from db import Database, datasets, exact
from db.exact import NewScore, ScorableResponse
from judge.exact import ExactScore, Metric, MetricError, nearest, parse_metric, score_text

CHUNK = 500
MAX_NAME_CHARS = 500


@dataclass(frozen=True)
class MetricCount:
    """What was done for one metric; `n_without` have no figure, for the reasons in `problems`."""

    metric: str
    n_new: int
    n_already: int
    n_without: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class ScoringReport:
    dataset: str
    n_responses: int
    metrics: tuple[MetricCount, ...]


@dataclass
class _Tally:
    n_new: int = 0
    n_already: int = 0

    def __post_init__(self) -> None:
        self.problems: Counter[str] = Counter()


def score_dataset(
    database: Database, dataset: str, metrics: Sequence[str], *, api_base: str | None = None
) -> ScoringReport:
    """Compute and store these metrics of every response that may be judged.

    Parameters
    ----------
    metrics : sequence of str
        As `judge.exact.parse_metric` reads them.
    api_base : str or None
        Where an embedding model is reached; None: its provider.

    Raises
    ------
    UsageError
        If a metric cannot be, or perplexity is asked for: that comes with the responses.
    """
    wanted = [_parse(text) for text in dict.fromkeys(metrics)]
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        ids = exact.list_response_ids(session, dataset_id)
    tallies = {metric.key: _Tally() for metric in wanted}
    for chunk in _in_chunks(ids):
        _score_chunk(database, chunk, wanted, tallies, api_base)
    return ScoringReport(
        dataset,
        len(ids),
        tuple(
            MetricCount(
                key, tally.n_new, tally.n_already, sum(tally.problems.values()),
                tuple(f"{n:,} {TIMES} {problem}" for problem, n in tally.problems.most_common(5)),
            )
            for key, tally in tallies.items()
        ),
    )  # fmt: skip


def _parse(text: str) -> Metric:
    try:
        metric = parse_metric(text)
    except MetricError as error:
        raise UsageError(f"This metric cannot be: {error}.") from error
    if len(metric.key) > MAX_NAME_CHARS:
        raise UsageError(f"A metric with its argument has at most {MAX_NAME_CHARS} characters.")
    if metric.name == "perplexity":
        raise UsageError(
            "Perplexity is kept when responses are generated with log-probabilities (generate --logprobs)."
        )
    return metric


def _in_chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _score_chunk(
    database: Database,
    ids: Sequence[int],
    metrics: Sequence[Metric],
    tallies: dict[str, _Tally],
    api_base: str | None,
) -> None:
    with in_words(), database.read() as session:
        responses = exact.load_scorable(session, ids)
        there = exact.find_signatures(session, ids, [metric.key for metric in metrics])
    scores: list[NewScore] = []
    for metric in metrics:
        tally = tallies[metric.key]
        missing = []
        for response in responses:
            signature = signature_of(metric, response)
            if there.get((response.id, metric.key)) == signature:
                tally.n_already += 1
            else:
                missing.append(response)
        found = _compute(metric, missing, api_base)
        for response, score in zip(missing, found, strict=True):
            tally.n_new += 1
            if score.value is None:
                tally.problems[score.problem] += 1
            problem = score.problem if score.value is None else None
            signature = signature_of(metric, response)
            scores.append(NewScore(response.id, metric.key, score.value, problem, signature))
    with in_words(), database.write() as session:
        exact.save_scores(session, scores)


def signature_of(metric: Metric, response: ScorableResponse) -> str:
    """Return what a score rests on beside the response's text, which never changes."""
    texts = repr(response.references) if metric.needs_reference else ""
    return f"{metric.signature}; references {hashlib.sha256(texts.encode()).hexdigest()[:12]}"


def _compute(metric: Metric, responses: Sequence[ScorableResponse], api_base: str | None) -> list[ExactScore]:
    if not responses:
        return []
    if metric.name == "embedding":
        return asyncio.run(_embedded(metric, responses, api_base))
    return [score_text(metric, *_texts(response)) for response in responses]


def _texts(response: ScorableResponse) -> tuple[str, list[str]]:
    """Join the turns of the response and of each reference, each turn a paragraph."""
    return "\n\n".join(response.turns), ["\n\n".join(turns) for turns in response.references]


async def _embedded(
    metric: Metric, responses: Sequence[ScorableResponse], api_base: str | None
) -> list[ExactScore]:
    pairs = [_texts(response) for response in responses]
    # An empty text has no meaning to embed, and providers refuse it.
    needed = {text for said, wanted in pairs if wanted for text in (said, *wanted) if text.strip()}
    vectors = await embed_texts(metric.argument, sorted(needed), api_base)
    scores = []
    for said, wanted in pairs:
        if wanted and said not in vectors:
            scores.append(ExactScore(None, "the response is empty"))
        else:
            known = [vectors[text] for text in wanted if text in vectors]
            scores.append(nearest(vectors[said], known) if wanted else nearest((), ()))
    return scores
