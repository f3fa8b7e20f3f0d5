"""Models & keys: who is ready, what is missing, what runs here, what it costs."""

from __future__ import annotations

import pytest

from arena import local_servers
from arena.trial import Trial
from db import Database
from tests.ui.opening import open_page, text_of
from ui.components import model_rows
from ui.navigation import MODELS

SECRET = "sk-a-secret-that-nobody-sees"


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No port of this machine is asked: whatever runs there is not the test's."""
    monkeypatch.setattr(local_servers, "_ask", lambda port: None)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_a_missing_key_names_its_variable(store: Database) -> None:
    app = open_page(MODELS)
    assert not app.exception
    said = text_of(app)
    assert "no model server runs here" in said
    assert "ANTHROPIC_API_KEY" in said
    assert "No model judges or answers in this database yet" in said
    assert not any(button.label == "Test" for button in app.button)


def test_a_model_is_asked_for_before_it_can_be_tried(store: Database) -> None:
    app = open_page(MODELS)
    app.session_state["other_model"] = True
    app.run()
    assert app.button(key="test_nothing").disabled
    assert "type a model first" in text_of(app)
    app.text_input(key="model_other").set_value("hosted_vllm/mine").run()
    assert not app.button(key="test_other").disabled


def test_a_key_that_is_set_is_never_shown(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    app = open_page(MODELS)
    said = text_of(app)
    assert "ready, OPENAI_API_KEY set" in said
    assert "one call, under $0.0001" in said
    assert SECRET not in str(app)
    assert SECRET not in said


def test_a_test_says_what_came_of_it(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    answers = iter(
        [
            Trial("openai/gpt-4o-mini", is_ok=True, sentence="It answers.", latency_s=0.8, cost_usd=1e-6),
            Trial("openai/gpt-4o-mini", is_ok=False, sentence="The key was refused.", detail="*bad* key"),
        ]
    )
    monkeypatch.setattr(model_rows, "try_model", lambda model, api_base: next(answers))
    app = open_page(MODELS)
    app.button(key="test_openai").click().run()
    assert "It answers. 0.8 s" in app.success[0].value.replace("\\", "")
    app.button(key="test_openai").click().run()
    assert "The key was refused. *bad* key" in app.warning[0].value.replace("\\", "")


def test_a_server_of_this_machine_is_named_with_its_models(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "<img src=x>:red[a]"
    found = local_servers.LocalServer(8000, "openai", "vLLM", (hostile, "llama"))
    monkeypatch.setattr(local_servers, "_ask", lambda port: found if port == 8000 else None)
    app = open_page(MODELS)
    assert not app.exception
    assert "found at http://127.0.0.1:8000/v1" in text_of(app)
    assert app.selectbox(key="model_8000").options == [f"hosted_vllm/{hostile}", "hosted_vllm/llama"]
    assert not any("<img" in str(one.value) for one in app.html)


def test_a_price_can_be_looked_up_and_an_unknown_one_is_unknown(store: Database) -> None:
    app = open_page(MODELS)
    app.text_input(key="price_of").set_value("openai/gpt-4o-mini").run()
    assert "$0.15" in text_of(app)
    app.text_input(key="price_of").set_value("hosted_vllm/mine").run()
    assert "unknown" in text_of(app)
