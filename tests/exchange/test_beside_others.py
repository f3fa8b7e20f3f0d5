"""An import on SQLite works beside other writers, and still lands whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from arena.exchange import DRY_RUN, STRICT, ImportReport, import_files
from arena.exchange import importing as module
from db import Database, open_database
from db.landing import Landing
from tests.arena.filling import import_rows

pytestmark = pytest.mark.on_sqlite

Query = Callable[[str], list[tuple[Any, ...]]]
Meanwhile = Callable[[Callable[[], object]], list[Landing]]
HEAD = "judge,prompt_id,shown_first,shown_second,verdict\n"
VERDICTS = HEAD + "".join(f"j,p{n},oak,elm,{'AB'[n % 2]}\nj,p{n},elm,oak,A\n" for n in range(40))


def land(database: Database, content: str, **how: Any) -> ImportReport:
    return import_files(database, [("v.csv", content.encode())], "d", **how)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Do something once all rows are worked out, just before they are copied; gives every working out."""
    work = module._land_files

    def set_up(act: Callable[[], object]) -> list[Landing]:
        worked: list[Landing] = []

        def then(landing: Landing, *rest: Any) -> None:
            worked.append(landing)
            work(landing, *rest)
            if len(worked) == 1:
                act()

        monkeypatch.setattr(module, "_land_files", then)
        return worked

    return set_up


def written(query: Query) -> list[tuple[Any, ...]]:
    return query(
        "SELECT d.name, p.key, j.name, c1.name, c2.name, x.shown_order, x.verdict, m.n_orders, m.verdict_ab"
        " FROM judgment x JOIN match m ON m.id = x.match_id JOIN prompt p ON p.id = x.prompt_id"
        " JOIN dataset d ON d.id = p.dataset_id JOIN judge j ON j.id = x.judge_id"
        " JOIN response r1 ON r1.id = x.response_first_id JOIN response r2 ON r2.id = x.response_second_id"
        " JOIN contestant c1 ON c1.id = r1.contestant_id JOIN contestant c2 ON c2.id = r2.contestant_id"
        " WHERE d.name = 'd' ORDER BY 2, 6"
    )


def test_others_write_while_an_import_is_worked_out(
    database: Database, query: Query, meanwhile: Meanwhile
) -> None:
    """Their rows take the ids that the import had meant for its own; both are whole afterwards."""
    import_rows(database, "before", [{"prompt": "Q", "model": "ash", "response": "A"}])
    other = HEAD + "k,q,fir,yew,A\nk,q,yew,fir,B\n"
    worked = meanwhile(lambda: import_files(database, [("o.csv", other.encode())], "other"))
    report = land(database, VERDICTS)
    assert report.is_landed
    assert len(worked) == 2, "nothing is worked out again"
    rows = written(query)
    assert len(rows) == 80
    assert {row[3] for row in rows} == {"oak", "elm"}
    assert query("SELECT count(*) FROM judgment") == [(82,)]
    assert query("PRAGMA foreign_key_check") == []
    assert query("SELECT count(*) FROM match WHERE contestant_a_id >= contestant_b_id") == [(0,)]
    assert land(database, VERDICTS).n_new == 0


def test_a_writer_does_not_wait_for_a_dry_run_or_a_long_import(
    database: Database, meanwhile: Meanwhile
) -> None:
    def write() -> None:
        hasty = open_database(f"{database.url}?timeout=0")
        with hasty.write() as session:
            session.execute(text("INSERT INTO setting (key, value) VALUES ('x', 'y')"))
        hasty.close()

    meanwhile(write)
    assert not land(database, VERDICTS, mode=DRY_RUN).is_landed


def test_where_others_added_the_same_the_import_is_worked_out_again(
    database: Database, query: Query, meanwhile: Meanwhile
) -> None:
    worked = meanwhile(lambda: land(database, VERDICTS))
    report = land(database, VERDICTS)
    assert len(worked) == 3, "worked out, worked out by the other, worked out again"
    assert (report.n_new, report.is_landed) == (0, True)
    assert len(written(query)) == 80


def test_a_match_that_others_completed_is_not_overwritten(
    database: Database, query: Query, meanwhile: Meanwhile
) -> None:
    land(database, HEAD + "j,p,oak,elm,A\n")
    meanwhile(lambda: land(database, HEAD + "j,p,elm,oak,A\n"))
    land(database, HEAD + "j,p,elm,oak,B\n")
    assert {(row[5], row[6], row[7]) for row in written(query)} == {
        ("ab", "a", 2), ("ba", "b", 2), ("ba", "a", 1)
    }  # fmt: skip
    assert query("PRAGMA foreign_key_check") == []


def test_nothing_is_copied_where_strict_refuses_or_the_copy_breaks(
    database: Database, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(database, VERDICTS + "j,p,,,A\n", strictness=STRICT)
    assert query("SELECT count(*) FROM dataset") == [(0,)]
    from db.staging import Staging

    monkeypatch.setattr(Staging, "_change", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
    with pytest.raises(RuntimeError, match="power cut"):
        land(database, VERDICTS)
    assert query("SELECT (SELECT count(*) FROM prompt) + (SELECT count(*) FROM judgment)") == [(0,)]
