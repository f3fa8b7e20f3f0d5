"""A person sees holes, has them filled by the app's own runner, and tries a prompt on two contestants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import TIMEOUT_MS, drop_files, expect_text, follow, open_address, press
from tests.browser.serving import ServedApp
from tests.fake_llm import Reply, Request
from tests.fake_llm.running import serve

pytestmark = pytest.mark.browser


def answer(request: Request) -> Reply:
    if request["messages"][-1]["content"] == "What is 3?":
        return Reply("", finish_reason="content_filter")
    return Reply(f"{request['model']} says that it is a number, and goes on to say why.")


def fill_in(page: Page, name: str, text: str) -> None:
    box = page.get_by_role("textbox", name=name, exact=True)
    box.fill(text)
    box.press("Control+Enter")


def test_holes_are_filled_and_a_prompt_is_tried_on_two(app: ServedApp, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text("\n".join(json.dumps({"prompt": f"What is {n}?"}) for n in range(4)))
    with serve(answer) as llm:
        open_address(page, f"{app.url}/import")
        drop_files(page, file)
        press(page, "Import")
        follow(page, "Prompts & responses")
        expect_text(page, "4 prompts, and nobody has answered yet.")
        page.get_by_role("tab", name="Generate").click()
        fill_in(page, "New contestants", "oak=openai/oak\nelm=openai/elm")
        page.get_by_text("Settings of the new contestants").click()
        fill_in(page, "API base", llm.api_base)
        expect_text(page, "4 prompts \u00d7 2 contestants = 8 responses; cost unknown")
        press(page, "Generate")
        expect_text(page, "6 of 8 responses are there; 2 failed (2 refused)")
        page.get_by_role("tab", name="Coverage").click()
        expect(page.get_by_text("failed", exact=True)).to_have_count(2, timeout=TIMEOUT_MS)
        page.get_by_role("link", name="What is 2?").click()
        expect_text(page, "oak says that it is a number")
        page.go_back()
        page.get_by_role("tab", name="Playground").click()
        fill_in(page, "Prompt", "Who are you?")
        page.get_by_role("combobox", name="Contestants that are set up").click()
        for name in ("elm", "oak"):
            page.get_by_role("option", name=name).click()
        page.keyboard.press("Escape")
        expect_text(page, "2 calls; cost unknown; nothing is stored")
        press(page, "Ask all")
        for name in ("elm", "oak"):
            expect_text(page, f"{name} says that it is a number")
        assert llm.stats()["n_requests"] == 10
