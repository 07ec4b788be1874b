"""The craft rules: what each tells, what each leaves alone, and that a bank as good as the shipped one has little to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quiz.banks.craft_file import at_least, check_questions
from quiz.banks.craft_question import check_question
from quiz.banks.lint import LoadedBank, lint_paths
from quiz.core.message import Severity
from quiz.core.near_duplicates import Nearby, similarity
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Question, QuestionType, Source

ROOT = Path(__file__).parents[2]
CHINA = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 21)


def choice(stem: str = "根据《某法》，应当（　　）。", *texts: str, key: str = "A", **parts: object) -> Question:
    options = tuple(Option("ABCDEFGH"[i], text) for i, text in enumerate(texts or ("甲方案", "乙方案", "丙方案", "丁方案")))
    kind = QuestionType.SINGLE if len(key) == 1 else QuestionType.MULTIPLE
    source = Source("某法", "某部", "第一条", "第一号", date(2021, 1, 1))
    made = Question("q", kind, "general/x", "water", "县水利局", stem, Level.RECALL, "供水", source, "说明", date(2021, 1, 1))
    return replace(made, options=options, key=frozenset(key), **parts)


def judged(stem: str, is_true: bool) -> Question:
    return replace(choice(stem), type=QuestionType.TRUE_FALSE, options=TRUE_OPTIONS, key=frozenset("T" if is_true else "F"))


TOLD = {
    "equal percentages": (choice("根据《某法》，比例是（　　）。", "50%", "60%", "百分之五十", "70%"), "C902 options.C"),
    "equal amounts": (choice("根据《某法》，期限是（　　）。", "15天", "二十日", "20天"), "C902 options.C"),
    "the same list": (choice("根据《某法》，指标是（　　）。", "水量、水质", "水价", "水质和水量"), "C902 options.C"),
    "only filler differs": (choice("根据《某法》，应当（　　）。", "应当报告镇政府", "报告镇政府", "不报告"), "C903 options.B"),
    "long key": (choice("根据《某法》，应当（　　）。", "依照法定程序公示并报上一级人民政府备案", "公示", "备案", "不公示"), "C904 key"),
    "echo": (choice("不买农业保险的农户，根据《某法》（　　）。", "不得强迫参加农业保险", "可以不发给惠农补贴", "可以扣减相应的款项"), "C906 key"),
    "only the key is a title": (choice("依据是（　　）。", "《某法》", "某通知", "某办法"), "C906 key"),
    "all of the above": (choice("根据《某法》，应当（　　）。", "公示", "备案", "以上都是"), "C907 options.C"),
    "A and B": (choice("根据《某法》，应当（　　）。", "公示", "备案", "A、B都对"), "C907 options.C"),
    "none of the above": (choice("根据《某法》，应当（　　）。", "公示", "备案", "以上都不对"), "C907 options.C"),
    "not not": (choice("根据《某法》，并非不可以的是（　　）。"), "C908 stem"),
    "wrong and not": (choice("根据《某法》，下列不得办理的事项说法错误的是（　　）。"), "C908 stem"),
    "undated": (choice("现行标准由谁确定（　　）。"), "C909 stem"),
    "bare number": (choice("危房改造每户补助（　　）。", "1万元", "2万元", "3万元"), "C910 stem"),
    "open clause": (choice(source=Source("某法", "某部", "条款待县级核对原文", "第一号")), "C913 source"),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_weakness_is_told_at_its_part(name: str) -> None:
    question, expected = TOLD[name]
    assert [f"{found.rule} {found.part}" for found in check_question(question)] == [expected]


SOUND = {
    "plain": choice(),
    "numbers": choice("根据《某法》，比例是（　　）。", "50%", "60%", "70%", "80%"),
    "another unit": choice("根据《某法》，期限是（　　）。", "20日", "20个月", "20年"),
    "steps in another order": choice("根据《某法》，正确的顺序是（　　）。", "甲、乙、丙", "乙、甲、丙", "丙、乙、甲"),
    "asks for what is wrong": choice("根据《某法》，下列说法错误的是（　　）。", "不得公示", "应当备案", "可以听证"),
    "not less than": choice("根据《某法》，下列不属于职责的是（　　）。", "不低于一半", "公示", "备案"),
    "minors": choice("根据《某法》，下列不属于未成年人权利的是（　　）。"),
    "now, with a document": choice("根据《某办法》（2019年修改），目前由谁确定（　　）。"),
    "now, with a date": choice("截至2026年6月，现行办法有（　　）。"),
    "a title as key among titles": choice("依据是（　　）。", "《某法》", "《某办法》", "《某条例》"),
    "an echo that the distractors share": choice("不买农业保险的农户（　　）。", "不得强迫参加农业保险", "先参加农业保险再补贴", "暂停农业保险"),
    "number of a document": choice("根据《某法》，会议至少有（　　）参加。", "三人", "五人", "七人"),
    "number of a place": choice("青岚县低保标准为每月（　　）。", "600元", "700元", "800元", jurisdiction="青岚县"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_question_is_left_alone(name: str) -> None:
    assert [(found.rule, found.message.render()) for found in check_question(SOUND[name])] == []


def test_a_blank_for_a_number_wants_a_source_in_its_stem() -> None:
    blank = replace(choice("应当公示____日。"), type=QuestionType.FILL_IN, options=(), key=frozenset(), blanks=(Blank(("7",), BlankKind.NUMBER),))
    assert [found.rule for found in check_question(blank)] == ["C910"]
    assert not list(check_question(replace(blank, stem="根据《某法》，应当公示____日。")))


def rules_of(questions: list[Question]) -> list[str]:
    return [found.rule for found in check_questions([replace(q, uid=f"q-{i}") for i, q in enumerate(questions)], DAY)]


def test_keys_that_are_mostly_b() -> None:
    assert rules_of([choice(key="B")] * 9 + [choice(key=letter) for letter in "ACD"]) == ["C905"]
    assert rules_of([choice(key=letter) for letter in "ABCD" * 3]) == []
    assert rules_of([choice(key="B")] * 4) == []


def test_keys_that_are_mostly_the_longest() -> None:
    wrong = ["乙方案", "丙方案", "丁方案"]
    long = [choice("根据《某法》，应当（　　）。", *wrong[: i % 4], "先公示再备案", *wrong[i % 4 :], key="ABCD"[i % 4]) for i in range(12)]
    assert rules_of(long) == ["C904"]


def test_judgements_that_are_mostly_true() -> None:
    assert rules_of([judged("陈述", True)] * 11 + [judged("陈述", False)]) == ["C916"]
    assert rules_of([judged("陈述", True)] * 7 + [judged("陈述", False)] * 5) == []


def test_absolute_words_only_in_false_statements() -> None:
    false = [judged(f"{word}应当公示。", False) for word in ("一律", "所有事项", "任何人", "完全")]
    assert rules_of([*false, judged("应当公示。", True)]) == ["C917"]
    assert rules_of([*false, judged("一律应当公示。", True)]) == []


def test_sources_that_have_ended_or_soon_end() -> None:
    past, soon = date(2025, 12, 31), date(2026, 12, 31)
    assert rules_of([choice(valid_to=past), choice(valid_to=past), choice(valid_to=soon), choice(valid_to=date(2027, 12, 31))]) == ["C911", "C912"]
    assert rules_of([choice(valid_to=past, tags=("历史",))]) == []


def test_the_tail_of_the_binomial_distribution() -> None:
    assert at_least(0, 10, 0.5) == pytest.approx(1)
    assert at_least(10, 10, 0.5) == pytest.approx(2**-10)
    assert at_least(300, 1200, 0.25) == pytest.approx(0.5, abs=0.05)


def test_nearby_texts_are_found_and_others_are_not() -> None:
    near = Nearby()
    text = "县级以上地方人民政府应当统筹规划建设管护城乡道路以及垃圾污水处理供水供电供气物流客运信息通信广播电视消防防灾减灾等公共基础设施"
    assert near.add(text) == []
    assert near.add("农村集体经济组织成员大会由具有完全民事行为能力的全体成员组成是本组织的权力机构依法行使职权") == []
    assert near.add(text.replace("物流", "冷链")) == [0]
    assert near.add("") == []
    assert similarity(text, text) == 1
    assert similarity("甲", "") == 0


HEAD = (
    "category: general/{name}\narea: water\ndepartment: 县水利局\nlabel: sample\ndocuments:\n  law: {{title: 某法, issuer: 某部, date: 2021-01-01}}\n"
)
ITEM = """\
  - id: {uid}
    type: single
    stem: {stem}
    options: {{A: {a}, B: {b}, C: {c}}}
    key: A
    level: recall
    topic: 供水
    source: {{document: {document}, clause: 第一条}}
    valid_from: 2021-01-01
    valid_to: open
    explanation: 说明。
"""


def item(uid: str, stem: str, a: str, b: str, c: str, document: str = "law") -> str:
    return ITEM.format(uid=uid, stem=stem, a=a, b=b, c=c, document=document)


def lint(folder: Path, **files: str) -> LoadedBank:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return lint_paths([folder], CHINA, DAY)


def told(found: LoadedBank) -> list[str]:
    return [f"{Path(d.file).name}:{d.line}:{d.column} {d.rule}" for d in found.diagnostics if d.severity != Severity.NOTE]


def test_the_same_question_in_another_file(tmp_path: Path) -> None:
    stem = "根据《某法》，集中式供水工程的水源保护区由谁划定并向社会公告（　　）。"
    one = HEAD.format(name="a") + "questions:\n" + item("a-1", stem, "县级以上地方人民政府", "受益地区的用水户", "承担供水的单位")
    two = (
        HEAD.format(name="b")
        + "questions:\n"
        + item("b-1", stem.replace("由谁", "应当由谁"), "县级以上地方人民政府", "有关的村民小组", "受益的村委会")
    )
    found = lint(tmp_path, a=one, b=two)
    assert told(found) == ["b.yaml:10:11 C901"]
    assert "a-1" in found.diagnostics[-1].render()
    assert found.errors == ()


def test_questions_that_differ_only_in_the_document_are_two(tmp_path: Path) -> None:
    one = HEAD.format(name="a") + "questions:\n" + item("a-1", "《某法》自（　　）起施行。", "2021年6月1日", "2020年1月1日", "2019年1月1日")
    two = HEAD.format(name="b") + "questions:\n" + item("b-1", "《某某法》自（　　）起施行。", "2025年5月1日", "2024年1月1日", "2023年1月1日")
    assert told(lint(tmp_path, a=one, b=two)) == []


def test_a_distractor_that_is_right_by_another_standard(tmp_path: Path) -> None:
    head = HEAD.format(name="a").replace("documents:\n", "documents:\n  old: {title: 旧标准, issuer: 某部, date: 2004-11-24}\n")
    one = item("a-1", "根据《某法》，集中供水点到农户的水平距离不超过（　　）。", "800米", "1000米", "1200米")
    two = item("a-2", "按照《旧标准》，集中供水点到农户的水平距离不超过（　　）。", "1000米", "1200米", "1500米", document="old")
    found = lint(tmp_path, a=head + "questions:\n" + one + two)
    assert told(found) == ["a.yaml:9:5 C914"]
    assert "选项B" in found.diagnostics[0].render()


def test_the_questions_of_a_case_are_looked_at_where_they_stand(tmp_path: Path) -> None:
    case = """\
  - id: a-1
    type: case
    stem: 根据《某法》，某村停水三天。
    parts:
      - {type: single, stem: 应当（　　）。, options: {A: 公示, B: 备案, C: 以上都对}, key: A}
      - {type: fill_in, stem: 应当公示____日。, blanks: [7]}
    level: application
    topic: 供水
    source: {document: law, clause: 第一条}
    valid_from: 2021-01-01
    valid_to: open
    explanation: 说明。
"""
    assert told(lint(tmp_path, a=HEAD.format(name="a") + "questions:\n" + case)) == ["a.yaml:12:66 C907"]


def test_facts_that_no_template_asks(tmp_path: Path) -> None:
    profile = "profile: {id: p, county: 某县, as_of: 2026-06-30, source: 台账, approved_by: 某办}\n"
    profile += "townships: [{code: T01, name: 某镇, households: 5, tekun_persons: 3}]\n"
    tail = "blanks: [households], level: recall, topic: 户数, explanation: 说明"
    template = HEAD.format(name="t").split("documents")[0] + "scope: township\ntemplates:\n"
    template += f"  - {{id: t-1, type: fill_in, stem: '截至{{as_of}}，{{name}}共有____户。', {tail}}}\n"
    template += f"  - {{id: t-2, type: fill_in, stem: '{{name}}的总户数是____。', {tail}}}\n"
    found = lint(tmp_path, p=profile, t=template)
    assert told(found) == ["t.yaml:8:36 C910"]
    (note,) = [d for d in found.diagnostics if d.severity == Severity.NOTE]
    assert (note.rule, "tekun_persons" in note.render(), "、households" in note.render()) == ("C915", True, False)


def test_craft_is_left_out_without_a_day(tmp_path: Path) -> None:
    lint(tmp_path, a=HEAD.format(name="a") + "questions:\n" + item("a-1", "现行标准由谁确定（　　）。", "县", "镇", "以上都是"))
    assert lint_paths([tmp_path], CHINA).diagnostics == ()
    assert {d.rule for d in lint_paths([tmp_path], CHINA, DAY).diagnostics} == {"C907", "C909"}


def test_the_shipped_bank_has_no_error_of_craft_and_few_warnings() -> None:
    found = lint_paths([ROOT / "question_banks"], CHINA, DAY)
    assert [d.render() for d in found.errors] == []
    warnings = [d.render() for d in found.diagnostics if d.severity == Severity.WARNING]
    assert len(warnings) < len(found.questions) / 10, "\n".join(warnings)
