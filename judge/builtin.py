"""Judges that need no model and no key: honest baselines that every other judge must beat.

`longest` prefers more characters, `first` whatever is shown first, `random` draws from its seed and the
content, `reference` the response nearer to a reference by chrF (Popović 2015; sacrebleu's defaults).
"""

import hashlib
from functools import lru_cache

from judge.calls import ShownOrder
from judge.errors import SpecError
from judge.judgment import Grade, Judgment, Verdict
from judge.render import check_subject
from judge.spec import BUILTIN_PREFIX, JudgeSpec
from judge.texts import Pair, Single, Slate

BUILTIN_NAMES = ("longest", "first", "random", "reference")


def judge_builtin(
    spec: JudgeSpec, subject: Pair | Single | Slate, shown_order: ShownOrder, repetition: int
) -> Judgment:
    """Answer without a call.

    Raises
    ------
    SpecError
        For an unknown name, or a mode in which this judge could only pretend: none of them ranks lists,
        and only `reference` and `random` can grade one response alone.
    """
    check_builtin(spec)
    check_subject(spec, subject, shown_order)
    if isinstance(subject, Single):
        return _grade(spec, subject, repetition)
    assert isinstance(subject, Pair)
    name = spec.model.removeprefix(BUILTIN_PREFIX)
    if name == "reference":
        return _by_reference(subject, shown_order, repetition)
    verdict, reasoning = {"longest": _by_length, "first": _by_place}.get(name, _by_chance)(
        spec, subject, shown_order, repetition
    )
    return Judgment(
        shown_order, repetition, "scored", verdict=verdict, reasoning=reasoning, parse_path="builtin"
    )


def check_builtin(spec: JudgeSpec) -> None:
    """Refuse an unknown built-in judge, or one in a mode that it cannot honestly judge in."""
    name = spec.model.removeprefix(BUILTIN_PREFIX)
    if name not in BUILTIN_NAMES:
        known = ", ".join(f"{BUILTIN_PREFIX}{known}" for known in BUILTIN_NAMES)
        raise SpecError(f"there is no built-in judge {spec.model!r}; there are {known}")
    if spec.mode == "pairwise" or (spec.mode == "pointwise" and name == "random"):
        return
    why = (
        "its level would pretend to have read the rubric" if spec.mode == "pointwise" else "it ranks no lists"
    )
    raise SpecError(f"{spec.model} only compares two responses: {why}")


def _by_length(spec: JudgeSpec, pair: Pair, shown_order: ShownOrder, repetition: int) -> tuple[Verdict, str]:
    del spec, shown_order, repetition
    n_a, n_b = (sum(len(turn) for turn in turns) for turns in (pair.response_a, pair.response_b))
    verdict: Verdict = "tie" if n_a == n_b else "a" if n_a > n_b else "b"
    return verdict, f"a has {n_a} characters, b has {n_b}"


def _by_place(spec: JudgeSpec, pair: Pair, shown_order: ShownOrder, repetition: int) -> tuple[Verdict, str]:
    del spec, pair, repetition
    return ("a" if shown_order == "ab" else "b"), "it was shown first"


def _by_chance(spec: JudgeSpec, pair: Pair, shown_order: ShownOrder, repetition: int) -> tuple[Verdict, str]:
    texts = [message.content for message in pair.prompt]
    number = _draw(spec, [*texts, "\0a", *pair.response_a, "\0b", *pair.response_b], shown_order, repetition)
    return ("a" if number % 2 == 0 else "b"), "drawn at random"


def _draw(spec: JudgeSpec, texts: list[str], shown_order: ShownOrder, repetition: int) -> int:
    """Draw 64 bits from seed and content: the same again, whatever else is judged and in which order."""
    seed = dict(spec.parameters).get("seed", 0)
    digest = hashlib.blake2b(digest_size=8)
    for text in (str(seed), shown_order, str(repetition), *texts):
        content = text.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return int.from_bytes(digest.digest(), "big")


def _grade(spec: JudgeSpec, single: Single, repetition: int) -> Judgment:
    texts = [*(message.content for message in single.prompt), *single.response]
    grades = tuple(
        Grade(
            criterion.name,
            criterion.values[_draw(spec, [criterion.name, *texts], "", repetition) % len(criterion.values)],
            "drawn at random",
        )
        for criterion in spec.rubric.criteria
    )
    return Judgment(
        "", repetition, "scored", grades=grades, reasoning="drawn at random", parse_path="builtin"
    )


def _by_reference(pair: Pair, shown_order: ShownOrder, repetition: int) -> Judgment:
    if not any(reference.strip() for reference in pair.references):
        problem = "builtin/reference compares with a reference, and this prompt has none"
        return Judgment(shown_order, repetition, "unscored", reason="no_verdict", problem=problem)
    best_a, best_b = (
        max(_chrf("\n".join(turns), reference) for reference in pair.references)
        for turns in (pair.response_a, pair.response_b)
    )
    verdict: Verdict = "tie" if best_a == best_b else "a" if best_a > best_b else "b"
    return Judgment(
        shown_order,
        repetition,
        "scored",
        verdict=verdict,
        reasoning=f"chrF against the best reference: a {best_a:.2f}, b {best_b:.2f}",
        parse_path="builtin",
    )


@lru_cache(maxsize=4096)
def _chrf(text: str, reference: str) -> float:
    from sacrebleu.metrics.chrf import CHRF

    return float(CHRF().sentence_score(text, [reference]).score)
