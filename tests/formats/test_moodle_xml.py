"""Moodle XML: each question type by a small sample, hostile files, and round trips of everything that it can say."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.formats.moodle_xml import read_moodle_xml, write_moodle_xml
from tests.formats.drafts import choices, fill_ins, heads, matchings, orderings, shared_choices, short_answers, true_false


def read(questions: str) -> Imported:
    return read_moodle_xml(f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{questions}\n</quiz>'.encode(), "题.xml")


def question(kind: str, body: str, stem: str = "<p>问</p>") -> str:
    return f'<question type="{kind}"><questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>{body}</question>'


def one(text: str) -> Draft:
    found = read(text)
    assert [d.render() for d in found.diagnostics] == []
    return replace(found.drafts[0], line=0)


def rules(found: Imported) -> list[tuple[int, str]]:
    return [(d.line, d.rule) for d in found.diagnostics]


def answers(*rows: tuple[str, str]) -> str:
    return "".join(f'<answer fraction="{weight}" format="html"><text>&lt;p&gt;{text}&lt;/p&gt;</text></answer>' for text, weight in rows)


def test_a_whole_question_with_category_and_head() -> None:
    text = '<question type="category"><category><text>$course$/top/general/water</text></category></question>\n'
    text += question(
        "multichoice",
        "<name><text>w-1</text></name><generalfeedback format='html'><text>&lt;p&gt;依据&lt;br&gt;第三条&lt;/p&gt;</text></generalfeedback>"
        "<defaultgrade>2.0000000</defaultgrade><idnumber>w-1</idnumber><single>true</single>"
        + answers(("三项", "0"), ("四项&amp;五项", "100"))
        + "<tags><tag><text>饮水</text></tag></tags>",
        "<p>饮水安全的指标<b>有</b>&nbsp;几项？</p>\n<p>（　　）</p>",
    )
    assert one(text) == Draft(
        DraftType.SINGLE,
        "饮水安全的指标有 几项？\n（　　）",
        options=("三项", "四项&五项"),
        right=(1,),
        id="w-1",
        explanation="依据\n第三条",
        category="general/water",
        tags=("饮水",),
        marks=Decimal(2),
    )


def test_multiple() -> None:
    draft = one(question("multichoice", "<single>false</single>" + answers(("甲", "50"), ("乙", "50"), ("丙", "-100"))))
    assert (draft.type, draft.right) == (DraftType.MULTIPLE, (0, 1))


def test_fractions_that_say_more_than_the_key_are_kept_as_shares() -> None:
    draft = one(question("multichoice", "<single>false</single>" + answers(("甲", "70.0000000"), ("乙", "30"), ("丙", "-50"), ("丁", "0"))))
    assert (draft.right, [f"{share:f}" for share in draft.shares]) == ((0, 1), ["70", "30", "-50", "0"])
    thirds = [("甲", "33.3333333"), ("乙", "33.3333333"), ("丙", "33.3333333"), ("丁", "-33.3333333")]
    draft = one(question("multichoice", "<single>false</single>" + answers(*thirds)))
    assert [f"{share:f}" for share in draft.shares] == ["33.33333", "33.33333", "33.33333", "-33.33333"]
    for wrong in ("0", "-100"):  # each right option earns its part and a wrong one nothing, or all: that is the key alone
        assert one(question("multichoice", "<single>false</single>" + answers(("甲", "50"), ("乙", "50"), ("丙", wrong)))).shares == ()


def test_fractions_that_no_bank_takes_are_left_out_with_the_reason() -> None:
    found = read(question("multichoice", "<single>false</single>" + answers(("甲", "70"), ("乙", "30"), ("丙", "0"))))
    assert (found.drafts[0].right, found.drafts[0].shares, rules(found)) == ((0, 1), (), [(3, "I808")])
    assert "把选项全部选中会得100%" in found.diagnostics[0].render()
    found = read(question("multichoice", "<single>false</single>" + answers(("甲", "50"), ("乙", "50"), ("丙", "-200"))))
    assert (found.drafts[0].shares, rules(found)) == ((), [(3, "I808")])


def test_weights_that_are_told() -> None:
    found = read(question("multichoice", answers(("甲", "100"), ("乙", "50"), ("丙", "0"))))
    assert (found.drafts[0].right, rules(found)) == ((0,), [(3, "I808")])
    found = read(question("multichoice", answers(("甲", "100"), ("乙", "100"), ("丙", "0"))))
    assert (found.drafts[0].type, rules(found)) == (DraftType.MULTIPLE, [(3, "I802")])
    assert rules(read(question("multichoice", answers(("甲", "0"), ("乙", "0"))))) == [(3, "I804")]


def test_true_false() -> None:
    assert one(question("truefalse", '<answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer>')).right == ()
    assert one(question("truefalse", '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>')).right == (
        0,
    )


def test_short_answer_and_wildcard() -> None:
    body = '<answer fraction="100" format="moodle_auto_format"><text>{}</text></answer>'
    assert one(question("shortanswer", body.format("北京"), "首都是___。")) == Draft(
        DraftType.FILL_IN, "首都是____。", blanks=(DraftBlank(("北京",)),)
    )
    assert one(question("shortanswer", body.format("a\\*b"))).blanks[0].answers == ("a*b",)
    found = read(question("shortanswer", body.format("北京*")))
    assert (found.drafts[0].stem, rules(found)) == ("问____", [(3, "I802")])


def test_numerical_with_units() -> None:
    body = '<answer fraction="100"><text>3.5</text><tolerance>0.1</tolerance></answer>'
    assert one(question("numerical", body)).blanks == (DraftBlank(("3.5",), True, Decimal("0.1")),)
    units = "<units><unit><multiplier>1</multiplier><unit_name>户</unit_name></unit></units>"
    found = read(question("numerical", body + units))
    assert rules(found) == [(3, "I808")]
    assert "户" in found.diagnostics[0].render()


def test_matching_with_extra() -> None:
    body = "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer></subquestion>'
        for left, right in (("青岚县", "县"), ("青溪镇", "镇"), ("", "村"))
    )
    draft = one(question("matching", body))
    assert (draft.pairs, draft.extra) == ((("青岚县", "县"), ("青溪镇", "镇")), ("村",))


def test_essay_with_grader_notes() -> None:
    assert one(question("essay", "<graderinfo format='html'><text>&lt;p&gt;三点&lt;/p&gt;</text></graderinfo>")).model_answer == "三点"


def test_ordering_by_its_fractions() -> None:
    body = "".join(f'<answer fraction="{n}.0000000" format="html"><text>{text}</text></answer>' for text, n in (("二", 2), ("一", 1), ("三", 3)))
    assert one(question("ordering", body)).items == ("一", "二", "三")


def test_cloze() -> None:
    stem = "<p>法自{1:NUMERICAL:=2025:0}年{1:SHORTANSWER:%100%五#对~=5~%0%六}月起，在{:SA:=甲\\}乙}施行。</p>"
    found = read(question("cloze", "", stem))
    assert found.drafts[0].stem == "法自____年____月起，在____施行。"
    assert found.drafts[0].blanks == (DraftBlank(("2025",), True, Decimal(0)), DraftBlank(("五", "5")), DraftBlank(("甲}乙",)))
    assert rules(found) == [(3, "I808")]


def test_a_menu_in_a_cloze_becomes_a_blank_and_boxes_are_refused() -> None:
    found = read(question("cloze", "", "选{1:MULTICHOICE:甲~=乙}") + "\n" + question("cloze", "", "选{1:MULTIRESPONSE:=甲~=乙}"))
    assert [draft.blanks for draft in found.drafts] == [(DraftBlank(("乙",)),)]
    assert rules(found) == [(3, "I802"), (4, "I804")]


def test_pictures_scripts_and_feedback_are_told() -> None:
    stem = '<p>看图<img src="@@PLUGINFILE@@/a.png"><script>alert(1)</script></p>'
    body = '<answer fraction="100"><text>true</text><feedback><text>对</text></feedback></answer>'
    found = read(question("truefalse", body, stem))
    assert found.drafts[0].stem == "看图"
    assert rules(found) == [(3, "I805"), (3, "I808")]


def test_unknown_types_are_named_with_their_line_and_the_others_kept() -> None:
    body = '<answer fraction="100"><text>true</text></answer>'
    found = read(question("ddimageortext", "") + "\n" + question("truefalse", body) + "\n" + question("description", ""))
    assert (len(found.drafts), rules(found)) == (1, [(3, "I804"), (5, "I804")])


HOSTILE = {
    "xxe": b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="essay">&x;</question></quiz>',
    "laughs": b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz>&b;</quiz>',
    "remote dtd": b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1:1/x.dtd"><quiz/>',
    "deep": b"<quiz>" + b"<a>" * 50_000,
    "big": b"<quiz>" + b"x" * 21_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_before_anything_is_expanded(name: str) -> None:
    found = read_moodle_xml(HOSTILE[name], "x")
    assert (found.drafts, [d.rule for d in found.diagnostics]) == ((), ["I806"])


@pytest.mark.parametrize("content", [b"", b"<quiz><question", b"<html/>", b"no xml", b"\0\0", b"<quiz>&unknown;</quiz>"])
def test_broken_files_are_told(content: bytes) -> None:
    assert [d.rule for d in read_moodle_xml(content, "x").diagnostics] == ["I801"]


def test_gbk_and_utf_16() -> None:
    text = '<?xml version="1.0" encoding="{}"?><quiz>' + question("essay", "", "谈体会") + "</quiz>"
    found = read_moodle_xml(text.format("GBK").encode("gbk"), "x")
    assert (found.drafts[0].stem, rules(found)) == ("谈体会", [(1, "I807")])
    assert read_moodle_xml(text.format("UTF-16").encode("utf-16"), "x").drafts[0].stem == "谈体会"


def test_a_line_of_5_mb() -> None:
    found = read(question("essay", "", "题" * 1_700_000))
    assert rules(found) == [(3, "I808")]


def test_mark_up_in_every_field_comes_back_as_text() -> None:
    evil = "<script>alert(1)</script>&lt;b&gt; ]]> \"'"
    head = {"id": evil, "explanation": evil, "category": evil, "tags": (evil,)}
    drafts = [
        Draft(DraftType.SINGLE, evil, options=(evil, "乙"), right=(0,), **head),
        Draft(DraftType.MATCHING, evil, pairs=((evil, evil), ("乙", "丙")), extra=(evil,), **head),
        Draft(DraftType.SHORT_ANSWER, evil, model_answer=evil, **head),
        Draft(DraftType.FILL_IN, f"{evil}____", blanks=(DraftBlank((evil,)),), **head),
        Draft(DraftType.ORDERING, evil, items=(evil, "乙"), **head),
    ]
    text, _ = write_moodle_xml(drafts)
    assert "<script" not in text
    assert [replace(draft, line=0) for draft in read_moodle_xml(text.encode(), "x").drafts] == drafts


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(text: str) -> None:
    read(question("cloze", "", "{1:SA:" + text.replace("]]>", "") + "}{1:NM:=" + text.replace("]]>", "") + "}"))
    read_moodle_xml(text.encode("utf-8", "replace"), "x")


HEAD = heads("id", "explanation", "category", "tags", "marks")
SAID = st.one_of(choices(HEAD), shared_choices(HEAD), true_false(HEAD), fill_ins(HEAD), matchings(HEAD), orderings(HEAD), short_answers(HEAD))


def clashes(draft: Draft) -> bool:
    """A backslash in one of several blanks means something else in Moodle: it is changed, with a diagnostic."""
    return len(draft.blanks) > 1 and any("\\" in text for blank in draft.blanks for text in blank.answers)


@given(st.lists(SAID.filter(lambda draft: not clashes(draft)), max_size=4))
def test_round_trip(drafts: list[Draft]) -> None:
    text, losses = write_moodle_xml(drafts)
    assert losses == ()
    found = read_moodle_xml(text.encode(), "x")
    assert [d.render() for d in found.diagnostics] == []
    assert [replace(draft, line=0) for draft in found.drafts] == drafts


def test_what_moodle_cannot_say_is_told() -> None:
    part = Draft(DraftType.TRUE_FALSE, "对吗", right=(0,))
    drafts = [
        Draft(DraftType.CASE, "某村", parts=(part, part), id="q1"),
        Draft(DraftType.TRUE_FALSE, "对吗", source="某法", topic="点"),
        Draft(DraftType.FILL_IN, "{1:SA:=x}____和____", blanks=(DraftBlank(("a\\",)), DraftBlank(("五户",), True))),
    ]
    text, losses = write_moodle_xml(drafts)
    assert [(d.file, d.line) for d in losses] == [("q1", 1), ("?", 2), ("?", 3), ("?", 3)]
    found = read_moodle_xml(text.encode(), "x").drafts
    assert [(draft.id, draft.stem) for draft in found] == [("q1-1", "某村\n对吗"), ("q1-2", "某村\n对吗"), ("", "对吗"), ("", "｛1:SA:=x}____和____")]
