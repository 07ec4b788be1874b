"""The figures of a test → an Excel file: a sheet with a row an item, one with a row an option, one of groups compared, one of the whole test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from quiz.core.message import Translate, mark_text
from quiz.core.question import AREAS, TYPE_NAMES
from quiz.core.statistics.asked import AskedItem
from quiz.core.statistics.report import Analysis, ItemReport
from quiz.core.statistics.summary import figures_of_test, notes_on_test
from quiz.formats.excel_sheet import Sheet, new_book

ITEM_COLUMNS = (
    (mark_text("编号"), 22),
    (mark_text("题型"), 12),
    (mark_text("领域"), 16),
    (mark_text("题干"), 60),
    (mark_text("作答"), 8),
    (mark_text("得分率"), 9),
    (mark_text("得分率下限"), 11),
    (mark_text("得分率上限"), 11),
    (mark_text("标准差"), 9),
    (mark_text("瞎猜得分率"), 11),
    (mark_text("应占权重%"), 10),
    (mark_text("有效权重%"), 10),
    (mark_text("区分度%"), 9),
    (mark_text("区分效率%"), 10),
    (mark_text("点二列相关"), 11),
    (mark_text("点二列相关下限"), 14),
    (mark_text("点二列相关上限"), 14),
    (mark_text("与总分的相关"), 12),
    (mark_text("去掉本题的α"), 12),
    (mark_text("高分组得分率"), 12),
    (mark_text("低分组得分率"), 12),
    (mark_text("难度b"), 9),
    (mark_text("难度b标准误"), 12),
    (mark_text("区分a"), 9),
    (mark_text("留意"), 60),
)
OPTION_COLUMNS = (
    (mark_text("编号"), 22),
    (mark_text("选项"), 8),
    (mark_text("是否答案"), 10),
    (mark_text("人次"), 8),
    (mark_text("选择比例"), 10),
    (mark_text("高分组比例"), 11),
    (mark_text("低分组比例"), 11),
    (mark_text("与其余题得分的相关"), 18),
)
GROUP_COLUMNS = (
    (mark_text("编号"), 22),
    (mark_text("群体"), 18),
    (mark_text("人数"), 8),
    (mark_text("其他人"), 8),
    (mark_text("成绩相当时的得分率之差"), 22),
    (mark_text("优势比"), 10),
    (mark_text("Δ"), 9),
    (mark_text("Δ标准误"), 10),
    (mark_text("χ²"), 9),
    (mark_text("p值"), 10),
    (mark_text("类别"), 8),
)
TEST_COLUMNS = ((mark_text("整卷统计"), 44), (mark_text("数值"), 14), (mark_text("单位"), 8))
SHEETS = (mark_text("试题分析"), mark_text("选项"), mark_text("群体差异"), mark_text("整卷统计"))
YES = mark_text("是")


def write_items(items: Sequence[tuple[AskedItem, ItemReport]], analysis: Analysis, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the sheets to `out`; a figure that is not defined is an empty cell."""
    book = new_book(out)
    try:
        sheet = Sheet(book, translate(SHEETS[0]), [(translate(name), width) for name, width in ITEM_COLUMNS])
        for asked, report in items:
            sheet.add(_item_cells(asked, report, translate))
        sheet.finish()
        options = Sheet(book, translate(SHEETS[1]), [(translate(name), width) for name, width in OPTION_COLUMNS])
        for asked, report in items:
            for option in report.options:
                name = [asked.name, option.option, translate(YES) if option.is_key else ""]
                options.add([*name, option.count, option.share, option.upper, option.lower, option.correlation])
        options.finish()
        _groups(book, items, translate)
        _test(book, analysis, translate)
    finally:
        book.close()


def _groups(book: Any, items: Sequence[tuple[AskedItem, ItemReport]], translate: Translate) -> None:
    sheet = Sheet(book, translate(SHEETS[2]), [(translate(name), width) for name, width in GROUP_COLUMNS])
    for asked, report in items:
        for name, found in report.differences:
            figures = [found.share_difference, found.odds, found.delta, found.delta_error, found.chi_square, found.p_value, found.category]
            sheet.add([asked.name, translate(name), found.focal, found.reference, *figures])
    sheet.finish()


def _test(book: Any, analysis: Analysis, translate: Translate) -> None:
    sheet = Sheet(book, translate(SHEETS[3]), [(translate(name), width) for name, width in TEST_COLUMNS])
    for figure in figures_of_test(analysis):
        sheet.add([figure.name.render(translate), figure.value, translate(figure.unit)])
    for note in notes_on_test(analysis):
        sheet.add([note.render(translate), None, None])
    sheet.finish()


def _item_cells(asked: AskedItem, report: ItemReport, translate: Translate) -> list[object]:
    figures, interval, own = report.figures, report.figures.facility_interval, report.figures.point_biserial_interval
    return [
        asked.name,
        translate(TYPE_NAMES[asked.type]),
        translate(AREAS.get(asked.area, asked.area)),
        asked.stem,
        figures.answers,
        figures.facility,
        interval and interval.low,
        interval and interval.high,
        figures.deviation,
        figures.guess,
        figures.intended_weight,
        figures.effective_weight,
        figures.discrimination,
        figures.efficiency,
        figures.point_biserial,
        own and own.low,
        own and own.high,
        figures.point_biserial_whole,
        figures.alpha_without,
        figures.upper,
        figures.lower,
        report.rasch and report.rasch.difficulty,
        report.rasch and report.rasch.difficulty_error,
        report.two_parameter and report.two_parameter.discrimination,
        "；".join(flag.message.render(translate) for flag in report.flags),
    ]
