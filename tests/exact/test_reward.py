"""A reward model behind an HTTP endpoint, and best of n by what it says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from arena.errors import RunStoppedError, UsageError
from arena.exact import choose_best_of, correlate_with_people, score_with_reward_model
from arena.leaderboard import BoardQuery, get_board
from db import Database
from judge import CallRejectedError, Message
from judge.reward import RewardModel, conversation, read_score
from tests.arena.filling import import_rows

Answer = tuple[int, Any]


@contextmanager
def scoring(script: Callable[[dict[str, Any]], Answer]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve a scoring endpoint on loopback; gives its address and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            status, answer = script(body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/pooling", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def by_length(body: dict[str, Any]) -> Answer:
    return 200, {"data": [{"data": [len(body["messages"][-1]["content"]) / 10]}]}


def fill(database: Database, n_prompts: int = 6, n_samples: int = 2) -> None:
    rows = [
        {"prompt": f"p{n}", "model": name, "sample": sample, "cost_usd": 0.25,
         "response": f"{name} {n} {sample} " + "word " * (sample + len(name))}
        for n in range(n_prompts)
        for name in ("oak", "larch")
        for sample in range(n_samples)
    ]  # fmt: skip
    import_rows(database, "texts", rows)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('{"score": 1.5}', 1.5),
        ('{"scores": [-2]}', -2.0),
        ('{"data": [{"index": 0, "data": [0.1, 0.7]}]}', 0.7),
        ('{"data": [{"data": [[0.1], [0.3]]}]}', 0.3),
        ('[{"embedding": [3.25]}]', 3.25),
        ("0", 0.0),
    ],
)
def test_every_known_shape_of_answer_is_read(text: str, score: float) -> None:
    assert read_score(text) == score


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"score": null}', '{"score": true}', "NaN", '{"score": "7"}']
)
def test_an_answer_without_a_number_is_no_score(text: str) -> None:
    with pytest.raises(CallRejectedError, match="no score"):
        read_score(text)


def test_a_response_of_several_turns_stands_between_its_questions() -> None:
    prompt = (Message("system", "s"), Message("user", "1"), Message("user", "2"))
    said = [(one["role"], one["content"]) for one in conversation(prompt, ("a", "b"))]
    assert said == [("system", "s"), ("user", "1"), ("assistant", "a"), ("user", "2"), ("assistant", "b")]


def test_scores_are_kept_once_and_rank_as_levels_do(store: Database) -> None:
    fill(store)
    with scoring(by_length) as (url, asked):
        report = score_with_reward_model(store, "texts", "rm", url, model="acme/rm")
        assert (report.n_responses, report.n_scored, report.n_already) == (24, 24, 0)
        report = score_with_reward_model(store, "texts", "rm", url, model="acme/rm")
        assert (report.n_scored, report.n_already, len(asked)) == (0, 24, 24)
    assert {body["model"] for body in asked} == {"acme/rm"}
    board = get_board(store, BoardQuery("texts", method="mean-level", judges=("rm",)))
    assert [row.contestant for row in board.standings] == ["larch", "oak"]
    assert correlate_with_people(store, "texts") == []


def test_a_failure_is_unscored_with_its_reason_and_asked_again(store: Database) -> None:
    fill(store, n_prompts=2, n_samples=1)
    is_ill = {"value": True}

    def script(body: dict[str, Any]) -> Answer:
        if is_ill["value"] and body["messages"][0]["content"] == "p0":
            return 400, {"error": "too long"}
        return by_length(body)

    with scoring(script) as (url, _):
        report = score_with_reward_model(store, "texts", "rm", url)
        assert (report.n_scored, report.n_unscored) == (2, 2)
        assert "too long" in report.problems[0]
        is_ill["value"] = False
        report = score_with_reward_model(store, "texts", "rm", url)
        assert (report.n_scored, report.n_already, report.n_unscored) == (2, 2, 0)


def test_an_endpoint_that_refuses_every_call_stops_it(store: Database) -> None:
    fill(store, n_prompts=1)
    with scoring(lambda _: (401, {})) as (url, _), pytest.raises(RunStoppedError, match="refuses every call"):
        score_with_reward_model(store, "texts", "rm", url)


def test_an_address_that_is_none_is_refused(store: Database) -> None:
    fill(store, n_prompts=1)
    with pytest.raises(UsageError, match="no address"):
        score_with_reward_model(store, "texts", "rm", "file:///etc/passwd")
    assert RewardModel("http://localhost:1/score", "m")


def test_best_of_n_is_a_contestant_of_its_own_at_the_cost_of_all(store: Database) -> None:
    fill(store)
    with scoring(by_length) as (url, _):
        score_with_reward_model(store, "texts", "rm", url)
    report = choose_best_of(store, "texts", "oak", "rm", 2)
    assert (report.contestant, report.n_chosen, report.n_without) == ("oak best of 2", 6, 0)
    with store.read() as session:
        from db.tables import ContestantRow, ResponseRow

        query = session.query(ResponseRow).join(ContestantRow).where(ContestantRow.name == "oak best of 2")
        rows = query.all()
    assert all(" 1 word" in (row.turns or [""])[0] for row in rows), "the longer sample, which scored higher"
    assert {row.cost_usd for row in rows} == {0.5}
    assert choose_best_of(store, "texts", "oak", "rm", 2).n_already == 6


def test_prompts_without_every_sample_are_left_out_and_counted(store: Database) -> None:
    fill(store, n_prompts=3)
    import_rows(store, "texts", [{"prompt": "p9", "model": "oak", "response": "only one"}])
    with scoring(by_length) as (url, _):
        score_with_reward_model(store, "texts", "rm", url)
    report = choose_best_of(store, "texts", "oak", "rm", 2)
    assert (report.n_chosen, report.n_without) == (3, 1)


@pytest.mark.parametrize(
    ("judge", "contestant", "n", "words"),
    [
        ("rm", "oak", 1, "2 or more"),
        ("nobody", "oak", 2, "nobody"),
        ("rm", "elm", 2, "No responses of 'elm'"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    store: Database, judge: str, contestant: str, n: int, words: str
) -> None:
    fill(store, n_prompts=1)
    with scoring(by_length) as (url, _):
        score_with_reward_model(store, "texts", "rm", url)
    with pytest.raises(UsageError, match=words):
        choose_best_of(store, "texts", contestant, judge, n)
