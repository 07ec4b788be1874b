"""Prints a cadre's own book of wrong answers (错题本): each question as on their paper, their answer, the right one, why, and the clause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import BinaryIO

from quiz.core.booklet import right_answers
from quiz.core.message import Translate, join_messages, mark_text, say, say_day
from quiz.core.mistakes import Lost, Mistake, MistakeBook
from quiz.core.paper import plain_number
from quiz.core.picture import NO_PICTURES
from quiz.core.question import OPTION_LETTERS, Label, Question, QuestionType, key_text, response_text
from quiz.printing.book_page import BookPage, hung
from quiz.printing.book_parts import BETWEEN, BLANK_GAP, clause_text, heading_block, until
from quiz.printing.book_sheets import Leaf, Style, write_leaves
from quiz.printing.booklet_pdf import Printed, check_book_pictures
from quiz.printing.flow import fill_columns
from quiz.printing.fonts import Font, GlyphCheck, text_width
from quiz.printing.marks import Block, Row, Stroke, space
from quiz.printing.parts import picture_rows
from quiz.printing.typeset import centred_rows, set_rows


def print_mistakes(
    book: MistakeBook, out: BinaryIO, *, style: Style, translate: Translate = mark_text, pictures: Mapping[str, bytes] = NO_PICTURES
) -> Printed:
    """Write the book as PDF; the same book gives the same bytes. MissingGlyphs before anything is written, QuizError `no_picture`."""
    _check(book, translate)
    check_book_pictures(book.pictures, pictures)
    title = say("错题本").render(translate)
    page = style.page
    blocks = [_head(book, title, page, translate)]
    for lost in book.sittings:
        blocks.append(_sitting_head(lost, page, translate))
        blocks += [block for mistake in lost.mistakes for block in _mistake_blocks(mistake, book.day, page, translate)]
    leaves = [Leaf(column) for column in fill_columns(blocks, page.text_height)]
    sheets = write_leaves(leaves, out, title, style, pictures=pictures)
    return Printed(book.count, len(leaves), sheets)


def _check(book: MistakeBook, translate: Translate) -> None:
    check = GlyphCheck()
    check.add(book.name, say("姓名"))
    for lost in book.sittings:
        check.add(lost.title, say("考试名称"))
        for mistake in lost.mistakes:
            question, source = mistake.slot.question, mistake.slot.question.source
            texts = [mistake.slot.situation, question.stem, *(option.text for option in (*question.options, *question.prompts))]
            texts += [question.explanation, question.true_sentence, clause_text(source), *right_answers(question)]
            texts += [note.render(translate) for note in mistake.notes]
            check.add_all(texts, say("题目{uid}", uid=question.uid))
    check.finish()


def _head(book: MistakeBook, title: str, page: BookPage, translate: Translate) -> Block:
    size = page.body * 1.8
    about = say("{name}　{day}编印，共{n}题", name=book.name, day=say_day(book.day), n=book.count).render(translate)
    return Block(
        (
            *centred_rows(title, page.measure, Font.HEI, size, size * 1.5),
            *centred_rows(about, page.measure, Font.SONG, page.body, page.leading),
            space(2),
            Row(4.0, (Stroke(0.0, 2.0, page.measure, 2.0, 1.0),)),
        )
    )


def _sitting_head(lost: Lost, page: BookPage, translate: Translate) -> Block:
    when = set_rows(say_day(lost.held_on).render(translate), page.measure, Font.SONG, page.small, page.small_leading)
    return Block((*heading_block(lost.title, page).rows[:-1], *when, space(4)), keeps_next=True)


def _mistake_blocks(mistake: Mistake, day: date, page: BookPage, translate: Translate) -> list[Block]:
    """The question as it was asked; then the answers and why, which may stand on the next page."""
    slot, question = mistake.slot, mistake.slot.question
    hang = text_width("000", Font.HEI, page.body)
    asked = _asked_rows(mistake, page, hang)
    told: list[Row] = []
    mark = say("得{mark}分（满分{max}分）", mark=plain_number(mistake.mark.mark), max=plain_number(mistake.mark.max_mark))
    own = _written(question, mistake.response, response_text(question, mistake.response), translate) or say("未作答").render(translate)
    key = _written(question, [blank.answers[0] + blank.unit for blank in question.blanks], key_text(question), translate)
    lines = [(say("您的作答　"), own + "　" + mark.render(translate), Font.SONG), (say("正确答案　"), key, Font.HEI)]
    if question.true_sentence and question.type is QuestionType.TRUE_FALSE:
        lines.append((say("正确说法　"), question.true_sentence, Font.SONG))
    for label, text, font in lines:
        name = label.render(translate)
        wide = text_width(name, Font.SONG, page.body)
        rows = set_rows(text, page.measure - hang - wide, font, page.body, page.leading, x=hang + wide)
        told += hung(rows, name, Font.SONG, page.body, hang)
    told.append(space(1.5))
    about = [note.render(translate) for note in mistake.notes]
    about += [" ".join(question.explanation.split()), say("依据：{source}", source=clause_text(question.source)).render(translate)]
    about += [say("样题").render(translate)] if question.label is Label.SAMPLE else []
    if question.valid_to is not None:
        is_over = question.valid_to < day
        end = say("已于{day}失效，请以现行文件为准", day=say_day(question.valid_to)) if is_over else until(question.valid_to)
        about.append(end.render(translate))
    for text in filter(None, about):
        told += set_rows(text, page.measure - hang, Font.SONG, page.small, page.small_leading, x=hang)
    return [Block(tuple(hung(asked, str(slot.number), Font.HEI, page.body)), keeps_next=True, may_stretch=True), Block((*told, space(BETWEEN)))]


def _written(question: Question, blanks: Sequence[str], text: str, translate: Translate) -> str:
    """Return an answer that reads `text` in the language of the print: 正确 and 错误 are words of ours, blanks stand as it lists them."""
    if question.type is QuestionType.FILL_IN:
        return join_messages("；", blanks).render(translate)
    return translate(text) if question.type is QuestionType.TRUE_FALSE else text


def _asked_rows(mistake: Mistake, page: BookPage, hang: float) -> list[Row]:
    """A case's situation, the stem, the options by the letters of that paper, the prompts, and the pictures."""
    slot, question, measure = mistake.slot, mistake.slot.question, page.measure - hang
    rows: list[Row] = []
    if slot.situation:
        rows += set_rows(slot.situation, measure, Font.SONG, page.small, page.small_leading, x=hang)
        rows += picture_rows(slot.situation_picture, measure, hang)
    rows += set_rows(question.stem, measure, Font.SONG, page.body, page.leading, gap=BLANK_GAP, x=hang)
    rows += picture_rows(question.picture, measure, hang)
    if question.type is not QuestionType.TRUE_FALSE:
        for letter, option in zip(OPTION_LETTERS, question.options, strict=False):
            wide = text_width("A．", Font.SONG, page.body)
            lines = set_rows(option.text, measure - wide, Font.SONG, page.body, page.leading, x=hang + wide)
            rows += hung(lines, f"{letter}．", Font.SONG, page.body, hang)
            rows += picture_rows(option.picture, measure - wide, hang + wide)
    for prompt in question.prompts:
        rows += set_rows(f"{prompt.id}．{prompt.text}", measure, Font.SONG, page.body, page.leading, x=hang)
    return rows
