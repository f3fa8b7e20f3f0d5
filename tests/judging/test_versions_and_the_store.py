"""One changed word is another judge that finds nothing in the store; nothing changed finds everything."""

from dataclasses import replace
from pathlib import Path

import pytest

from arena.judges import list_judges
from arena.rubrics import export_rubric
from db import Database
from db.tables import JudgmentRow, MatchRow
from judge import default_template, load_rubric, render_template
from tests.fake_llm import scripts, serve
from tests.judging.working import asking, work

pytestmark = pytest.mark.on_sqlite


def write_parts(folder: Path, *, rubric_word: str, template_word: str) -> dict[str, str]:
    rubric, template = folder / "rubric.yaml", folder / "template.yaml"
    rubric.write_text(export_rubric(load_rubric("helpfulness")).replace("better", rubric_word, 1))
    template.write_text(render_template(default_template("pairwise")).replace("impartial", template_word, 1))
    return {"rubric": str(rubric), "template": str(template)}


@pytest.mark.parametrize(
    ("words", "parameters"),
    [
        ({"rubric_word": "stronger", "template_word": "impartial"}, {}),
        ({"rubric_word": "better", "template_word": "fair"}, {}),
        ({"rubric_word": "better", "template_word": "impartial"}, {"temperature": 0.5}),
    ],
    ids=["rubric", "template", "parameter"],
)
def test_one_changed_word_is_another_version_that_pays_for_every_call(
    poems: Database, tmp_path: Path, words: dict[str, str], parameters: dict[str, float]
) -> None:
    with serve(scripts.longest) as llm:
        parts = write_parts(tmp_path, rubric_word="better", template_word="impartial")
        spec = asking(llm, **parts)
        assert work(poems, spec).n_calls == 36
        write_parts(tmp_path, **words)
        changed = work(poems, replace(spec, parameters=parameters))
        assert (changed.n_calls, changed.n_cached) == (36, 0)
        assert llm.stats()["n_requests"] == 72
    assert len(list_judges(poems)) == 2


def test_nothing_changed_finds_every_call_in_the_store(poems: Database, tmp_path: Path) -> None:
    with serve(scripts.longest) as llm:
        spec = asking(llm, **write_parts(tmp_path, rubric_word="better", template_word="impartial"))
        work(poems, spec)
        with poems.write() as session:
            session.query(JudgmentRow).delete()
            session.query(MatchRow).delete()
        again = work(poems, spec)
        assert (again.n_calls, again.n_cached, llm.stats()["n_requests"]) == (0, 36, 36)
    assert len(list_judges(poems)) == 1
