"""The coverage matrix: a row a prompt, a column a contestant; a hole says what it is."""

from __future__ import annotations

import math
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.datasets import DatasetSummary
from arena.generate.coverage import Coverage, CoverageCell, CoverageColumn, PromptDetail, get_coverage
from arena.generate.spec import RETRIED
from ui.components.responses import show_text
from ui.components.verdicts import reason_words
from ui.components.words import note
from ui.figures import count, seconds, usd
from ui.navigation import IMPORT, RESPONSES, Query, href, page_link
from ui.render import label, visible
from ui.state import database, database_url

_TABLE: Final = Markup(
    '<div class="eh-scroll"><table class="eh-table"><caption>{}</caption><thead><tr>{}</tr></thead>'
    "<tbody>{}</tbody></table></div>"
)


def read_coverage(dataset: DatasetSummary, *, first: int, limit: int, only_holes: bool) -> Coverage:
    """Return what `get_coverage` does, or what it said before of the same data set with the same counts."""
    return _read(database_url(), dataset, first, limit, only_holes)


@st.cache_data(max_entries=32, ttl=30, show_spinner=False)
def _read(_url: str, dataset: DatasetSummary, first: int, limit: int, only_holes: bool) -> Coverage:
    # The counts of the data set are part of the key: they change with every response.
    return get_coverage(database(), dataset.name, first=first, limit=limit, only_holes=only_holes)


def show_coverage(coverage: Coverage, dataset: str, page_size: int) -> None:
    """Show totals, one page of the matrix, and the ways to fill its holes."""
    if coverage.columns:
        show_totals(coverage)
        st.toggle("Only prompts with a hole", key="holes")
        show_matrix(coverage, dataset)
        n_pages = math.ceil(coverage.n_shown / page_size)
        if n_pages > 1:
            st.pagination(n_pages, key="responses_page")
    note("Fill a hole: generate the responses here, or upload a file that holds them.")
    page_link(IMPORT, "Upload responses", {"dataset": dataset}, icon=IMPORT.icon)


def show_totals(coverage: Coverage) -> None:
    """Show a row a contestant: what is there of the whole data set."""
    head = Markup(
        '<th>Contestant</th><th>Model</th><th class="eh-num">Answered</th><th class="eh-num">Failed</th>'
        '<th class="eh-num">Missing</th>'
    )
    row = Markup(
        '<tr><th scope="row">{}</th><td>{}</td><td class="eh-num">{}</td><td class="eh-num">{}</td>'
        '<td class="eh-num">{}</td></tr>'
    )
    body = Markup("").join(
        row.format(
            visible(column.name),
            visible(column.model or "from a file"),
            count(column.n_ready),
            count(column.n_failed),
            count(column.n_missing),
        )
        for column in coverage.columns
    )
    st.html(_TABLE.format(f"Of {coverage.n_prompts:,} prompts", head, body))


def show_matrix(coverage: Coverage, dataset: str) -> None:
    """Show one page of prompts; each opens its responses."""
    names = Markup("").join(
        Markup('<th class="eh-num">{}</th>').format(visible(column.name)) for column in coverage.columns
    )
    rows = Markup("").join(
        Markup('<tr><th scope="row"><a href="{}">{}</a></th>{}</tr>').format(
            href(RESPONSES, {"dataset": dataset, "prompt": row.prompt_id}),
            visible(row.text) or "(no words)",
            Markup("").join(
                _cell(cell, _ways(dataset, row.prompt_id, column))
                for cell, column in zip(row.cells, coverage.columns, strict=True)
            ),
        )
        for row in coverage.rows
    )
    st.html(_TABLE.format("Each prompt opens its responses", Markup("<th>Prompt</th>") + names, rows))


def _cell(cell: CoverageCell, ways: Markup) -> Markup:
    if cell.state == "ready":
        return Markup('<td class="eh-num">{}</td>').format(
            "yes" if cell.n_ready == 1 else f"{cell.n_ready} ×"
        )
    if cell.state == "failed":
        failed = Markup('<td class="eh-num eh-quiet" title="{}">failed{}</td>')
        return failed.format(reason_words(cell.reason), ways if cell.reason in RETRIED else "")
    return Markup('<td class="eh-num eh-quiet"><em>missing</em>{}</td>').format(ways)


def _ways(dataset: str, prompt_id: int, column: CoverageColumn) -> Markup:
    """Return the links of a hole: ask the contestant, where it has a model, or bring a file."""
    link = Markup('<a href="{}" target="_self" aria-label="{}">{}</a>')
    upload = link.format(
        href(IMPORT, {"dataset": dataset}), f"Upload the response of {visible(column.name)}", "upload"
    )
    if column.model is None:
        return Markup('<span class="eh-sub">{}</span>').format(upload)
    asked: Query = {"dataset": dataset, "view": "Generate", "ask": column.name, "only": prompt_id}
    generate = link.format(
        href(RESPONSES, asked), f"Generate the response of {visible(column.name)}", "generate"
    )
    return Markup('<span class="eh-sub">{} · {}</span>').format(generate, upload)


def show_prompt(detail: PromptDetail) -> None:
    """Show a prompt, its references and every response with what it cost."""
    for role, content in detail.prompt.messages:
        st.caption(label(role))
        show_text([content])
    for turns in detail.prompt.references:
        with st.expander("Reference", icon=":material/bookmark:"):
            show_text(turns)
    if not detail.answers:
        st.caption("Nobody has answered yet.")
    for answer in detail.answers:
        sample = f", sample {answer.sample_index + 1}" if answer.sample_index else ""
        with st.container(border=True, key=f"answer_{answer.id}"):
            st.markdown(f"**{label(answer.contestant)}**{sample}")
            if answer.state == "failed":
                st.warning(
                    label(f"{reason_words(answer.reason)}: {answer.detail or 'no more is known'}"),
                    title="Failed, and never judged",
                    icon=":material/error:",
                )
            if answer.turns is not None or answer.state == "ready":
                show_text(answer.turns)
            st.caption(label(_facts(answer.n_tokens_out, answer.cost_usd, answer.latency_s, answer.source)))


def _facts(n_tokens_out: int | None, cost_usd: float | None, latency_s: float | None, source: str) -> str:
    words = [f"from {source}"]
    if n_tokens_out is not None:
        words.append(f"{n_tokens_out:,} tokens")
    if cost_usd is not None:
        words.append(usd(cost_usd))
    if latency_s is not None:
        words.append(f"{seconds(latency_s)} s")
    return ", ".join(words)
