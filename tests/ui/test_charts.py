"""Specifications from plain rows, with the same figures in words."""

from __future__ import annotations

import pytest

from ui.charts.forest import ForestRow, forest_spec
from ui.charts.heatmap import MAX_LABELLED, HeatmapCell, heatmap_in_words, heatmap_spec
from ui.components.scale import scale_over

CELLS = [
    HeatmapCell("alder", "birch", 0.9, 20, "./matches?a"),
    HeatmapCell("birch", "alder", 0.1, 20, "./matches?b"),
    HeatmapCell("birch", "cedar", 0.5, 12, "./matches?c"),
    HeatmapCell("cedar", "birch", 0.5, 12, "./matches?d"),
]


def test_the_words_name_the_most_one_sided_and_the_closest_pair() -> None:
    words = heatmap_in_words(CELLS, figure="wins")
    assert "Most one-sided: alder wins 90 % of 20 against birch" in words
    assert "Closest: birch and cedar, 50 %" in words


def test_an_even_pair_counts_once() -> None:
    assert heatmap_in_words(CELLS, figure="wins").startswith("2 pairs.")


def test_without_a_compared_pair_the_words_say_so() -> None:
    assert heatmap_in_words([], figure="wins") == "No pair of contestants has been compared."


def test_every_cell_carries_its_count_and_its_link() -> None:
    values = heatmap_spec(CELLS, ["alder", "birch", "cedar"], figure="wins")["data"]["values"]
    assert [value["count"] for value in values] == ["n 20", "n 20", "n 12", "n 12"]
    assert values[0]["link"] == "./matches?a"


@pytest.mark.parametrize(("n", "layers"), [(MAX_LABELLED, 3), (MAX_LABELLED + 1, 1)])
def test_figures_stand_in_the_cells_while_they_fit(n: int, layers: int) -> None:
    assert len(heatmap_spec(CELLS, [str(i) for i in range(n)], figure="wins")["layer"]) == layers


def test_a_row_without_an_interval_keeps_its_dot() -> None:
    spec = forest_spec([ForestRow("alder", 1010.0, None, None)], title="Rating", value_format=".0f")
    assert spec["data"]["values"][0] == {"name": "alder", "rating": 1010.0, "low": None, "high": None}
    assert spec["layer"][0]["transform"] == [{"filter": "isValid(datum.low)"}]


def test_a_scale_leaves_out_what_is_not_finite() -> None:
    scale = scale_over([None, float("nan"), float("inf"), 10.0, 20.0])
    assert scale is not None
    assert 0 < scale.place(10.0) < scale.place(20.0) < 1
    assert scale_over([None, float("nan")]) is None


def test_a_single_value_stands_in_the_middle() -> None:
    scale = scale_over([5.0])
    assert scale is not None
    assert scale.place(5.0) == 0.5
