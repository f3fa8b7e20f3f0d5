"""Chart specifications and their text alternatives, from plain rows."""

from __future__ import annotations

import math

import pytest

from ui.charts.calibration import CalibrationPoint, calibration_in_words, calibration_spec
from ui.charts.cost import PricedRow, cost_in_words, cost_spec, frontier
from ui.charts.forest import ForestRow, forest_spec
from ui.charts.heatmap import MAX_LABELLED, Figure, Heatmap, HeatmapCell, heatmap_in_words
from ui.charts.history import HistoryPoint, history_spec, late_in_words
from ui.charts.labels import spread
from ui.charts.ranks import RankPair, ranks_spec
from ui.components.scale import scale_over

CELLS = [
    HeatmapCell("alder", "birch", 0.9, 0.85, 20),
    HeatmapCell("birch", "alder", 0.1, 0.15, 20),
    HeatmapCell("birch", "cedar", 0.5, 0.55, 12),
    HeatmapCell("cedar", "birch", 0.5, 0.45, 12),
]
LINKS = {"alder": "&contestant=alder", "birch": "&contestant=birch", "cedar": "&contestant=cedar"}


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("won", "2 pairs. Most one-sided: alder wins 90\u00a0% of 20 against birch."
                " Closest: birch and cedar, 50\u00a0%."),
        ("predicted", "2 pairs. Most one-sided: alder has 85\u00a0% against birch."
                      " Closest: birch and cedar, 55\u00a0%."),
        ("matches", "2 pairs. Most matches: alder and birch, 20. Fewest: birch and cedar, 12."),
    ],
)  # fmt: skip
def test_the_words_name_the_two_ends(figure: Figure, words: str) -> None:
    assert heatmap_in_words(CELLS, figure=figure) == words


@pytest.mark.parametrize("figure", ["won", "matches"])
def test_without_a_compared_pair_the_words_say_so(figure: Figure) -> None:
    assert heatmap_in_words([], figure=figure) == "No pair of contestants has been compared."


def test_a_method_without_chances_says_so() -> None:
    cells = [HeatmapCell("alder", "birch", 0.9, None, 20)]
    assert heatmap_in_words(cells, figure="predicted") == "This method gives no chances of a win."


def test_a_cell_holds_its_places_its_figures_and_its_count() -> None:
    record = Heatmap(CELLS, LINKS, "won", "./matches?dataset=poems", "words").record()
    assert record["cells"][0] == (0, 1, 0.9, 0.85, 20)
    assert record["cells"][3] == (2, 1, 0.5, 0.45, 12)
    assert record["names"] == ["alder", "birch", "cedar"]
    assert record["base"] + record["parts"][0] == "./matches?dataset=poems&contestant=alder"


@pytest.mark.parametrize(("n", "fits"), [(MAX_LABELLED, True), (MAX_LABELLED + 1, False)])
def test_figures_stand_in_the_cells_while_they_fit(n: int, fits: bool) -> None:
    links = {str(i): "" for i in range(n)}
    assert Heatmap([], links, "won", "", "").record()["labelled"] is fits


def test_a_row_without_an_interval_keeps_its_dot() -> None:
    spec = forest_spec([ForestRow("alder", 1010.0, None, None)], title="Rating", value_format=".0f")
    assert spec["data"]["values"][0] == {"name": "alder", "rating": 1010.0, "low": None, "high": None}
    assert spec["layer"][0]["transform"] == [{"filter": "isValid(datum.low)"}]


def test_labels_keep_their_distance_and_their_order() -> None:
    places = spread([10.0, 11.0, 50.0, 10.5], gap=4.0)
    assert places == pytest.approx([6.5, 14.5, 50.0, 10.5])
    assert spread([], 1.0) == []
    many = spread([float(i % 3) for i in range(30)], gap=1.0)
    assert min(b - a for a, b in zip(sorted(many), sorted(many)[1:], strict=False)) == pytest.approx(1.0)


def test_the_best_for_the_price_are_found_and_said() -> None:
    rows = [
        PricedRow("cheap", 0.01, 900, 880, 920),
        PricedRow("dear", 2.0, 1100, None, None),
        PricedRow("poor", 1.0, 850, 800, 900),
    ]
    assert [row.name for row in frontier(rows)] == ["cheap", "dear"]
    assert cost_in_words(rows, price="price").endswith(
        "takes cheap, then dear. poor is no better than one of these at no lower price."
    )
    spec = cost_spec(rows, price_title="USD", rating_title="Rating", value_format=".0f")
    assert spec["encoding"]["x"]["scale"]["type"] == "log"
    assert [value["best"] for value in spec["data"]["values"]] == [True, True, False]
    assert "lowest price" in cost_in_words([rows[1], PricedRow("worse", 3.0, 800, None, None)], price="price")


def test_a_name_stands_above_its_interval() -> None:
    rows = [PricedRow("known", 1.0, 900, 850, 960), PricedRow("without", 2.0, 950, None, None)]
    spec = cost_spec(rows, price_title="USD", rating_title="Rating", value_format=".0f")
    assert [value["top"] for value in spec["data"]["values"]] == [960, 950]


def test_a_line_that_begins_late_is_named() -> None:
    early, late = (HistoryPoint(name, at, "", 1000.0, None, None) for name, at in (("oak", 10), ("elm", 130)))
    assert late_in_words([early, late]).startswith(" Later than the rest begins elm at 130 matches:")
    assert late_in_words([early]) == ""


def test_a_free_contestant_is_on_the_axis() -> None:
    rows = [PricedRow("free", 0.0, 900, None, None), PricedRow("dear", 2.0, 950, None, None)]
    spec = cost_spec(rows, price_title="USD", rating_title="Rating", value_format=".0f")
    assert "type" not in spec["encoding"]["x"]["scale"]


def test_calibration_is_one_method_in_words_and_all_in_the_chart() -> None:
    points = [CalibrationPoint("elo", 0.55, 0.5, 10), CalibrationPoint("win-rate", 0.95, 0.9, 30)]
    assert calibration_in_words(points, "win-rate") == "win-rate: given 95\u00a0%, won 90\u00a0% of 30."
    assert len(calibration_spec(points)["layer"][1]["data"]["values"]) == 2


def test_a_history_names_its_lines_at_their_ends() -> None:
    points = [
        HistoryPoint(name, at, "", 1000.0 + at, 990.0, 1010.0)
        for name in ("alder", "birch")
        for at in (10, 20)
    ]
    names = history_spec(points, title="Rating", value_format=".0f")["layer"][2]["data"]["values"]
    assert [one["at"] for one in names] == [20, 20]
    assert names[0]["place"] != names[1]["place"]


def test_two_rankings_mark_who_moved() -> None:
    spec = ranks_spec([RankPair("alder", 1, 2), RankPair("birch", 3, 3)], left="Pairs", right="Levels")
    assert [value["moved"] for value in spec["data"]["values"]] == [True, True, False, False]


def test_a_scale_leaves_out_what_is_not_finite() -> None:
    scale = scale_over([None, float("nan"), float("inf"), 10.0, 20.0])
    assert scale is not None
    assert 0 < scale.place(10.0) < scale.place(20.0) < 1
    assert scale_over([None, math.nan]) is None


def test_a_single_value_stands_in_the_middle() -> None:
    scale = scale_over([5.0])
    assert scale is not None
    assert scale.place(5.0) == 0.5
