"""Small published tables, typed in with their source, as matches."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ranking import Matches

# Stigler (1994), as in BradleyTerry2's vignette, 2.1: citations between four journals.
CITATIONS = [
    ("Biometrika", "Comm Statist", 730, 33),
    ("Biometrika", "JASA", 498, 320),
    ("Biometrika", "JRSS-B", 221, 284),
    ("Comm Statist", "JASA", 68, 813),
    ("Comm Statist", "JRSS-B", 17, 276),
    ("JASA", "JRSS-B", 142, 325),
]

# Agresti (2002), Categorical Data Analysis, p. 438: 1987 American League East; home wins, away wins.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
HOME_AWAY = {
    "Milwaukee": ["", "4-3", "4-2", "4-3", "6-1", "4-2", "6-0"],
    "Detroit": ["3-3", "", "4-2", "4-3", "6-0", "6-1", "4-3"],
    "Toronto": ["2-5", "4-3", "", "2-4", "4-3", "4-2", "6-0"],
    "New York": ["3-3", "5-1", "2-5", "", "4-3", "4-2", "6-1"],
    "Boston": ["5-1", "2-5", "3-3", "4-2", "", "5-2", "6-0"],
    "Cleveland": ["2-5", "3-3", "3-4", "4-3", "4-2", "", "2-4"],
    "Baltimore": ["2-5", "1-5", "1-6", "2-4", "1-6", "3-4", ""],
}

# dustalov/evalica (Apache-2.0), simple.csv and food.csv: first, second, winner (< first, > second, = tie).
SIMPLE = "0>1= 0>2> 0>2= 0>4= 1>0< 1>2= 1>2= 1>3= 2>4= 3>0< 3>1< 3>2< 3>4= 3>4= 4>0< 4>3<"
FOOD_NAMES = ("Burger", "Pasta", "Pizza", "Sushi", "Tacos")
FOOD = (
    "Pizza>Sushi< Burger>Pasta> Tacos>Pizza< Sushi>Tacos> Burger>Pizza< Pasta>Sushi> Tacos>Burger< "
    "Pizza>Pasta= Sushi>Burger> Pasta>Tacos< Burger>Sushi> Tacos>Pizza< Sushi>Pasta= Burger>Tacos< "
    "Pizza>Burger> Pasta>Tacos> Burger>Sushi> Tacos>Pasta< Pizza>Tacos> Sushi>Burger< Pasta>Pizza> "
    "Burger>Sushi> Tacos>Pasta< Pizza>Sushi< Sushi>Burger> Pasta>Tacos> Tacos>Pizza< Burger>Pasta> "
    "Sushi>Tacos< Pizza>Burger>"
)

# Wikipedia, "Bradley-Terry model", worked example (also in lmarena/arena-rank's tests).
WIKIPEDIA = [("A", "B", 2, 3), ("A", "D", 1, 4), ("B", "C", 5, 3), ("C", "D", 1, 3)]


def counted(rows: list[tuple[str, str, int, int]], names: tuple[str, ...]) -> Matches:
    """One row a match from (first, second, wins of first, wins of second)."""
    a, b, outcome = [], [], []
    for first, second, wins, losses in rows:
        a += [names.index(first)] * (wins + losses)
        b += [names.index(second)] * (wins + losses)
        outcome += [1.0] * wins + [0.0] * losses
    return Matches(a, b, outcome, names)


def citations() -> Matches:
    return counted(CITATIONS, ("Biometrika", "Comm Statist", "JASA", "JRSS-B"))


def wikipedia() -> Matches:
    return counted(WIKIPEDIA, ("A", "B", "C", "D"))


def baseball() -> Matches:
    """Home team is `a` and was shown first."""
    rows = []
    for home, row in HOME_AWAY.items():
        for away, result in zip(TEAMS, row, strict=True):
            if result:
                wins, losses = result.split("-")
                rows.append((home, away, int(wins), int(losses)))
    matches = counted(rows, TEAMS)
    return Matches(matches.a, matches.b, matches.outcome, TEAMS, shown_first=[1] * len(matches))


def written(text: str, names: tuple[str, ...]) -> Matches:
    """Matches from a text such as `0>1= 2>0<`."""
    rows = text.split()
    pairs = [row[:-1].split(">") for row in rows]
    outcome = [{"<": 1.0, "=": 0.5, ">": 0.0}[row[-1]] for row in rows]
    a = [names.index(first) for first, _ in pairs]
    return Matches(a, [names.index(second) for _, second in pairs], outcome, names)


def simple() -> Matches:
    return written(SIMPLE, ("0", "1", "2", "3", "4"))


def food() -> Matches:
    return written(FOOD, FOOD_NAMES)


PUDDINGS = """
12 19 22 16  13 16 19 12  23 19 19 10  14 18 23 13  24 23 19  9
34 19 20 15  15 13 19 18  25 16 20 12  35 16 15 17  45 17 14 16
16 18 21 12  26 22 20 12  36 13 18 10  46 14 19 18  56 11 21 12
"""


def puddings() -> pd.DataFrame:
    """Davidson (1970), JASA 65:317-328: six brands of chocolate pudding, no preference allowed.

    Each pair with how often the first, the second and neither was preferred, as R's PlackettLuce
    (`pudding`) holds it.
    """
    cells = np.array(PUDDINGS.split(), dtype=object).reshape(-1, 4)
    rows = [
        (f"brand {pair[0]}", f"brand {pair[1]}", winner, int(count))
        for pair, *counts in cells
        for winner, count in zip(("model_a", "model_b", "tie"), counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["model_a", "model_b", "winner", "weight"])
