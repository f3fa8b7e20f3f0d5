"""What a board says of contestants that it cannot tell apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arena.board.groups import undistinguished_groups
from arena.board.records import Board, BoardQuery, Standing
from arena.board.words import sentence_of

ROW = Standing(
    contestant_id=1, contestant="", rating=1000.0, low=900.0, high=1100.0, rank_low=1, rank_high=1,
    n_matches=9, n_ai=9, n_people=0, win_rate=0.5, flip_rate=None, both_bad_rate=None,
    cost_usd_per_100=None, latency_s=None, component=0, note="",
)  # fmt: skip


def standings(*ranks: tuple[int | None, int | None]) -> list[Standing]:
    return [
        replace(ROW, contestant=name, rating=1000.0 - place, rank_low=low, rank_high=high)
        for place, (name, (low, high)) in enumerate(zip("abcdefgh", ranks, strict=False))
    ]


@pytest.mark.parametrize(
    ("ranks", "groups"),
    [
        ([(1, 1), (2, 4), (2, 4), (2, 4), (5, 5)], ["bcd"]),
        ([(1, 1), (2, 3), (2, 4), (3, 4), (5, 5)], ["bc", "cd"]),
        ([(1, 2), (1, 2), (3, 4), (3, 4)], ["ab", "cd"]),
        ([(1, 3), (1, 3), (1, 3)], ["abc"]),
        ([(1, 1), (2, 2)], []),
        ([(1, 1), (None, None), (None, None)], []),
        ([], []),
    ],
)
def test_every_group_that_cannot_be_told_apart_is_named(
    ranks: list[tuple[int | None, int | None]], groups: list[str]
) -> None:
    assert ["".join(group) for group in undistinguished_groups(standings(*ranks))] == groups


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ([(1, 1), (2, 3), (2, 4), (3, 4)], "a leads. b and c are not distinguished, nor are c and d."),
        ([(1, 2), (1, 2), (3, 4), (3, 4)],
         "a and b are not distinguished at the top. c and d are not distinguished."),
        ([(1, 1), (2, 3), (2, 4), (3, 5), (4, 6), (5, 6)],
         "a leads. 4 groups of neighbours are not distinguished; each rank is a range."),
    ],
)  # fmt: skip
def test_the_sentence_names_all_groups_while_they_are_few(
    ranks: list[tuple[int | None, int | None]], words: str
) -> None:
    board = Board(
        query=BoardQuery(), judges=(), standings=tuple(standings(*ranks)), cells=(), coefficients=(),
        n_matches=9, n_scored=9, n_flips=0, n_two_orders=0, n_both_bad=0, unscored=(), n_prompts=9,
        interval_method="", unit="points", sentence="", notes=(), is_invented=False,
        last_match_id=1, data_hash="",
    )  # fmt: skip
    assert sentence_of(board) == words
