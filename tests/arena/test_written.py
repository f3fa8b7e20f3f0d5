"""Figures are written one way wherever a sentence has one."""

import re
from pathlib import Path

import pytest

from arena.written import percent, points_of_percent, signed

ROOT = Path(__file__).resolve().parents[2]


def test_a_share_stands_on_one_line_with_its_sign() -> None:
    assert (percent(0.618), percent(0.618, digits=1)) == ("62\u00a0%", "61.8\u00a0%")


@pytest.mark.parametrize(("value", "digits", "said"), [
    (3.4, 0, "+3"), (-3.4, 0, "\u22123"), (-0.004, 2, "0.00"), (-0.05, 2, "\u22120.05"), (0.0, 0, "0"),
])  # fmt: skip
def test_a_difference_has_a_true_minus_and_nothing_has_no_sign(value: float, digits: int, said: str) -> None:
    assert signed(value, digits=digits) == said


def test_a_difference_of_shares_is_in_percentage_points() -> None:
    assert points_of_percent(-0.061) == "\u22126\u00a0pp"


def test_no_sentence_writes_a_share_its_own_way() -> None:
    own_way = re.compile(r":\.\d%\}|\.\df\} ?%|:\+\.\d+f\}|[\d}] x [\d{(]")
    sources = [*ROOT.glob("arena/**/*.py"), *ROOT.glob("ui/**/*.py")]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources
        for line in path.read_text(encoding="utf-8").splitlines()
        if own_way.search(line) and "style=" not in line and "input(" not in line
    ]
    assert not found
