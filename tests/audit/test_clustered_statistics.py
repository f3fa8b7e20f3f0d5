"""Shares, sign flips, Holm, kappa, alpha and the annotator test: known answers, invariances, refusals."""

from __future__ import annotations

import csv
from itertools import product

import numpy as np
import pytest
from scipy import stats

from ranking import InvalidMatchesError, cohen_kappa, krippendorff_alpha
from ranking.annotator_test import alternative_annotator_test
from ranking.nominal import nominal_alpha, nominal_kappa
from ranking.shares import binomial_p, clustered_ratio, clustered_share, holm_adjust, sign_flip_p
from tests.shared_data import SHARED_DATA, needs_shared_data


def test_with_one_item_a_prompt_a_mean_has_the_interval_of_the_t_test() -> None:
    x = np.random.default_rng(0).normal(0.3, 1, 40)
    got = clustered_ratio(x, np.ones(40), np.arange(40))
    interval = stats.ttest_1samp(x, 0).confidence_interval()
    assert (got.low, got.high) == pytest.approx((interval.low, interval.high))


def test_copies_of_a_prompts_items_add_no_certainty() -> None:
    rng = np.random.default_rng(1)
    hits, prompts = rng.random(50) < 0.4, np.arange(50)
    once = clustered_share(hits, prompts)
    many = clustered_share(np.repeat(hits, 7), np.repeat(prompts, 7))
    assert (many.low, many.high) == pytest.approx((once.low, once.high))
    assert many.n_items == 350


def test_a_share_of_zero_has_an_interval_by_its_prompts() -> None:
    got = clustered_share(np.zeros(1000), np.repeat(np.arange(10), 100))
    assert got.low == 0.0
    assert 0.2 < got.high < 0.4, "ten prompts, not a thousand pairs"


def test_under_five_prompts_there_is_no_interval() -> None:
    got = clustered_share([1, 0, 1, 1], [1, 1, 2, 3])
    assert got.value == 0.75
    assert np.isnan(got.low)
    assert "too few prompts" in got.note


def test_no_items_are_no_figure() -> None:
    assert np.isnan(clustered_share([], []).value)


@pytest.mark.parametrize(("x", "prompts"), [([1.0, np.nan], [1, 2]), ([1.0], [1, 2])])
def test_impossible_items_are_refused(x: list[float], prompts: list[int]) -> None:
    with pytest.raises(InvalidMatchesError):
        clustered_share(x, prompts)


@pytest.mark.parametrize("sums", [[3, -1, 2], [1, 1, 1, 1], [5, -5], [2, 0, 1, -4, 1]])
def test_a_sign_flip_p_is_the_share_of_all_sign_patterns(sums: list[int]) -> None:
    x = np.array([value for value in sums if value])
    totals = [abs(int((np.array(signs) * x).sum())) for signs in product((1, -1), repeat=len(x))]
    expected = np.mean([total >= abs(int(x.sum())) for total in totals])
    assert sign_flip_p(sums) == pytest.approx(expected)


def test_with_one_flip_a_prompt_the_sign_flip_is_the_binomial() -> None:
    assert sign_flip_p([1] * 14 + [-1] * 5) == pytest.approx(binomial_p(14, 5))


@pytest.mark.parametrize(("first", "second"), [(198, 245), (0, 7), (5, 5), (1, 0), (54, 217)])
def test_the_binomial_p_is_the_exact_one(first: int, second: int) -> None:
    assert binomial_p(first, second) == pytest.approx(stats.binomtest(first, first + second).pvalue)


def test_without_any_flip_there_is_no_p() -> None:
    assert np.isnan(sign_flip_p([0, 0]))
    assert np.isnan(binomial_p(0, 0))


def test_a_large_sign_flip_is_close_to_normal() -> None:
    sums = np.random.default_rng(2).integers(-30, 31, 4000)
    exact_like = 2 * stats.norm.sf(abs(sums.sum()) / np.sqrt((sums**2).sum()))
    assert sign_flip_p(sums) == pytest.approx(exact_like, abs=0.01)


def test_holm_gives_the_published_example() -> None:
    """Holm (1979) steps: the least p times m, the next times m - 1, never falling."""
    assert holm_adjust([0.01, 0.04, 0.03, np.nan]).tolist()[:3] == pytest.approx([0.03, 0.06, 0.06])
    assert np.isnan(holm_adjust([np.nan])).all()


@needs_shared_data
def test_alpha_of_codings_is_the_published_one() -> None:
    with (SHARED_DATA / "evalica" / "codings.csv").open(newline="") as file:
        ratings = np.array([[float(x) if x else np.nan for x in row] for row in csv.reader(file)])
    counts = np.stack([(ratings == level).sum(axis=0) for level in range(1, 6)], axis=1)
    assert nominal_alpha(counts, np.arange(counts.shape[0])).value == pytest.approx(0.7434211, abs=1e-6)


def test_kappa_and_alpha_are_those_of_the_other_implementations() -> None:
    rng = np.random.default_rng(3)
    first = rng.integers(0, 4, 200)
    second = np.where(rng.random(200) < 0.6, first, rng.integers(0, 4, 200))
    prompts = np.repeat(np.arange(40), 5)
    kappa = nominal_kappa(first, second, 4, prompts)
    other = cohen_kappa(first, second, levels=range(4), prompt_id=prompts, rng=rng)
    assert kappa.value == pytest.approx(other.value)
    assert (kappa.low, kappa.high) == pytest.approx((other.low, other.high), abs=0.04)
    both = np.stack([first, second]).astype(float)
    counts = np.stack([(both == level).sum(axis=0) for level in range(4)], axis=1)
    expected = krippendorff_alpha(both, levels=range(4), rng=rng, n_rounds=10).value
    assert nominal_alpha(counts, prompts).value == pytest.approx(expected)


def test_equal_labels_have_no_kappa() -> None:
    assert np.isnan(nominal_kappa([1] * 9, [1] * 9, 4, range(9)).value)


@pytest.mark.parametrize("labels", [[4, 0], [-1, 0]])
def test_labels_outside_the_levels_are_refused(labels: list[int]) -> None:
    with pytest.raises(InvalidMatchesError, match="from 0 to 3"):
        nominal_kappa(labels, [0, 0], 4, [0, 1])


def raters(n: int, accuracy: float, rng: np.random.Generator) -> np.ndarray:
    truth = rng.integers(0, 2, n)
    return np.stack([np.where(rng.random(n) < accuracy, truth, 1 - truth) for _ in range(4)]).astype(float)


def test_a_judge_that_knows_the_truth_may_replace_noisy_raters() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, 100)
    table = np.stack([np.where(rng.random(100) < 0.8, truth, 1 - truth) for _ in range(4)]).astype(float)
    got = alternative_annotator_test(truth.astype(float), table)
    assert got.passes
    assert got.winning_rate == 1.0
    assert got.advantage > 0.9


def test_a_judge_that_guesses_may_not() -> None:
    rng = np.random.default_rng(5)
    got = alternative_annotator_test(rng.integers(0, 2, 100).astype(float), raters(100, 0.9, rng))
    assert not got.passes
    assert got.winning_rate == 0.0


def test_with_one_item_a_prompt_the_test_is_the_papers_t_test() -> None:
    rng = np.random.default_rng(6)
    table = raters(60, 0.8, rng)
    judge = raters(60, 0.8, np.random.default_rng(6))[1]
    got = alternative_annotator_test(judge, table[[0, 2, 3]], epsilon=0.2)
    rest = table[[2, 3]]
    of_judge, of_rater = (rest == judge).sum(axis=0), (rest == table[0]).sum(axis=0)
    lead = (of_rater >= of_judge).astype(float) - (of_judge >= of_rater)
    assert got.p_values[0] == pytest.approx(stats.ttest_1samp(lead, 0.2, alternative="less").pvalue)


def test_too_few_items_or_raters_give_no_answer() -> None:
    rng = np.random.default_rng(7)
    got = alternative_annotator_test(np.zeros(29), raters(29, 0.9, rng))
    assert np.isnan(got.winning_rate)
    assert not got.passes
    assert "needs 2 raters with 30" in got.note


def test_tables_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidMatchesError):
        alternative_annotator_test(np.zeros(5), np.zeros((3, 4)))
