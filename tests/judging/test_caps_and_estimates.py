"""Money: what a run is expected to cost, what it can cost, and a cap that is never overrun."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import UsageError
from arena.run import RunSpec, estimate_run
from arena.run.pace import Pace
from arena.run.station import Patience, Spending, Station
from db import Database
from judge import CallReply, CallRequest, Message, OverBudgetError, most_usd, price_of
from tests.fake_llm import is_repair, scripts, serve, write_verdict
from tests.judging.working import PRICED, asking, work

pytestmark = pytest.mark.on_sqlite

MAX_TOKENS = 50


class Dear:
    """Answers after a moment, at a share of the most that a call can cost."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.n_answered = 0

    async def complete(self, request: CallRequest) -> CallReply:
        await asyncio.sleep(0.001)
        self.n_answered += 1
        return CallReply("[[A]]", cost_usd=self.share * (most_usd(request) or 1.0))

    async def aclose(self) -> None:
        return None


async def spend(station: Station, model: str, n_calls: int) -> int:
    """Ask at once for many calls; return how many were refused."""

    async def ask(number: int) -> bool:
        request = CallRequest(
            model, None, (("max_tokens", MAX_TOKENS),), (Message("user", f"number {number:04}"),)
        )
        try:
            await station.complete(request)
        except OverBudgetError:
            return True
        return False

    return sum(await asyncio.gather(*(ask(number) for number in range(n_calls))))


async def find_nothing(key: str) -> None:
    return None


def station_with(client: Dear, cap_usd: float, at_once: int = 16) -> Station:
    return Station(
        client, Spending(cap_usd, None), Pace(at_once), Patience(), find=find_nothing, keep=lambda call: None
    )


def most_of_one() -> float:
    request = CallRequest(PRICED, None, (("max_tokens", MAX_TOKENS),), (Message("user", "number 0000"),))
    most = most_usd(request)
    assert most is not None
    return most


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_a_cap_in_usd_is_never_overrun_where_the_price_is_known(share: float) -> None:
    client, cap = Dear(share), 10.5 * most_of_one()
    station = station_with(client, cap)
    n_refused = asyncio.run(spend(station, PRICED, 400))
    assert station.spending.cost_usd <= cap
    assert station.spending.cost_usd > cap - 2 * most_of_one(), "what the cap leaves is used"
    assert n_refused == 400 - client.n_answered > 0


def test_without_a_price_the_overrun_is_at_most_what_was_in_flight() -> None:
    client = Dear(3.0)
    station = station_with(client, 30.0, at_once=4)
    asyncio.run(spend(station, "hosted_vllm/unknown", 400))
    assert 30.0 <= station.spending.cost_usd + 3.0 <= 30.0 + 4 * 3.0 + 3.0


def test_a_cap_that_no_call_fits_under_starts_none() -> None:
    client = Dear(1.0)
    assert asyncio.run(spend(station_with(client, most_of_one() / 2), PRICED, 20)) == 20
    assert client.n_answered == 0


def test_an_estimate_counts_tokens_and_prices_them(poems: Database) -> None:
    spec = RunSpec("poems", PRICED, parameters={"max_tokens": 100})
    estimate = estimate_run(poems, spec)
    price = price_of(PRICED)
    assert price is not None
    assert estimate.n_calls == 36
    assert estimate.n_tokens_out == 36 * 300
    expected = estimate.n_tokens_in * price.input_usd + estimate.n_tokens_out * price.output_usd
    assert estimate.cost_usd == pytest.approx(expected)
    assert estimate.most_usd is not None
    assert "at most" in estimate.sentence


def test_an_estimate_learns_from_past_calls_and_repairs(poems: Database) -> None:
    def learn(request: dict[str, object]) -> str:
        return write_verdict(request, "A") if is_repair(request) else "Both have merits."

    with serve(learn) as llm:
        spec = asking(llm, pairs="6")
        work(poems, spec)
        estimate = estimate_run(poems, replace(spec, pairs="all"))
    assert estimate.is_from_past
    assert estimate.n_judgments == 24
    assert estimate.n_calls == 48, "every answer of this judge has needed its repair turn"
    assert estimate.cost_usd is None
    assert estimate.n_tokens_out < 48 * 300


def test_answer_form_level_order_and_template_each_make_another_version(
    poems: Database, tmp_path: Path
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "name: short\nmode: pairwise\nsystem: '{{answer_format}} {{rubric}}'\n"
        "user: '{{conversation}} {{references}}{{response_a}} {{response_b}}'\n"
    )
    with serve(scripts.longest) as llm:
        spec = asking(llm, pairs="2")
        others = [{"response_format": "schema"}, {"level_order": "descending"}, {"template": str(file)}]
        for changes in others:
            status = work(poems, replace(spec, **changes))  # type: ignore[arg-type]
            assert (status.n_scored, status.n_cached) == (4, 0)
        versions = {work(poems, replace(spec, seed=9, **changes)).judge for changes in others}  # type: ignore[arg-type]
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"response_format": "xml"}, "auto, schema or tags"),
        ({"level_order": "random"}, "ascending or descending"),
    ],
)
def test_an_answer_form_that_does_not_exist_is_refused(changes: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        RunSpec("poems", "builtin/first", **changes)  # type: ignore[arg-type]


def test_a_template_that_cannot_be_read_is_named(poems: Database, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\nmode: pairwise\nuser: 'no placeholders'\n")
    with pytest.raises(UsageError, match=r"bad\.yaml.*lacks the placeholder"):
        estimate_run(poems, RunSpec("poems", "hosted_vllm/fake", template=str(file)))
    with pytest.raises(UsageError, match="cannot be read"):
        estimate_run(poems, RunSpec("poems", "hosted_vllm/fake", template=str(tmp_path / "gone.yaml")))
