"""Reports and circulars on paper: what stands there, tables over several sides, long names, equal bytes, characters that cannot be printed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from quiz.core.circular import Circular, Commended, facts_of, fill
from quiz.core.comparison import AreaRow, ComparedGroup, Comparison, GroupKind, PlanRow, Verdict
from quiz.core.message import QuizError, say
from quiz.core.over_time import OverTime, SittingPoint
from quiz.core.question import Level
from quiz.core.statistics.linking import Link
from quiz.core.statistics.shares import Ratio
from quiz.core.statistics.strip import strip
from quiz.core.statistics.values import Interval
from quiz.core.unit_report import GroupRow, Tally, UnitReport
from quiz.printing.circular_pdf import print_circular
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.marks import Block, Stroke, space
from quiz.printing.report_pdf import print_over_time, print_report
from quiz.printing.table import Table, TableColumn, fill_sides, make_table, strip_marks
from quiz.translation import translator

OPENS = datetime(2026, 11, 2, 1, tzinfo=UTC)
TALLY = Tally(expected=12, sat=10, absent=2, passed=8, excellent=3, failed=2, total=70_000, squares=52_000_000, best=9_500)
SHARE = Ratio(40, 80, 60.0, 80.0, 0.75, 0.03)


def row(name: str, is_shown: bool = True) -> GroupRow:
    return GroupRow(name, name, TALLY, is_shown)


def report(units: int = 3) -> UnitReport:
    names = [row(f"第{n}镇", n != 1) for n in range(units)]
    part = replace(TALLY, expected=6)
    kinds, posts = [tuple(GroupRow(name, name, part, True) for name in kind) for kind in (("乡镇", "部门"), ("镇班子成员",))]
    return UnitReport("s", "青岚县测试", OPENS, OPENS, Decimal(100), Decimal(60), 90, 1, row(""), tuple(names), kinds, posts)


COMPARISON = Comparison(
    "s", "青岚县测试", 40, False,
    (AreaRow("water", None, 2, SHARE), AreaRow("water", Level.RECALL, 1, SHARE)),
    (
        ComparedGroup(GroupKind.UNIT, "第0镇", replace(SHARE, ratio=1.2), Verdict.AHEAD, True),
        ComparedGroup(GroupKind.UNIT, "第1镇", replace(SHARE, people=3), Verdict.FEW, False),
    ),
    (PlanRow("单项选择题", say("饮水安全"), 2, 80, 5, SHARE), PlanRow("单项选择题", "旧的单元", None, 3, 1, SHARE)),
)  # fmt: skip


def printed(found: UnitReport | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    print_report(found or report(), COMPARISON, "2026年11月2日", out, **options)
    return out.getvalue()


def text_of(pages) -> str:
    return "".join("".join(page.text.split()) for page in pages)


def test_what_stands_in_a_report(read_pages):
    """Ten of twelve with a mean of 70, eight passed, three excellent, four to sit again; dashes for a small unit; the plan wants 2 × 40."""
    text = text_of(read_pages(printed()))
    for part in ("成绩报表", "第0镇1210270.00", "80.0", "30.0", "95", "1份答卷有迟到的作答", "120.0%", "高于全体", "饮水安全80805", "旧的单元31"):
        assert part in text, part
    assert "第1镇12102——" in text
    assert "2个单位" not in text
    assert "1个单位没有列出成绩" in text


def test_a_long_table_repeats_its_head_on_every_side(read_pages):
    pages = read_pages(printed(report(90)))
    assert len(pages) > 3
    for page in pages[:3]:
        assert "应考" in page.text
    assert f"第{len(pages)}页共{len(pages)}页" in text_of(pages)


def test_nothing_leaves_the_side(read_pages):
    """Long names are broken, not cut, and every character stands within the margins."""
    name = "青岚县人力资源和社会保障局劳动就业服务中心（乡村振兴公益性岗位管理办公室）"
    found = replace(report(), units=(row(name), *report().units))
    pages = read_pages(printed(found))
    assert name in text_of(pages)
    for page in pages:
        assert all(20 < x < page.width - 20 and 20 < y < page.height - 20 for _, x, y in page.chars)


def test_equal_reports_are_equal_bytes_and_other_languages_fit():
    assert printed() == printed()
    assert printed(translate=lambda text: text if "{" in text or "%" in text else "A longer text") != printed()


def test_a_name_that_no_face_draws_is_refused():
    with pytest.raises(MissingGlyphs, match="U\\+1F600"):
        printed(replace(report(), units=(row("镇😀"),)))


def test_a_small_picture_stays_in_its_cell():
    """The figure at 70 of 100, its interval cut off at the end of the scale, beside 60."""
    found = strip(70, Interval(50, 120), 0, 100, 60)
    assert (found.point, found.low, found.high, found.reference) == (0.7, 0.5, 1.0, 0.6)
    marks = strip_marks(found, 10, 100, 5)
    assert all(isinstance(mark, Stroke) and 10 <= mark.x <= 110 and 10 <= mark.x_end <= 110 for mark in marks)
    heaviest = max(marks, key=lambda mark: mark.width)
    assert (heaviest.x, heaviest.x_end) == (80, 80)


def test_no_word_of_a_table_is_cut_where_other_columns_have_room():
    names = [TableColumn("Unit", 3, is_number=False), TableColumn("Discrimination", 1), TableColumn("People", 1)]
    made = make_table(names, [["housing-identified", "1", "2"]], 250.0)
    assert made.head.height == make_table([replace(one, title="x") for one in names], [["1"] * 3], 250.0).head.height
    assert made.rows[0].height == made.head.height
    narrow = make_table(names, [["1"] * 3], 60.0)  # no room anywhere: words are cut, and nothing leaves the table
    assert narrow.head.height > made.head.height


def test_a_report_in_english_has_whole_words_for_heads(read_pages):
    text = "".join(page.text for page in read_pages(printed(translate=translator("en"))))
    for word in ("Expected", "Absent", "Highest", "Excellent"):
        assert word in text, word


def test_a_heading_never_stands_alone():
    """A heading that keeps with a table goes over with its first rows."""
    table = make_table([TableColumn("a", 1)], [["1"], ["2"], ["3"]], 100)
    assert isinstance(table, Table)
    heading = Block((space(10),), keeps_next=True)
    sides = fill_sides([Block((space(70),)), heading, table], 100)
    assert [round(side.used) for side in sides] == [70, round(10 + table.head.height + sum(r.height for r in table.rows))]


def test_several_sittings(read_pages):
    link = Link(25, 60, 0.5, 0.6, 0.02)
    points = (
        SittingPoint("a", "一季度测试", OPENS, Decimal(100), row(""), True, None),
        SittingPoint("b", "二季度测试", OPENS, Decimal(100), row(""), False, link),
        SittingPoint("c", "三季度测试", OPENS, Decimal(100), row(""), False, None),
    )
    out = io.BytesIO()
    print_over_time(OverTime(points, (), 90), dict.fromkeys("abc", "2026年"), out)
    text = text_of(read_pages(out.getvalue()))
    for part in ("一季度测试", "70.0%", "提高", "25道共同的题：50.0%→60.0%", "+10.0（+6.0至+14.0", "共同的试题太少"):
        assert part in text, part


def circular() -> Circular:
    people = (*(Commended("柳溪镇", f"王{n}") for n in range(9)), Commended("县人力资源和社会保障局", "阿卜杜热合曼·买买提明"))
    return Circular("关于测试的通报", "各镇：\n一、情况\n正文一段。", "某办", "2026年11月3日", 90, report(), people)


def test_a_circular(read_pages):
    out = io.BytesIO()
    print_circular(circular(), out)
    text = text_of(read_pages(out.getvalue()))
    for part in ("关于测试的通报", "正文一段。", "某办2026年11月3日", "附：单位汇总", "附：表扬名单", "共10人", "阿卜杜热合曼·买买提明"):
        assert part in text, part
    assert all(f"王{n}" in text for n in range(9))


def test_without_lists(read_pages):
    out = io.BytesIO()
    print_circular(replace(circular(), report=None, commended=()), out)
    assert "附：" not in text_of(read_pages(out.getvalue()))


def test_a_template_is_filled_and_faults_are_named():
    facts = facts_of(report(), "2026年11月2日")
    assert fill("{考试}：应考{应考}人，参考率{参考率}，平均{平均分}，及格率{及格率}。{未定}", facts) == (
        "青岚县测试：应考12人，参考率83.3%，平均70，及格率80%。1份答卷有迟到的作答还没有人裁定，没有计入。"
    )
    for template in ("{不及格名单}", "{}", "字" * 6001):
        with pytest.raises(QuizError, match="bad_template"):
            fill(template, facts)
    hidden = facts_of(replace(report(), all=row("", False)), "")
    assert {name: hidden[name] for name in ("平均分", "最高分", "及格人数", "及格率", "优秀人数", "优秀率")} == dict.fromkeys(
        ("平均分", "最高分", "及格人数", "及格率", "优秀人数", "优秀率"), "—"
    )
