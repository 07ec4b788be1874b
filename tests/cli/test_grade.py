"""quiz grade: one mark with its reason, exact before it is rounded, and clear words for what cannot be."""

import json

import pytest

from tests.cli.test_chain import shell  # noqa: F401


def grade(shell, *words):  # noqa: F811
    return json.loads(shell("grade", *words, "--json"))


def test_it_explains_a_mark_in_words(shell):  # noqa: F811
    told = shell("grade", "--rule", "proportional", "--key", "abd", "--response", "BA", "--options", 5, "--marks", 2)
    assert told.splitlines() == ["得1.33分（满分2分）：少选：选对2项，应选3项，没有错选。", "规则：少选按比例得分，错选、不选不得分", "取整前：4/3分"]


@pytest.mark.parametrize(
    ("words", "mark", "exact", "why"),
    [
        (("--rule", "right_minus_wrong", "--key", "ABD", "--response", "ABC", "--options", 5, "--marks", 2), "0.33", "1/3", "mixed"),
        (("--rule", "per_option", "--value", "0.5", "--key", "ABD", "--response", "AAB", "--options", 5, "--marks", 2), "1.00", "1", "incomplete"),
        (("--rule", "plus_minus", "--value", "-2", "--key", "ABD", "--response", "CE", "--options", 5, "--marks", 2), "-1.33", "-4/3", "deducted"),
        (("--type", "single", "--key", "B"), "0.00", "0", "blank"),
        (("--type", "true_false", "--key", "T", "--response", "t"), "1.00", "1", "right"),
        (("--type", "ordering", "--rule", "proportional", "--key", "1B,2A,3C", "--response", "1B,2C", "--marks", 3), "1.00", "", "some_pairs"),
        (("--type", "matching", "--key", "1C,2A", "--response", "2A,1C"), "1", "", "right"),
        (("--type", "fill_in", "--key", "等于", "--response", "不等于"), "0.00", "", "needs_review"),
        (("--type", "fill_in", "--kind", "number", "--unit", "人", "--key", "20|21", "--response", "二十一名"), "1.00", "", "right"),
        (("--type", "fill_in", "--kind", "number", "--unit", "人", "--unit-required", "--key", "20", "--response", "20"), "0.00", "", "needs_review"),
        (("--type", "fill_in", "--any-order", "--key", "自治", "--key", "法治", "--response", "法治", "--response", "自治"), "1.00", "", "right"),
        (("--type", "fill_in", "--kind", "number", "--tolerance", "1%", "--key", "24.3", "--response", "24.5"), "1.00", "", "right"),
        (("--type", "fill_in", "--kind", "date", "--key", "2021-06-01", "--response", "二〇二一年六月一日"), "1.00", "", "right"),
    ],
)
def test_marks(shell, words, mark, exact, why):  # noqa: F811
    told = grade(shell, *words)
    assert (float(told["mark"]), told["exact"], told["why"]) == (float(mark), exact, why)


def test_each_blank_has_its_verdict(shell):  # noqa: F811
    told = grade(shell, "--type", "fill_in", "--key", "自治", "--key", "法治", "--response", "自 治。", "--response", "德治")
    assert (told["verdicts"], told["mark"], told["why"]) == (["right", "wrong"], "0.50", "partly_right")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--key", "ABD", "--response", "AZ"), "bad_response"),
        (("--type", "single", "--key", "A", "--response", "AB"), "bad_response"),
        (("--type", "single", "--key", "AB"), "bad_response"),
        (("--key", ""), "bad_key"),
        (("--key", "E", "--options", 4), "bad_response"),
        (("--type", "fill_in", "--key", "a", "--response", "a", "--response", "b"), "bad_response"),
        (("--type", "ordering", "--key", "1A,2A"), "bad_key"),
        (("--type", "ordering", "--key", "1A,3B"), "bad_response"),
        (("--rule", "per_option", "--key", "AB", "--response", "A"), "bad_rule"),
        (("--rule", "fixed_partial", "--key", "AB", "--response", "A"), "bad_rule"),
        (("--rule", "per_option", "--value", "-1", "--key", "AB", "--response", "A"), "bad_rule"),
        (("--rule", "plus_minus", "--value", "1", "--key", "AB", "--response", "A"), "bad_rule"),
        (("--rule", "half", "--value", "1", "--key", "AB", "--response", "A"), "bad_rule"),
        (("--rule", "penalty", "--value", "1", "--key", "AB", "--response", "A"), "bad_rule"),
        (("--type", "single", "--rule", "half", "--key", "A"), "bad_rule"),
        (("--type", "matching", "--rule", "half", "--key", "1A,2B"), "bad_rule"),
        (("--key", "AB", "--marks", "0"), "bad_marks"),
        (("--key", "AB", "--marks", "-2"), "bad_marks"),
        (("--key", "AB", "--unit", "人"), "bad_blank"),
        (("--type", "fill_in", "--key", "5", "--unit", "人"), "bad_blank"),
        (("--type", "fill_in", "--kind", "number", "--key", "5", "--unit-required"), "bad_blank"),
        (("--type", "fill_in", "--kind", "number", "--key", "5", "--tolerance", "abc"), "bad_blank"),
        (("--type", "fill_in", "--kind", "number", "--key", "5", "--tolerance", "1e999999999"), "bad_blank"),
        (("--type", "fill_in", "--kind", "number", "--key", "5", "--tolerance", "9" * 99), "bad_blank"),
        (("--type", "fill_in", "--kind", "number", "--key", "好"), "bad_key"),
        (("--type", "fill_in", "--kind", "date", "--key", "2021年"), "bad_key"),
        (("--type", "fill_in", "--key", "a|"), "bad_key"),
        (("--type", "fill_in", "--key", "a", "--options", 4), "bad_key"),
        (("--type", "fill_in", "--key", "a", "--weight", 1, "--weight", 2), "bad_blank"),
        (("--type", "fill_in", "--key", "a", "--weight", 0), "bad_blank"),
    ],
)
def test_what_cannot_be_is_told(shell, words, code):  # noqa: F811
    answer = shell("grade", *words)
    assert code in answer


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "NaN", "Infinity", "1/2"])
@pytest.mark.parametrize("option", ["--marks", "--value"])
def test_what_no_rule_can_count_with_is_no_number(shell, option, text):  # noqa: F811
    answer = shell("grade", "--rule", "per_option", "--key", "AB", "--response", "A", option, text, status=2)
    assert "number" in answer
