"""The sentence that sums a card up: made of its figures with Holm's correction, never stronger than they."""

from __future__ import annotations

from arena.audit.records import Figure, JudgeCard
from arena.written import percent
from ranking.shares import holm_adjust

LEVEL = 0.05
LIKED = {"length": "longer responses", "markdown": "Markdown", "list": "lists", "header": "headers"}
CLAIMS = (
    "position.fairness", "length.excess", "markdown.excess", "list.excess", "header.excess", "self.gamma",
    "self.difference", "people.lead",
)  # fmt: skip
"""Figures from which the sentence claims anything: their p values share one level of 5 %."""
BY_CONSTRUCTION = {
    "builtin/first": "It takes what is shown first without reading it, so every pair flips.",
    "builtin/longest": "It takes the longer response, whatever it says.",
    "builtin/random": "It draws lots.",
    "builtin/reference": "It takes the response whose characters are closer to the reference.",
}
"""What is known of a baseline before it has judged anything."""


def sentence_of(card: JudgeCard) -> str:
    """Sum the card up in plain words."""
    if card.mode != "pairwise":
        return f"{card.judge} grades single responses; position does not apply."
    parts = [_flips(card), BY_CONSTRUCTION.get(card.judge, ""), _agreement(card), *_biases(card)]
    return " ".join(part for part in parts if part)


def found_claims(card: JudgeCard) -> set[str]:
    """Name the claims that hold at 5 % among all that this card could make (Holm)."""
    figures = [figure for name in CLAIMS if (figure := card.figure(name)) and figure.p_value is not None]
    adjusted = holm_adjust([figure.p_value or 0.0 for figure in figures])
    return {figure.name for figure, p in zip(figures, adjusted, strict=True) if p < LEVEL}


def _flips(card: JudgeCard) -> str:
    if card.position_consistency is None:
        if card.n_one_order:
            return f"{card.judge} saw each pair in one order only: its position bias cannot be told."
        return f"{card.judge} has no pair scored in both orders yet."
    n_scored = card.n_pairs - card.n_unscored
    n_flips = n_scored - card.n_consistent
    if not n_flips:
        pairs = "its one verdict" if n_scored == 1 else f"every one of {n_scored:,} verdicts"
        return f"{card.judge} kept {pairs} when the order was swapped."
    if n_flips == n_scored:
        often = f"flips every one of {n_scored:,} verdicts"
    else:
        one_in = n_scored / n_flips
        often = (
            f"flips 1 in {one_in:.0f} verdicts"
            if one_in >= 1.5
            else f"flips {percent(n_flips / n_scored)} of verdicts"
        )
    return f"{card.judge} {often} when the order is swapped{_lean(card)}."


def _lean(card: JudgeCard) -> str:
    sides = f"{card.n_primacy:,} times towards the first shown, {card.n_recency:,} times towards the second"
    fairness = card.figure("position.fairness")
    if not card.n_primacy and not card.n_recency:
        return ", from a tie to both bad or back"
    if card.warnings:
        return f", {sides}, if the source was read rightly (see the warning)"
    if fairness is None or fairness.value is None:
        if card.judge in BY_CONSTRUCTION:
            return f", {sides}"
        note = "" if fairness is None else f" ({fairness.note.removeprefix('not enough data: ')})"
        return f", {sides}: too few to tell a preference from chance{note}"
    if fairness.p_value is None or fairness.name not in found_claims(card):
        return f", {sides}; no preference for either side is shown"
    side = "second" if fairness.value > 0 else "first"
    each = ", and never the other way" if 0 in (card.n_primacy, card.n_recency) else ""
    return f", more often towards the response shown {side}{each}"


def _agreement(card: JudgeCard) -> str:
    s2 = card.figure("people.s2")
    if s2 is None:
        return ""
    if s2.value is None:
        if not s2.n:
            return "People have voted on none of its pairs."
        return f"Too few votes to say whether people agree ({s2.n:,} of {s2.needs} that decided)."
    people = f" (people with each other: {percent(s2.people.value)})" if s2.people is not None else ""
    s1 = card.figure("people.s1")
    every = "" if s1 is None or s1.value is None else f"{percent(s1.value)} of {s1.n:,} votes, and with "
    said = f"It agrees with {every}{percent(s2.value)} of the {s2.n:,} where both decided{people}"
    lead = card.figure("people.lead")
    if lead is None or lead.value is None or lead.p_value is None:
        return said + "."
    if lead.name not in found_claims(card):
        return f"{said}; that it does better than taking the longer response is not shown."
    word = "better" if lead.value > 0 else "worse"
    return f"{said}, {word} than taking the longer response."


def _biases(card: JudgeCard) -> list[str]:
    found = found_claims(card)
    said = []
    liked = [
        word
        for name, word in LIKED.items()
        if _is_up(card.figure(f"{name}.excess"), found)
    ]  # fmt: skip
    if liked:
        said.append(f"It favours {_and(liked)} more than people do.")
    longer = card.figure("length.share")
    if _has_no_people(card.figure("length.excess")) and _is_off_half(longer) and longer is not None:
        share = longer.value or 0.0
        said.append(
            f"The longer response wins {percent(share)} of {longer.n:,} decided pairs; whether it does with"
            " people is not known."
        )
    if _is_up(card.figure("self.gamma"), found) or _is_up(card.figure("self.difference"), found):
        said.append("It favours its own family more than others do, for taste or for skill.")
    alt = card.figure("people.alt_test")
    if alt is not None and alt.value is not None and alt.value >= 0.5:
        said.append(
            "It represents people as well as one of them does, within the margin of the annotator test."
        )
    if card.n_unscored:
        said.append(f"{card.n_unscored:,} of {card.n_pairs:,} pairs are unscored.")
    return said


def _has_no_people(excess: Figure | None) -> bool:
    return excess is not None and excess.value is None


def _is_off_half(share: Figure | None) -> bool:
    """Whether the whole interval lies on one side of a half."""
    if share is None or share.value is None or share.low is None or share.high is None:
        return False
    return share.low > 0.5 or share.high < 0.5


def _is_up(figure: Figure | None, found: set[str]) -> bool:
    return figure is not None and figure.name in found and (figure.value or 0.0) > 0


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
