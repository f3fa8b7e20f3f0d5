"""Asking before money can flow."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from urllib.parse import urlsplit

from arena.errors import UsageError
from arena.lab import LabEstimate, LabSpec
from arena.run import Estimate, RunSpec


def may_spend(spec: RunSpec | LabSpec, estimate: Estimate | LabEstimate, *, is_agreed: bool) -> bool:
    """Ask where the judge is a model; one of one's own network is free, and so is what asks no model."""
    is_uncapped = spec.max_cost_usd is not None and spec.max_calls is None
    if estimate.n_calls and estimate.cost_usd is None and is_uncapped:
        raise UsageError(
            f"No price is known for {spec.judge}, so a cap in USD cannot hold. Add --max-calls N."
        )
    if is_agreed or not estimate.n_calls or estimate.cost_usd == 0 or is_own_server(spec.api_base):
        return True
    return is_confirmed("This calls a model and may cost money. Add --yes to start it without a question.")


def is_confirmed(unasked: str) -> bool:
    """Ask whether to start; raise UsageError with these words where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise UsageError(unasked)
    return input("Start? [y/N] ").strip().lower() in ("y", "yes")


def is_own_server(api_base: str | None) -> bool:
    """Whether an address is on this machine or in a private network."""
    host = urlsplit(api_base or "").hostname
    if host is None:
        return False
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".localhost", ".internal"))
