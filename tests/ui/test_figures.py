"""Numbers as words."""

from __future__ import annotations

import pytest

from ui import figures


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (0.0, "$0.00"),
        (6.8e-06, "under $0.0001"),
        (0.00062, "$0.00062"),
        (0.5, "$0.50"),
        (0.13, "$0.13"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money_without_a_price_is_unknown_and_never_free(value: float | None, words: str) -> None:
    assert figures.usd(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "time left unknown"),
        (20, "less than a minute left"),
        (240, "about 4 min left"),
        (7200, "about 2.0 h left"),
    ],
)
def test_time_left_is_rounded(value: float | None, words: str) -> None:
    assert figures.time_left(value) == words


def test_a_rank_is_a_range_where_it_is_not_settled() -> None:
    assert figures.rank(2, 2) == "2"
    assert figures.rank(2, 4) == "2\u20134"


def test_a_share_names_its_whole() -> None:
    assert figures.share(135, 214) == "63\u00a0% of 214"
    assert figures.share(0, 0) == "\u2013"


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_was_not_estimated_is_a_dash(value: float | None) -> None:
    assert figures.points(value) == figures.percent(value) == figures.seconds(value) == "\u2013"
