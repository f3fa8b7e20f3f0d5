"""Exact metrics: equal to their libraries' own figures, ROUGE-L and the checks by hand."""

import math

import pytest
from rapidfuzz.distance import Levenshtein
from sacrebleu import sentence_bleu, sentence_chrf, sentence_ter

from judge.calls import TokenLogprob
from judge.exact import (
    METRIC_NAMES,
    MetricError,
    VectorError,
    cosine,
    nearest,
    parse_metric,
    pass_at_k,
    perplexity,
    score_text,
)
from judge.exact.scoring import rouge_l
from judge.exact.text import last_number, normalise

CASES = [
    pytest.param("The cat sat on the mat.", ["The cat sat on the mat."], id="the same"),
    pytest.param(
        "The cat sat on a mat today.", ["A dog lay there.", "The cat sat on the mat."], id="several"
    ),
    pytest.param("", ["The cat sat on the mat."], id="empty response"),
    pytest.param("The cat sat on the mat.", [""], id="empty reference"),
    pytest.param("", [""], id="both empty"),
    pytest.param("猫坐在垫子上面睡觉", ["猫坐在垫子上", "一只狗"], id="Chinese"),
    pytest.param("Кошка сидела на ковре.", ["Кошка сидит на коврике."], id="Russian"),
    pytest.param("القط جلس على السجادة", ["جلس القط على السجادة"], id="Arabic"),
    pytest.param("बिल्ली चटाई पर बैठी", ["बिल्ली चटाई पर सोई"], id="Hindi"),
    pytest.param("naïve café ☕ 100%", ["naive cafe 100 %"], id="accents and symbols"),
]


def value(metric: str, response: str, *references: str) -> float | None:
    return score_text(parse_metric(metric), response, references).value


@pytest.mark.parametrize(("response", "references"), CASES)
def test_sacrebleu_metrics_equal_the_librarys_own_figures(response: str, references: list[str]) -> None:
    assert value("bleu", response, *references) == sentence_bleu(response, references).score
    assert value("bleu:zh", response, *references) == sentence_bleu(response, references, tokenize="zh").score
    assert value("chrf", response, *references) == sentence_chrf(response, references).score
    assert value("ter", response, *references) == sentence_ter(response, references).score


@pytest.mark.parametrize(("response", "references"), CASES)
def test_edit_similarity_equals_rapidfuzz_with_the_nearest_reference(
    response: str, references: list[str]
) -> None:
    expected = max(Levenshtein.normalized_similarity(response, reference) for reference in references)
    assert value("edit", response, *references) == expected


@pytest.mark.parametrize(
    ("response", "reference", "expected"),
    [
        # Lin (2004), section 3.1: LCS of 3 words in 4 and 4, then of 2.
        ("police kill the gunman", "police killed the gunman", 2 * 3 / 8),
        ("the gunman kill police", "police killed the gunman", 2 * 2 / 8),
        ("The cat is on the mat", "the cat sat on the big mat", 2 * 5 / 13),
        ("猫坐在垫子上", "猫在垫子上睡", 2 * 5 / 12),
        ("बिल्ली चटाई पर बैठी", "बिल्ली चटाई पर सोई", 2 * 3 / 8),
        ("", "something", 0.0),
        ("something", "", 0.0),
        ("", "", 0.0),
    ],
)
def test_rouge_l_is_the_f1_of_the_common_subsequence_counted_by_hand(
    response: str, reference: str, expected: float
) -> None:
    assert rouge_l(response, reference) == pytest.approx(expected, abs=1e-12)
    assert value("rouge-l", response, reference, "zzz") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("metric", "response", "references", "expected"),
    [
        ("exact", "The Paris!", ["paris"], 1),
        ("exact", "**Paris**", ["Paris"], 1),
        ("exact", "Paris, France", ["Paris"], 0),
        ("exact", "München", ["münchen"], 1),
        ("exact", "ＴＯＫＹＯ", ["tokyo"], 1),
        ("exact", "東京。", ["東京"], 1),
        ("exact", "-5", ["5"], 0),
        ("exact", "3.5", ["35"], 0),
        ("exact", "1/2", ["12"], 0),
        ("exact", "50%", ["50"], 0),
        ("exact", "C#", ["C"], 0),
        ("exact", "well-known", ["well known"], 1),
        ("exact", "A", ["a."], 1),
        ("exact", "A", ["the"], 0),
        ("exact", "", ["something"], 0),
        ("exact", "", [""], 1),
        ("exact", "something", [""], 0),
        ("exact", "!", ["?"], 0),
        ("exact", "rouge", ["red", "Rouge."], 1),
        ("contains", "It is Paris, of course.", ["paris"], 1),
        ("contains", "concatenate", ["cat"], 0),
        ("contains", "It is -5.", ["5"], 0),
        ("contains", "首都は東京です", ["東京"], 1),
        ("contains", "Paris—the capital", ["Paris"], 1),
        ("contains", "", ["Paris"], 0),
        ("contains", "anything", [""], 0),
        ("regex:^yes\\b", "yes, it is", [], 1),
        ("regex:^yes\\b", "oh yes", [], 0),
        ("regex", "order 66", [r"\d+"], 1),
        ("regex:(?i)ПАРИЖ", "Столица: Париж", [], 1),
        ("number", "So 3 + 4 = 7.", ["#### 7"], 1),
        ("number", "The total is 1,234.50 dollars", ["1234.5"], 1),
        ("number", "−12", ["-12"], 1),
        ("number", "١٢", ["12"], 1),
        ("number", "2024-11-05 means 5", ["5"], 1),
        ("number", "1e3", ["1000"], 1),
        ("number", "none", ["7"], 0),
        ("number", "", ["7"], 0),
        ("number", "3.14", ["3.14159"], 0),
        ("number:0.01", "3.14", ["3.14159"], 1),
        ("number:1%", "3.12", ["3.14159"], 1),
        ("number:1%", "3.0", ["3.14159"], 0),
        ("number", "7", ["8", "7"], 1),
    ],
)  # fmt: skip
def test_checks_say_right_or_wrong(
    metric: str, response: str, references: list[str], expected: float
) -> None:
    assert value(metric, response, *references) == expected


@pytest.mark.parametrize("name", [name for name in METRIC_NAMES if name not in ("embedding", "perplexity")])
def test_without_a_reference_there_is_no_figure_and_the_reason_is_said(name: str) -> None:
    score = score_text(parse_metric(name), "something", [])
    assert score.value is None
    assert "no reference" in score.problem


def test_a_reference_without_a_number_gives_no_figure() -> None:
    score = score_text(parse_metric("number"), "7", ["seven"])
    assert (score.value, score.problem) == (None, "no reference holds a number")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("bleurt", "there is no metric"),
        ("regex:(", "cannot be read"),
        ("number:some", "no tolerance"),
        ("number:-1", "no tolerance"),
        ("number:inf", "no tolerance"),
        ("bleu:mecab", "tokenizer"),
        ("exact:please", "no argument"),
        ("embedding", "name the embedding model"),
    ],
)
def test_a_metric_that_cannot_be_is_refused(words: str, why: str) -> None:
    with pytest.raises(MetricError, match=why):
        parse_metric(words)


def test_a_pattern_that_does_not_end_in_time_is_stopped_and_has_no_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("judge.exact.pattern.TIMEOUT_S", 0.01)
    score = score_text(parse_metric("regex:^(a|aa)+$"), "a" * 60 + "b", [])
    assert score.value is None
    assert "did not end within" in score.problem


def test_names_round_trip_and_the_default_tokenizer_is_not_another_metric() -> None:
    for words in ("exact", "number:1%", "bleu:zh", "regex:^a:b$", "embedding:openai/text-embedding-3-small"):
        assert parse_metric(parse_metric(words).key) == parse_metric(words)
        assert parse_metric(words).key == words
    assert parse_metric("bleu:13a") == parse_metric("bleu")


def test_normalising_twice_changes_nothing() -> None:
    for text in ("The  Cat's -5.0% (big) C# — AT&T", "東京。", "a the", "…"):
        assert normalise(normalise(text)) == normalise(text)


def test_the_last_number_is_not_a_part_of_a_word() -> None:
    assert last_number("see gpt4") is None
    assert last_number("the 4th of 7th") == 7
    assert last_number("1,234,567") == 1234567
    assert last_number("12,34") == 34


def brute_pass_at_k(n: int, c: int, k: int) -> float:
    return 1 - math.comb(n - c, k) / math.comb(n, k)


def test_pass_at_k_equals_the_paper_s_combinations() -> None:
    for n in range(1, 12):
        for c in range(n + 1):
            for k in range(1, n + 1):
                assert pass_at_k(n, c, k) == pytest.approx(brute_pass_at_k(n, c, k), abs=1e-12)
    assert pass_at_k(200, 3, 10) == pytest.approx(brute_pass_at_k(200, 3, 10), abs=1e-12)


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (3, 1, 0), (3, 4, 1), (0, 0, 1)])
def test_pass_at_k_refuses_what_cannot_be(n: int, c: int, k: int) -> None:
    with pytest.raises(MetricError):
        pass_at_k(n, c, k)


def test_cosine_by_hand_and_refusals() -> None:
    assert cosine([1, 0], [0, 2]) == 0
    assert cosine([3, 4], [6, 8]) == pytest.approx(1)
    assert cosine([1, 1], [1, 0]) == pytest.approx(1 / math.sqrt(2))
    for bad in ([0.0, 0.0], [1.0], [math.nan, 1.0]):
        with pytest.raises(VectorError):
            cosine([1.0, 0.0], bad)
    assert nearest([1, 0], [[0, 1], [2, 0]]).value == pytest.approx(1)
    assert nearest([0, 0], [[0, 1]]).value is None
    assert nearest([1, 0], []).problem == "the prompt has no reference"


def test_perplexity_is_the_inverse_geometric_mean_probability() -> None:
    tokens = [TokenLogprob("a", math.log(0.5)), TokenLogprob("b", math.log(0.125))]
    assert perplexity(tokens).value == pytest.approx(4)
    assert perplexity(None).problem == "the provider returned no log-probabilities"
    assert perplexity([TokenLogprob("a", 0.5)]).value is None
