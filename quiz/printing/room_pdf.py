"""Prints what a room needs besides papers: the sheet that separates it from the next, door notice, attendance sheet, invigilators' list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from quiz.core.message import Message, QuizError, Translate, mark_text, say
from quiz.core.room_list import RoomList
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, MARGIN, MM, Geometry, PageSize
from quiz.printing.head import grid
from quiz.printing.marks import Mark, Row, space
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_blank
from quiz.printing.typeset import BODY, SMALL, centred, centred_rows, fitting_size, row_of

TITLE, TITLE_LEADING = 16.0, 24.0
NAME, NAME_LEADING = 20.0, 30.0
ROOM, ROOM_LEADING = 64.0, 84.0
SITE, SITE_LEADING = 26.0, 40.0
FACTS, FACTS_LEADING = 13.0, 22.0
CELL, SMALLEST_CELL = 22.0, 19.0
"""The height of a row of a list: less where that saves a side."""

DOOR_CELL = 34.0
"""The same on the notice at the door, where a crowd reads: the names grow with it to half as large again."""

TIGHT, TWO_LINES = 0.75, 7.5
"""Below which share of its size a text is set in two lines instead, and how large."""

SEATS_TALLEST = 60 * MM
DOOR_ACROSS = 4
MEASURE = 170 * MM


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading and its share of the measure."""

    name: Message
    share: float


def check_room(room: RoomList) -> None:
    """Refuse a room that cannot be printed: QuizError `nobody` without people, MissingGlyphs with every character and its place."""
    if not room.people:
        raise QuizError("nobody", say("这个考场没有考生。"))
    check = GlyphCheck()
    check.add(room.title.replace("\n", "") + room.when, say("考试名称"))
    check.add(room.site + room.room_name, say("第{room}考场的名称", room=room.room))
    for one in room.people:
        check.add(f"{one.name}{one.number}{one.unit}{one.form}{one.code}", say("{name}（{number}）在考场名单中", name=one.name, number=one.number))
    check.finish()


def print_room(room: RoomList, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write door notice, attendance sheet and room list as one A4 PDF; the same room gives the same bytes. Errors as `check_room`."""
    check_room(room)
    geometry = KEY_GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, _one_line(room.title))
    _draw_door(sheets, geometry, room, translate)
    _draw_attendance(sheets, geometry, room, translate)
    _draw_list(sheets, geometry, room, translate)
    sheets.finish()


def draw_separator(sheets: Sheets, geometry: Geometry, room: RoomList, translate: Translate) -> None:
    """Draw the sheet that lies on a room's stack, its back empty, so that two-sided printing mixes nothing."""
    left, y = _left(geometry), geometry.height - MARGIN - 6 * MM
    facts = [
        (say("考试时间"), room.when),
        (say("座位号"), f"{room.people[0].seat:02}—{room.people[-1].seat:02}"),
        (say("试卷份数"), say("{n}份", n=len(room.people)).render(translate)),
    ]
    facts += [(say("{form}卷", form=form), say("{n}份", n=count).render(translate)) for form, count in room.forms.items()]
    y = _down(sheets, [*_heading(room, say("考场分隔页"), translate), space(8)], left, y)
    y = _down(sheets, _big_name(room, translate), left, y) - 10 * MM
    table = [[name.render(translate), value] for name, value in facts]
    table += [
        [name.render(translate), ""] for name in (say("实考人数"), say("缺考人数"), say("收回份数"), say("监考员签名"), say("交接人签名和时间"))
    ]
    widths = [48 * MM, 92 * MM]
    height = 2 * CELL * 0.75
    marks = grid(table, widths, height, x=(MEASURE - sum(widths)) / 2, size=FACTS)
    _down(sheets, [Row(len(table) * height, tuple(marks))], left, y)
    sheets.end_side()
    draw_blank(sheets, geometry, say("（本页空白）").render(translate), back=False)
    sheets.end_side()


def _draw_door(sheets: Sheets, geometry: Geometry, room: RoomList, translate: Translate) -> None:
    """The notice on the door: large enough to be read from the corridor, then who sits where, by seat."""
    heads = [name for _ in range(DOOR_ACROSS // 2) for name in (Column(say("座位号"), 0.14), Column(say("姓名"), 0.36))]
    half = -(-len(room.people) // 2)
    pairs = [(room.people[at : at + 1], room.people[half + at : half + at + 1]) for at in range(half)]
    rows = [[text for side in pair for one in (side or [None]) for text in ((f"{one.seat:02}", one.name) if one else ("", ""))] for pair in pairs]
    top = [*_heading(room, say("考场门贴"), translate), space(4), *_big_name(room, translate), space(4)]
    facts = [room.when, say("共{n}人　　答题时长{minutes}分钟", n=len(room.people), minutes=room.minutes).render(translate)]
    top += [row for fact in facts for row in centred_rows(fact, MEASURE, Font.SONG, FACTS, FACTS_LEADING)]
    _draw_table(sheets, geometry, [*top, space(10)], heads, rows, say("考场门贴"), room, translate, tallest=DOOR_CELL)


def _draw_attendance(sheets: Sheets, geometry: Geometry, room: RoomList, translate: Translate) -> None:
    columns = [Column(say("座位号"), 0.09), Column(say("姓名"), 0.15), Column(say("工号"), 0.15), Column(say("单位"), 0.27)]
    columns += [Column(say("考生签名"), 0.24), Column(say("缺考"), 0.10)]
    rows = [[f"{one.seat:02}", one.name, one.number, one.unit] for one in room.people]
    foot = say("应考{n}人　　实考＿＿＿＿人　　缺考＿＿＿＿人　　监考员签名：＿＿＿＿＿＿＿＿　＿＿＿＿＿＿＿＿", n=len(room.people))
    _draw_table(sheets, geometry, _list_head(room, say("签到表"), translate), columns, rows, say("签到表"), room, translate, foot.render(translate))


def _draw_list(sheets: Sheets, geometry: Geometry, room: RoomList, translate: Translate) -> None:
    """The list for invigilators: whose paper is which, then the seats as they stand in the room."""
    columns = [Column(say("座位号"), 0.09), Column(say("姓名"), 0.15), Column(say("工号"), 0.16), Column(say("单位"), 0.29)]
    columns += [Column(say("试卷"), 0.08)] if room.forms else []
    columns += [Column(say("试卷编号"), 0.23 if room.forms else 0.31)]
    rows = [[f"{one.seat:02}", one.name, one.number, one.unit, *([one.form] if room.forms else []), one.code] for one in room.people]
    y = _draw_table(sheets, geometry, _list_head(room, say("考场名册"), translate), columns, rows, say("考场名册"), room, translate, is_open=True)
    seats = _seat_rows(room, translate)
    if seats:
        if y - sum(row.height for row in seats) < MARGIN:
            sheets.end_side()
            y = _down(sheets, _again(say("考场名册"), room, translate), _left(geometry), geometry.height - MARGIN)
        _down(sheets, seats, _left(geometry), y)
    sheets.end_side()


def _seat_rows(room: RoomList, translate: Translate) -> list[Row]:
    """The seats as they stand, from the front; nothing where nobody said how many stand in a row."""
    if not room.columns:
        return []
    wide = MEASURE / room.columns
    lines = [room.people[at : at + room.columns] for at in range(0, len(room.people), room.columns)]
    height = min(26.0, max(15.0, SEATS_TALLEST / len(lines)))
    size = min(SMALL, height * 0.5)
    cells = [[f"{one.seat:02} {one.name}" + (f" {one.form}" if one.form else "") for one in line] for line in lines]
    rows = [space(10), *centred_rows(say("讲台（座位图，从前往后）").render(translate), MEASURE, Font.HEI, BODY, 18.0), space(2)]
    return [*rows, *(Row(height, tuple(grid([line], [wide] * len(line), height, size=size))) for line in cells)]


def _draw_table(
    sheets: Sheets,
    geometry: Geometry,
    top: Sequence[Row],
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    name: Message,
    room: RoomList,
    translate: Translate,
    foot: str = "",
    is_open: bool = False,
    tallest: float = CELL,
) -> float:
    """Draw a list over as many sides as it needs, its headings on each; return where it ends on the last, which stays open if `is_open`.

    Rows are as tall as the side bears, at most `tallest`, and what stands in them grows with them.
    """
    left = _left(geometry)
    widths = [column.share * MEASURE for column in columns]
    heads = [column.name.render(translate) for column in columns]
    y = _down(sheets, top, left, geometry.height - MARGIN)
    room_left = y - MARGIN - (CELL + 10 if foot else 0)
    cell = min(tallest, max(SMALLEST_CELL, room_left / (len(rows) + 1)))
    size = BODY * max(1.0, cell / CELL)
    at = 0
    while at < len(rows):
        fits = max(1, int((y - MARGIN - (CELL + 10 if foot else 0)) / cell + 1e-6) - 1)
        part = rows[at : at + fits]
        y = _down(sheets, [_table_row([heads, *part], widths, cell, size)], left, y)
        at += len(part)
        if at < len(rows):
            sheets.end_side()
            y = _down(sheets, _again(name, room, translate), left, geometry.height - MARGIN)
    if foot:
        y = _down(sheets, [space(10), row_of(tuple(centred(foot, 0.0, MEASURE, 0.0, size=BODY)), CELL)], left, y)
    if not is_open:
        sheets.end_side()
    return y


def _again(name: Message, room: RoomList, translate: Translate) -> list[Row]:
    """What stands above a list on its further sides."""
    text = say("{name}（续）　{site}　第{room}考场", name=name, site=room.site, room=room.room).render(translate)
    return [*centred_rows(text, MEASURE, Font.HEI, BODY, 18.0), space(4)]


def _table_row(table: Sequence[Sequence[str]], widths: Sequence[float], cell: float, size: float) -> Row:
    """A ruled table whose long texts stand in two lines, where one would be too small to read."""
    short = [
        [text if fitting_size(text, width - 4, Font.SONG, size) >= TIGHT * size else "" for text, width in zip(row, widths, strict=False)]
        for row in table
    ]
    marks = grid(short, widths, cell, size=size)
    for down, row in enumerate(table, 1):
        x, low = 0.0, (len(table) - down) * cell
        for text, shown, width in zip(row, short[down - 1], widths, strict=False):
            if text and not shown:
                marks += _two_lines(text, x, width, low + cell / 2, TWO_LINES * size / BODY)
            x += width
    return Row(len(table) * cell, tuple(marks))


def _two_lines(text: str, x: float, width: float, middle: float, size: float) -> list[Mark]:
    cut = next((text.index(sign) + 1 for sign in "·・ " if sign in text[1:-1]), -(-len(text) // 2))
    upper, lower = text[:cut], text[cut:]
    return [*centred(upper, x, width, middle + 1.2, size=size), *centred(lower, x, width, middle - size, size=size)]


def _heading(room: RoomList, name: Message, translate: Translate) -> list[Row]:
    return [
        *centred_rows(_one_line(room.title), MEASURE, Font.HEI, TITLE, TITLE_LEADING),
        *centred_rows(name.render(translate), MEASURE, Font.HEI, NAME, NAME_LEADING),
    ]


def _big_name(room: RoomList, translate: Translate) -> list[Row]:
    """The room's number as large as a side bears, with its site above and its name below."""
    number = say("第 {room} 考场", room=room.room).render(translate)
    rows = [*centred_rows(room.site, MEASURE, Font.HEI, SITE, SITE_LEADING)]
    rows.append(row_of(tuple(centred(number, 0.0, MEASURE, 0.0, Font.HEI, ROOM)), ROOM_LEADING))
    return [*rows, *(centred_rows(room.room_name, MEASURE, Font.HEI, SITE, SITE_LEADING) if room.room_name else [])]


def _list_head(room: RoomList, name: Message, translate: Translate) -> list[Row]:
    where = say("{site}　第{room}考场", site=room.site, room=room.room).render(translate)
    line = "　".join([where, *([room.room_name] if room.room_name else []), room.when])
    return [*_heading(room, name, translate), row_of(tuple(centred(line, 0.0, MEASURE, 0.0, size=BODY)), 20.0), space(6)]


def _left(geometry: Geometry) -> float:
    return (geometry.width - MEASURE) / 2


def _down(sheets: Sheets, rows: Sequence[Row], x: float, y: float) -> float:
    """Draw rows downwards from y; return where they end."""
    for row in rows:
        y -= row.height
        sheets.add_row(row, x, y)
    return y


def _one_line(title: str) -> str:
    return " ".join(title.split())
