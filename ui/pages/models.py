"""Models & keys answers: whom can be asked, what it costs, and whether it works."""

import streamlit as st

from arena.local_servers import find_servers
from arena.providers import get_price, list_prices, list_providers
from ui.components.model_rows import show_missing, show_other, show_prices, show_ready, show_servers
from ui.components.words import lead, note
from ui.figures import plural
from ui.state import database

st.title("Models & keys")
states = list_providers()
ready = [state for state in states if state.is_ready]
with st.skeleton(height=60):
    servers = find_servers()
found = (
    f"{plural(len(servers), 'model server')} found on this machine"
    if servers
    else "no model server runs here"
)
lead(f"{len(ready)} of {len(states)} providers ready; {found}.")
note("Built-in judges need neither: builtin/longest, builtin/first, builtin/random, builtin/reference.")

if ready:
    st.subheader("Ready")
    show_ready(ready)
st.subheader("On this machine")
if servers:
    show_servers(servers)
else:
    note("Nothing answers on the usual ports of Ollama, vLLM, LM Studio, llama.cpp, SGLang and others.")
st.button("Look again", icon=":material/refresh:", key="look_again")
with st.expander("Try another model", key="other_model", on_change="rerun") as other:
    if other.open:
        show_other()

st.subheader("Keys that are missing")
note(
    "Set the variable where the app is started, or in Streamlit's secrets, and start the app again. Keys are"
    " read from there, never shown and never stored."
)
show_missing([state for state in states if not state.is_ready])

st.subheader("Prices")
note("From the price map that comes with LiteLLM. A model it does not know costs unknown, not nothing.")
wanted = st.text_input("Look a price up", key="price_of", placeholder="provider/model", width=380).strip()
prices = list_prices(database())
if wanted:
    prices = [get_price(wanted)]
if prices:
    show_prices(prices)
else:
    note("No model judges or answers in this database yet.")
