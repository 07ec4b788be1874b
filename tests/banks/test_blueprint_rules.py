"""Rules, contest and pass mark are changed where they stand in a blueprint's text and nowhere else; what was typed is judged by the reader alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.blueprint_file import load_blueprint, sketch_blueprint
from quiz.banks.blueprint_rules import WrittenRule, read_written, write_contest, write_pass_mark, write_rule
from quiz.core.contest import Contest
from quiz.core.rule import RuleName

TEXT = """\
# 开头
blueprint:
  id: b
  title: 卷    # 名
  minutes: 60
  total: 22
  pass_mark: 6   # 及格
sections:
  - {title: 一, type: single, each: 1, cells: [{count: 12, area: water}]}
  - title: 二
    type: multiple
    each: 2   # 每题
    cells:
      - area: housing
        count: 3 # three
  - title: 三
    type: multiple
    rule:
      per_option: 0.5   # 半分
    # 说明
    each: 2
    cells: [{count: 1}]
  - title: 四
    rule:
    type: single
    each: 1
    cells: [{count: 2}]
"""


def test_what_is_written_is_read():
    written = read_written(TEXT)
    assert (written.contest, written.pass_mark) == ("", "6")
    assert written.rules == (WrittenRule(), WrittenRule(), WrittenRule("per_option", "0.5"), WrittenRule())


def test_another_rule_stands_where_the_old_one_stood_and_the_rest_stays():
    text = write_pass_mark(write_contest(TEXT, Contest.BELOW_ZERO), "0")
    for section in range(4):
        text = write_rule(text, section, RuleName.DEDUCT, "1")
    plan = load_blueprint(text, "b").value
    assert plan.contest is Contest.BELOW_ZERO
    assert {section.rule.name for section in plan.sections} == {RuleName.DEDUCT}
    lines = text.split("\n")
    assert [line for line in lines if "rule" in line or "deduct" in line] == [
        "  - {title: 一, type: single, each: 1, rule: {deduct: 1}, cells: [{count: 12, area: water}]}",
        "    rule: {deduct: 1}",
        "    rule:",
        "      {deduct: 1}   # 半分",
        "    rule: {deduct: 1}",
    ]
    for comment in ("# 开头", "# 名", "pass_mark: 0   # 及格", "# 每题", "# three", "    # 说明"):
        assert comment in text
    assert lines.index("  contest: below_zero") == lines.index("  pass_mark: 0   # 及格") + 1


def test_back_again():
    """A rule without a number, a lowest mark below 0 with either minus sign, an examination."""
    text = write_rule(TEXT, 1, RuleName.PLUS_MINUS, "−1")
    assert "rule: {plus_minus: -1}" in text
    assert "plus_minus}" not in write_rule(text, 1, RuleName.PLUS_MINUS, "")
    text = write_rule(text, 1, RuleName.OPTION_SHARES, "3")
    assert read_written(text).rules[1] == WrittenRule("option_shares", "")
    assert read_written(write_contest(write_contest(TEXT, Contest.BELOW_ZERO), Contest.NO)).contest == "no"


@pytest.mark.parametrize(
    ("contest", "name", "value", "rule"),
    [
        (Contest.NO, RuleName.DEDUCT, "1", "B409"),
        (Contest.NOT_BELOW_ZERO, RuleName.DEDUCT, "1", "B410"),
        (Contest.NO, RuleName.PER_OPTION, "", "B403"),
        (Contest.NO, RuleName.PER_OPTION, "1}, x: {a", "F103"),
        (Contest.NO, RuleName.PER_OPTION, "3", "B403"),
    ],
)
def test_what_the_text_would_refuse_is_refused(contest, name, value, rule):
    text = write_rule(write_contest(TEXT, contest), 1, name, value)
    assert rule in [found.rule for found in sketch_blueprint(text, "b").diagnostics]


@pytest.mark.parametrize(
    "text", ["", "{", "a: b", "blueprint: {}", "[1]", "blueprint: []\nsections: {}", "blueprint: {a: 1}\nsections: [x]", "[" * 500]
)
def test_a_text_without_a_place_for_it_stays_as_it_is(text):
    assert write_contest(text, Contest.BELOW_ZERO) == text
    assert write_rule(text, 0, RuleName.DEDUCT, "1") == text
    assert write_pass_mark(text, "1") == text


def test_a_section_that_is_not_there_changes_nothing():
    assert write_rule(TEXT, 9, RuleName.HALF, "") == TEXT


@given(st.text(max_size=30), st.integers(0, 3), st.sampled_from(list(RuleName)))
def test_whatever_is_typed_breaks_nothing(typed, section, name):
    """The text stays readable, and nothing but this rule is another."""
    before, after = read_written(TEXT), read_written(write_rule(TEXT, section, name, typed))
    others = [place for place in range(4) if place != section]
    assert [after.rules[place] for place in others] == [before.rules[place] for place in others]
    assert (after.contest, after.pass_mark) == (before.contest, before.pass_mark)
