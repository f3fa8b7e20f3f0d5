"""Elo, win rates, mean levels, bootstrap, ranks: worked examples, units and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ranking import (
    InvalidMatchesError,
    Levels,
    Matches,
    bootstrap_bradley_terry,
    density_difference,
    fit_bradley_terry,
    fit_elo,
    fit_mean_level,
    fit_win_rate,
    length_difference,
    probability_above,
    probability_best,
    simultaneous_ranks,
    win_rate_matrix,
)
from ranking.elo_average import fit_elo_averaged
from tests.ranking.worlds import NAMES, drawn


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_win_between_equals_moves_half_of_k_points() -> None:
    ratings = fit_elo(Matches([0], [1], [1.0], ["x", "y"]), k=32, initial=1500)
    assert ratings.rating.tolist() == [1516, 1484]


def test_elo_depends_on_row_order_and_its_average_does_not() -> None:
    matches = drawn()
    back = matches.take(np.arange(len(matches))[::-1])
    assert not np.allclose(fit_elo(matches).rating, fit_elo(back).rating)
    first, second = (fit_elo_averaged(m, rng=rng(), n_shuffles=400, n_rounds=0) for m in (matches, back))
    assert second.rating == pytest.approx(first.rating, abs=3)


def test_averaged_elo_has_intervals_over_prompts_not_over_shuffles() -> None:
    ratings = fit_elo_averaged(drawn(n_matches=1500), rng=rng())
    assert (ratings.low < ratings.rating).all()
    assert (ratings.rating < ratings.high).all()
    assert "prompts" in ratings.interval_method
    few = fit_elo_averaged(drawn(n_prompts=3), rng=rng())
    assert np.isnan(few.low).all()


def test_elo_of_nothing_is_nan_and_bad_options_are_refused() -> None:
    assert np.isnan(fit_elo(Matches([], [], [], ["x"])).rating).all()
    with pytest.raises(InvalidMatchesError, match="above 0"):
        fit_elo(drawn(), k=0)


def test_a_win_rate_is_the_share_of_points() -> None:
    matches = Matches([0, 0, 1, 0], [1, 1, 0, 1], [1.0, 0.5, 0.0, 0.0], ["x", "y"])
    assert fit_win_rate(matches).rating == pytest.approx([2.5 / 4, 1.5 / 4])
    assert win_rate_matrix(matches)[0, 1] == pytest.approx(2.5 / 4)
    assert np.isnan(win_rate_matrix(matches)[0, 0])


def test_a_win_rate_interval_is_that_of_a_clustered_mean() -> None:
    from scipy.stats import t

    won = np.array([1.0, 0, 1, 1, 0, 1, 1, 1])
    ratings = fit_win_rate(Matches([0] * 8, [1] * 8, won, ["x", "y"]))
    half = t.ppf(0.975, 7) * won.std(ddof=1) / np.sqrt(8)
    assert ratings.high[0] - ratings.rating[0] == pytest.approx(half)


def test_a_mean_level_is_in_levels_and_clustered_by_prompt() -> None:
    from scipy.stats import t

    level = np.array([1, 2, 3, 4, 5, 3.0])
    alone = fit_mean_level(Levels([0] * 6, level, ["x"], prompt_id=range(6)))
    assert alone.rating[0] == 3.0
    half = t.ppf(0.975, 5) * level.std(ddof=1) / np.sqrt(6)
    assert alone.high[0] - 3.0 == pytest.approx(half)
    twice = fit_mean_level(Levels([0] * 12, np.tile(level, 2), ["x"], prompt_id=list(range(6)) * 2))
    assert twice.high[0] == pytest.approx(alone.high[0])
    with pytest.raises(InvalidMatchesError, match="missing"):
        Levels([0], [np.nan], ["x"])


def test_a_bootstrap_over_prompts_agrees_with_the_clustered_sandwich() -> None:
    matches = drawn(n_matches=4000, n_prompts=150)
    result = bootstrap_bradley_terry(matches, rng=rng(), n_rounds=400)
    ratio = np.diagonal(result.ratings.covariance) / np.diagonal(fit_bradley_terry(matches).covariance)
    assert ratio == pytest.approx(np.ones(6), abs=0.3)
    assert result.n_separable == 0


def test_bootstrap_rounds_without_a_finite_fit_are_counted_not_averaged() -> None:
    a, b, y = [0] * 20 + [1] * 20, [1] * 20 + [2] * 20, [1.0] * 19 + [0.0] + [1.0, 0.0] * 10
    result = bootstrap_bradley_terry(Matches(a, b, y, list("xyz")), rng=rng(), n_rounds=300)
    assert 60 < result.n_separable < 160  # about 300 / e draws leave the only loss out
    assert len(result.theta) == 300 - result.n_separable
    assert any("no finite fit" in note for note in result.ratings.notes)
    with pytest.raises(InvalidMatchesError, match="finite"):
        bootstrap_bradley_terry(Matches([0], [1], [1.0], ["x", "y"]), rng=rng())


def test_simultaneous_ranks_are_no_narrower_than_single_ones() -> None:
    ratings = fit_bradley_terry(drawn())
    together = simultaneous_ranks(ratings, rng=rng())
    assert (together.rank_low <= ratings.rank_low).all()
    assert (together.rank_high >= ratings.rank_high).all()
    assert together.critical_value > ratings.critical_value


def test_the_critical_value_of_two_contestants_is_students() -> None:
    matches = Matches([0] * 40, [1] * 40, [1.0, 0.0, 1.0, 0.5] * 10, ["x", "y"], prompt_id=range(40))
    ratings = fit_bradley_terry(matches)
    drawn_value = simultaneous_ranks(ratings, rng=rng(), n_draws=40_000).critical_value
    assert drawn_value == pytest.approx(ratings.critical_value, abs=0.05)


def test_chances_of_order_complement_and_the_best_sum_to_one() -> None:
    ratings = fit_bradley_terry(drawn())
    above = probability_above(ratings)
    i, j = np.triu_indices(6, 1)
    assert above[i, j] + above[j, i] == pytest.approx(np.ones(15))
    assert np.isnan(np.diagonal(above)).all()
    best = probability_best(ratings, rng=rng())
    assert best.sum() == pytest.approx(1)
    assert best.argmax() == ratings.theta.argmax()


def test_style_features_are_differences_that_swap_sign() -> None:
    assert length_difference([300, 0], [100, 0]) == pytest.approx([0.5, 0])
    assert density_difference([3], [1], [10], [10]) == pytest.approx([0.2 / 1.4])
    assert density_difference([1], [3], [10], [10]) == pytest.approx([-0.2 / 1.4])


# ---- tables


def frame(**columns: object) -> pd.DataFrame:
    base: dict[str, object] = {
        "model_a": ["x", "y", "x", "x", "y"],
        "model_b": ["y", "x", "z", "y", "z"],
        "winner": ["model_a", "model_b", "tie", "tie (bothbad)", "both_bad"],
    }
    return pd.DataFrame(base | columns)


@pytest.mark.parametrize("kind", ["str", "object", "category", "string"])
def test_a_table_of_names_reads_alike_in_every_column_type(kind: Any) -> None:
    matches = Matches.from_frame(frame().astype(kind))
    assert matches.names == ("x", "y", "z")
    assert matches.a.tolist() == [0, 1, 0, 0, 1]
    assert matches.b.tolist() == [1, 0, 2, 1, 2]
    assert matches.outcome.tolist() == [1.0, 0.0, 0.5, 0.5, 0.5]


def test_optional_columns_are_read() -> None:
    matches = Matches.from_frame(
        frame(
            weight=[1, 2, 1, 1, 1],
            prompt_id=["p", "q", "p", "q", "p"],
            shown_first=["model_a", "model_b", None, "model_a", "model_b"],
            judge=["j"] * 5,
            length=[1.0, 2, 3, 4, 5],
        ),
        covariates=["length"],
    )
    assert matches.shown_first is not None
    assert matches.shown_first.tolist() == [1, -1, 0, 1, -1]
    assert matches.prompt_id is not None
    assert matches.prompt_id.tolist() == [0, 1, 0, 1, 0]
    assert matches.covariates["length"].tolist() == [1, 2, 3, 4, 5]


def test_an_unused_category_is_no_contestant() -> None:
    names = pd.Categorical(["x", "y", "x", "x", "y"], categories=["unused", "y", "x", "z"])
    assert Matches.from_frame(frame(model_a=names)).names == ("x", "y", "z")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (frame().drop(columns="model_a"), "no column model_a"),
        (frame().drop(columns="winner"), "neither a column winner"),
        (frame(winner=["model_a"] * 4 + ["left"]), "not left"),
        (frame(winner=["model_a"] * 4 + [None]), "winner is missing in 1 rows"),
        (frame(model_a=["x"] * 4 + [None]), "model_a is missing in 1 rows"),
        (frame(outcome=[0.5] * 4 + [np.nan]), "1 matches have no outcome"),
        (frame(prompt_id=["p"] * 4 + [None]), "prompt_id is missing"),
        (frame(shown_first=["a"] * 5), "shown_first must be"),
    ],
)
def test_a_bad_table_is_refused_with_a_sentence(table: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(InvalidMatchesError, match=sentence):
        Matches.from_frame(table)


def test_an_empty_table_has_no_contestants() -> None:
    assert Matches.from_frame(frame().iloc[:0]).names == ()


def test_to_frame_is_best_first_with_the_unrated_last() -> None:
    matches = Matches([0, 0, 1, 2], [1, 1, 0, 0], [1.0, 1.0, 1.0, 1.0], ["x", "y", "best"])
    table = fit_bradley_terry(matches).to_frame()
    assert table["contestant"].tolist() == ["x", "y", "best"]
    assert table["reason"].tolist()[2] == "it won every match"
    assert set(NAMES) == set(fit_bradley_terry(drawn()).to_frame()["contestant"])
