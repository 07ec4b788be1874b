"""Bank files: every fault of a question or template at its place, and what a right one becomes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from quiz.banks.bank_file import BankFile, load_bank
from quiz.core.frozen import freeze, thaw
from quiz.core.profile import Scope
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Label, Level, Option, Question, QuestionType, Source

HEAD = """\
category: general/monitoring
area: monitoring
department: 县农业农村局
label: sample
documents:
  law: {title: 某法, number: 第七十七号, issuer: 全国人大常委会, date: 2021-04-29}
  notice: {title: 某通知, issuer: 某部}
questions:
"""
TAIL = """\
    level: recall
    topic: 动态监测
    source: {document: law, clause: 第一条}
    valid_from: 2021-06-01
    valid_to: open
    explanation: 依据第一条。
"""
SINGLE = """\
  - id: m-001
    type: single
    stem: 下列正确的是（　　）。
    options:
      A: 甲
      B: 乙
      C: 丙
    key: B
"""
MULTIPLE = SINGLE.replace("single", "multiple").replace("key: B", "key: [A, C]")
TRUE_FALSE = """\
  - id: m-001
    type: true_false
    stem: 地球是平的。
    key: false
    true_sentence: 地球是圆的。
"""
FILL_IN = """\
  - id: m-001
    type: fill_in
    stem: 自____年____月起施行。
    blanks: [2025, [5, 五]]
"""
FIRST = len(HEAD.splitlines()) + 1  # the line of the first question


def load(body: str, tail: str = TAIL) -> BankFile:
    loaded = load_bank(HEAD + body + tail, "b.yaml")
    assert [d.render() for d in loaded.diagnostics] == []
    assert loaded.value is not None
    return loaded.value


def faults(content: str) -> list[str]:
    """Line relative to the first question (1 = its `- id`), column, rule."""
    loaded = load_bank(content, "b.yaml")
    assert all(d.file == "b.yaml" and d.message.render() for d in loaded.diagnostics)
    return [f"{d.line - FIRST + 1}:{d.column} {d.rule}" for d in loaded.diagnostics]


def test_a_single_choice() -> None:
    bank = load(SINGLE)
    (question,) = bank.questions
    assert (question.uid, question.type, question.category, question.area) == ("m-001", QuestionType.SINGLE, "general/monitoring", "monitoring")
    assert question.options == (Option("A", "甲"), Option("B", "乙"), Option("C", "丙"))
    assert question.key == {"B"}
    assert question.source == Source("某法", "全国人大常委会", "第一条", "第七十七号", date(2021, 4, 29))
    assert (question.level, question.label, question.jurisdiction) == (Level.RECALL, Label.SAMPLE, "全国")
    assert (question.valid_from, question.valid_to, question.keep_order) == (date(2021, 6, 1), None, False)
    assert (bank.positions["m-001"].line, bank.positions["m-001"].column) == (FIRST, 9)


def test_the_other_types() -> None:
    assert load(MULTIPLE).questions[0].key == {"A", "C"}
    (judged,) = load(TRUE_FALSE).questions
    assert (judged.options, judged.key, judged.keep_order, judged.true_sentence) == (TRUE_OPTIONS, {"F"}, True, "地球是圆的。")
    assert load(TRUE_FALSE.replace("key: false\n", "key: true\n").replace("    true_sentence: 地球是圆的。\n", "")).questions[0].key == {"T"}
    (filled,) = load(FILL_IN).questions
    assert filled.blanks == (Blank(("2025",), BlankKind.NUMBER), Blank(("5", "五"), BlankKind.NUMBER))


@pytest.mark.parametrize(
    ("blanks", "expected"),
    [
        ("[一, 乙]", [Blank(("一",), BlankKind.NUMBER), Blank(("乙",))]),
        ("[010, no]", [Blank(("010",), BlankKind.NUMBER), Blank(("no",))]),
        (
            "[{answers: 10, unit: 日}, {answers: [2025年5月], kind: date}]",
            [Blank(("10",), BlankKind.NUMBER, "日"), Blank(("2025年5月",), BlankKind.DATE)],
        ),
        ("[{answers: [10], kind: text}, [百分之五, 5%]]", [Blank(("10",)), Blank(("百分之五", "5%"), BlankKind.NUMBER)]),
    ],
)
def test_blanks(blanks: str, expected: list[Blank]) -> None:
    assert load(FILL_IN.replace("[2025, [5, 五]]", blanks)).questions[0].blanks == tuple(expected)


def test_blanks_in_any_order_share_a_group() -> None:
    assert {blank.group for blank in load(FILL_IN + "    any_order: true\n").questions[0].blanks} == {"any"}


def test_optional_keys() -> None:
    extra = "    jurisdiction: 青岚县\n    tags: [新, 考]\n    difficulty: 0.7\n    weight_class: must\n"
    (question,) = load(SINGLE + extra, TAIL.replace("open", "2026-12-31")).questions
    assert (question.jurisdiction, question.tags, question.difficulty) == ("青岚县", ("新", "考"), Decimal("0.7"))
    assert (question.weight_class, question.valid_to) == ("must", date(2026, 12, 31))


@pytest.mark.parametrize("word", ["no", "是", "1:30", "010", "2024-01-01", "true", "off", "1e5", "0.50", "null 值"])
def test_words_that_other_readers_of_yaml_change_stay_text(word: str) -> None:
    assert load(SINGLE.replace("A: 甲", f"A: {word}")).questions[0].options[0].text == word


def test_text_is_cleaned() -> None:
    assert load(SINGLE.replace("A: 甲", 'A: "  Ame\u0301 "')).questions[0].options[0].text == "Amé"


CASES = {
    "option letter out of range": (SINGLE.replace("C: 丙", "I: 丙"), ["7:7 Q201"]),
    "option letter small": (SINGLE.replace("A: 甲", "a: 甲"), ["5:7 Q201"]),
    "option letter full-width": (SINGLE.replace("A: 甲", "Ａ: 甲"), ["5:7 Q201"]),
    "option letter skipped": (SINGLE.replace("C: 丙", "D: 丙"), ["7:7 Q201"]),
    "too many options": (
        SINGLE.replace("      C: 丙\n", "".join(f"      {c}: 丙{c}\n" for c in "CDEFGHI")),
        ["5:7 Q210", "13:7 Q201"],
    ),
    "key that is no option": (SINGLE.replace("key: B", "key: D"), ["8:10 Q202"]),
    "key small": (SINGLE.replace("key: B", "key: b"), ["8:10 Q202"]),
    "one of the keys is no option": (MULTIPLE.replace("[A, C]", "[A, E]"), ["8:14 Q202"]),
    "two equal options": (SINGLE.replace("C: 丙", "C: 甲 "), ["7:10 Q203"]),
    "two options that read the same": (SINGLE.replace("A: 甲", "A: 5％，以上").replace("C: 丙", "C: 5%, 以上。"), ["7:10 Q203"]),
    "fewer blanks than gaps": (FILL_IN.replace("[2025, [5, 五]]", "[2025]"), ["3:11 Q204"]),
    "gap of three": (FILL_IN.replace("____年", "___年"), ["3:11 Q204"]),
    "gap in a choice": (SINGLE.replace("（　　）", "____"), ["3:11 Q204", "3:11 Q207"]),
    "false without the true sentence": (TRUE_FALSE.replace("    true_sentence: 地球是圆的。\n", ""), ["1:5 Q205"]),
    "doubled id": (SINGLE + TAIL + SINGLE, ["15:9 Q206"]),
    "narrow bracket": (SINGLE.replace("（　　）", "(  )"), ["3:11 Q207"]),
    "no bracket": (SINGLE.replace("（　　）", ""), ["3:11 Q207"]),
    "bracket in a judgement": (TRUE_FALSE.replace("平的", "平的（　　）"), ["3:11 Q207"]),
    "one option": (SINGLE.replace("      B: 乙\n      C: 丙\n", "").replace("key: B", "key: A"), ["5:7 Q210"]),
    "two options to choose several from": (MULTIPLE.replace("      C: 丙\n", "").replace("C]", "B]"), ["5:7 Q210"]),
    "a list as a single key": (SINGLE.replace("key: B", "key: [B]"), ["8:10 Q211"]),
    "a letter as a multiple key": (MULTIPLE.replace("[A, C]", "AC"), ["8:10 Q211"]),
    "the same key twice": (MULTIPLE.replace("[A, C]", "[A, A]"), ["8:14 Q211"]),
    "options of a judgement": (TRUE_FALSE + "    options: {A: 对, B: 错}\n", ["6:5 Q212"]),
    "true sentence of a true statement": (TRUE_FALSE.replace("key: false", "key: true"), ["5:5 Q212"]),
    "a date that is none": (FILL_IN.replace("[2025, ", "[{answers: 明天, kind: date}, "), ["4:24 Q214"]),
    "a number that is none": (FILL_IN.replace("[2025, ", "[{answers: 若干, kind: number}, "), ["4:24 Q214"]),
    "unknown key": (SINGLE.replace("stem:", "steam:"), ["1:5 F102", "3:5 F101"]),
    "missing key": (SINGLE.replace("    key: B\n", ""), ["1:5 F102"]),
    "key without content": (SINGLE.replace("key: B", "key:"), ["8:5 F102"]),
    "option without content": (SINGLE.replace("C: 丙", "C:"), ["7:7 F102"]),
    "type that there is not": (SINGLE.replace("type: single", "type: singel"), ["2:11 F104"]),
    "text where a map belongs": (SINGLE.replace("    options:\n      A: 甲\n      B: 乙\n      C: 丙\n", "    options: 甲乙丙\n"), ["4:14 F103"]),
    "list where text belongs": (SINGLE.replace("stem: 下列正确的是（　　）。", "stem: [下列]"), ["3:11 F103"]),
    "是 where true belongs": (TRUE_FALSE.replace("key: false", "key: 是"), ["4:10 F103"]),
    "yes where true belongs": (TRUE_FALSE.replace("key: false", "key: yes"), ["4:10 F103"]),
    "quoted true": (TRUE_FALSE.replace("key: false", 'key: "true"'), ["4:10 F103"]),
    "an id with spaces": (SINGLE.replace("m-001", "监测 1"), ["1:9 F109"]),
    "difficulty out of range": (SINGLE + "    difficulty: 1.5\n", ["9:17 F108"]),
    "difficulty in words": (SINGLE + "    difficulty: 难\n", ["9:17 F103"]),
    "weight class": (SINGLE + "    weight_class: musst\n", ["9:19 F104"]),
    "empty tags": (SINGLE + "    tags: []\n", ["9:11 F105"]),
    "a long option": (SINGLE.replace("A: 甲", "A: " + "甲" * 301), ["5:10 F105"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_at_its_place(name: str) -> None:
    body, expected = CASES[name]
    assert faults(HEAD + body + TAIL) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("document: law", "document: low", ["11:24 Q208"]),
        ("valid_to: open", "valid_to: 2020-01-01", ["13:15 Q209"]),
        ("valid_to: open", "valid_to: 长期", ["13:15 F106"]),
        ("valid_from: 2021-06-01", "valid_from: 2021-02-30", ["12:17 F106"]),
        ("valid_from: 2021-06-01", "valid_from: 2021/6/1", ["12:17 F106"]),
        ("level: recall", "level: 识记", ["9:12 F104"]),
        (", clause: 第一条", "", ["11:13 F102"]),
        ("    valid_to: open\n", "", ["1:5 F102"]),
    ],
)
def test_a_fault_in_the_source_or_the_dates(old: str, new: str, expected: list[str]) -> None:
    assert faults(HEAD + SINGLE + TAIL.replace(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("area: monitoring", "area: monitorring", "2:7 F104"),
        ("category: general/monitoring", "category: 通用/监测", "1:11 F109"),
        ("label: sample", "label: 样题", "4:8 F104"),
        ("department: 县农业农村局\n", "", "1:1 F102"),
        ("date: 2021-04-29", "date: 2021", "6:58 F106"),
        ("questions:", "question:", "8:1 F101"),
    ],
)
def test_a_fault_in_the_head(old: str, new: str, expected: str) -> None:
    loaded = load_bank((HEAD + SINGLE + TAIL).replace(old, new), "b.yaml")
    assert expected in [f"{d.line}:{d.column} {d.rule}" for d in loaded.diagnostics]


def test_all_faults_are_told_and_the_other_questions_are_read() -> None:
    good = MULTIPLE.replace("m-001", "m-002")
    loaded = load_bank(HEAD + SINGLE.replace("key: B", "key: D").replace("C: 丙", "C: 甲") + TAIL + good + TAIL, "b.yaml")
    assert [d.rule for d in loaded.diagnostics] == ["Q203", "Q202"]
    assert loaded.value is not None
    assert [q.uid for q in loaded.value.questions] == ["m-002"]


SHARED = MULTIPLE
for text, share in (("甲", 60), ("乙", -50), ("丙", 40)):
    SHARED = SHARED.replace(f": {text}", f": {{text: {text}, share: {share}}}")


def test_options_with_shares() -> None:
    (question,) = load(SHARED).questions
    assert question.options == (Option("A", "甲", share=Decimal(60)), Option("B", "乙", share=Decimal(-50)), Option("C", "丙", share=Decimal(40)))
    assert (question.key, question.has_shares) == ({"A", "C"}, True)
    assert thaw(Question, freeze(question)) == question


SHARE_FAULTS = {
    "one without": (SHARED.replace("{text: 乙, share: -50}", "乙"), ["6:10 Q220"]),
    "a map without": (SHARED.replace(", share: -50", ""), ["6:10 Q220"]),
    "right in the key alone": (SHARED.replace("40", "0"), ["7:10 Q221"]),
    "right in its share alone": (SHARED.replace("-50", "50"), ["6:10 Q221"]),
    "a sum of 99": (SHARED.replace("40", "39"), ["8:10 Q222"]),
    "nothing to lose": (SHARED.replace("-50", "0"), ["8:10 Q223"]),
    "too fine": (SHARED.replace("-50", "-33.333333"), ["6:27 F108"]),
    "too much": (SHARED.replace("-50", "-101"), ["6:27 F108"]),
    "a percent sign": (SHARED.replace("-50", "-50%"), ["6:27 F103"]),
    "a single choice": (SINGLE.replace("A: 甲", "A: {text: 甲, share: -50}"), ["5:27 Q212"]),
    "share alone": (SHARED.replace("text: 乙, ", ""), ["6:10 F102"]),
    "an option that is not in the key's list is told once": (SHARED.replace("[A, C]", "[A, E]"), ["8:14 Q202"]),
}


@pytest.mark.parametrize(("content", "expected"), SHARE_FAULTS.values(), ids=SHARE_FAULTS.keys())
def test_faults_of_shares(content: str, expected: list[str]) -> None:
    assert faults(HEAD + content + TAIL) == expected


def test_a_fault_of_shares_says_what_to_write() -> None:
    told = [d.message.render() for d in load_bank(HEAD + SHARED.replace("-50", "0") + TAIL, "b.yaml").diagnostics]
    assert told == ["把选项全部选中会得100%，最多只能是99%。请给错误选项写负的 share，如 -50：选错要扣掉这么多。"]
    told = [d.message.render() for d in load_bank(HEAD + SHARED.replace("40", "39") + TAIL, "b.yaml").diagnostics]
    assert told == ["正确选项A、C的 share 加起来要是100，现在是99。请改；平均分的话，每项写50。"]


def test_an_unknown_key_names_the_one_that_was_meant() -> None:
    loaded = load_bank(HEAD + SINGLE.replace("stem:", "题干:") + TAIL, "b.yaml")
    assert "是不是“stem”" in next(d for d in loaded.diagnostics if d.rule == "F101").render()


# --- templates -------------------------------------------------------------------------------------------------------------------------------

TEMPLATE_HEAD = """\
category: township/three
area: monitoring
department: 县农业农村局
label: sample
scope: township
templates:
"""
TEMPLATE = """\
  - id: t-1
    type: single
    stem: 截至{as_of}，{name}的监测对象共有（　　）户。
    key: monitored_active_households
    distractors: [monitored_active_persons, siblings, near]
    level: recall
    topic: 概况
    explanation: 共{monitored_active_households}户。
"""
CLAIM = TEMPLATE.replace("single", "true_false").replace("的监测对象共有（　　）户", "的监测对象为{claim}户").replace("    key:", "    claim:")
BLANKS = TEMPLATE.replace("single", "fill_in").replace("的监测对象共有（　　）户", "有村____个")
BLANKS = BLANKS.replace(
    "    key: monitored_active_households\n    distractors: [monitored_active_persons, siblings, near]\n", "    blanks: [villages_count]\n"
)
LISTED = (
    TEMPLATE.replace("single", "multiple")
    .replace("monitored_active_households\n    dis", "main_industries\n    dis")
    .replace("[monitored_active_persons, siblings, near]", "[siblings]")
)


@pytest.mark.parametrize("body", [TEMPLATE, CLAIM, BLANKS, LISTED])
def test_templates(body: str) -> None:
    loaded = load_bank(TEMPLATE_HEAD + body, "t.yaml")
    assert [d.render() for d in loaded.diagnostics] == []
    assert loaded.value is not None
    (template,) = loaded.value.templates
    assert (template.uid, template.scope, template.category) == ("t-1", Scope.TOWNSHIP, "township/three")


TEMPLATE_CASES = {
    "unknown fact as key": (TEMPLATE.replace("key: monitored_active_households", "key: monitored_activ_households"), ["4:10 T301"]),
    "unknown fact in a text": (TEMPLATE.replace("共{monitored_active_households}", "共{monitor}"), ["8:18 T301"]),
    "a village's fact for a township": (TEMPLATE.replace("monitored_active_persons", "party_members"), ["5:19 T301"]),
    "brace": (TEMPLATE.replace("{name}", "{名称}"), ["3:11 T302"]),
    "open brace": (TEMPLATE.replace("{name}", "{name"), ["3:11 T302"]),
    "claim in a single choice": (TEMPLATE.replace("{name}", "{claim}"), ["3:11 T302"]),
    "text among numbers": (TEMPLATE.replace("monitored_active_persons", "largest_active_category"), ["5:19 T303"]),
    "near a text": (TEMPLATE.replace("key: monitored_active_households", "key: largest_active_category"), ["5:19 T303", "5:55 T303"]),
    "no claim in the stem": (CLAIM.replace("{claim}", "多"), ["3:11 T304"]),
    "list as a single key": (TEMPLATE.replace("key: monitored_active_households", "key: main_industries"), ["4:10 T305"]),
    "number as a multiple key": (LISTED.replace("key: main_industries", "key: households"), ["4:10 T305"]),
    "list in a gap": (BLANKS.replace("[villages_count]", "[village_names]"), ["4:14 T305"]),
    "gaps": (BLANKS.replace("[villages_count]", "[villages_count, households]"), ["3:11 Q204"]),
    "equal options": (TEMPLATE.replace("distractors: [monitored_active_persons, siblings, near]", "options: [甲, 乙, 甲]"), ["5:21 Q203"]),
    "bracket": (TEMPLATE.replace("（　　）", "（）"), ["3:11 Q207"]),
    "claim of a single choice": (TEMPLATE + "    claim: households\n", ["9:5 Q212"]),
    "no distractors": (TEMPLATE.replace("    distractors: [monitored_active_persons, siblings, near]\n", ""), ["1:5 F102"]),
    "a source, which the profile gives": (TEMPLATE + "    source: 台账\n", ["9:5 F101"]),
}


@pytest.mark.parametrize("name", TEMPLATE_CASES)
def test_a_fault_in_a_template_is_told_at_its_place(name: str) -> None:
    body, expected = TEMPLATE_CASES[name]
    loaded = load_bank(TEMPLATE_HEAD + body, "t.yaml")
    first = len(TEMPLATE_HEAD.splitlines())
    assert [f"{d.line - first}:{d.column} {d.rule}" for d in loaded.diagnostics] == expected
