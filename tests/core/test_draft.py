"""Questions of the bank as drafts for export: every type, and what is named because a draft has no place for it."""

from datetime import date
from decimal import Decimal

from quiz.core.draft import DraftBlank, DraftType, lost_in_draft, source_text, to_draft
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Point, Question, QuestionType, Source

LAW = Source("某法", "某部", "第三条", "某令第1号")
HEAD = {
    "category": "general/water", "area": "water", "department": "县水利局", "level": Level.RECALL, "topic": "水质", "source": LAW,
    "explanation": "依据第三条。", "valid_from": date(2021, 6, 1),
}  # fmt: skip
OPTIONS = (Option("A", "甲"), Option("B", "乙"), Option("C", "丙"))


def question(kind: QuestionType, **more) -> Question:
    return Question(uid="w-1", type=kind, stem="问", **{**HEAD, **more})


def test_choices_and_head() -> None:
    draft = to_draft(question(QuestionType.MULTIPLE, options=OPTIONS, key=frozenset("AC"), tags=("饮水",)))
    assert (draft.type, draft.options, draft.right) == (DraftType.MULTIPLE, ("甲", "乙", "丙"), (0, 2))
    assert (draft.id, draft.source, draft.category, draft.topic) == ("w-1", "《某法》（某令第1号）第三条", "general/water", "水质")
    assert (draft.explanation, draft.tags) == ("依据第三条。", ("饮水",))


def test_a_title_that_holds_a_title_gets_no_second_marks() -> None:
    assert source_text(Source("某办转发《某意见》的通知", "某办", "第一条")) == "某办转发《某意见》的通知第一条"


def test_a_false_statement_brings_the_right_sentence() -> None:
    draft = to_draft(question(QuestionType.TRUE_FALSE, options=TRUE_OPTIONS, key=frozenset("F"), true_sentence="应当是甲。"))
    assert (draft.right, draft.explanation) == ((), "正确表述：应当是甲。\n依据第三条。")


def test_blanks_with_units_and_tolerances() -> None:
    blanks = (
        Blank(("3",), BlankKind.NUMBER, unit="户"),
        Blank(("200",), BlankKind.NUMBER, tolerance="1%"),
        Blank(("5",), BlankKind.NUMBER, tolerance="0.5"),
        Blank(("2025年6月",), BlankKind.DATE),
    )
    draft = to_draft(question(QuestionType.FILL_IN, blanks=blanks))
    assert draft.blanks == (
        DraftBlank(("3", "3户")),
        DraftBlank(("200",), True, Decimal(2)),
        DraftBlank(("5",), True, Decimal("0.5")),
        DraftBlank(("2025年6月",)),
    )


def test_ordering_and_matching() -> None:
    assert to_draft(question(QuestionType.ORDERING, options=OPTIONS, key=frozenset(["1C", "2A", "3B"]))).items == ("丙", "甲", "乙")
    prompts = (Option("1", "左一"), Option("2", "左二"))
    draft = to_draft(question(QuestionType.MATCHING, options=OPTIONS, prompts=prompts, key=frozenset(["1B", "2A"])))
    assert (draft.pairs, draft.extra) == ((("左一", "乙"), ("左二", "甲")), ("丙",))


def test_short_answer_and_case() -> None:
    points = (Point("要点一", Decimal(2), ("词",)), Point("要点二", Decimal("1.5")))
    short = question(QuestionType.SHORT_ANSWER, points=points, model_answer="全文")
    assert to_draft(short).model_answer == "全文\n要点一（2分）\n要点二（1.5分）"
    case = to_draft(question(QuestionType.CASE, parts=(question(QuestionType.ORDERING, options=OPTIONS, key=frozenset(["1A", "2B", "3C"])),)))
    assert [(part.type, part.marks, part.id, part.explanation, part.source) for part in case.parts] == [(DraftType.ORDERING, Decimal(1), "", "", "")]


def test_what_a_draft_has_no_place_for_is_named() -> None:
    blanks = (Blank(("甲",), group="any", weight=Decimal(2)), Blank(("一成",), BlankKind.NUMBER, tolerance="1%"))
    lost = lost_in_draft(question(QuestionType.FILL_IN, blanks=blanks))
    assert [message.render() for message in lost] == ["各空次序不限", "按比例的误差范围", "各空的分值"]
    assert lost_in_draft(question(QuestionType.SINGLE, options=OPTIONS, key=frozenset("A"))) == ()
