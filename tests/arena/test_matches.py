from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from arena.errors import NotFoundError
from arena.matches import MatchFilter, get_match, get_neighbours, list_matches
from arena.run import RunSpec, start_run
from arena.run.runner import run_waiting
from arena.store import open_store
from db import Database
from db.tables import MatchRow, PromptTagRow
from tests.arena.filling import both_orders, import_rows, record
from tests.fake_llm import scripts, serve
from tests.ui.filling import fill, judge, mixed, vote


@pytest.fixture
def reviewed(poems: Database) -> Database:
    """Six matches of one judge, one of them a flip, one unscored, one tied, and two votes of people."""
    verdicts = both_orders("p0", "alder", "birch", "A") + both_orders("p1", "alder", "birch", "B")
    verdicts += both_orders("p2", "alder", "birch", "tie") + both_orders("p3", "birch", "cedar", "A")
    verdicts += [("p4", "alder", "birch", "A"), ("p4", "birch", "alder", "A")]
    record(poems, verdicts)
    import_rows(
        poems,
        "poems",
        [
            {"judge": "recorded-judge", "prompt": "p5", "shown_first": a, "shown_second": b, "verdict": v}
            for a, b, v in [("alder", "birch", "A"), ("birch", "alder", "hm")]
        ],
    )
    return poems


@pytest.mark.parametrize(
    ("wanted", "n_total"),
    [
        (MatchFilter(), 6),
        (MatchFilter(dataset="poems"), 6),
        (MatchFilter(outcome="flip"), 1),
        (MatchFilter(outcome="unscored"), 1),
        (MatchFilter(outcome="tie"), 1),
        (MatchFilter(outcome="both_bad"), 0),
        (MatchFilter(outcome="decided"), 3),
        (MatchFilter(contestants=("cedar",)), 1),
        (MatchFilter(contestants=("alder", "birch")), 5),
        (MatchFilter(tags=("odd",)), 3),
        (MatchFilter(judges=("recorded-judge",)), 6),
        (MatchFilter(kind="people"), 0),
        (MatchFilter(kind="ai"), 6),
        (MatchFilter(text="SUBJECT 3"), 1),
        (MatchFilter(text="100%"), 0),
    ],
)
def test_a_filter_finds_what_it_names(reviewed: Database, wanted: MatchFilter, n_total: int) -> None:
    page = list_matches(reviewed, wanted)
    assert page.n_total == n_total
    assert len(page.rows) == n_total


def test_neighbours_stay_in_the_filter(reviewed: Database) -> None:
    wanted = MatchFilter(outcome="decided")
    newest, middle, oldest = (row.id for row in list_matches(reviewed, wanted).rows)
    around = get_neighbours(reviewed, wanted, middle)
    assert (around.previous_id, around.next_id) == (newest, oldest)
    assert (around.position, around.n_total) == (2, 3)
    assert [get_neighbours(reviewed, wanted, one).position for one in (newest, oldest)] == [1, 3]
    assert get_neighbours(reviewed, wanted, oldest).next_id is None


@pytest.mark.parametrize(
    "wanted", [MatchFilter(dataset="poems"), MatchFilter(outcome="flip"), MatchFilter(kind="ai")]
)
def test_a_count_follows_every_match_that_comes_changes_or_goes(
    reviewed: Database, wanted: MatchFilter
) -> None:
    def n_listed() -> tuple[int, int]:
        page = list_matches(reviewed, wanted)
        return page.n_total, len(page.rows)

    before = n_listed()
    record(reviewed, [("p5", "alder", "cedar", "A"), ("p5", "cedar", "alder", "A")])
    assert n_listed() == (before[0] + 1, before[1] + 1)
    last = list_matches(reviewed, wanted).rows[0].id
    assert get_neighbours(reviewed, wanted, last).n_total == before[0] + 1
    with reviewed.write() as session:
        session.execute(delete(MatchRow).where(MatchRow.id == last))
    assert n_listed() == before
    with reviewed.write() as session:
        session.execute(update(MatchRow).where(MatchRow.id < last).values(verdict_ab="a", verdict_ba="b"))
    n_total, n_rows = n_listed()
    assert n_total == n_rows


def test_filters_count_alike_on_both_databases(store_url: str) -> None:
    database = open_store(store_url)
    filled = fill(database)
    judge(database, filled, mixed)
    vote(database, filled, lambda prompt: "b")
    for wanted, n_total in [
        (MatchFilter(), 48),
        (MatchFilter(kind="people"), 12),
        (MatchFilter(judges=("even-judge",)), 36),
        (MatchFilter(tags=("short",)), 24),
        (MatchFilter(disagrees_with_people=True), 10),
        (MatchFilter(disagrees_with_people=False), 1),
        (MatchFilter(text="SUBJECT 11"), 4),
        (MatchFilter(text="answer 2 to 3."), 2),
        (MatchFilter(text='no "such" thing'), 0),
    ]:
        for asked in (wanted, replace(wanted, dataset="poems")):
            page = list_matches(database, asked)
            assert (page.n_total, len(page.rows)) == (n_total, n_total)
            for position, row in enumerate(page.rows[-2:], start=max(n_total - 1, 1)):
                assert get_neighbours(database, asked, row.id).position == position
    database.close()


def test_a_count_by_tag_follows_the_tags(reviewed: Database) -> None:
    wanted = MatchFilter(dataset="poems", tags=("odd",))
    assert list_matches(reviewed, wanted).n_total == 3
    with reviewed.write() as session:
        session.execute(update(PromptTagRow).where(PromptTagRow.tag != "odd").values(tag="odd"))
    page = list_matches(reviewed, wanted)
    assert page.n_total == len(page.rows) == 6


def test_every_page_follows_the_one_before_from_whichever_end_it_is_sought(
    reviewed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [row.id for row in list_matches(reviewed, MatchFilter()).rows]
    for size in (1, 2, 4, 5):
        monkeypatch.setattr("arena.match_lists.PAGE_SIZE", size)
        n_pages = list_matches(reviewed, MatchFilter()).n_pages
        pages = [list_matches(reviewed, MatchFilter(), page) for page in range(1, n_pages + 1)]
        assert [row.id for page in pages for row in page.rows] == whole == sorted(whole, reverse=True)


def test_a_page_beyond_the_last_gives_the_last(reviewed: Database) -> None:
    page = list_matches(reviewed, MatchFilter(), page=99)
    assert (page.page, page.n_pages, len(page.rows)) == (1, 1, 6)


def test_a_match_that_is_not_there_is_said(reviewed: Database) -> None:
    with pytest.raises(NotFoundError, match="no match 999"):
        get_match(reviewed, 999)


def test_a_match_shows_the_prompt_as_it_was_sent(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        start_run(poems, RunSpec("poems", "openai/test-judge", api_base=llm.api_base))
        run_waiting(poems, lambda: True)
    detail = get_match(poems, list_matches(poems, MatchFilter()).rows[0].id)
    assert [order.stored.shown_order for order in detail.orders] == ["ab", "ba"]
    for order in detail.orders:
        assert order.prompt_as_sent is not None
        sent = order.prompt_as_sent[-1][1]
        assert detail.turns_a is not None
        assert detail.turns_b is not None
        a_first = sent.index(detail.turns_a[0]) < sent.index(detail.turns_b[0])
        assert a_first == (order.stored.shown_order == "ab")
    assert detail.row.verdict_ab == detail.row.verdict_ba == "b"
    assert "consistent in both orders" in detail.sentence
