"""Prints oral question lists: a question, its answer to compare with, and boxes for how it was answered; who was asked signs nothing but is named."""

from __future__ import annotations

from typing import BinaryIO

from quiz.core.message import Message, Translate, listed, mark_text, say, say_day
from quiz.core.oral import OralItem, OralList
from quiz.printing.book_page import hung
from quiz.printing.book_parts import LONG_ANSWER, clause_text, until
from quiz.printing.flow import fill_columns
from quiz.printing.fonts import Font, GlyphCheck, text_width
from quiz.printing.geometry import KEY_GEOMETRIES, PageSize
from quiz.printing.head import HEADING, HEADING_LEADING, TITLE, TITLE_LEADING
from quiz.printing.marks import Block, Box, Mark, Row, Stroke, space
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_sides
from quiz.printing.typeset import BODY, BODY_LEADING, SMALL, SMALL_LEADING, centred_rows, heading_rows, row_of, set_line, set_rows

BLANK_GAP = 5.0
BOX, BOX_PITCH = 9.0, 42.0
BEFORE_WORD, BETWEEN_BOXES = 3.0, 8.0
VERDICTS = (mark_text("答对"), mark_text("部分"), mark_text("答错"))
BESIDE = 10.0


def print_oral(made: OralList, out: BinaryIO, translate: Translate = mark_text) -> int:
    """Write the list as A4 pages and return how many; the same list gives the same bytes. MissingGlyphs before anything is written."""
    check_oral(made)
    geometry = KEY_GEOMETRIES[PageSize.A4]
    measure = geometry.measure
    title = say("应知应会口头提问单").render(translate)
    blocks = [_head(made, title, measure, translate), *_sections(made, measure, translate), _foot(measure, translate)]
    columns = fill_columns(blocks, geometry.column_height)
    sheets = Sheets(out, geometry, f"{title} {made.place}")

    def footer(number: int, total: int) -> Message:
        return say("{title}　{place}　　第 {number} 页　共 {total} 页", title=title, place=made.place, number=number, total=total)

    draw_sides(sheets, columns, geometry, footer, translate)
    return len(columns)


def check_oral(made: OralList) -> None:
    """Refuse what no face draws, with its place: MissingGlyphs."""
    check = GlyphCheck()
    check.add_all((made.place, made.source, *made.people), say("地方和人员"))
    groups = [(made.policy, say("政策提问")), (made.local, say("村情提问"))]
    groups += [(household.items, say("{name}的提问", name=household.name)) for household in made.households]
    for items, place in groups:
        sources = [clause_text(item.source) for item in items if item.source]
        check.add_all((*(item.question + item.answer for item in items), *sources), place)
    for household in made.households:
        check.add_all((household.name, *household.helpers), say("地方和人员"))
    check.finish()


def _head(made: OralList, title: str, measure: float, translate: Translate) -> Block:
    """Whom it is about, as of when, who may be asked, and that it is not to be left lying about."""
    days = {"day": say_day(made.day), "as_of": say_day(made.as_of)}
    facts = [say("{place}　　{day}编印，本地情况截至{as_of}（{source}）", place=made.place, source=made.source, **days)]
    if made.people:
        facts.append(say("可以提问的干部：{people}", people=listed(made.people)))
    facts.append(say("本单含本地情况，仅供督查提问，用后收回。回答方式不限，意思对就算对。"))
    rows = [*centred_rows(title, measure, Font.HEI, TITLE, TITLE_LEADING), space(4)]
    for fact in facts:
        rows += set_rows(fact.render(translate), measure, Font.SONG, BODY, BODY_LEADING)
    asked = say("被问人：____　职务：____　提问人：____　日期：____").render(translate)
    rows += [space(6), *set_rows(asked, measure, Font.SONG, BODY, BODY_LEADING, gap=BLANK_GAP), space(4)]
    return Block(tuple(rows))


def _sections(made: OralList, measure: float, translate: Translate) -> list[Block]:
    """Policy, the place, then each household; the questions are numbered through."""
    parts = [(say("政策").render(translate), "", made.policy), (say("村情").render(translate), "", made.local)]
    for household in made.households:
        helpers = say("问帮扶责任人{helpers}，与户上和台账核对", helpers=listed(household.helpers)).render(translate)
        known = any(item.answer for item in household.items)
        parts.append((household.name, "" if known else helpers, household.items))
    blocks, number = [], 0
    for name, note, items in parts:
        if not items:
            continue
        rows = [space(8), *heading_rows(name, measure, HEADING, HEADING_LEADING)]
        rows += set_rows(note, measure, Font.SONG, SMALL, SMALL_LEADING) if note else []
        blocks.append(Block((*rows, Row(3.0, (Stroke(0.0, 1.5, measure, 1.5, 0.8),)), space(4)), keeps_next=True))
        for item in items:
            number += 1
            blocks.append(_item_block(number, item, measure, translate))
    return blocks


def _item_block(number: int, item: OralItem, measure: float, translate: Translate) -> Block:
    """The question with its boxes at the right edge, the answer below it, or a line to write what was answered."""
    hang = text_width("00．", Font.SONG, BODY)
    below = measure - hang
    question = set_rows(item.question, below - len(VERDICTS) * _box_pitch(translate) - BESIDE, Font.SONG, BODY, BODY_LEADING, gap=BLANK_GAP, x=hang)
    rows = hung(question, f"{number}．", Font.SONG, BODY)
    rows[0] = Row(rows[0].height, (*rows[0].marks, *_boxes(measure, rows[0].height, translate)))
    if item.answer:
        label = say("答　").render(translate)
        wide = text_width(label, Font.SONG, BODY)
        font = Font.SONG if len(item.answer) > LONG_ANSWER else Font.HEI
        rows += hung(set_rows(item.answer, below - wide, font, BODY, BODY_LEADING, x=hang + wide), label, Font.SONG, BODY, hang)
        about = [say("依据：{source}", source=clause_text(item.source)).render(translate)] if item.source else []
        about += [until(item.valid_to).render(translate)] if item.valid_to else []
        about += [say("样题").render(translate)] if item.is_sample else []
        rows += set_rows("　".join(about), below, Font.SONG, SMALL, SMALL_LEADING, x=hang) if about else []
    else:
        line = row_of(tuple(set_line(say("答　").render(translate), Font.SONG, BODY, x=hang)), BODY_LEADING * 1.3)
        rows.append(Row(line.height, (*line.marks, Stroke(hang + 2 * BODY, 3.0, measure, 3.0, 0.4))))
    return Block((*rows, space(5)), may_stretch=True)


def _boxes(measure: float, height: float, translate: Translate) -> list[Mark]:
    marks: list[Mark] = []
    pitch = _box_pitch(translate)
    for place, name in enumerate(VERDICTS):
        x = measure - (len(VERDICTS) - place) * pitch
        marks.append(Box(x, (height - BOX) / 2 - 1, BOX, BOX))
        marks += set_line(translate(name), Font.SONG, SMALL, x=x + BOX + BEFORE_WORD, y=height * 0.27)
    return marks


def _box_pitch(translate: Translate) -> float:
    """From box to box: as far as the longest word of the language needs."""
    return max(BOX_PITCH, max(text_width(translate(name), Font.SONG, SMALL) for name in VERDICTS) + BOX + BEFORE_WORD + BETWEEN_BOXES)


def _foot(measure: float, translate: Translate) -> Block:
    text = say("共问____题，答对____题，部分____题，答错____题。当场说明正确答案，重在督促学习。").render(translate)
    return Block((space(10), *set_rows(text, measure, Font.SONG, BODY, BODY_LEADING, gap=3.0)))
