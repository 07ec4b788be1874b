"""The record of a cadre as a PDF: every sitting with what stood at its date, and the digest by which the whole is verified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from quiz.core.cadre_record import Document, Entry, Record
from quiz.core.counting import COUNTING_NAMES
from quiz.core.message import Message, Translate, mark_text, say
from quiz.core.paper import plain_number
from quiz.core.results import STANDING_NAMES
from quiz.printing.flow import fill_columns
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, MARGIN, MM, Geometry, PageSize
from quiz.printing.marks import Block, Row, Stroke, space
from quiz.printing.notice_pdf import CODE_SIDE, TEXT, TEXT_LEADING, TITLE, TITLE_LEADING, digit_rows
from quiz.printing.qr import code_squares
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_column, draw_footer
from quiz.printing.typeset import SMALL, SMALL_LEADING, centred_rows, heading_rows, row_of, set_line, set_rows

HEADING, HEADING_LEADING = 12.5, 21.0
INDENT = 14.0
SHORT = 16
"""Digits of a digest in the middle of a line; the whole record's digest binds all of them in full."""

TellTime = Callable[[datetime], str]


def print_cadre_record(record: Record, at: datetime, out: BinaryIO, tell_time: TellTime, translate: Translate = mark_text) -> None:
    """Write the record, first given out `at`, as an A4 PDF; the same record gives the same bytes. MissingGlyphs for a name that cannot be printed."""
    _check(record)
    geometry = KEY_GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, say("{name}的成绩档案", name=record.name).render(translate))
    left, measure = geometry.lefts[0], geometry.measure
    blocks = [_head(record, tell_time(at), measure, translate)]
    for number, entry in enumerate(record.entries, 1):
        blocks += _entry(number, entry, measure, tell_time, translate)
    if not record.entries:
        blocks.append(Block(tuple(_words(say("还没有已公布成绩的考试。"), measure, translate))))
    blocks.append(_proof(record, measure, translate))
    columns = fill_columns(blocks, geometry.column_height)
    for page, column in enumerate(columns, 1):
        draw_column(sheets, column, left, geometry)
        if page == len(columns):
            _draw_code(sheets, record, left, geometry, column.used)
        footer = say("第 {number} 页　共 {total} 页　档案摘要 {digest}", number=page, total=len(columns), digest=record.digest[:SHORT])
        draw_footer(sheets, geometry, left, footer.render(translate))
        sheets.end_side()
    sheets.finish()


def _check(record: Record) -> None:
    check = GlyphCheck()
    check.add(record.name + record.unit + record.number, say("姓名和单位"))
    for entry in record.entries:
        check.add(entry.title + entry.name + entry.unit + entry.post + entry.blueprint.title, say("考试{title}", title=entry.sitting))
    check.finish()


def _words(text: Message, measure: float, translate: Translate, *, small: bool = False, x: float = 0.0) -> list[Row]:
    size, leading = (SMALL, SMALL_LEADING) if small else (TEXT, TEXT_LEADING)
    return set_rows(text.render(translate), measure - x, Font.SONG, size, leading, x=x)


def _head(record: Record, at: str, measure: float, translate: Translate) -> Block:
    facts = [
        say("姓名：{name}　　工号：{number}", name=record.name, number=record.number),
        say("现在单位：{unit}", unit=record.unit),
        say("出具时间：{at}", at=at),
        say("收录成绩已公布的考试{n}场。单位、岗位、试卷、资料和规则均为考试当时的情况。", n=len(record.entries)),
    ]
    rows = [*centred_rows(say("干部学习测试成绩档案").render(translate), measure, Font.HEI, TITLE, TITLE_LEADING), space(10)]
    for fact in facts:
        rows += _words(fact, measure, translate)
    return Block((*rows, space(6), Row(4, (Stroke(0, 2, measure, 2),))))


def _entry(number: int, entry: Entry, measure: float, tell_time: TellTime, translate: Translate) -> list[Block]:
    title = say("{n}．{title}", n=number, title=entry.title).render(translate)
    rows = [space(7), *heading_rows(title, measure, HEADING, HEADING_LEADING)]
    rows += _words(_result(entry, tell_time), measure, translate, x=INDENT)
    if entry.counted is not None:
        rows += _words(_counted(entry), measure, translate, x=INDENT)
    facts = [
        say("当时：{name}，{unit}，{post}", name=entry.name, unit=entry.unit, post=say(entry.post) if entry.post else "—"),
        say("试卷：{code}，摘要 {digest}", code=entry.paper, digest=entry.digest[:SHORT]),
        say("命题蓝图：{document}", document=_document(entry.blueprint)),
        *([say("本地资料：{document}", document=_document(entry.dataset))] if entry.dataset else []),
        *(say("{section}：{rule}", section=say(rule.title), rule=rule.describe()) for rule in entry.rules),
    ]
    for run in entry.runs[1:]:
        cause = say("第{n}次更正后重评", n=run.correction) if run.correction else say("重新评分")
        score = plain_number(run.score)
        facts.append(say("{at} {cause}：{score}分", at=tell_time(run.at), cause=cause, score=score))
    return [Block((*rows, *(row for fact in facts for row in _words(fact, measure, translate, small=True, x=INDENT)), space(2)))]


def _result(entry: Entry, tell_time: TellTime) -> Message:
    when = tell_time(entry.opens_at)
    if entry.score is None:
        return say("{when}，{standing}", when=when, standing=say(STANDING_NAMES[entry.standing]))
    if entry.is_pass is None:
        return say("{when}，{score}分（满分{full}分，不设及格线）", when=when, score=plain_number(entry.score), full=plain_number(entry.max_score))
    values = {"when": when, "score": plain_number(entry.score), "full": plain_number(entry.max_score), "line": plain_number(entry.pass_mark)}
    if entry.is_pass:
        return say("{when}，{score}分（满分{full}分，{line}分及格），及格", **values)
    return say("{when}，{score}分（满分{full}分，{line}分及格），不及格", **values)


def _counted(entry: Entry) -> Message:
    assert entry.counted is not None
    score = "—" if entry.counted.score is None else plain_number(entry.counted.score)
    if entry.counting is None:
        return say("有补考，计入成绩{score}分：{why}", score=score, why=entry.counted.explain())
    rule = say(COUNTING_NAMES[entry.counting])
    return say("补考（{rule}），计入成绩{score}分：{why}", rule=rule, score=score, why=entry.counted.explain())


def _document(document: Document) -> Message:
    values = {"title": document.title, "code": document.code, "n": document.number, "digest": document.digest[:SHORT]}
    return say("{title}（{code}，第{n}版，摘要 {digest}）", **values)


def _proof(record: Record, measure: float, translate: Translate) -> Block:
    """The digest with what it is for; the square code stands at its right."""
    lines = [*heading_rows(say("档案摘要（SHA-256）").render(translate), measure, HEADING, HEADING_LEADING), *digit_rows(record.digest), space(3)]
    text = say("在成绩档案的“核对”页输入这份摘要，或者用下面的命令，可以核对档案的内容，并看到之后的变动：")
    lines += _words(text, measure - CODE_SIDE - 12, translate, small=True)
    lines.append(row_of(tuple(set_line("quiz record verify " + record.digest[:SHORT], Font.SONG, SMALL)), SMALL_LEADING))
    sign = say("出具单位（盖章）：").render(translate)
    lines += [space(14), row_of(tuple(set_line(sign, Font.SONG, TEXT)), TEXT_LEADING)]
    return Block((space(10), Row(4, (Stroke(0, 2, measure, 2),)), *lines))


def _draw_code(sheets: Sheets, record: Record, left: float, geometry: Geometry, used: float) -> None:
    """The digest as a square code, at the right of the last lines."""
    x, y = left + geometry.measure - CODE_SIDE, geometry.height - MARGIN - used
    y = max(y, MARGIN - 4 * MM)
    sheets.add_squares((x + across, y + up, w, h) for across, up, w, h in code_squares(record.digest, CODE_SIDE))
