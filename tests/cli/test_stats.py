"""quiz stats: figures of a small sheet as JSON and as lines, in both languages, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from tests.core.statistics.made import make


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that writes a file and analyses it."""
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "instance"))

    def stats(text, *words, status=0, lang="zh"):
        file = tmp_path / "marks.csv"
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(quiz, ["--lang", lang, "stats", str(file), *words])
        assert result.exit_code == status, (result.output, result.exception)
        return result.output

    return stats


def letters(persons=240, items=12):
    """Answers A to D with key A by ability; B is chosen by those who know on the first; townships find the last one harder."""
    made = make(3, persons, items, easy=0.5)
    rows = ["id,组别," + ",".join(f"q{n}" for n in range(items)), "KEY,," + ",".join("A" * items), "OPTIONS,," + ",".join("4" * items)]
    for s in range(persons):
        row = ["A" if made.right[s, i] else "BCD"[made.wrong_option[s, i]] for i in range(items)]
        row[0] = {"A": "B", "B": "A"}.get(row[0], row[0])
        rows.append(f"c{s},{'镇' if s % 2 else '村'}," + ",".join(row))
    return "\n".join(rows) + "\n"


def test_every_statistic_is_in_the_json(run):
    plain = json.loads(run(letters(), "--json", "--people"))
    assert set(plain) == {"file", "left_out", "totals", "items", "models", "minimum", "similarity", "people"}
    item = plain["items"][0]
    named = {"name", "answers", "facility", "deviation", "guess", "intended_weight", "effective_weight", "discrimination", "efficiency"}
    assert named | {"point_biserial", "upper", "lower", "upper_lower", "options", "bands", "differences", "flags"} <= set(item)
    assert item["guess"] == 0.25
    assert [option["option"] for option in item["options"]] == ["A", "B", "C", "D"]
    assert item["flags"][0]["kind"] == "key_wrong"
    assert item["flags"][0]["is_grave"]
    assert set(item["differences"]) == {"镇"}
    assert {"skewness", "kurtosis", "internal_consistency", "error_ratio", "standard_error", "kr20"} <= set(plain["totals"])
    assert set(plain["models"]) == {"rasch_one", "rasch", "two_parameter"}
    assert set(plain["models"]["rasch"]["items"]) == {f"q{n}" for n in range(12)}
    assert (plain["similarity"]["pairs"], plain["similarity"]["false_alarm"]) == (240 * 239 // 2, 0.01)
    assert plain["minimum"]["two_parameter"] == 500
    assert len(plain["people"]) == 240
    assert set(plain["people"][0]["abilities"]) == set(plain["models"])


def test_the_lines_say_the_same_in_words(run):
    out = run(letters())
    assert "240人，12题，2880条作答" in out
    assert "内部一致性系数" in out
    assert "q0：成绩最好的27%里，选B的有" in out
    assert "不超过1%" in out
    english = run(letters(), lang="en")
    assert "240 people" in english
    assert "is the key wrong?" in english


def test_two_who_answer_alike_are_named_by_their_ids(run):
    text = letters().splitlines()
    weak = max(range(3, 243), key=lambda n: sum(cell in "BCD" for cell in text[n].split(",")[2:]))
    text[3 if weak != 3 else 4] = "twin,镇," + text[weak].split(",", 2)[2]
    found = json.loads(run("\n".join(text), "--json", "--false-alarm", "1"))["similarity"]
    assert any("twin" in (lead["first"], lead["second"]) for lead in found["leads"])


def test_a_file_without_answers_is_refused_with_its_place(run):
    out = run("q1,q2\n1,x\n", status=1)
    assert "marks.csv:2:2: M002" in out


def test_a_tiny_sheet_is_no_error(run):
    """Figures that are not defined are null, models that run away say so."""
    plain = json.loads(run("q1,q2\n1,0\n0,1\n", "--json"))
    assert plain["totals"]["skewness"] is None
    assert run("q1\n1\n").count("—") > 3
