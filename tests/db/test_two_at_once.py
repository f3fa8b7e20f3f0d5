"""Two who write at the same time: nothing is lost and nothing is there twice, on both databases."""

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import func, select, text

from arena.run import RunSpec, start_run
from arena.store import open_store
from db import Database, judges, postgres, results, runs
from db.postgres import Turn, hold_turn, is_turn_taken
from db.results import FinishedJudgment, Progress, StoredCall
from db.tables import CallRow, JudgmentRow, MatchRow, PromptRow, RunRow, SettingRow
from tests.arena.filling import fill


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    yield database
    database.close()


def together(database: Database, *works: Callable[[Database], None]) -> None:
    """Do each work in a thread with a database of its own, started at the same instant."""
    ready = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[Database], None]) -> None:
        own = open_store(database.url)
        try:
            ready.wait()
            work(own)
        except BaseException as error:  # noqa: BLE001 - carried to the test's own thread
            failed.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_what_is_read_and_written_again_is_never_lost(store: Database) -> None:
    with store.write() as session:
        session.add(SettingRow(key="n", value="0"))

    def count_up(database: Database) -> None:
        for _ in range(50):
            with database.write() as session:
                row = session.get_one(SettingRow, "n")
                row.value = str(int(row.value) + 1)

    together(store, *[count_up] * 4)
    with store.read() as session:
        assert session.get_one(SettingRow, "n").value == "200"


def test_one_fence_key_is_made(store: Database) -> None:
    keys: list[bytes] = []

    def ask(database: Database) -> None:
        with database.write() as session:
            keys.append(judges.get_fence_key(session))

    together(store, *[ask] * 4)
    assert len(set(keys)) == 1


def test_two_imports_of_the_same_rows_store_them_once(store: Database) -> None:
    together(store, fill, fill)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(PromptRow)) == 6


def finish(run_id: int, judgment_id: int, response_id: int, key: str) -> tuple[StoredCall, FinishedJudgment]:
    call = StoredCall(
        key=key, model="m", api_base=None, parameters=[], raw_text="[[A]]", finish_reason="stop",
        refusal=None,
        n_tokens_in=1, n_tokens_out=1, cost_usd=None, latency_s=0.1, attempts=1, logprobs=None,
    )  # fmt: skip
    return call, FinishedJudgment(
        id=judgment_id, response_first_id=response_id, state="scored", verdict="a", reason=None, detail=None,
        reasoning=None, raw_text=None, parse_path="tag", probability=None, call_keys=(key,), n_tokens_in=1,
        n_tokens_out=1, cost_usd=None, latency_s=0.1, attempts=1, is_cached=False, grades=(),
    )  # fmt: skip


@pytest.mark.parametrize("overlap", ["orders apart", "same judgments"])
def test_results_of_two_workers_make_every_match_once(store: Database, overlap: str) -> None:
    fill(store)
    run_id = start_run(store, RunSpec(dataset="poems", judge="builtin/longest"))
    with store.read() as session:
        planned = runs.load_planned(session, run_id, 0, 1000)
    shares = {
        "orders apart": [[one for one in planned if one.shown_order == order] for order in ("ab", "ba")],
        "same judgments": [planned, planned],
    }[overlap]

    def save(share: list[runs.PlannedJudgment]) -> Callable[[Database], None]:
        def work(database: Database) -> None:
            for judgment in share:
                key = f"k{judgment.id}"
                call, done = finish(run_id, judgment.id, judgment.response_first_id, key)
                with database.write() as session:
                    results.save_results(session, run_id, [call], [done], Progress(1, 0, 0, 0, 0.0))

        return work

    together(store, *[save(share) for share in shares])
    with store.read() as session:
        n_judged = session.scalar(
            select(func.count()).select_from(JudgmentRow).where(JudgmentRow.state == "scored")
        )
        assert n_judged == len(planned) == 36
        assert session.scalar(select(func.count()).select_from(MatchRow)) == 18
        assert session.scalar(select(func.count()).select_from(CallRow)) == 36
        run = session.get_one(RunRow, run_id)
        assert (run.n_scored, run.n_unscored) == (36, 0)


@pytest.mark.on_postgres
def test_a_run_goes_on_while_a_long_import_is_open(store: Database) -> None:
    from db.landing import open_landing

    with open_landing(store, "d") as landing:
        landing.add_prompts(
            [{"dataset_id": landing.dataset_id, "key": "1", "messages": None, "text_hash": None,
              "kind": "preference", "created_at": landing.now}]
        )  # fmt: skip
        with store.write() as session:
            session.execute(text("SET LOCAL lock_timeout = '60s'"))
            session.add(SettingRow(key="run", value="went on"))
    with store.read() as session:
        assert session.get_one(SettingRow, "run").value == "went on"
        assert session.scalar(select(func.count()).select_from(PromptRow)) == 1


@pytest.mark.on_postgres
def test_one_runner_at_a_time_and_none_after_its_end(store: Database) -> None:
    second = open_store(store.url)

    def is_taken() -> bool:
        with second.reader.connect() as connection:
            return is_turn_taken(connection, Turn.RUNNER)

    assert not is_taken()
    with hold_turn(store.writer, Turn.RUNNER) as is_ours:
        assert is_ours
        assert is_taken()
        with hold_turn(second.writer, Turn.RUNNER) as is_theirs:
            assert not is_theirs
    assert not is_taken()
    second.close()


@pytest.mark.on_postgres
def test_a_frozen_writer_is_put_out_of_its_transaction(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.postgres.IDLE_TIMEOUT_S", {1: 1, 2: 1})
    frozen = store.writer.connect()
    from db.postgres import Turn, wait_for

    frozen.begin()
    wait_for(frozen, Turn.SHORT)  # and then does nothing, as a stopped process does
    monkeypatch.undo()  # for the other one a second may be too short on a busy machine

    def write(database: Database) -> None:
        with database.write() as session:
            session.add(SettingRow(key="other", value="went on"))

    together(store, write)
    with store.read() as session:
        assert session.get_one(SettingRow, "other").value == "went on"
    frozen.invalidate()
    frozen.close()


@pytest.mark.on_postgres
def test_a_writer_frozen_in_the_middle_of_a_batch_is_put_out_too(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.postgres.PATIENCE_S", 1)
    monkeypatch.setitem(postgres.IDLE_TIMEOUT_S, postgres.Turn.SHORT, 3)
    with store.writer.connect() as frozen:
        driver = frozen.connection.driver_connection
        assert driver is not None
        with pytest.raises(psycopg.OperationalError), driver.pipeline():  # noqa: PT012 - raised at its end
            driver.execute("SET LOCAL idle_in_transaction_session_timeout = '1s'")
            turn = f"SELECT pg_advisory_xact_lock({postgres.LOCK_CLASS}, {int(postgres.Turn.SHORT)})"
            driver.execute(turn)
            driver.pgconn.send_flush_request()
            driver.pgconn.flush()
            with open_store(store.url).write() as session:
                session.add(SettingRow(key="late", value="written"))
        frozen.invalidate()
