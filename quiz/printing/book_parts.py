"""What stands in a booklet, as blocks: entries with their answers, reasons and clauses; what ends; the documents with their dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from quiz.core.booklet import Booklet, Document, Ending, Entry, Lesson, Piece, document_key
from quiz.core.message import Message, Translate, join_messages, listed, say, say_day
from quiz.core.question import AREAS, Source
from quiz.core.template import format_day
from quiz.printing.book_page import BookPage, hung, pieces_rows
from quiz.printing.fonts import Font, GlyphCheck, text_width
from quiz.printing.geometry import MM
from quiz.printing.marks import Block, Row, Stroke, space
from quiz.printing.parts import picture_rows
from quiz.printing.typeset import fitting_size, row_of, set_line, set_rows

BLANK_GAP = 3.0
BETWEEN = 5.0
WIDEST = 80 * MM
LONG_ANSWER = 48
"""Characters from which on an answer is a text and no phrase."""

TALL = 0.4
"""From which share of a page on an entry may be parted."""


def check_booklet(booklet: Booklet) -> None:
    """Refuse what no face draws, with the question it stands in: MissingGlyphs, before anything is printed."""
    check = GlyphCheck()
    for entry in booklet.entries:
        source = entry.source
        lessons = [text for lesson in entry.lessons for text in (*(piece.text for piece in lesson.sentence), *lesson.answers)]
        texts = [entry.situation, *lessons, entry.explanation, source.title, source.issuer, source.clause, source.number or ""]
        check.add_all(texts, say("题目{uid}", uid=entry.uid))
    check.finish()


def entry_blocks(booklet: Booklet, page: BookPage, translate: Translate, *, is_brief: bool = False) -> list[Block]:
    """Return the entries, each area's under its name; brief ones go without their reasons, and of one area alone without its name."""
    documents = {document_key(document.source): document.number for document in booklet.documents()}
    areas = list(dict.fromkeys(entry.area for entry in booklet.entries))
    blocks = []
    for area in areas:
        if len(areas) > 1 or not is_brief:
            blocks.append(heading_block(translate(AREAS.get(area, area)), page))
        for entry in booklet.of_area(area):
            blocks += _entry_blocks(entry, documents[document_key(entry.source)], page, translate, is_brief)
    return blocks


def heading_block(text: str, page: BookPage) -> Block:
    """Return a heading over a rule, which never stands at the foot of a page."""
    size = page.body + 2.6
    line = row_of(tuple(set_line(text, Font.HEI, fitting_size(text, page.measure, Font.HEI, size))), size * 1.5)
    return Block((space(4), line, Row(3.0, (Stroke(0.0, 2.0, page.measure, 2.0, 0.8),)), space(5)), keeps_next=True)


def _entry_blocks(entry: Entry, document: int, page: BookPage, translate: Translate, is_brief: bool) -> list[Block]:
    """An entry as one block; a tall one as several, which pages may part behind a lesson, so that small pages are not left half empty."""
    hang = text_width("000", Font.HEI, page.body)
    measure = page.measure - hang
    names = [f"（{place}）" if len(entry.lessons) > 1 else "" for place in range(1, len(entry.lessons) + 1)]
    parts = [_lesson_rows(lesson, name, page, translate, hang) for lesson, name in zip(entry.lessons, names, strict=True)]
    if entry.situation:
        parts[0] = [*set_rows(entry.situation, measure, Font.SONG, page.body, page.leading, x=hang), *parts[0]]
    parts[0] = hung(parts[0], str(entry.number), Font.HEI, page.body)
    about = [space(1.5), *_small(entry.explanation, page, hang)] if entry.explanation and not is_brief else []
    about += [*_small(_notes(entry, document, translate), page, hang), space(BETWEEN)]
    if sum(row.height for row in (*about, *(row for part in parts for row in part))) <= TALL * page.text_height:
        return [Block((*(row for part in parts for row in part), *about), may_stretch=True)]
    return [*(Block(tuple(part), may_stretch=place == 0) for place, part in enumerate(parts)), Block(tuple(about))]


def _notes(entry: Entry, document: int, translate: Translate) -> str:
    """The clause, until when it holds, and that nobody has confirmed it."""
    notes = [say("依据[{document}]{clause}", document=document, clause=entry.source.clause)]
    if entry.valid_to is not None:
        notes.append(until(entry.valid_to))
    if entry.is_sample:
        notes.append(say("样题"))
    return "　".join(note.render(translate) for note in notes)


def until(day: date) -> Message:
    """Return until when something holds."""
    return say("有效期到{day}", day=say_day(day))


def _lesson_rows(lesson: Lesson, name: str, page: BookPage, translate: Translate, hang: float) -> list[Row]:
    """The sentence, its pictures, and below it the answers behind the word that announces them; a long answer is no heading and is set lightly."""
    measure = page.measure - hang
    rows = [space(2)] if name else []
    rows += pieces_rows((Piece(name), *lesson.sentence) if name else lesson.sentence, measure, page.body, page.leading, gap=BLANK_GAP, x=hang)
    for picture in lesson.pictures:
        rows += picture_rows(picture, min(measure, WIDEST), hang)
    if not lesson.answers:
        return rows
    label = say("答　").render(translate)
    font = Font.SONG if max(map(len, lesson.answers)) > LONG_ANSWER else Font.HEI
    at = hang + text_width(label, Font.SONG, page.body)
    number = text_width("0．", font, page.body) if len(lesson.answers) > 1 else 0.0
    answers: list[Row] = []
    for place, answer in enumerate(lesson.answers, start=1):
        lines = set_rows(answer, page.measure - at - number, font, page.body, page.leading, x=at + number)
        answers += hung(lines, f"{place}．", font, page.body, at) if number else lines
    return [*rows, space(1), *hung(answers, label, Font.SONG, page.body, hang)]


def ending_blocks(endings: Sequence[Ending], page: BookPage, translate: Translate) -> list[Block]:
    """Return what ends on which day, what ends soon first and said so; nothing when everything lasts."""
    if not endings:
        return []
    blocks = [heading_block(say("有截止日期的内容").render(translate), page)]
    for ending in endings:
        values = {"day": say_day(ending.day), "numbers": numbers_listed(ending.numbers)}
        text = say("{day}止（90天内失效）：第{numbers}条", **values) if ending.is_soon else say("{day}止：第{numbers}条", **values)
        font = Font.HEI if ending.is_soon else Font.SONG
        rows = set_rows(text.render(translate), page.measure, font, page.small, page.small_leading)
        blocks.append(Block((*rows, space(2))))
    return [*blocks, Block((space(6),))]


def document_blocks(documents: Sequence[Document], page: BookPage, translate: Translate, *, is_brief: bool = False) -> list[Block]:
    """Return the documents with number, issuer and date, and which clause stands behind which entry; brief ones name no entries."""
    hang = text_width("[00]", Font.SONG, page.small)
    blocks = [heading_block(say("依据的文件").render(translate), page)]
    for document in documents:
        parts = [say("{clause}：第{numbers}条", clause=clause, numbers=numbers_listed(numbers)) for clause, numbers in document.clauses]
        text = say("{document}。", document=document_text(document.source)).render(translate)
        if not is_brief:
            text += say("{clauses}。", clauses=join_messages("；", parts)).render(translate)
        rows = set_rows(text, page.measure - hang, Font.SONG, page.small, page.small_leading, x=hang)
        blocks.append(Block((*hung(rows, f"[{document.number}]", Font.SONG, page.small), space(2))))
    return blocks


def document_text(source: Source) -> str:
    """Return a document as one cites it: 《title》（number，issuer，date）."""
    title = source.title if "《" in source.title else f"《{source.title}》"
    about = [source.number or "", source.issuer, format_day(source.issued_on) if source.issued_on else ""]
    return f"{title}（{'，'.join(part for part in about if part)}）"


def clause_text(source: Source) -> str:
    """Return a clause with its document."""
    return document_text(source) + source.clause


def numbers_listed(numbers: Sequence[int]) -> Message:
    """Return numbers that ascend, runs of three and more as 3—7."""
    runs: list[list[int]] = [[numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return listed(text for run in runs for text in ([f"{run[0]}—{run[-1]}"] if len(run) > 2 else map(str, run)))


def _small(text: str, page: BookPage, hang: float) -> list[Row]:
    return set_rows(text, page.measure - hang, Font.SONG, page.small, page.small_leading, x=hang)
