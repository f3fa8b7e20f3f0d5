"""Tables of agreement with people: by baseline, tag, kind and order, and between voters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import MIN_ITEMS, finite
from arena.audit.people import LEVELS, WORDS, Shared, cohen, row_of
from arena.audit.records import AgreementRow, ConfusionCell, RaterPair
from arena.outcomes import TIE

LISTED_VOTERS = 12


def confusion(shared: Shared) -> tuple[ConfusionCell, ...]:
    judge = shared.said[shared.row]
    return tuple(
        ConfusionCell(WORDS[said], WORDS[vote], int(((judge == said) & (shared.vote == vote)).sum()))
        for said in LEVELS
        for vote in LEVELS
    ) if len(shared.row) else ()  # fmt: skip


def baseline_rows(shared: Shared, name: str) -> tuple[AgreementRow, ...]:
    """Return the judge's agreement and that of every baseline, on the same votes."""
    if not len(shared.row):
        return ()
    found = [row_of(name, shared, shared.said)]
    for baseline, said in shared.baselines.items():
        row = row_of(baseline, shared, said)
        if not row.n_s1:
            why = (
                "builtin/reference has not judged these pairs" if baseline == "reference" else "no texts here"
            )
            row = replace(row, note=why)
        found.append(row)
    return tuple(found)


def rows_by(shared: Shared, part: str) -> tuple[AgreementRow, ...]:
    """Return agreement for each tag, or each kind of prompt."""
    facts = shared.evidence.prompts
    prompts, index = np.unique(shared.prompt, return_inverse=True)
    groups: dict[str, list[int]] = {}
    for place, prompt in enumerate(prompts.tolist()):
        names = facts.tags.get(prompt, ()) if part == "tag" else (facts.kind.get(prompt, "preference"),)
        for name in names:
            groups.setdefault(name, []).append(place)
    rows = []
    for name in sorted(groups):
        kept = np.isin(index, groups[name])
        few = replace(
            shared,
            row=shared.row[kept],
            vote=shared.vote[kept],
            voter=shared.voter[kept],
            prompt=shared.prompt[kept],
        )
        row = row_of(name, few, shared.said)
        rows.append(row if row.n_s1 >= MIN_ITEMS else _too_few(row))
    return tuple(rows)


def _too_few(row: AgreementRow) -> AgreementRow:
    note = f"not enough data: {row.n_s1} of {MIN_ITEMS} votes"
    return AgreementRow(row.name, row.n_s1, None, row.n_s2, None, None, note=note)


def rows_by_order(shared: Shared) -> tuple[AgreementRow, ...]:
    """Return agreement with the majority in each shown order, and in both at once."""
    m, majority = shared.pairs.matches, shared.majority
    both = (m.n_orders == 2) & (majority > 0)
    if not both.any():
        return ()
    ab, ba, wanted = m.verdict_ab[both], m.verdict_ba[both], majority[both]
    parts = {
        "stored order (a shown first)": (ab > 0, ab == wanted),
        "swapped order (b shown first)": (ba > 0, ba == wanted),
        "both orders": ((ab > 0) & (ba > 0), (ab == wanted) & (ba == wanted)),
    }
    rows = []
    for name, (known, right) in parts.items():
        n = int(known.sum())
        rows.append(AgreementRow(name, n, float(right[known].mean()) if n else None, 0, None, None,
                                 note=f"{int(right.sum()):,} agree, of {len(wanted):,} pairs"))  # fmt: skip
    return tuple(rows)


def voter_pairs(shared: Shared) -> tuple[RaterPair, ...]:
    """Return each two voters' agreement on the judge's pairs, those with most pairs first."""
    voters, said = shared.table
    labels = shared.evidence.labels
    found = []
    for i in range(min(len(voters), 40)):
        for j in range(i + 1, min(len(voters), 40)):
            both = (said[i] > 0) & (said[j] > 0)
            n = int(both.sum())
            if n >= MIN_ITEMS:
                found.append(
                    rater_pair(labels[int(voters[i])], labels[int(voters[j])], said[i][both], said[j][both])
                )
    return tuple(sorted(found, key=lambda one: -one.n)[:LISTED_VOTERS])


def rater_pair(first: str, second: str, left: NDArray[Any], right: NDArray[Any]) -> RaterPair:
    left, right = np.minimum(left, TIE), np.minimum(right, TIE)
    kappa = cohen(left, right, np.arange(len(left))).value
    return RaterPair(first, second, len(left), float((left == right).mean()), finite(kappa))
