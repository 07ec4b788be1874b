"""Drafts as YAML: our own reader gives every text back, the paper reads well, and lint names what is wanted yet."""

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.bank_file import load_bank
from quiz.banks.problems import Problems
from quiz.banks.writer import house_stem, scalar, write_bank
from quiz.banks.yaml_tree import Mapping, Scalar, Sequence, parse_yaml
from quiz.core.draft import Draft, DraftBlank, DraftType, to_draft
from tests.formats.drafts import choices, fill_ins, heads, lines, matchings, orderings, short_answers, texts, true_false

HEADED = {"id": "w-9", "source": "某法第三条", "explanation": "依据。", "marks": Decimal(2)}
SINGLE = Draft(DraftType.SINGLE, "饮水安全的指标有（　　）。", options=("三项", "四项"), right=(1,), **HEADED)


def test_it_reads_like_an_exam_paper() -> None:
    drafts = [
        SINGLE,
        Draft(DraftType.FILL_IN, "自____年____月起。", blanks=(DraftBlank(("2025",)), DraftBlank(("五", "5"))), tags=("日期", "a,b")),
        Draft(DraftType.TRUE_FALSE, "对。\n吗", right=()),
        Draft(DraftType.MATCHING, "连。", pairs=(("甲", "一"), ("乙", "二")), extra=("三",)),
        Draft(DraftType.CASE, "某村。", parts=(Draft(DraftType.TRUE_FALSE, "对吗", right=(0,), marks=Decimal(2), explanation="是"),)),
    ]
    assert write_bank(drafts, "general/water", "题.docx") == (
        "# 由 quiz bank import 从 题.docx 读入，5道题。请逐题核对，补上标有“待补”的各项，再用 quiz bank lint 检查。\n"
        "category: general/water\n"
        "area: water\n"
        "# 待补：department、documents\n"
        "label: sample\n"
        "questions:\n"
        "  - id: water-001\n"
        "    # 原编号：w-9\n"
        "    # 原出处：某法第三条\n"
        "    # 原分值：2\n"
        "    type: single\n"
        "    stem: 饮水安全的指标有（　　）。\n"
        "    options:\n"
        "      A: 三项\n"
        "      B: 四项\n"
        "    key: B\n"
        "    # 待补：level、topic、source、valid_from、valid_to\n"
        "    explanation: 依据。\n"
        "\n"
        "  - id: water-002\n"
        "    type: fill_in\n"
        "    stem: 自____年____月起。\n"
        "    blanks:\n"
        "      - 2025\n"
        "      - [五, 5]\n"
        "    # 待补：level、topic、source、valid_from、valid_to、explanation\n"
        '    tags: [日期, "a,b"]\n'
        "\n"
        "  - id: water-003\n"
        "    type: true_false\n"
        "    stem: |-\n"
        "      对。\n"
        "      吗\n"
        "    key: false\n"
        "    # 待补：true_sentence（正确的表述）\n"
        "    # 待补：level、topic、source、valid_from、valid_to、explanation\n"
        "\n"
        "  - id: water-004\n"
        "    type: matching\n"
        "    stem: 连。\n"
        "    pairs:\n"
        "      - [甲, 一]\n"
        "      - [乙, 二]\n"
        "    extra:\n"
        "      - 三\n"
        "    # 待补：level、topic、source、valid_from、valid_to、explanation\n"
        "\n"
        "  - id: water-005\n"
        "    type: case\n"
        "    stem: 某村。\n"
        "    parts:\n"
        "      - type: true_false\n"
        "        stem: 对吗\n"
        "        key: true\n"
        "        marks: 2\n"
        "        explanation: 是\n"
        "    # 待补：level、topic、source、valid_from、valid_to、explanation\n"
        "\n"
    )


def test_lint_names_every_gap_that_was_left_open() -> None:
    found = load_bank(write_bank([SINGLE], "general/x"), "x.yaml")
    keys = {re.search("“(.+?)”", d.message.render())[1] for d in found.diagnostics}
    assert keys == {"area", "department", "level", "topic", "source", "valid_from", "valid_to"}
    assert {d.rule for d in found.diagnostics} == {"F102"}


@pytest.mark.parametrize(
    ("kind", "stem", "wanted"),
    [
        (DraftType.SINGLE, "正确的是(  )。", "正确的是（　　）。"),
        (DraftType.SINGLE, "正确的是____。", "正确的是（　　）。"),
        (DraftType.SINGLE, "正确的是。", "正确的是（　　）。"),
        (DraftType.MULTIPLE, "哪些正确？", "哪些正确？（　　）"),
        (DraftType.SINGLE, "（ ）和（ ）", "（ ）和（ ）"),
        (DraftType.TRUE_FALSE, "地球是圆的。（  ）", "地球是圆的。"),
        (DraftType.FILL_IN, "自______年。", "自____年。"),
        (DraftType.FILL_IN, "自（  ）年。", "自____年。"),
    ],
)
def test_brackets_and_blanks_are_brought_into_the_house_form(kind: DraftType, stem: str, wanted: str) -> None:
    assert house_stem(Draft(kind, stem, blanks=(DraftBlank(("1",)),) if kind is DraftType.FILL_IN else ())) == wanted


def value(text: str) -> str:
    problems = Problems("x")
    node = parse_yaml(f"a: {text}\nb: 1\n", problems)
    assert problems.told() == ()
    assert isinstance(node, Mapping)
    found = node.entries["a"].value
    assert isinstance(found, Scalar)
    assert not found.is_null
    return found.text


NASTY = ["", "~", "null", "no", "010", "1:30", "- x", "a: b", "a:", "a #b", "#b", "'q'", '"q"', "\\", "*a", "&a", "!a", "%a", "@a", "`a", "|", "> a"]
NASTY += [
    "{a}",
    "[a]",
    "a, b",
    "? a",
    "=",
    "...",
    "---",
    " a ",
    "a\tb",
    "：",
    "“引”",
    "\u200b",
    "\x85",
    "\ufeff",
    "a\x07b",
    "𠮷",
    "key: 值",
    "<<",
    "y",
]


@pytest.mark.parametrize("text", NASTY)
def test_every_text_comes_back(text: str) -> None:
    assert value(scalar(text)) == text


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_any_text_comes_back(text: str) -> None:
    assert value(scalar(text)) == text
    flow = scalar(text, in_flow=True)
    problems = Problems("x")
    node = parse_yaml(f"a: [{flow}, x]\n", problems)
    assert isinstance(node, Mapping)
    found = node.entries["a"].value
    assert isinstance(found, Sequence)
    assert found.items[0].text == text


HEAD = heads("explanation", "tags")
TODO = "    level: recall\n    topic: 点\n    source: {document: law, clause: 第一条}\n    valid_from: 2021-06-01\n    valid_to: open\n"


def completed(text: str) -> str:
    """The file as a setter would complete it."""
    head = "area: water\ndepartment: 某局\ndocuments: {law: {title: 某法, issuer: 某部}}"
    text = re.sub(r"^# 待补：.*$", head, text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^    # 待补：level.*explanation\n", TODO + "    explanation: 补\n", text, flags=re.MULTILINE)
    text = re.sub(r"^    # 待补：level.*\n", TODO, text, flags=re.MULTILINE)
    text = re.sub(r"^( +)# 待补：true_sentence.*$", r"\1true_sentence: 补", text, flags=re.MULTILINE)
    return re.sub(r"^( +)# 待补：points.*$", r"\1points: [{text: 补, marks: 1}]", text, flags=re.MULTILINE)


SAID = st.one_of(choices(HEAD), true_false(HEAD), fill_ins(HEAD), orderings(HEAD), matchings(HEAD), short_answers(HEAD))


@given(st.lists(SAID, min_size=1, max_size=3))
def test_texts_come_back_through_our_own_reader(drafts: list[Draft]) -> None:
    problems = Problems("x")
    node = parse_yaml(completed(write_bank(drafts, "general/x")), problems)
    assert [d.render() for d in problems.told()] == []
    assert isinstance(node, Mapping)
    rows = node.entries["questions"].value.items
    for draft, row in zip(drafts, rows, strict=True):
        assert row.entries["stem"].value.text == house_stem(draft)
        assert plain(row.entries.get("options")) == list(draft.options)
        assert plain(row.entries.get("items")) == list(draft.items)
        assert plain(row.entries.get("pairs")) == [list(pair) for pair in draft.pairs]
        assert plain(row.entries.get("extra")) == list(draft.extra)
        assert plain(row.entries.get("tags")) == list(draft.tags)
        assert row.entries["explanation"].value.text == (draft.explanation or "补")


def plain(entry):
    """Nodes as lists and texts."""
    node = getattr(entry, "value", entry)
    if node is None:
        return []
    if isinstance(node, Scalar):
        return node.text
    items = [inner.value for inner in node.entries.values()] if isinstance(node, Mapping) else node.items
    return [plain(inner) for inner in items]


GOOD = [
    Draft(DraftType.SINGLE, "正确的是（　　）。", options=("甲", "乙"), right=(1,)),
    Draft(DraftType.MULTIPLE, "正确的有（　　）。", options=("甲", "乙", "丙"), right=(0, 2)),
    Draft(
        DraftType.MULTIPLE,
        "按比例的有（　　）。",
        options=("甲: 一", "乙, 二", "丙"),
        right=(0, 2),
        shares=(Decimal("66.5"), Decimal("-50"), Decimal("33.5")),
    ),
    Draft(DraftType.TRUE_FALSE, "地球是圆的。", right=(0,)),
    Draft(DraftType.FILL_IN, "____有____户。", blanks=(DraftBlank(("青岚县", "青岚")), DraftBlank(("3",), True, Decimal("0.5")))),
    Draft(DraftType.ORDERING, "排序。", items=("丙", "甲", "乙")),
    Draft(DraftType.MATCHING, "连线。", pairs=(("甲", "一"), ("乙", "二")), extra=("三",)),
    Draft(DraftType.CASE, "某村。", parts=(Draft(DraftType.TRUE_FALSE, "对吗。", right=(0,), marks=Decimal(2), explanation="是"),)),
]


def test_good_drafts_make_good_questions_and_come_back_as_drafts() -> None:
    found = load_bank(completed(write_bank(GOOD, "general/x")), "x.yaml")
    assert [d.render() for d in found.diagnostics] == []
    assert found.value is not None
    back = [replace(to_draft(q), id="", topic="", source="", category="", explanation="") for q in found.value.questions]
    assert back == GOOD


@given(texts(), lines())
def test_a_draft_of_any_text_never_breaks_the_file(stem: str, uid: str) -> None:
    problems = Problems("x")
    draft = Draft(DraftType.TRUE_FALSE, stem, id=uid, source=stem, category=uid, right=(0,))
    parse_yaml(write_bank([draft], "general/x", uid), problems)
    assert problems.told() == ()


def test_options_beyond_the_alphabet_and_no_questions() -> None:
    assert write_bank([], "general/x").endswith("questions: []\n")
    many = Draft(DraftType.MULTIPLE, "多", options=tuple(map(str, range(40))), right=tuple(range(40)))
    assert {"Q201", "Q210"} <= {d.rule for d in load_bank(write_bank([many], "general/x"), "x").diagnostics}


def test_unicode_is_kept_as_it_is() -> None:
    text = "e\u0301"
    assert unicodedata.normalize("NFC", text) != text
    assert value(scalar(text)) == text
