"""The coverage matrix: a row a prompt, a column a contestant; a hole says what it is."""

from __future__ import annotations

from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.generate.coverage import Coverage, CoverageCell, PromptDetail
from ui.components.responses import show_text
from ui.components.verdicts import reason_words
from ui.figures import count, seconds, usd
from ui.navigation import RESPONSES, href
from ui.render import label, visible

_TABLE: Final = Markup(
    '<div class="eh-scroll"><table class="eh-table"><caption>{}</caption><thead><tr>{}</tr></thead>'
    "<tbody>{}</tbody></table></div>"
)


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
            Markup("").join(_cell(cell) for cell in row.cells),
        )
        for row in coverage.rows
    )
    st.html(_TABLE.format("Each prompt opens its responses", Markup("<th>Prompt</th>") + names, rows))


def _cell(cell: CoverageCell) -> Markup:
    if cell.state == "ready":
        return Markup('<td class="eh-num">{}</td>').format(
            "yes" if cell.n_ready == 1 else f"{cell.n_ready} ×"
        )
    if cell.state == "failed":
        failed = Markup('<td class="eh-num eh-quiet" title="{}">failed</td>')
        return failed.format(reason_words(cell.reason))
    return Markup('<td class="eh-num eh-quiet"><em>missing</em></td>')


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
