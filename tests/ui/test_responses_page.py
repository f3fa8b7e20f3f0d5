"""Prompts & responses: the matrix, its holes, generating from the page, and the playground."""

from __future__ import annotations

import pytest

from arena.generate import GenerationSpec, list_generations
from arena.generate.runner import generate_waiting
from db import Database
from tests.arena.filling import import_rows
from tests.fake_llm import Reply, Request, scripts, serve
from tests.generate.asking import ask_for, by, work
from tests.ui.filling import fill
from tests.ui.opening import open_page, text_of
from ui.navigation import RESPONSES


def test_without_data_the_page_says_what_will_be_here(store: Database) -> None:
    app = open_page(RESPONSES)
    assert not app.exception
    assert app.title[0].value == "Prompts & responses"
    assert "There is no data yet" in text_of(app)


def test_a_full_matrix_is_said_in_one_sentence(store: Database) -> None:
    fill(store)
    app = open_page(RESPONSES, dataset="poems")
    assert not app.exception
    assert "has answered all 12 prompts" in text_of(app).replace("contestants have", "has")


def test_holes_are_counted_and_failures_named(store: Database) -> None:
    ask_for(store, 3)

    def script(request: Request) -> Reply | str:
        return (
            Reply("", finish_reason="content_filter")
            if request["messages"][-1]["content"][-1] == "0"
            else "x"
        )

    with serve(script) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak")))
    import_rows(store, "questions", [{"prompt": "One more"}])
    app = open_page(RESPONSES, dataset="questions")
    assert not app.exception
    said = text_of(app)
    assert "2 of 4 responses are there: 1 missing, 1 failed." in said
    assert "openai/oak" in said
    assert "missing" in said
    app.toggle(key="holes").set_value(True).run()
    assert not app.exception
    assert "Say the number 1" not in text_of(app)


def test_a_prompt_opens_its_responses_and_their_failures(store: Database) -> None:
    ask_for(store, 1)
    with serve(scripts.always(Reply("half an ans", finish_reason="length"))) as llm:
        work(store, GenerationSpec("questions", by(llm, "oak")))
    app = open_page(RESPONSES, dataset="questions", prompt="1")
    assert not app.exception
    said = text_of(app)
    assert "Say the number 0" in said
    assert "half an ans" in said
    assert "cut off at the limit of tokens" in said


@pytest.mark.parametrize("prompt", ["999", "x"])
def test_a_prompt_that_is_not_there_is_a_sentence(store: Database, prompt: str) -> None:
    ask_for(store, 1)
    app = open_page(RESPONSES, dataset="questions", prompt=prompt)
    assert not app.exception
    assert "There is no prompt" in text_of(app).replace("\\", "")


def test_generating_says_the_cost_first_and_fills_the_holes(store: Database) -> None:
    ask_for(store, 3)
    with serve(scripts.echo) as llm:
        app = open_page(RESPONSES, dataset="questions", view="Generate")
        assert "Choose who shall answer" in text_of(app)
        app.text_area(key="generate_models").set_value("oak=openai/oak\nopenai/elm")
        app.text_input(key="generate_base").set_value(llm.api_base)
        app.number_input(key="generate_temperature").set_value(0.3)
        app.run()
        assert not app.exception
        assert "3 prompts \u00d7 2 contestants = 6 responses; cost unknown" in text_of(app)
        next(button for button in app.button if button.label == "Generate").click().run()
        assert not app.exception
        (status,) = list_generations(store)
        assert (status.state, status.contestants) == ("waiting", ("oak", "elm"))
        assert "waits for a runner" in text_of(app)
        generate_waiting(store, lambda: True)
        assert llm.server is not None
        assert {request["temperature"] for request in llm.server.requests} == {0.3}
    app = open_page(RESPONSES, dataset="questions", view="Generate")
    assert "6 of 6 responses are there" in text_of(app)


def test_a_model_that_cannot_be_is_a_sentence_and_has_no_button(store: Database) -> None:
    ask_for(store, 1)
    app = open_page(RESPONSES, dataset="questions", view="Generate")
    app.text_area(key="generate_models").set_value("oak=gpt4").run()
    assert not app.exception
    assert "provider/model" in text_of(app).replace("\\", "")
    assert not any(button.label == "Generate" for button in app.button)


def test_the_playground_says_the_cost_first_and_shows_each_answer_and_failure(store: Database) -> None:
    ask_for(store, 1)

    def script(request: Request) -> Reply | str:
        return Reply("no such thing", status=400) if request["model"] == "elm" else "An answer from oak"

    with serve(script) as llm:
        app = open_page(RESPONSES, dataset="questions", view="Playground")
        assert not app.exception
        app.text_area(key="play_prompt").set_value("Who are you?")
        app.text_area(key="play_models").set_value("oak=openai/oak\nelm=openai/elm")
        app.text_input(key="play_base").set_value(llm.api_base)
        app.run(timeout=300)
        assert "2 calls; cost unknown; nothing is stored" in text_of(app)
        assert llm.stats()["n_requests"] == 0
        app.button(key="play_ask").click().run(timeout=300)
    assert not app.exception
    said = text_of(app)
    assert "An answer from oak" in said
    assert "Failed: " in said
    assert "no such thing" in said


def test_nobody_is_asked_where_a_key_is_missing(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.components.playground.warm_up", lambda: None)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ask_for(store, 1)
    for view, key, button in (("Generate", "generate", "Generate"), ("Playground", "play", "Ask all")):
        app = open_page(RESPONSES, dataset="questions", view=view)
        if key == "play":
            app.text_area(key="play_prompt").set_value("Who are you?")
        app.text_area(key=f"{key}_models").set_value("oak=openai/gpt-4o-mini").run()
        assert not app.exception
        assert "oak: The key is missing: set OPENAI_API_KEY." in text_of(app).replace("\\", "")
        assert next(one for one in app.button if one.label == button).disabled
