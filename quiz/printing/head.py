"""The head of a paper and of its sections: title, line of conditions, score table, notes, headings with the box for the marks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from quiz.core.message import Message, Translate, join_messages, say
from quiz.core.paper import Paper, plain_number, section_heading, section_number
from quiz.printing.fonts import Font, text_width
from quiz.printing.marks import Block, Box, Mark, Row, moved, space
from quiz.printing.parts import number_width
from quiz.printing.typeset import BODY, BODY_LEADING, SMALL, SMALL_LEADING, centred, centred_rows, heading_rows, row_of, set_line, set_rows

TITLE, TITLE_LEADING = 18.0, 26.0
COPY, COPY_LEADING = 14.0, 21.0
HEADING, HEADING_LEADING = 12.0, 18.0
CELL_WIDTH, CELL_HEIGHT = 54.0, 22.0
MARK_CELL_WIDTH, MARK_CELL_HEIGHT = 42.0, 18.0
BESIDE_BOX = 2 * MARK_CELL_WIDTH + 8.0


def paper_head(paper: Paper, measure: float, translate: Translate) -> Block:
    """Return title, form when there is one, conditions, the notice of samples when there are any, score table and notes.

    The seat is not told here: who marks could find the person by the list on the door. It stands in the sealed strip.
    """
    rows = [
        *centred_rows(paper.title, measure, Font.HEI, TITLE, TITLE_LEADING),
        *copy_rows(paper, "", measure, translate),
        space(3),
        *centred_rows(_conditions(paper, translate), measure, Font.SONG, BODY, BODY_LEADING),
    ]
    if paper.has_samples:
        rows += centred_rows(say("本卷含样题，尚未经县级核对").render(translate), measure, Font.SONG, SMALL, SMALL_LEADING)
    rows += [space(8), score_table(paper, measure, translate), space(8), *_notes(paper, measure, translate), space(4)]
    return Block(tuple(rows))


def copy_rows(paper: Paper, seat: str, measure: float, translate: Translate) -> list[Row]:
    """Return the line that says which copy this is: the form's letter and the seat, where they are given; nothing without either."""
    parts = [say("{form}卷", form=paper.form)] if paper.form else []
    parts += [say("座位 {seat}", seat=seat)] if seat else []
    text = "　　".join(part.render(translate) for part in parts)
    return centred_rows(text, measure, Font.HEI, COPY, COPY_LEADING) if text else []


def paper_name(paper: Paper) -> Message:
    """Return which paper a page belongs to, as every page says: the form's letter where there are forms, and the number."""
    if paper.form:
        return say("{form}卷　试卷编号 {code}", form=paper.form, code=paper.code)
    return say("试卷编号 {code}", code=paper.code)


def section_block(paper: Paper, index: int, measure: float, translate: Translate) -> Block:
    """Return the section's heading beside the box 得分|评卷人; it never stands alone at the foot of a column."""
    return _heading_block(section_heading(paper, index).render(translate), measure, translate)


@lru_cache(maxsize=256)
def _heading_block(heading: str, measure: float, translate: Translate) -> Block:
    lines = heading_rows(heading, measure - BESIDE_BOX, HEADING, HEADING_LEADING, x=BESIDE_BOX)
    height = max(2 * MARK_CELL_HEIGHT, len(lines) * HEADING_LEADING)
    marks = _mark_box(height, translate)
    top = (height + len(lines) * HEADING_LEADING) / 2
    for i, line in enumerate(lines, start=1):
        marks += [moved(mark, 0.0, top - i * HEADING_LEADING) for mark in line.marks]
    return Block((space(6), Row(height, tuple(marks)), space(5)), keeps_next=True, may_stretch=True)


def score_table(paper: Paper, measure: float, translate: Translate) -> Row:
    """Return the table 题号 / 得分 / 阅卷人 with a column for each section and the total."""
    numbers = [number if isinstance(number, str) else number.render(translate) for number in map(section_number, range(len(paper.sections)))]
    top = [say("题号").render(translate), *numbers, say("总分").render(translate)]
    table = [top, [say("得分").render(translate)], [say("阅卷人").render(translate)]]
    width = min(CELL_WIDTH, measure / len(top))
    return Row(len(table) * CELL_HEIGHT, tuple(grid(table, [width] * len(top), CELL_HEIGHT, x=(measure - width * len(top)) / 2)))


def grid(table: Sequence[Sequence[str]], widths: Sequence[float], height: float, *, x: float = 0.0, size: float = BODY) -> list[Mark]:
    """Return a ruled table with columns of these widths, its lower left corner at (x, 0), its texts centred; short rows end in empty cells."""
    marks: list[Mark] = []
    for down, row in enumerate(table, start=1):
        left, low = x, (len(table) - down) * height
        for across, width in enumerate(widths):
            marks.append(Box(left, low, width, height))
            if across < len(row) and row[across]:
                marks += centred(row[across], left, width, low + height / 2 - size * 0.36, size=size)
            left += width
    return marks


def _conditions(paper: Paper, translate: Translate) -> str:
    text = say("（考试形式：闭卷　　考试时间：{minutes}分钟　　满分：{total}分）", minutes=paper.minutes, total=plain_number(paper.total))
    return text.render(translate)


def _notes(paper: Paper, measure: float, translate: Translate) -> list[Row]:
    """The notes as numbered points; the last tells how each kind of question is marked."""
    rules = [say("{title}：{rule}", title=say(s.title), rule=s.rule.describe(s.type)) for s in paper.sections]
    points = [*(translate(told) for told in paper.told), say("评分规则——{rules}。", rules=join_messages("；", rules)).render(translate)]
    label = say("注意事项：").render(translate)
    indent = text_width(label, Font.HEI, SMALL)
    hang = indent + number_width(len(points), SMALL)
    rows: list[Row] = []
    for number, point in enumerate(points, start=1):
        first = f"{number}．"
        lines = set_rows(point, measure - hang, size=SMALL, leading=SMALL_LEADING, x=hang)
        before = set_line(first, Font.SONG, SMALL, x=indent) + (set_line(label, Font.HEI, SMALL) if number == 1 else [])
        rows.append(Row(SMALL_LEADING, (*row_of(tuple(before), SMALL_LEADING).marks, *lines[0].marks)))
        rows += lines[1:]
    return rows


def _mark_box(height: float, translate: Translate) -> list[Mark]:
    """The small box 得分|评卷人, in the middle of a strip of this height."""
    table = [[say("得分").render(translate), say("评卷人").render(translate)], []]
    low = (height - 2 * MARK_CELL_HEIGHT) / 2
    marks = grid(table, [MARK_CELL_WIDTH] * 2, MARK_CELL_HEIGHT, size=SMALL)
    return [moved(mark, 0.0, low) for mark in marks]
