"""Every figure's name, words, least n, definition and source: for the card, the page and the docs alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

from arena.audit.records import Aside, Figure, Unit
from ranking.shares import Clustered

MIN_ITEMS = 20
MIN_PROMPTS = 10
"""Fewer prompts than this, and no figure claims a bias: the t interval is too wide to be worth printing."""


@dataclass(frozen=True)
class Definition:
    group: str
    label: str
    unit: Unit
    counted: str
    help: str
    source: str
    needs: int = MIN_ITEMS


SHI = "Shi et al. 2024, arXiv 2406.07791"
SAITO = "Saito et al. 2023, arXiv 2310.10076"
ZHENG = "Zheng et al. 2023, arXiv 2306.05685"
FIT = "joint Bradley-Terry fit, sandwich clustered by prompt"

DEFINITIONS: dict[str, Definition] = {
    "position.consistency": Definition(
        "Position", "Same verdict in both orders", "share", "pairs",
        "Pairs with equal stored verdicts in both shown orders, of all pairs scored in both.", SHI),
    "position.primacy": Definition(
        "Position", "Flips towards the first shown", "share", "pairs",
        "A verdict for the first shown is +1, for the second -1, a tie or both bad 0; over both orders a sum"
        " above 0 is primacy.", SHI),
    "position.recency": Definition(
        "Position", "Flips towards the second shown", "share", "pairs",
        "As primacy, with the sum over both orders below 0.", SHI),
    "position.fairness": Definition(
        "Position", "Preference fairness", "score", "pairs",
        "(recency - primacy) / pairs: -1 always the first shown, 0 fair, +1 always the second. The p value"
        " turns the sign of every prompt's sum at random; 'if independent' is the exact binomial of primacy"
        " against recency.", SHI),
    "position.fairness_cells": Definition(
        "Position", "Preference fairness, mean of cells", "score", "pairs",
        "Preference fairness of each pair of contestants under each set of tags, every cell counting once;"
        " the paper's raw score rcn x irr - pcn x ipr over a cell's pairs is (recency - primacy) / pairs.",
        SHI),
    "position.alpha": Definition(
        "Position", "Position term alpha", "nats", "pairs",
        "How much being shown first adds to the log odds of winning, in one fit with the strengths.", FIT),
    "stability.ab": Definition(
        "Stability", "Repetition stability, stored order", "share", "questions",
        "Share of the most frequent verdict among repetitions of the same question, a shown first; `chance`"
        " in the note is what independent draws from the judge's own verdict shares would reach.", SHI),
    "stability.ba": Definition(
        "Stability", "Repetition stability, swapped order", "share", "questions",
        "The same with b shown first.", SHI),
    "length.share": Definition(
        "Verbosity", "The longer response wins", "share", "pairs",
        "Of decided pairs with texts of different length, those that the longer one (in characters) won; a"
        " flip decides nothing. People: their deciding votes on the pairs they share.", ZHENG),
    "length.excess": Definition(
        "Verbosity", "Longer wins, judge minus people", "difference", "pairs",
        "On pairs that both decided, the judge's share of longer winners minus people's.", SAITO),
    "length.beta": Definition(
        "Verbosity", "Length term beta", "nats", "pairs",
        "Log odds per root mean square of (a - b) / (a + b) characters, beside the strengths. People: the"
        " same fit to their votes. Length may go with quality: the term alone proves no bias.", FIT),
    "markdown.share": Definition(
        "Style", "More Markdown wins", "share", "pairs",
        "As the longer response, by headers, list items and bold phrases together.", ZHENG),
    "markdown.excess": Definition(
        "Style", "More Markdown wins, judge minus people", "difference", "pairs",
        "On pairs that both decided, the judge's share minus people's.", SAITO),
    "markdown.beta": Definition(
        "Style", "Markdown term beta", "nats", "pairs",
        "As the length term, for Markdown (headers, list items and bold phrases per character), with length"
        " in the same fit."
        " Style may go with quality: the term alone proves no bias.", FIT + "; LMArena's style control"),
    "list.share": Definition(
        "Style", "More list items win", "share", "pairs", "As the longer response, by list items.", ZHENG),
    "list.excess": Definition(
        "Style", "More list items win, judge minus people", "difference", "pairs",
        "On pairs that both decided, the judge's share minus people's.", SAITO),
    "list.beta": Definition(
        "Style", "List term beta", "nats", "pairs",
        "As the length term, for list items per character, with length, headers and bold in the same fit."
        " Style may go with quality: the term alone proves no bias.", FIT + "; LMArena's style control"),
    "header.share": Definition(
        "Style", "More headers win", "share", "pairs", "As the longer response, by headers.", ZHENG),
    "header.excess": Definition(
        "Style", "More headers win, judge minus people", "difference", "pairs",
        "On pairs that both decided, the judge's share minus people's.", SAITO),
    "header.beta": Definition(
        "Style", "Header term beta", "nats", "pairs",
        "As the length term, for headers per character, with length, list items and bold in the same fit."
        " Style may go with quality: the term alone proves no bias.", FIT + "; LMArena's style control"),
    "self.gamma": Definition(
        "Self-preference", "Self-preference term gamma", "nats", "pairs",
        "What sharing the judge's family adds to the log odds, beyond the strengths that judges of other"
        " families and people see. It cannot part taste from skill: a judge may know its family's errors.",
        FIT + "; Panickssery et al. 2024, arXiv 2404.13076"),
    "self.difference": Definition(
        "Self-preference", "Own family wins, against the other family's judge", "difference", "pairs",
        "On pairs of this judge's family against another judge's family: this judge's score for its own minus"
        " the other judge's score for the same response (difference in differences). Both judges' tastes are"
        " in it, and skill is not parted from taste.", "Panickssery et al. 2024, arXiv 2404.13076"),
    "unscored.rate": Definition(
        "Unscored", "Unscored pairs", "share", "pairs",
        "Matches in which an order has no verdict; never counted as ties, losses or wins.", "this project"),
    "people.s1": Definition(
        "Agreement", "Agreement with votes, ties included (S1)", "share", "votes",
        "Every vote against the judge's verdict on the pair, a flip counting as a tie. People: two voters on"
        " the same pair.", ZHENG),
    "people.s2": Definition(
        "Agreement", "Agreement with votes, both decided (S2)", "share", "votes",
        "Only votes for a or b on pairs that the judge decided consistently for a or b.", ZHENG),
    "people.kappa": Definition(
        "Agreement", "Cohen's kappa with votes (S1)", "kappa", "votes",
        "Agreement beyond chance over a, b, tie and both bad, a flip counting as a tie.",
        "Cohen 1960, Educational and Psychological Measurement 20:37-46"),
    "people.majority": Definition(
        "Agreement", "Agreement with the majority", "share", "pairs",
        "Scored pairs on which the judge's verdict is people's most frequent one; pairs without a majority"
        " are left out.", "Wang et al. 2023 (PandaLM), arXiv 2306.05087"),
    "people.majority_all": Definition(
        "Agreement", "The same, unscored as disagreement", "share", "pairs",
        "As above with every unscored pair counted against the judge. Sources that count unscored as ties"
        " come out higher; the note gives theirs.", "Wang et al. 2023 (PandaLM), arXiv 2306.05087"),
    "people.lead": Definition(
        "Agreement", "Agreement beyond builtin/longest (S2)", "difference", "votes",
        "On votes that decide and that both answered: the judge's agreement minus that of always taking the"
        " longer response.", "this project"),
    "people.alt_test": Definition(
        "Agreement", "Alternative annotator test, winning rate", "share", "raters",
        "Leave each rater out: the judge wins if it agrees with the remaining raters as well as the one left"
        " out, within epsilon = 0.1; from 0.5 on it may replace them. Tests clustered by prompt, false"
        " discovery rate 5 % (Benjamini-Yekutieli).", "Calderon et al. 2025, arXiv 2501.10970", needs=2),
    "judges.alpha": Definition(
        "Other judges", "Krippendorff's alpha with the other AI judges", "kappa", "pairs",
        "Nominal, over a, b, tie and both bad, a flip counting as a tie; built-in judges are left out.",
        "Krippendorff 2011, Computing Krippendorff's Alpha-Reliability"),
    "cost.usd": Definition(
        "Cost", "Cost of 100 matches", "usd", "judgments",
        "Mean price of a judgment, times the orders of a match, times 100; only where the price is known.",
        "this project"),
    "cost.latency": Definition(
        "Cost", "Waiting for 100 matches, one after the other", "s", "judgments",
        "Mean latency of a judgment, times the orders of a match, times 100.", "this project"),
}  # fmt: skip


def make_figure(
    name: str,
    got: Clustered,
    *,
    p_independent: float | None = None,
    people: Aside | None = None,
    longest: Aside | None = None,
    note: str = "",
    needs_prompts: int = 0,
) -> Figure:
    """Make the figure of that definition; under its least n it says "not enough data" and nothing else."""
    definition = DEFINITIONS[name]
    short = shortage(definition, got, needs_prompts)
    is_said = not short and not math.isnan(got.value)
    notes = [short or "", "" if short else got.note, note if is_said else "" if short else note]
    return Figure(
        name=name,
        group=definition.group,
        label=definition.label,
        unit=definition.unit,
        value=finite(got.value) if is_said else None,
        low=finite(got.low) if is_said else None,
        high=finite(got.high) if is_said else None,
        n=got.n_items,
        n_prompts=got.n_prompts,
        counted=definition.counted,
        needs=definition.needs,
        p_value=finite(got.p_value) if is_said else None,
        p_independent=finite(p_independent) if is_said else None,
        people=people if is_said else None,
        longest=longest if is_said else None,
        note="; ".join(dict.fromkeys(one for one in notes if one)),
        help=definition.help,
        source=definition.source,
    )


def missing_figure(name: str, note: str, n: int = 0, n_prompts: int = 0) -> Figure:
    """Make a figure that cannot be had, with the reason."""
    nan = math.nan
    made = make_figure(name, Clustered(nan, nan, nan, nan, max(n, 0), n_prompts))
    return Figure(**{**vars(made), "note": note})


def shortage(definition: Definition, got: Clustered, needs_prompts: int) -> str:
    """Say what is too few, empty where there is enough."""
    if got.n_items < definition.needs:
        return f"not enough data: {got.n_items:,} of {definition.needs} {definition.counted}"
    if got.n_prompts < needs_prompts:
        return f"not enough data: {got.n_prompts:,} of {needs_prompts} prompts"
    return ""


def finite(value: float | None) -> float | None:
    """Return what is a number; None where nothing is known."""
    return None if value is None or not math.isfinite(value) else float(value)
