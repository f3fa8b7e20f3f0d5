import pytest

from arena.audit import JudgeCard, get_cards
from arena.errors import NotFoundError
from db import Database
from tests.arena.filling import import_rows, record

SHOWN = {"a": ("A", "B"), "b": ("B", "A"), "tie": ("tie", "tie"), "both_bad": ("both_bad", "both_bad")}
"""How each stored verdict is said with a shown first, and with b shown first."""


@pytest.mark.parametrize(
    ("ab", "ba", "kind"),
    [
        ("a", "a", "consistent"), ("b", "b", "consistent"), ("tie", "tie", "consistent"),
        ("both_bad", "both_bad", "consistent"),
        ("a", "b", "primacy"), ("b", "a", "recency"),
        ("a", "tie", "primacy"), ("tie", "b", "primacy"), ("a", "both_bad", "primacy"),
        ("b", "tie", "recency"), ("tie", "a", "recency"), ("both_bad", "a", "recency"),
        ("tie", "both_bad", "other_flip"), ("both_bad", "tie", "other_flip"),
    ],
)  # fmt: skip
def test_two_orders_come_to_what_the_definition_says(poems: Database, ab: str, ba: str, kind: str) -> None:
    record(poems, [("p0", "alder", "birch", SHOWN[ab][0]), ("p0", "birch", "alder", SHOWN[ba][1])])
    card = card_of(poems)
    counts = {
        "consistent": card.n_consistent, "primacy": card.n_primacy, "recency": card.n_recency,
        "other_flip": card.n_other_flips,
    }  # fmt: skip
    assert counts == {name: int(name == kind) for name in counts}


def card_of(database: Database, judge: str = "recorded-judge") -> JudgeCard:
    (card,) = get_cards(database, judge)
    return card


def test_an_unscored_order_makes_the_pair_unscored(poems: Database) -> None:
    import_rows(
        poems,
        "poems",
        [
            {"judge": "j", "prompt": "p0", "shown_first": a, "shown_second": b, "verdict": verdict}
            for a, b, verdict in [("alder", "birch", "A"), ("birch", "alder", "???")]
        ],
    )
    card = card_of(poems, "j")
    assert (card.n_pairs, card.n_unscored, card.n_consistent, card.position_consistency) == (1, 1, 0, None)


def test_one_order_judgments_stay_out_of_flip_rates(poems: Database) -> None:
    record(poems, [("p0", "alder", "birch", "A"), ("p1", "alder", "birch", "B")])
    card = card_of(poems)
    assert (card.n_pairs, card.n_one_order) == (0, 2)
    assert "one order only" in card.sentence


def test_the_card_counts_one_data_set_or_all(poems: Database) -> None:
    record(poems, [("p0", "alder", "birch", "A"), ("p0", "birch", "alder", "A")])
    record(poems, [("q0", "alder", "birch", "A"), ("q0", "birch", "alder", "B")], dataset="other")
    assert card_of(poems).n_pairs == 2
    (card,) = get_cards(poems, "recorded-judge", "poems")
    assert (card.n_pairs, card.n_primacy) == (1, 1)


def test_an_unknown_judge_is_answered_with_the_known(poems: Database) -> None:
    record(poems, [("p0", "alder", "birch", "A")])
    with pytest.raises(NotFoundError, match="Judges: recorded-judge"):
        get_cards(poems, "gpt-9")
