"""Generations against the fake server: what is asked, what is stored, and what a failure leaves."""

import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from arena.errors import UsageError
from arena.generate import (
    ContestantSpec,
    GenerationSpec,
    control_generation,
    estimate_generation,
    get_generation,
    list_generations,
    resume_generation,
    start_generation,
)
from arena.generate.conversation import split_turns
from arena.generate.runner import generate_waiting
from arena.run import RunSpec, estimate_run
from db import Database, generation, utc_now
from judge import Message
from tests.arena.filling import fill, import_rows
from tests.fake_llm import Reply, Request, scripts, serve
from tests.generate.asking import ask_for, by, stored_responses, work


def test_every_contestant_answers_every_prompt_once(store: Database) -> None:
    ask_for(store, 4)
    with serve(scripts.echo) as llm:
        status = work(store, GenerationSpec("questions", by(llm, "oak", "elm"), n_samples=2))
        assert llm.stats()["n_requests"] == status.n_calls == 16
    assert (status.state, status.n_planned, status.n_ready, status.n_failed) == ("done", 16, 16, 0)
    stored = stored_responses(store)
    assert len({(one.prompt, one.contestant, one.sample_index) for one in stored}) == 16
    assert all(one.turns == (one.prompt,) for one in stored)
    assert status.cost_usd is None, "a model without a known price costs an unknown sum, not nothing"


def test_asking_again_asks_only_for_what_is_missing(store: Database) -> None:
    ask_for(store, 3)
    with serve(scripts.echo) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak")))
        ask_for(store, 5)
        again = GenerationSpec("questions", by(llm, "oak"))
        assert estimate_generation(store, again).n_missing == 2
        assert "3 already there = 2 responses" in estimate_generation(store, again).sentence
        work(store, again)
        assert estimate_generation(store, again).warnings[-1] == "Nothing is missing."
        assert llm.stats()["n_requests"] == 5
        work(store, GenerationSpec("questions", (ContestantSpec("oak"),), n_samples=2))
        assert llm.stats()["n_requests"] == 10


def test_settings_reach_the_provider_and_each_sample_has_its_own_seed(store: Database) -> None:
    ask_for(store, 1)
    settings = {"temperature": 0.4, "top_p": 0.9, "top_k": 20, "min_p": 0.05, "seed": 7, "max_tokens": 50,
                "stop": ["END"]}  # fmt: skip
    with serve(scripts.echo) as llm:
        contestants = by(llm, "oak", parameters=settings, system_prompt="Be brief.")
        work(store, GenerationSpec("questions", contestants, n_samples=3))
        assert llm.server is not None
        sent = llm.server.requests
    assert sorted(request["seed"] for request in sent) == [7, 8, 9]
    for request in sent:
        shared = {name: value for name, value in settings.items() if name != "seed"}
        assert {name: request[name] for name in shared} == shared
        assert request["messages"][0] == {"role": "system", "content": "Be brief."}


def test_several_turns_are_answered_one_after_the_other(store: Database) -> None:
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "one"},
        {"role": "user", "content": "two"},
    ]
    import_rows(store, "talks", [{"messages": messages}])

    def count(request: Request) -> str:
        return f"answer {len(request['messages'])}"

    with serve(count) as llm:
        work(store, GenerationSpec("talks", by(llm, "oak", system_prompt="Be brief.")))
        assert llm.server is not None
        last = llm.server.requests[-1]["messages"]
    (response,) = stored_responses(store)
    assert response.turns == ("answer 2", "answer 4")
    assert [message["role"] for message in last] == ["system", "user", "assistant", "user"]
    assert last[0]["content"] == "Be brief.\n\nBe kind."
    assert last[2]["content"] == "answer 2"


def test_an_answer_that_the_prompt_gives_is_context_and_not_asked_for() -> None:
    given = [("user", "one"), ("assistant", "1"), ("user", "two"), ("user", "three")]
    turns = split_turns(given)
    assert [turn[-1] for turn in turns] == [Message("user", "two"), Message("user", "three")]
    assert turns[0][1] == Message("assistant", "1")
    assert split_turns([("user", "one"), ("assistant", "1")]) == []
    assert split_turns([("system", "Be kind.")]) == []


LITELLM_STREAMS = pytest.mark.filterwarnings("ignore:Accessing the 'model_")
"""Its own deprecated reading of pydantic; not ours to mend."""


@LITELLM_STREAMS
@pytest.mark.parametrize(
    ("reply", "reason", "turns"),
    [
        (Reply("", finish_reason="content_filter"), "refused", None),
        (Reply("half a sent", finish_reason="length"), "truncated", ("half a sent",)),
        (Reply("", finish_reason="length"), "truncated", None),
        (Reply("  "), "empty", None),
        (Reply("too long", status=400), "api_error", None),
        (Reply("broken", status=500), "api_error", None),
        (Reply(fault="drop"), "api_error", None),
        (Reply("one two three four", fault="cut_stream"), "api_error", None),
    ],
)
def test_a_failure_is_stored_with_its_reason_and_is_no_response(
    store: Database, reply: Reply, reason: str, turns: tuple[str, ...] | None
) -> None:
    ask_for(store, 2)

    def first_fails(request: Request) -> Reply | str:
        return reply if request["messages"][-1]["content"].endswith("0") else "fine"

    with serve(first_fails) as llm:
        status = work(store, GenerationSpec("questions", by(llm, "oak"), is_streamed=True, max_concurrency=1))
    failed, ready = stored_responses(store)
    assert (failed.state, failed.reason, failed.turns) == ("failed", reason, turns)
    assert failed.detail
    assert (ready.state, ready.turns) == ("ready", ("fine",))
    assert (status.state, status.n_ready, status.n_failed) == ("done", 1, 1)
    assert f"1 failed (1 {reason.replace('_', ' ')})" in status.sentence


def test_a_refusal_in_the_providers_own_field_is_a_failure(store: Database) -> None:
    ask_for(store, 1)
    with serve(scripts.always(Reply("", refusal="I will not."))) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak")))
    (response,) = stored_responses(store)
    assert (response.state, response.reason, response.detail) == ("failed", "refused", "I will not.")


def test_a_refusal_in_words_is_a_response(store: Database) -> None:
    ask_for(store, 1)
    with serve(scripts.always("I'm sorry, but I can't help with that.")) as llm:
        status = work(store, GenerationSpec("questions", by(llm, "oak")))
    assert (status.n_ready, status.n_failed) == (1, 0)


def test_failed_responses_are_never_judged(store: Database) -> None:
    ask_for(store, 3)
    with serve(scripts.always(Reply("cut", finish_reason="length"))) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak")))
    with serve(scripts.echo) as llm:
        work(store, GenerationSpec("questions", by(llm, "elm", "fir")))
    estimate = estimate_run(store, RunSpec("questions", "builtin/longest", contestants=("elm", "fir")))
    assert estimate.n_items == 3
    with pytest.raises(UsageError):
        estimate_run(store, RunSpec("questions", "builtin/longest", contestants=("oak",)))


def test_truncated_answers_are_kept_where_asked(store: Database) -> None:
    ask_for(store, 1)
    with serve(scripts.always(Reply("cut", finish_reason="length"))) as llm:
        status = work(store, GenerationSpec("questions", by(llm, "oak"), keep_truncated=True))
    assert status.n_ready == 1


def test_failures_of_the_network_are_asked_again_and_others_are_not(store: Database) -> None:
    ask_for(store, 4)
    is_ill = {"value": True}

    def moody(request: Request) -> Reply | str:
        n = int(request["messages"][-1]["content"].split()[-1])
        if n == 0:
            return Reply("", finish_reason="content_filter")
        return Reply("no", status=400) if n == 1 and is_ill["value"] else "fine"

    with serve(moody) as llm:
        spec = GenerationSpec("questions", by(llm, "oak"))
        status = work(store, spec)
        assert (status.n_ready, status.n_failed) == (2, 2)
        is_ill["value"] = False
        status = work(store, spec)
        assert (status.n_ready, status.n_failed) == (3, 1)
        assert llm.stats()["n_requests"] == 5


def test_a_provider_that_refuses_every_call_stops_its_contestant_alone(store: Database) -> None:
    ask_for(store, 30)

    def script(request: Request) -> Reply | str:
        return Reply("no key", status=401) if request["model"] == "oak" else "fine"

    with serve(script) as llm:
        status = work(store, GenerationSpec("questions", by(llm, "oak", "elm"), max_concurrency=2))
        assert llm.stats()["n_requests"] < 30 + 12
    assert status.state == "stopped"
    assert "oak: every call is refused" in (status.stop_reason or "")
    counts = Counter((one.contestant, one.state) for one in stored_responses(store))
    assert counts["elm", "ready"] == 30
    assert counts["oak", "failed"] == 1


def test_a_missing_key_is_known_before_the_start_and_stops_a_generation_at_once(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ask_for(store, 2)
    spec = GenerationSpec("questions", (ContestantSpec("oak", "openai/m"),))
    words = "oak: The key is missing: set OPENAI_API_KEY."
    assert estimate_generation(store, spec).missing_key == words
    assert work(store, spec).stop_reason == words


def test_the_cap_on_calls_holds_and_more_money_goes_on(store: Database) -> None:
    ask_for(store, 10)
    with serve(scripts.echo) as llm:
        spec = GenerationSpec("questions", by(llm, "oak", "elm"), max_calls=7, max_concurrency=3)
        status = work(store, spec)
        assert llm.stats()["n_requests"] == 7
        assert (status.state, status.n_ready) == ("stopped", 7)
        assert status.stop_reason == "The cap of 7 calls is reached."
        resume_generation(store, status.id, max_calls=100)
        assert generate_waiting(store, lambda: True) == 1
        assert llm.stats()["n_requests"] == 20
    assert get_generation(store, status.id).n_ready == 20


def test_the_cap_in_usd_holds_and_the_cost_is_the_providers_tokens_times_the_price(store: Database) -> None:
    ask_for(store, 10)
    with serve(scripts.always("word " * 399)) as llm:
        priced = by(llm, "oak", input_usd_per_million=0.0, output_usd_per_million=1000.0)
        estimate = estimate_generation(store, GenerationSpec("questions", priced))
        assert estimate.cost_usd == pytest.approx(10 * 400 * 1000 / 1e6)
        status = work(store, GenerationSpec("questions", priced, max_cost_usd=1.1, max_concurrency=1))
    (n_out,) = {one.n_tokens_out for one in stored_responses(store)}
    assert n_out is not None
    assert status.state == "stopped"
    assert status.cost_usd is not None
    assert status.cost_usd == pytest.approx(status.n_ready * n_out / 1000)
    assert 0 < status.cost_usd < 1.1 + n_out / 1000
    assert sum(one.cost_usd or 0 for one in stored_responses(store)) == pytest.approx(status.cost_usd)


def test_a_contestant_that_came_from_a_file_gets_a_model_and_its_holes_are_filled(store: Database) -> None:
    fill(store, contestants=("alder", "birch"), n_prompts=3)
    import_rows(store, "poems", [{"prompt": "Write about the sea."}])
    with serve(scripts.echo) as llm:
        with pytest.raises(UsageError, match="alder=provider/model"):
            work(store, GenerationSpec("poems", (ContestantSpec("alder"),)))
        status = work(store, GenerationSpec("poems", by(llm, "alder")))
        assert (status.n_ready, llm.stats()["n_requests"]) == (4, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dataset": "songs"}, "No data set is called"),
        ({"contestants": (ContestantSpec("elm"),)}, "There is no contestant 'elm'"),
        ({"contestants": (ContestantSpec("elm", "openai/m", "localhost:1"),)}, "as http://localhost:1"),
        ({"tags": ("hard",)}, "no prompt with a text with the tag hard"),
    ],
)
def test_a_generation_that_cannot_start_says_why(
    store: Database, changes: dict[str, object], words: str
) -> None:
    ask_for(store, 1)
    spec = GenerationSpec("questions", (ContestantSpec("oak", "openai/m"),))
    with pytest.raises(UsageError, match=words):
        start_generation(store, replace(spec, **changes))  # type: ignore[arg-type]
    assert list_generations(store) == []


def test_the_same_name_with_other_settings_is_refused(store: Database) -> None:
    ask_for(store, 1)
    with serve(scripts.echo) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak", parameters={"temperature": 0.5})))
        for other in ({"parameters": {"temperature": 0.6}}, {"system_prompt": "Be brief."}):
            with pytest.raises(UsageError, match="a name of its own"):
                start_generation(store, GenerationSpec("questions", by(llm, "oak", **other)))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"model": "gpt-4o"}, "provider/model"),
        ({"model": "builtin/longest"}, "no model"),
        ({"parameters": {"messages": []}}, "no sampling parameter"),
        ({"parameters": {"top_p": 1.5}}, "from 0 to 1"),
        ({"parameters": {"temperature": "hot"}}, "must be a number"),
        ({"parameters": {"max_tokens": 0}}, "max_tokens"),
    ],
)
def test_a_contestant_that_cannot_be_is_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ContestantSpec(**{"name": "oak", "model": "openai/m", **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"contestants": ()}, "at least one"),
        ({"contestants": (ContestantSpec("a"), ContestantSpec("a"))}, "named twice"),
        ({"n_samples": 0}, "1 or more"),
        ({"max_concurrency": 0}, "1 or more"),
        ({"max_calls": -1}, "negative"),
        ({"max_cost_usd": -0.1}, "negative"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        GenerationSpec(**{"dataset": "d", "contestants": (ContestantSpec("a"),), **changes})  # type: ignore[arg-type]


def test_cancelling_keeps_what_is_there_and_an_ended_one_cannot_be_paused(store: Database) -> None:
    ask_for(store, 2)
    with serve(scripts.echo) as llm:
        spec = GenerationSpec("questions", by(llm, "oak"))
        generation_id = start_generation(store, spec)
        control_generation(store, generation_id, "cancel")
        assert get_generation(store, generation_id).state == "cancelled"
        assert generate_waiting(store, lambda: True) == 0
        with pytest.raises(UsageError, match="has ended"):
            control_generation(store, generation_id, "pause")
        resume_generation(store, generation_id)
        assert generate_waiting(store, lambda: True) == 1
    assert get_generation(store, generation_id).n_ready == 2


def test_perplexity_is_kept_where_log_probabilities_came(store: Database) -> None:
    ask_for(store, 1)
    reply = Reply("yes", logprobs=(("yes", (("yes", math.log(0.25)),)),))
    with serve(scripts.always(reply)) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak", parameters={"logprobs": True})))
    with store.read() as session:
        from db.tables import ExactScoreRow

        (score,) = session.query(ExactScoreRow).all()
    assert score.metric == "perplexity"
    assert score.value == pytest.approx(4.0)


def test_a_generation_in_another_workers_hands_is_left_to_it_until_that_falls_silent(store: Database) -> None:
    ask_for(store, 1)
    generation_id = start_generation(store, GenerationSpec("questions", (ContestantSpec("oak", "openai/m"),)))
    with store.write() as session:
        assert generation.claim(session, generation_id, utc_now() - timedelta(seconds=60))
        assert not generation.claim(session, generation_id, utc_now() - timedelta(seconds=60))
        assert generation.claim(session, generation_id, utc_now() + timedelta(seconds=1))
