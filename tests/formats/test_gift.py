"""GIFT: each feature by a small sample, hostile files, and round trips of everything that GIFT can say."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.formats.gift import read_gift, write_gift
from tests.formats.drafts import choices, fill_ins, heads, matchings, shared_choices, short_answers, true_false

HEAD = heads("id", "explanation", "category", "tags")


def read(text: str) -> Imported:
    return read_gift(text.encode(), "题.gift")


def one(text: str) -> Draft:
    found = read(text)
    assert [d.render() for d in found.diagnostics] == []
    assert len(found.drafts) == 1
    return found.drafts[0]


def rules(found: Imported) -> list[tuple[int, str]]:
    return [(d.line, d.rule) for d in found.diagnostics]


def test_single_choice_with_category_title_comment_and_general_feedback() -> None:
    text = "// 第一组\n// [id:w-1] [tag:饮水] [tag:重点]\n\n$CATEGORY: $course$/top/general/water\n\n"
    text += "// [id:w-1] [tag:饮水]\n::w-1::饮水安全的指标有几项？{\n ~三项\n =四项\n ~五项\n####依据第三条。\n}\n"
    draft = one(text)
    assert (draft.type, draft.stem, draft.options, draft.right) == (DraftType.SINGLE, "饮水安全的指标有几项？", ("三项", "四项", "五项"), (1,))
    assert (draft.id, draft.category, draft.explanation, draft.line) == ("w-1", "general/water", "依据第三条。", 7)
    assert "饮水" in draft.tags


def test_multiple_choice_by_weights() -> None:
    draft = one("属于三保障的有{~%50%教育 ~%50%医疗 ~%-100%就业}")
    assert (draft.type, draft.right) == (DraftType.MULTIPLE, (0, 1))


def test_weights_that_say_more_than_the_key_are_kept_as_shares() -> None:
    assert one("属于三保障的有{~%70%教育 ~%30%医疗 ~%-50%就业 ~养老}").shares == (70, 30, -50, 0)


def test_what_a_wrong_option_of_a_single_choice_takes_off_is_told() -> None:
    found = read("问{=甲 ~%-50%乙 ~丙}")
    assert rules(found) == [(1, "I808")]
    assert "写在竞赛的命题蓝图里" in found.diagnostics[0].render()
    assert found.drafts[0].right == (0,)


def test_partial_weight_of_a_single_choice_is_told() -> None:
    found = read("问{=甲 ~%50%乙 ~丙}")
    assert (found.drafts[0].type, found.drafts[0].right) == (DraftType.SINGLE, (0,))
    assert rules(found) == [(1, "I808")]


def test_several_full_options_are_read_as_multiple_with_a_notice() -> None:
    found = read("问{=甲 =乙 ~丙}")
    assert (found.drafts[0].type, found.drafts[0].right) == (DraftType.MULTIPLE, (0, 1))
    assert rules(found) == [(1, "I802")]


@pytest.mark.parametrize(("word", "right"), [("T", (0,)), ("TRUE", (0,)), ("true", (0,)), ("F", ()), ("FALSE", ())])
def test_true_false(word: str, right: tuple[int, ...]) -> None:
    draft = one(f"地球是圆的。{{{word}}}")
    assert (draft.type, draft.right) == (DraftType.TRUE_FALSE, right)


def test_short_answers_become_a_blank_at_the_braces() -> None:
    assert one("首都是哪里？{=北京 =北京市}") == Draft(DraftType.FILL_IN, "首都是哪里？____", blanks=(DraftBlank(("北京", "北京市")),), line=1)
    assert one("首都是{=北京}，在北方。").stem == "首都是____，在北方。"
    assert one("首都是_____。{=北京}").stem == "首都是____。"


def test_missing_word_with_options_gets_the_bracket() -> None:
    draft = one("首都是{~上海 =北京}，在北方。")
    assert (draft.stem, draft.right) == ("首都是（　　），在北方。", (1,))


@pytest.mark.parametrize(
    ("body", "blank"),
    [
        ("#3", DraftBlank(("3",), True)),
        ("#3.5:0.1", DraftBlank(("3.5",), True, Decimal("0.1"))),
        ("#1..5", DraftBlank(("3",), True, Decimal(2))),
        ("#=3:1 =4:1", DraftBlank(("3", "4"), True, Decimal(1))),
        ("#\n=3:1#好\n", DraftBlank(("3",), True, Decimal(1))),
    ],
)
def test_numbers(body: str, blank: DraftBlank) -> None:
    assert read(f"几项{{{body}}}").drafts[0].blanks == (blank,)


def test_a_number_that_is_none_is_refused() -> None:
    assert rules(read("几项{#若干}\n\n几项{#inf}\n\n几项{#1..}")) == [(1, "I804"), (3, "I804"), (5, "I804")]


def test_matching_with_an_extra() -> None:
    draft = one("连线{\n=青岚县 -> 县\n=青溪镇 -> 镇\n= -> 村\n}")
    assert (draft.pairs, draft.extra) == ((("青岚县", "县"), ("青溪镇", "镇")), ("村",))


def test_essay() -> None:
    assert one("谈谈体会。{}").type is DraftType.SHORT_ANSWER


def test_escapes_and_line_ends() -> None:
    draft = one(r"::甲\=::甲\=\{ 前\n后 {=a\~b ~c\#d ~\\e}")
    assert draft.stem == "甲={ 前\n后"
    assert draft.options == ("a~b", "c#d", "\\e")


def test_html_and_markdown_become_text_and_what_is_lost_is_told() -> None:
    found = read('[html]<p>选<b>对</b>的&amp;好的<script>alert(1)</script></p><p>二<img src\\="a.png"></p>{=<i>甲</i> ~[plain]<i>乙</i>}')
    assert found.drafts[0].stem == "选对的&好的\n二"
    assert found.drafts[0].options == ("甲", "<i>乙</i>")
    assert rules(found) == [(1, "I805")]
    assert read("[markdown]**选** `对`的[网](http\\://x){T}").drafts[0].stem == "选 对的网"


def test_mark_up_in_plain_fields_stays_text() -> None:
    evil = "<script>alert(1)</script>"
    draft = Draft(DraftType.SINGLE, evil, options=(evil, "<b>"), right=(0,), explanation=evil, tags=(evil,))
    assert one(write_gift([draft])[0]).stem == evil
    assert one(write_gift([draft])[0]).options == (evil, "<b>")


def test_bad_questions_are_left_out_with_their_line_and_the_others_kept() -> None:
    found = read("说明文字\n\n问一{=甲 ~乙}\n\n问二{~甲 ~乙}\n\n问三{=甲\n\n问四{甲}\n\n问五{=甲 ~乙#不对}\n")
    assert [draft.stem for draft in found.drafts] == ["问一", "问五"]
    assert rules(found) == [(1, "I804"), (5, "I804"), (7, "I804"), (9, "I804"), (11, "I808")]


def test_feedback_of_an_option_is_told() -> None:
    assert rules(read("问{=甲#对 ~乙#错}")) == [(1, "I808")]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\x00", "只有文字".encode()])
def test_what_is_no_gift_says_so(content: bytes) -> None:
    found = read_gift(content, "x")
    assert found.drafts == ()
    assert {d.rule for d in found.diagnostics} <= {"I801", "I804"}
    assert found.diagnostics


def test_gbk_bom_and_windows_lines() -> None:
    text = "首都是{=北京}\r\n\r\n对{T}\r\n"
    assert [d.type for d in read_gift(b"\xef\xbb\xbf" + text.encode(), "x").drafts] == [DraftType.FILL_IN, DraftType.TRUE_FALSE]
    found = read_gift(text.encode("gbk"), "x")
    assert (found.drafts[0].stem, rules(found)) == ("首都是____", [(1, "I807")])


def test_a_line_of_5_mb_and_a_file_of_21_mb() -> None:
    found = read_gift(("题" * 1_700_000 + "{T}").encode(), "x")
    assert rules(found) == [(1, "I808")]
    assert rules(read_gift(b"a" * 21_000_000, "x")) == [(1, "I806")]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_gift(text.encode("utf-8", "replace"), "x")


@given(st.binary(max_size=100))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    read_gift(content, "x")


SAID = st.one_of(
    choices(HEAD),
    shared_choices(HEAD),
    true_false(HEAD),
    fill_ins(HEAD, most=1),
    matchings(HEAD),
    short_answers(HEAD, with_model=False),
)


def bare(draft: Draft) -> Draft:
    from dataclasses import replace

    return replace(draft, line=0)


def arrowless(draft: Draft) -> bool:
    """No `->` where GIFT would take it for a pair: such texts are changed, with a diagnostic."""
    return not any("->" in text for text in [*(left for left, _ in draft.pairs), *(a for blank in draft.blanks for a in blank.answers)])


@given(st.lists(SAID.filter(arrowless), max_size=4))
def test_round_trip(drafts: list[Draft]) -> None:
    text, losses = write_gift(drafts)
    assert losses == ()
    found = read(text)
    assert [d.render() for d in found.diagnostics if drafts] == []
    assert [bare(draft) for draft in found.drafts] == drafts


def test_what_gift_cannot_say_is_told() -> None:
    part = Draft(DraftType.TRUE_FALSE, "对吗", right=(0,))
    drafts = [
        Draft(DraftType.ORDERING, "排", items=("一", "二"), id="q1"),
        Draft(DraftType.FILL_IN, "____和____", blanks=(DraftBlank(("甲",)), DraftBlank(("乙",)))),
        Draft(DraftType.CASE, "某村", parts=(part, part), id="q3"),
        Draft(DraftType.SHORT_ANSWER, "谈", model_answer="答", source="某法", topic="点", marks=Decimal(2)),
        Draft(DraftType.FILL_IN, "a____", blanks=(DraftBlank(("五户",), True),)),
        Draft(DraftType.FILL_IN, "a____", blanks=(DraftBlank(("a->b",)),)),
    ]
    text, losses = write_gift(drafts)
    assert [(d.file, d.line, d.rule) for d in losses] == [
        ("q3", 3, "I803"), ("q1", 1, "I803"), ("?", 2, "I803"), ("?", 4, "I803"), ("?", 4, "I803"), ("?", 5, "I803"), ("?", 6, "I803"),
    ]  # fmt: skip
    assert "出处、知识点、分值" in losses[4].render()
    assert [draft.stem for draft in read(text).drafts] == ["某村\n对吗", "某村\n对吗", "谈", "a____", "a____"]
