"""How long the leaderboard's page takes at a million matches: the served app, seen by Chromium.

    python -m benchmarks.db.million /tmp/million.db
    python -m benchmarks.db.board_page /tmp/million.db [--out benchmarks/db/results/board_page.json]

Seconds of wall time as a person sees them. `first_load` is from the address in a fresh profile to the `drawn`
table of the standings, and until the script has `ended`; the server answered its first request just before.
A switch is timed from the click that changes it until the last change on the screen: for the `first` time,
`back`, and `again`. So is every section below the board; the first one of them is open to begin with.
`processor_s` is what a switch between two known boards takes of the page's main thread and of the server.
Beside them stands a page of one title, served in the same way, with its rerun.
`memory_mb` is the server's own process: at most, and in the end.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.browser.chromium import combobox, launch, settle

ROOT = Path(__file__).resolve().parents[2]
RERUNS = 7
QUIET_MS = 400
"""A page stands when it has neither been told nor changed anything for so long."""
WATCH = """() => {
    window.marks = {};
    window.took = null;
    const note = (name) => { if (!(name in window.marks)) window.marks[name] = performance.now(); };
    let started = null, last = 0, answered = false;
    for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => {
        started = last = performance.now(); answered = false; window.took = null;
    }, true);
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
        constructor(...given) {
            super(...given);
            this.addEventListener("message", () => { answered = true; last = performance.now(); });
        }
    };
    const look = () => {
        last = performance.now();
        const app = document.querySelector("[data-testid=stApp]");
        if (!document.querySelector("TARGET")) return;
        note("drawn");
        if (app && app.getAttribute("data-test-script-state") === "notRunning") note("ended");
    };
    setInterval(() => {
        if (started === null || !answered || performance.now() - last < QUIET) return;
        const app = document.querySelector("[data-testid=stApp]");
        if (app.getAttribute("data-test-script-state") !== "notRunning") return;
        window.took = last - started; started = null;
    }, 20);
    new MutationObserver(look).observe(document, {
        subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"]});
}"""


@dataclass(frozen=True)
class Server:
    url: str
    pid: int

    def memory_mb(self) -> dict[str, int]:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = dict(line.split(":", 1) for line in status.splitlines() if line.startswith("Vm"))
        return {
            name: int(found[key].split()[0]) // 1024 for name, key in (("most", "VmHWM"), ("end", "VmRSS"))
        }

    def processor_s(self) -> float:
        times = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return sum(int(ticks) for ticks in times) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(script: Path, database_url: str, folder: Path) -> Iterator[Server]:
    """Serve a script until it answers, in the project's own configuration."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url}, stdout=subprocess.DEVNULL,
        stderr=(folder / "server.log").open("wb"),
    )  # fmt: skip
    try:
        url = f"http://localhost:{port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"{url}/_stcore/health", timeout=2):
                    break
            except (URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)  # a server that is starting tells nobody when it is ready
        yield Server(url, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def open_page(browser: Browser, address: str, target: str) -> tuple[Page, dict[str, float]]:
    """Open an address in a fresh profile; return seconds from navigation until the target stands."""
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    watch = WATCH.replace("TARGET", target).replace("QUIET", str(QUIET_MS))
    page.add_init_script(f"({watch})()")
    page.goto(address)
    page.wait_for_function("'ended' in window.marks", timeout=120_000, polling=20)
    return page, {name: round(value / 1000, 2) for name, value in page.evaluate("window.marks").items()}


def seconds_of(page: Page, act: Callable[[], object]) -> float:
    page.evaluate("window.took = null")
    act()
    page.wait_for_function("window.took !== null", timeout=120_000, polling=5)
    return round(float(page.evaluate("window.took")) / 1000, 3)


def rerun(page: Page) -> list[float]:
    times = []
    for _ in range(RERUNS):
        time.sleep(0.2)
        times.append(seconds_of(page, lambda: page.keyboard.press("r")))
    return times


def switch(page: Page, name: str, one: str, other: str) -> list[float]:
    """Choose `one` in a list, go back to `other`, and do both again; time each choice."""
    times = []
    for option in (one, other, one, other):
        box = combobox(page, name)
        box.click()
        choice = page.get_by_role("option", name=option, exact=True)
        choice.wait_for()
        times.append(seconds_of(page, choice.click))
        settle(page)
    return times


def press(page: Page, group: str, one: str, other: str) -> list[float]:
    """Do the same with buttons that stand side by side."""
    times = []
    for option in (one, other, one, other):
        button = (
            page.get_by_test_id("stButtonGroup")
            .filter(has_text=group)
            .get_by_role("radio" if group == "Lens" else "button", name=option, exact=True)
        )
        times.append(seconds_of(page, button.click))
        settle(page)
    return times


def measure_switches(page: Page) -> dict[str, Any]:
    """Change everything once, the popover being open where the switch lies under "More"."""
    found = {
        "human lens": press(page, "Lens", "human", "judge"),
        "calibrated lens": press(page, "Lens", "calibrated", "judge"),
        "tag": switch(page, "Tag", "math", "all"),
    }
    page.get_by_role("button", name="More").click()
    settle(page)
    for name, box, one, other in (
        ("flips as ties", "Flips", "tie", "mean"),
        ("flips dropped", "Flips", "drop", "mean"),
        ("both bad dropped", "Both bad", "drop", "tie"),
        ("win rate", "Method", "win-rate", "bradley-terry"),
        ("elo", "Method", "elo", "bradley-terry"),
        ("davidson", "Ties", "davidson", "half"),
        ("probabilities", "Outcomes", "probability", "verdict"),
    ):
        found[name] = switch(page, box, one, other)
    for control in ("position", "length"):
        found[f"control for {control}"] = press(page, "Control for", control, control)
    return {name: {"first": times[0], "back": times[1], "again": times[2]} for name, times in found.items()}


def measure_sections(page: Page) -> dict[str, Any]:
    """Open every section below the board, for the first time and again."""
    pills = page.get_by_test_id("stButtonGroup").filter(has_text="Cycles")
    times: dict[str, list[float]] = {}
    names = pills.get_by_role("radio").all_inner_texts()
    for name in names * 2:
        pill = pills.get_by_role("radio", name=name, exact=True)
        if pill.is_checked():
            continue
        times.setdefault(name, []).append(seconds_of(page, pill.click))
        settle(page)
    return {name: dict(zip(("first", "again"), taken, strict=False)) for name, taken in times.items()}


def measure_processor(page: Page, server: Server) -> dict[str, float]:
    """Switch between two boards that are known; return the seconds of processor time that one switch takes.

    Unlike the wall time it says nearly the same on a machine that does other things meanwhile.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    taken: dict[str, list[float]] = {"page": [], "server": []}
    for option in ("tie", "mean") * RERUNS:
        combobox(page, "Flips").click()
        choice = page.get_by_role("option", name=option, exact=True)
        choice.wait_for()
        time.sleep(0.2)
        before = _page_s(session), server.processor_s()
        seconds_of(page, choice.click)
        settle(page)
        taken["page"].append(_page_s(session) - before[0])
        taken["server"].append(server.processor_s() - before[1])
    return {name: round(statistics.median(values), 3) for name, values in taken.items()}


def _page_s(session: CDPSession) -> float:
    found = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))


def measure_app(browser: Browser, url: str, folder: Path) -> dict[str, Any]:
    address = "/leaderboard?dataset=million"
    with serve(ROOT / "app.py", url, folder) as server:
        page, first = open_page(browser, server.url + address, "table.eh-table tbody tr")
        same = rerun(page)
        sections = measure_sections(page)
        switches = measure_switches(page)
        processor = measure_processor(page, server)
        _, second = open_page(browser, server.url + address, "table.eh-table tbody tr")
        memory = server.memory_mb()
    with serve(ROOT / "app.py", url, folder) as server:
        time.sleep(10)
        _, settled = open_page(browser, server.url + address, "table.eh-table tbody tr")
    return {
        "first_load": first, "first_load_10_s_after_start": settled, "second_visitor": second,
        "same_page_again": round(statistics.median(same), 3), "switches": switches, "sections": sections,
        "processor_s": processor, "memory_mb": memory,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        folder = Path(name)
        empty = folder / "empty.py"
        empty.write_text("import streamlit as st\nst.title('Empty')\n")
        with serve(empty, "", folder) as server:
            page, first = open_page(browser, server.url, "h1")
            beside = {"first_load": first, "same_page_again": round(statistics.median(rerun(page)), 3)}
        result: dict[str, Any] = {"cores": os.cpu_count(), "empty_page": beside}
        result |= measure_app(browser, f"sqlite:///{arguments.file.resolve()}", folder)
    result["load_average"] = [round(value, 1) for value in os.getloadavg()]
    text = json.dumps(result, indent=1)
    print(text)
    if arguments.out is not None:
        arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
