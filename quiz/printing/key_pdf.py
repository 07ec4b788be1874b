"""Prints answer keys with the marking scheme (参考答案及评分标准), made from the frozen paper, so letters follow its order of options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import BinaryIO

from quiz.core.by_identity import by_identity
from quiz.core.message import Translate, join_messages, mark_text, say
from quiz.core.paper import Paper, Slot, plain_number, section_heading
from quiz.core.question import Blank, Question, QuestionType, Source, key_text, shares_text
from quiz.core.rule import RuleName
from quiz.printing.flow import fill_columns
from quiz.printing.fonts import Font, text_width
from quiz.printing.geometry import KEY_GEOMETRIES, Geometry, PageSize
from quiz.printing.head import HEADING, HEADING_LEADING, TITLE, TITLE_LEADING, copy_rows, grid, paper_name
from quiz.printing.job import OnPaper, PrintJob, check_jobs
from quiz.printing.marks import Block, Mark, Row, space
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_blank, draw_column, draw_footer, draw_gutter
from quiz.printing.typeset import BODY, BODY_LEADING, SMALL, SMALL_LEADING, centred_rows, heading_rows, row_of, set_line, set_rows

PER_ROW = 10
IN_GRIDS = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE)
"""Types whose answers are short enough for the cells of a table."""

LABEL_WIDTH, CELL_HEIGHT = 36.0, 18.0
WIDEST_NUMBER = "000．"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def print_keys(
    jobs: Sequence[PrintJob], out: BinaryIO, *, size: PageSize = PageSize.A4, translate: Translate = mark_text, on_paper: OnPaper | None = None
) -> None:
    """Write the keys of the jobs' papers as one PDF, each distinct paper's once; no candidate is named, only the seat.

    The same jobs give the same bytes; errors as for `print_papers`.
    """
    check_jobs(jobs, with_key=True)
    geometry = KEY_GEOMETRIES[size]
    sheets = Sheets(out, geometry, say("参考答案及评分标准").render(translate))
    draw_keys(sheets, geometry, jobs, translate, on_paper)
    sheets.finish()


def draw_keys(sheets: Sheets, geometry: Geometry, jobs: Sequence[PrintJob], translate: Translate, on_paper: OnPaper | None = None) -> None:
    """Draw the key of each distinct paper, told apart by their codes, each on whole sheets."""
    distinct = list({job.paper.code: job for job in jobs}.values())
    for done, job in enumerate(distinct, start=1):
        _draw_key(sheets, geometry, job, translate)
        if on_paper:
            on_paper(done, len(distinct))


def _draw_key(sheets: Sheets, geometry: Geometry, job: PrintJob, translate: Translate) -> None:
    paper = job.paper
    columns = fill_columns(key_blocks(paper, geometry.measure, translate, job.candidate.seat), geometry.column_height)
    across = len(geometry.lefts)
    sides = -(-len(columns) // across)
    for side in range(sides + sides % 2):
        for i, column in enumerate(columns[side * across : (side + 1) * across]):
            left = geometry.left(i, back=False)
            draw_column(sheets, column, left, geometry)
            text = say("{paper} 参考答案　　第 {number} 页　共 {total} 页", paper=paper_name(paper), number=side * across + i + 1, total=len(columns))
            draw_footer(sheets, geometry, left, text.render(translate))
        if side == sides:
            draw_blank(sheets, geometry, say("（本页空白）").render(translate), back=False)
        else:
            draw_gutter(sheets, geometry, back=False)
        sheets.end_side()


def key_blocks(paper: Paper, measure: float, translate: Translate, seat: str = "") -> list[Block]:
    """Return title, the answers section by section, then the reason and the clause of every answer."""
    blocks = [_title_block(paper, measure, translate, seat)]
    for index in range(len(paper.sections)):
        heading = heading_rows(section_heading(paper, index).render(translate), measure, HEADING, HEADING_LEADING)
        blocks.append(Block((space(10), *heading, space(5)), keeps_next=True))
        blocks += _answer_blocks(paper.slots_of(index), measure, translate)
    title = heading_rows(say("答案说明与依据").render(translate), measure, HEADING, HEADING_LEADING)
    blocks.append(Block((space(14), *title, space(4)), keeps_next=True))
    by_shares = {number for number, section in enumerate(paper.sections) if section.rule.name is RuleName.OPTION_SHARES}
    return [*blocks, *(_reason_block(slot, slot.section in by_shares, measure, translate) for slot in paper.slots)]


def answer_text(question: Question) -> str:
    """Return the answer as it stands in the key's table: letters as printed in this paper, or √ and ×."""
    if question.type is QuestionType.TRUE_FALSE:
        return "√" if "T" in question.key else "×"
    return key_text(question)


def blanks_text(blanks: Sequence[Blank], translate: Translate) -> str:
    """Return all accepted answers of each blank, numbered when there are several, and which blanks may change places."""
    texts = ["／".join(f"{answer}{blank.unit}" for answer in blank.answers) for blank in blanks]
    if len(texts) == 1:
        return texts[0]
    parts = [f"{_circled(i)}{text}" for i, text in enumerate(texts)]
    groups = groupby(sorted((blank.group, i) for i, blank in enumerate(blanks) if blank.group), key=lambda pair: pair[0])
    for _, members in groups:
        numbers = "".join(_circled(i) for _, i in members)
        parts.append(say("（{blanks}的答案可互换）", blanks=numbers).render(translate))
    return "　".join(parts)


def full_answer(question: Question, translate: Translate) -> str:
    """Return the whole answer in one line: every accepted text of the blanks, every point of a short answer with its marks."""
    if question.type is QuestionType.FILL_IN:
        return blanks_text(question.blanks, translate)
    if question.points:
        points = [
            say("{point}（{marks}分）", point=f"{_circled(i)}{point.text}", marks=plain_number(point.marks))
            for i, point in enumerate(question.points)
        ]
        return join_messages("；", points).render(translate)
    return answer_text(question)


def source_text(source: Source) -> str:
    """Return the clause as one cites it: 《title》（number）clause."""
    title = source.title if "《" in source.title else f"《{source.title}》"
    number = f"（{source.number}）" if source.number else ""
    return f"{title}{number}{source.clause}"


def _title_block(paper: Paper, measure: float, translate: Translate, seat: str) -> Block:
    values = {"code": paper.code, "total": plain_number(paper.total), "pass_mark": plain_number(paper.pass_mark)}
    line = say("试卷编号：{code}　　满分：{total}分　　及格：{pass_mark}分", **values)
    if paper.pass_mark <= 0:
        line = say("试卷编号：{code}　　满分：{total}分　　不设及格线", code=paper.code, total=values["total"])
    rows = [
        *centred_rows(paper.title, measure, Font.HEI, TITLE, TITLE_LEADING),
        *centred_rows(say("参考答案及评分标准").render(translate), measure, Font.HEI, 15.0, 24.0),
        *copy_rows(paper, seat, measure, translate),
        *centred_rows(line.render(translate), measure, Font.SONG, BODY, BODY_LEADING),
    ]
    if paper.has_samples:
        rows += centred_rows(say("本卷含样题，尚未经县级核对").render(translate), measure, Font.SONG, SMALL, SMALL_LEADING)
    return Block(tuple(rows))


def _answer_blocks(slots: Sequence[Slot], measure: float, translate: Translate) -> list[Block]:
    if any(slot.question.type not in IN_GRIDS for slot in slots):
        return [_answer_block(slot, measure, translate) for slot in slots]
    return [_grid_block(slots[at : at + PER_ROW], measure, translate) for at in range(0, len(slots), PER_ROW)]


def _answer_block(slot: Slot, measure: float, translate: Translate) -> Block:
    first, *rest = _hanging(full_answer(slot.question, translate), measure, BODY, BODY_LEADING)
    return Block((Row(first.height, first.marks, _number(slot.number, BODY, BODY_LEADING)), *rest))


def _grid_block(slots: Sequence[Slot], measure: float, translate: Translate) -> Block:
    """Ten questions at most: their numbers above, their answers below."""
    width = (measure - LABEL_WIDTH) / PER_ROW
    numbers = [say("题号").render(translate), *(str(slot.number) for slot in slots)]
    answers = [say("答案").render(translate), *(answer_text(slot.question) for slot in slots)]
    return Block((Row(2 * CELL_HEIGHT, tuple(grid([numbers, answers], [LABEL_WIDTH] + [width] * len(slots), CELL_HEIGHT))), space(4)))


def _reason_block(slot: Slot, has_shares: bool, measure: float, translate: Translate) -> Block:
    rows = _reason_rows(slot.question, has_shares, measure, translate)
    first = Row(rows[0].height, rows[0].marks, _number(slot.number, SMALL, SMALL_LEADING))
    return Block((first, *rows[1:]))


@by_identity
def _reason_rows(question: Question, has_shares: bool, measure: float, translate: Translate) -> tuple[Row, ...]:
    """What every key says alike of a question whose options stand in this order: answer, what each option earns where that counts, reason, clause."""
    answer = full_answer(question, translate)
    parts = [say("【{answer}】", answer=answer).render(translate)]
    if has_shares and question.has_shares:
        parts.append(say("各选项的比例：{shares}。", shares=shares_text(question)).render(translate))
    if question.true_sentence:
        parts.append(say("正确说法：{sentence}", sentence=question.true_sentence).render(translate))
    parts.append(" ".join(question.explanation.split()))
    parts.append(say("（依据：{source}）", source=source_text(question.source)).render(translate))
    return (*_hanging("".join(parts), measure, SMALL, SMALL_LEADING), space(2))


def _hanging(text: str, measure: float, size: float, leading: float) -> list[Row]:
    """Rows that leave room for a question's number at the left."""
    hang = text_width(WIDEST_NUMBER, Font.SONG, size)
    return set_rows(text, measure - hang, size=size, leading=leading, x=hang)


@lru_cache(maxsize=1024)
def _number(number: int, size: float, leading: float) -> tuple[Mark, ...]:
    """A question's number, which hangs at the left of its first row."""
    text = f"{number}．"
    x = text_width(WIDEST_NUMBER, Font.SONG, size) - text_width(text, Font.SONG, size)
    return row_of(tuple(set_line(text, Font.SONG, size, x=x)), leading).marks


def _circled(index: int) -> str:
    return CIRCLED[index] if index < len(CIRCLED) else f"({index + 1})"
