"""Providers, local servers and prices as rows; each that can be asked has a button for one tiny call."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from arena.errors import UsageError
from arena.local_servers import LocalServer
from arena.providers import ModelPrice, ProviderState
from arena.trial import Trial, is_warm, most_trial_usd, try_model
from ui.components.words import note
from ui.figures import LEAST_USD, NONE, seconds, usd
from ui.navigation import RUNS, page_link
from ui.render import label, visible

_TABLE = Markup(
    '<div class="eh-scroll"><table class="eh-table"><thead>{}</thead><tbody>{}</tbody></table></div>'
)
_READY = Markup('<p class="eh-order"><strong>{}</strong> <span class="eh-quiet">{}</span></p>')
_MISSING = Markup('<tr><th scope="row">{}</th><td>{}</td><td class="eh-wide eh-quiet">{}</td></tr>')


def show_ready(states: Sequence[ProviderState]) -> None:
    """Show each provider whose key is set, with the model to try it with."""
    for state in states:
        provider = state.provider
        with st.container(border=True, key=f"ready_{provider.name}"):
            st.html(_READY.format(provider.title, f"ready, {' and '.join(state.found)} set"))
            with st.container(horizontal=True, vertical_alignment="bottom"):
                model = st.text_input("Model", provider.model, key=f"model_{provider.name}", width=380)
                _show_test(model, None, key=provider.name)
            page_link(RUNS, "Judge with it", {"judge": model}, icon=RUNS.icon)


def show_missing(states: Sequence[ProviderState]) -> None:
    """Show what to set for the others."""
    if not states:
        return
    head = Markup(
        '<tr><th>Provider</th><th>Key missing: set</th><th class="eh-wide">Models, such as</th></tr>'
    )
    rows = [
        _MISSING.format(state.provider.title, ", ".join(state.missing), state.provider.model)
        for state in states
    ]
    st.html(_TABLE.format(head, Markup("").join(rows)))


def show_servers(servers: Sequence[LocalServer]) -> None:
    """Show each server that was found, by its address and its models."""
    for server in servers:
        with st.container(border=True, key=f"server_{server.port}"):
            kind = "Ollama" if server.kind == "ollama" else "OpenAI-compatible server"
            usually = (
                f" ({server.usually}'s usual port)" if server.usually and server.kind == "openai" else ""
            )
            st.html(_READY.format(kind, f"found at {server.api_base}{usually}"))
            if not server.models:
                note("It names no models.")
                continue
            with st.container(horizontal=True, vertical_alignment="bottom"):
                names = [server.judge_name(model) for model in server.models]
                model = st.selectbox("Model", names, key=f"model_{server.port}", width=380)
                _show_test(model, server.api_base, key=str(server.port))
            where = {"judge": model, "api_base": server.api_base}
            page_link(RUNS, "Judge with it", where, icon=RUNS.icon)


def show_other() -> None:
    """Let any model be tried, at any address."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = st.text_input("Model", key="model_other", placeholder="provider/model", width=380)
        address = st.text_input("API base", key="base_other", placeholder="the provider's own", width=280)
        if model.strip():
            _show_test(model.strip(), address.strip() or None, key="other")
        else:
            st.button("Test", icon=":material/bolt:", key="test_nothing", disabled=True)
            note("type a model first, as openai/gpt-4o-mini")


def show_prices(prices: Sequence[ModelPrice]) -> None:
    """Show USD a million tokens; what the map does not know is unknown, not free."""
    head = Markup(
        '<tr><th>Model</th><th class="eh-num">Input, $ a million tokens</th>'
        '<th class="eh-num">Output, $ a million tokens</th></tr>'
    )
    row = Markup('<tr><th scope="row">{}</th><td class="eh-num">{}</td><td class="eh-num">{}</td></tr>')
    rows = [row.format(visible(one.model), usd(one.input_usd), usd(one.output_usd)) for one in prices]
    st.html(_TABLE.format(head, Markup("").join(rows)))


def _show_test(model: str, api_base: str | None, *, key: str) -> None:
    """Show the button with its price beside it, and what came of it below."""
    most = most_trial_usd(model)
    cost = "price unknown" if most is None else usd(most) if most < LEAST_USD else f"at most {usd(most)}"
    pressed = st.button("Test", icon=":material/bolt:", key=f"test_{key}", help=f"One tiny call, {cost}.")
    note(f"one call, {cost}")
    stored = f"trial_{key}"
    if pressed:
        words = "Asking" if is_warm() else "Starting LiteLLM, a few seconds, then asking"
        with st.spinner(words, show_time=True):
            st.session_state[stored] = _try(model, api_base)
    trial: Trial | None = st.session_state.get(stored)
    if trial is not None and trial.model == model:
        _show_trial(trial)


def _try(model: str, api_base: str | None) -> Trial:
    try:
        return try_model(model, api_base)
    except UsageError as error:
        return Trial(model, False, str(error))


def _show_trial(trial: Trial) -> None:
    if not trial.is_ok:
        detail = f" {trial.detail}" if trial.detail else ""
        st.warning(label(trial.sentence + detail), icon=":material/error:")
        return
    tokens = NONE if trial.n_tokens_out is None else f"{trial.n_tokens_in} in, {trial.n_tokens_out} out"
    words = f"{trial.sentence} {seconds(trial.latency_s)} s, tokens {tokens}, cost {usd(trial.cost_usd)}"
    st.success(label(words), icon=":material/check_circle:")
