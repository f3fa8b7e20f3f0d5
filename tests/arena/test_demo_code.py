"""Code in the demo is marked right if and only if it does what its prompt asks."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from arena.demo.content import load_demo
from arena.demo.records import DemoResponse

DEMO = load_demo()
NAMES = [contestant.name for contestant in DEMO.contestants]
RESPONSES = {(response.prompt_key, response.contestant): response for response in DEMO.responses}
PROMPTS = {prompt.key: prompt for prompt in DEMO.prompts}


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "demo", "exec"), names)
    return names


def code_of(response: DemoResponse, language: str = "python") -> str:
    found = re.search(rf"```{language}\n(.*?)```", response.text, re.DOTALL)
    assert found is not None, (response.prompt_key, response.contestant)
    return found.group(1)


def raises_value_error(call: Callable[[], object]) -> bool:
    try:
        call()
    except ValueError:
        return True
    return False


def palindromes(f: Callable[[str], bool]) -> bool:
    return f("") and f("A man, a plan, a canal: Panama!") and f("1 2 1") and not f("ab")


def intervals(f: Callable[[Any], Any]) -> bool:
    given = [(8, 9), (1, 10), (2, 3), (12, 13), (10, 11)]
    kept = list(given)
    return bool(f(given) == [(1, 11), (12, 13)] and given == kept and f([]) == [])


def second_largest(f: Callable[[Any], Any]) -> bool:
    return [f([3, 3, 1]), f([-5, -2, -9]), f([7]), f([]), f([4, 4])] == [1, -5, None, None, None]


def basket(f: Callable[..., Any]) -> bool:
    return bool(f("tea") == ["tea"] and f("milk") == ["milk"] and f("x", ["a"]) == ["a", "x"])


def roman(f: Callable[[int], str]) -> bool:
    right = [f(4), f(1994), f(3999), f(48)] == ["IV", "MCMXCIV", "MMMCMXCIX", "XLVIII"]
    return right and all(raises_value_error(lambda n=n: f(n)) for n in (0, -1, 4000))  # type: ignore[misc]


def top_words(f: Callable[[str, int], Any]) -> bool:
    return bool(f("pear The apple the pear apple fig", 3) == [("apple", 2), ("pear", 2), ("the", 2)])


def chunks(f: Callable[[Any, int], Iterator[Any]]) -> bool:
    n_read = 0

    def endless() -> Iterator[int]:
        nonlocal n_read
        while True:
            n_read += 1
            yield n_read

    first = next(iter(f(endless(), 3)))
    return (
        first == [1, 2, 3]
        and n_read <= 3
        and list(islice(f("abcde", 2), 5)) == [["a", "b"], ["c", "d"], ["e"]]
    )


CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "code-01": ("is_palindrome", palindromes),
    "code-02": ("merge_intervals", intervals),
    "code-03": ("second_largest", second_largest),
    "code-05": ("add_item", basket),
    "code-06": ("to_roman", roman),
    "code-08": ("top_words", top_words),
    "code-09": ("chunks", chunks),
}


def passes(key: str, code: str) -> bool:
    function, check = CHECKS[key]
    try:
        return check(run(code)[function])
    except (IndexError, TypeError):
        return False


@pytest.mark.parametrize("key", CHECKS)
def test_python_marked_right_is_right_and_python_marked_wrong_is_wrong(key: str) -> None:
    for name in NAMES:
        response = RESPONSES[key, name]
        if response.finish_reason == "length":
            assert "```python" in response.text
            assert response.is_correct is False
        else:
            assert passes(key, code_of(response)) == response.is_correct, (key, name)
    reference = PROMPTS[key].reference or ""
    assert key == "code-05" or passes(key, reference)


def test_sql_marked_right_survives_a_guest_order() -> None:
    with sqlite3.connect(":memory:") as database:
        database.executescript(
            "create table customers(id, name); create table orders(id, customer_id, total);"
            "insert into customers values (3, 'c'), (1, 'a'), (2, 'b');"
            "insert into orders values (1, 2, 9), (2, null, 5), (3, 2, 0);"
        )
        for name in NAMES:
            response = RESPONSES["code-04", name]
            rows = database.execute(code_of(response, "sql")).fetchall()
            assert (rows == [(1, "a"), (3, "c")]) == response.is_correct, name
        assert database.execute(PROMPTS["code-04"].reference or "").fetchall() == [(1, "a"), (3, "c")]
    database.close()


def test_the_tidied_code_of_all_but_the_weak_one_does_what_it_did() -> None:
    rows = [{"ok": True, "n": 0}, {"ok": False, "n": 2}, {"ok": True, "n": 3}]
    for name in NAMES:
        names = run(code_of(RESPONSES["code-10", name]))
        function = [value for value in names.values() if callable(value) and hasattr(value, "__code__")][-1]
        assert (function(rows, 1) == [1, 4]) == (name != "quartz-mini"), name


@pytest.mark.parametrize("name", [name for name in NAMES if name != "quartz-mini"])
def test_the_list_comprehensions_of_the_tutor_run(name: str) -> None:
    for block in re.findall(r"```python\n(.*?)```", RESPONSES["code-07", name].text, re.DOTALL):
        run(block)
