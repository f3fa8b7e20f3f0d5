"""The playground's child: kept warm between presses, replaced when it is gone, ended when it is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from arena.asking_child import CHILDREN
from arena.errors import UsageError
from arena.generate import ContestantSpec
from arena.generate.playground import play, warm_up
from tests.fake_llm import Reply, Request, Running, serve


@pytest.fixture(autouse=True)
def no_children_left() -> Iterator[None]:
    yield
    CHILDREN.end_all()


def ask(llm: Running, *models: str) -> dict[int, str]:
    contestants = [ContestantSpec(name, f"openai/{name}", llm.api_base) for name in models]
    texts = dict.fromkeys(range(len(models)), "")
    with play(contestants, "Who are you?") as events:
        for event in events:
            texts[event.index] += event.text or event.error or ""
    return texts


def waiting() -> list[int]:
    return [child._process.pid for child in CHILDREN.waiting]


def test_one_child_answers_press_after_press_and_ends_when_it_is_left() -> None:
    def script(request: Request) -> Reply | str:
        return Reply("no such thing", status=400) if request["model"] == "elm" else f"{request['model']} here"

    with serve(script) as llm:
        warm_up()
        warm_up()
        (first,) = waiting()
        said = ask(llm, "oak", "elm")
        assert said[0] == "oak here"
        assert "no such thing" in said[1]
        assert ask(llm, "ash") == {0: "ash here"}
        assert waiting() == [first], "a second press imports nothing"
        with play([ContestantSpec("oak", "openai/oak", llm.api_base)], "Who?") as events:
            next(events)
        assert waiting() == []


def test_a_child_that_died_or_knows_other_keys_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up()
    (first,) = waiting()
    CHILDREN.waiting[0]._process.kill()
    CHILDREN.waiting[0]._process.wait()
    warm_up()
    (second,) = waiting()
    assert second != first
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    warm_up()
    (third,) = waiting()
    assert third != second


def test_what_cannot_be_asked_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="Write a prompt"), play([], " "):
        pass
    with pytest.raises(UsageError, match="'oak' has no model"), play([ContestantSpec("oak")], "Hi"):
        pass
