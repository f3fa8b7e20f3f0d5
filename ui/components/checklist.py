"""The home page's facts: steps that fill themselves, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from arena.agreement import ENOUGH, AgreementFigure
from arena.checklist import Checklist, Step, StepName, get_change_mark, get_checklist
from arena.matches import MatchFilter
from arena.run import RunStatus
from ui.components.run_steering import count_judged
from ui.components.words import note
from ui.figures import percent, plural, usd
from ui.match_address import filter_to_query
from ui.navigation import IMPORT, JUDGES, MATCHES, RESPONSES, RUNS, VOTE, PageEntry, Query, page_link
from ui.render import label
from ui.state import database, database_url

SECONDS: Final = 20
_ICONS: Final = {"done": "check_circle", "begun": "timelapse", "open": "radio_button_unchecked"}
_TARGETS: Final[dict[StepName, PageEntry]] = {
    "prompts": IMPORT,
    "responses": IMPORT,
    "judge": JUDGES,
    "run": RUNS,
    "votes": VOTE,
    "trust": JUDGES,
}


@dataclass(frozen=True)
class _Asked:
    """What makes two readings the same: a data set of a database, as long as nothing came or went."""

    url: str
    dataset: str
    mark: str

    @classmethod
    def now(cls, dataset: str) -> _Asked:
        return cls(database_url(), dataset, get_change_mark(database()))


def load_checklist(dataset: str) -> Checklist:
    """Return the facts, counted anew when something came or went."""
    return _checklist(_Asked.now(dataset))


@st.cache_data(ttl=SECONDS, max_entries=16, show_spinner=False)
def _checklist(asked: _Asked) -> Checklist:
    return get_checklist(database(), asked.dataset)


def show_steps(facts: Checklist) -> None:
    """Show each step with its state; it opens the page where it is done."""
    for step in facts.steps:
        words = _words(facts, step)
        if step == facts.next_step:
            words = f"**{words}**"
        query = {"dataset": facts.dataset.name}
        target = _TARGETS[step.name]
        if target is IMPORT and step.part:  # some are there to be looked at
            target = RESPONSES
            query |= {"view": "Prompts"} if step.name == "prompts" else {}
        page_link(target, words, query, icon=_ICONS[step.state])


def _words(facts: Checklist, step: Step) -> str:
    counted = f"{step.part:,} of {step.whole:,}"
    match step.name, step.state:
        case "prompts", "open":
            return "Bring prompts"
        case "prompts", _:
            return plural(step.part, "prompt")
        case "responses", "open":
            return "Bring responses of two contestants or more"
        case "responses", _:
            return f"{counted} responses"
        case "judge", "open":
            return "Choose a judge"
        case "judge", _:
            return "Judge set" if facts.judge is None else f"Judge: {label(facts.judge)}"
        case "run", "open":
            return "Let the judge compare the responses"
        case "run", "begun":
            n_matches = facts.dataset.n_matches
            before = f"{plural(n_matches, 'match', 'matches')} by all judges; " if n_matches else ""
            words = _run_words(facts, step)
            return before + (words[0].lower() + words[1:] if before else words)
        case "run", _:
            return f"{plural(facts.dataset.n_matches, 'match', 'matches')} by all judges"
        case "votes", "done":
            return plural(step.part, "human vote")
        case "votes", _:
            return f"{counted} human votes"
    return trust_words(facts.agreement)


def _run_words(facts: Checklist, step: Step) -> str:
    """Say how far the run is; one that does not go on by itself is not called under way."""
    halted = next(
        (run for run in facts.paused if (run.n_done, run.n_planned) == (step.part, step.whole)), None
    )
    if halted is not None:
        return halted_words(halted)
    return f"Run at {percent(step.part / step.whole if step.whole else 0)}"


def halted_words(run: RunStatus) -> str:
    """Return where a run stands still, such as `Run 3 stopped at 40 %`."""
    part = percent(count_judged(run) / run.n_planned if run.n_planned else 0)
    return f"Run {run.id} {'is paused' if run.state == 'paused' else 'stopped'} at {part}"


def trust_words(figure: AgreementFigure | None) -> str:
    """Say how far the judge is checked against people."""
    if figure is None:
        return "Not yet trusted: nobody has voted on what the judge decided"
    if figure.n < ENOUGH:
        return f"Not yet trusted: too few votes to say ({figure.n} of {ENOUGH})"
    counted = f"{percent(figure.share)} of {plural(figure.n, 'vote')}"
    agrees = f"agrees with people in {counted} on pairs that it scored"
    if figure.low > 0:
        return f"Judge {agrees}"
    return f"Not yet trusted: {agrees}, not distinguished from chance"


def show_needs(facts: Checklist) -> None:
    """Show what waits for a person, each with its place."""
    is_nothing = True
    if facts.n_disagreements and facts.judge is not None:
        wanted = MatchFilter(dataset=facts.dataset.name, judges=(facts.judge,), disagrees_with_people=True)
        words = plural(
            facts.n_disagreements, "disagreement of judge and people", "disagreements of judge and people"
        )
        page_link(MATCHES, words, filter_to_query(wanted), icon="contrast")
        is_nothing = False
    for run in facts.paused:
        where: Query = {"dataset": facts.dataset.name, "run": run.id}
        page_link(RUNS, f"Resume: {halted_words(run)}", where, icon="pause_circle")
        if run.stop_reason:
            note(run.stop_reason)
        is_nothing = False
    if is_nothing:
        is_open = facts.next_step is not None
        note("No run or disagreement waits for you." if is_open else "Nothing waits for you.")
    if facts.spent_usd is not None:
        cap = "" if facts.cap_usd is None else f" of {usd(facts.cap_usd)}"
        note(f"Spent on runs: {usd(facts.spent_usd)}{cap}")
