"""How a question of each type is printed; a type is registered in `PARTS`, and a test walks the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from quiz.core.answer_sheet import written_lines
from quiz.core.by_identity import by_identity
from quiz.core.message import Translate, mark_text, say
from quiz.core.paper import Slot, plain_number
from quiz.core.picture import Picture
from quiz.core.question import BLANK, OPTION_LETTERS, TYPE_NAMES, BlankKind, Option, Question, QuestionType
from quiz.printing.fonts import Font, text_width
from quiz.printing.geometry import MM
from quiz.printing.linebreak import is_bracket, tokens
from quiz.printing.marks import Block, Image, Mark, Row, Text, moved, space
from quiz.printing.typeset import BODY, BODY_LEADING, row_of, set_line, set_lines, set_rows

SHORT_GAP, LONG_GAP = 4.0, 7.0
"""How wide a blank is ruled, in em: for numbers and dates, and where words are to be written."""

ORDER_GAP = 10.0
WRITING_LEADING = 24.0
"""The height of a written line, in points."""

BRACKET = "（　　）"
BETWEEN_QUESTIONS = 3.0
AFTER_QUESTION = space(BETWEEN_QUESTIONS)

COLUMN_GAP, WIDE_GAP = 8.0, 16.0

PIXEL = 0.75
"""A pixel's side in points, at most: pictures print as large as the page shows them (96 pixels an inch), or smaller to fit."""

TALLEST, TALLEST_OPTION = 60 * MM, 36 * MM
PICTURE_GAP = 4.0
"""Above and below a picture."""

Lines = list[Row]


@dataclass(frozen=True, slots=True)
class Place:
    """Where questions are set, in points: the measure of the column, and the width kept free for the numbers; and the language of what stands
    around them."""

    measure: float
    number_width: float
    translate: Translate = mark_text

    @property
    def text_measure(self) -> float:
        """What is left for stems and options."""
        return self.measure - self.number_width


Part = Callable[[Question, Decimal, Place], Lines]
"""The rows of a question that is worth so many marks, without its number."""


def question_block(slot: Slot, place: Place) -> Block:
    """Return the question with its number, as it stands in the paper; a case's questions tell their type and marks, the first its situation."""
    rows = _question_rows(slot.question, slot.max_mark, bool(slot.part), place)
    story = []
    if slot.part == 1:
        story = [*set_rows(slot.situation, place.measure), *picture_rows(slot.situation_picture, place.measure), space(BETWEEN_QUESTIONS)]
    first = Row(rows[0].height, rows[0].marks, _number(slot.number, place.number_width))
    return Block((*story, first, *rows[1:], AFTER_QUESTION), may_stretch=True)


@by_identity
def _question_rows(question: Question, max_mark: Decimal, is_part: bool, place: Place) -> tuple[Row, ...]:
    """All that every paper says alike of a question whose options stand in this order."""
    if is_part:
        told = say("（{type}，{marks}分）", type=say(TYPE_NAMES[question.type]), marks=plain_number(max_mark)).render(place.translate)
        question = replace(question, stem=told + question.stem)
    return tuple(PARTS[question.type](question, max_mark, place))


@lru_cache(maxsize=1024)
def _number(number: int, width: float) -> tuple[Mark, ...]:
    """A question's number, its point where all points stand."""
    text = f"{number}．"
    return row_of(tuple(set_line(text, Font.SONG, BODY, x=width - text_width(text, Font.SONG, BODY))), BODY_LEADING).marks


def number_width(last: int, size: float = BODY) -> float:
    """Return the width that numbers up to `last` need, in points; texts begin behind it, so that all stand in one line."""
    return max(text_width(f"{digit * len(str(last))}．", Font.SONG, size) for digit in "0123456789")


def choice_part(question: Question, _max_mark: Decimal, place: Place) -> Lines:
    """The stem, then the options in four, two or one columns, as the widest allows."""
    stem = _stem_rows(question, place)
    if any(option.picture for option in question.options):
        return stem + pictured_option_rows(question.options, place)
    texts = tuple(f"{OPTION_LETTERS[i]}．{option.text}" for i, option in enumerate(question.options))
    return stem + option_rows(texts, place)


def true_false_part(question: Question, _max_mark: Decimal, place: Place) -> Lines:
    """The sentence, and at the right edge the bracket for √ or ×."""
    pieces = tokens(question.stem.rstrip())
    closed = len(pieces) > 1 and any(is_bracket(piece) for piece in pieces[-2:])
    stem = question.stem if closed else question.stem.rstrip() + BRACKET
    lines = list(set_lines(stem, place.text_measure, x=place.number_width))
    if not closed:
        lines[-1] = _bracket_at_edge(lines[-1], place.measure)
    return [row_of(marks, BODY_LEADING) for marks in lines] + _stem_picture(question, place)


def fill_in_part(question: Question, _max_mark: Decimal, place: Place) -> Lines:
    """The sentence with a rule for each blank; all blanks of a question are as long as the longest kind needs, so none tells its answer."""
    gap = LONG_GAP if any(blank.kind is BlankKind.TEXT for blank in question.blanks) else SHORT_GAP
    return _stem_rows(question, place, gap)


def ordering_part(question: Question, max_mark: Decimal, place: Place) -> Lines:
    """The stem, the lettered items, and a rule for the letters in their right order."""
    line = say("正确顺序：{line}", line=BLANK).render(place.translate)
    return choice_part(question, max_mark, place) + set_rows(line, place.text_measure, gap=ORDER_GAP, x=place.number_width)


def matching_part(question: Question, max_mark: Decimal, place: Place) -> Lines:
    """The stem, the lettered options, then each prompt with a rule for its letter."""
    rows = choice_part(question, max_mark, place)
    for prompt in question.prompts:
        rows += set_rows(f"{prompt.id}．{prompt.text}　{BLANK}", place.text_measure, gap=SHORT_GAP, x=place.number_width)
    return rows


def short_answer_part(question: Question, max_mark: Decimal, place: Place) -> Lines:
    """The stem, and room to write: more for more marks."""
    return [*_stem_rows(question, place), *(space(WRITING_LEADING) for _ in range(written_lines(max_mark)))]


def case_part(question: Question, _max_mark: Decimal, place: Place) -> Lines:
    """A case that stands whole in one slot (a preview): its situation; on a paper its questions have slots of their own."""
    return _stem_rows(question, place)


PARTS: dict[QuestionType, Part] = {
    QuestionType.SINGLE: choice_part,
    QuestionType.MULTIPLE: choice_part,
    QuestionType.TRUE_FALSE: true_false_part,
    QuestionType.FILL_IN: fill_in_part,
    QuestionType.ORDERING: ordering_part,
    QuestionType.MATCHING: matching_part,
    QuestionType.SHORT_ANSWER: short_answer_part,
    QuestionType.CASE: case_part,
}


def option_rows(texts: tuple[str, ...], place: Place) -> Lines:
    """Return the rows of options that already begin with their letters."""
    columns = option_columns(texts, place.text_measure)
    if columns == 1:
        return [row for text in texts for row in _hanging_option(text, place)]
    width = place.text_measure / columns
    rows = []
    for start in range(0, len(texts), columns):
        marks = [
            mark
            for i, text in enumerate(texts[start : start + columns])
            for mark in set_line(text, Font.SONG, BODY, x=place.number_width + i * width)
        ]
        rows.append(row_of(tuple(marks), BODY_LEADING))
    return rows


def option_columns(texts: tuple[str, ...], measure: float) -> int:
    """Return in how many columns the options stand: four, two or one; five and six never make a row of four."""
    if any("\n" in text for text in texts):
        return 1
    widest = max(text_width(text, Font.SONG, BODY) for text in texts) + COLUMN_GAP
    if widest <= measure / 4 and len(texts) in {3, 4, 7, 8}:
        return 4
    return 2 if widest <= measure / 2 else 1


def picture_rows(picture: Picture | None, measure: float, x: float = 0.0) -> Lines:
    """Return the row of a picture within `measure` from x on, at most 60 mm high; none for no picture."""
    if picture is None:
        return []
    width, height = picture_size(picture, measure, TALLEST)
    return [Row(height + 2 * PICTURE_GAP, (Image(x, PICTURE_GAP, width, height, picture.digest),))]


def picture_size(picture: Picture, measure: float, tallest: float) -> tuple[float, float]:
    """Return width and height in points: as large as on a page, or smaller to fit."""
    scale = min(PIXEL, measure / picture.width, tallest / picture.height)
    return picture.width * scale, picture.height * scale


def pictured_option_rows(options: tuple[Option, ...], place: Place) -> Lines:
    """Return rows of two options each: the letter, the text behind it, the picture below."""
    width = place.text_measure / 2
    cells = [_pictured_option(f"{OPTION_LETTERS[i]}．", option, width - WIDE_GAP) for i, option in enumerate(options)]
    return [_side_by_side(cells[at : at + 2], width, place.number_width) for at in range(0, len(cells), 2)]


def _pictured_option(letter: str, option: Option, measure: float) -> Lines:
    """One option's rows; with a picture alone the letter stands at its upper left."""
    hang = text_width(letter, Font.SONG, BODY)
    words = set_rows(option.text, measure - hang, x=hang) if option.text else []
    rows = list(words)
    if option.picture:
        wide, tall = picture_size(option.picture, measure - hang, TALLEST_OPTION)
        rows.append(Row(tall + 2 * PICTURE_GAP, (Image(hang, PICTURE_GAP, wide, tall, option.picture.digest),)))
    first = rows[0]
    base_line = row_of(tuple(set_line(letter, Font.SONG, BODY)), BODY_LEADING).marks
    return [Row(first.height, (*(moved(mark, 0.0, first.height - BODY_LEADING) for mark in base_line), *first.marks)), *rows[1:]]


def _side_by_side(cells: list[Lines], width: float, left: float) -> Row:
    """One row that is never cut, each cell from its top down."""
    height = max(sum(row.height for row in cell) for cell in cells)
    marks: list[Mark] = []
    for i, cell in enumerate(cells):
        y = height
        for row in cell:
            y -= row.height
            marks += [moved(mark, left + i * width, y) for mark in row.marks]
    return Row(height, tuple(marks))


def _stem_picture(question: Question, place: Place) -> Lines:
    return picture_rows(question.picture, place.text_measure, place.number_width)


def _hanging_option(text: str, place: Place) -> Lines:
    """An option on lines of its own, the text hanging behind its letter."""
    letter, body = text[:2], text[2:]
    width = text_width(letter, Font.SONG, BODY)
    rows = set_rows(body, place.text_measure - width, x=place.number_width + width)
    first = Row(rows[0].height, (*row_of(tuple(set_line(letter, Font.SONG, BODY, x=place.number_width)), BODY_LEADING).marks, *rows[0].marks))
    return [first, *rows[1:]]


def _stem_rows(question: Question, place: Place, gap: float = 0.0) -> Lines:
    return set_rows(question.stem, place.text_measure, gap=gap, x=place.number_width) + _stem_picture(question, place)


def _bracket_at_edge(marks: tuple[Mark, ...], measure: float) -> tuple[Mark, ...]:
    """The last line of a sentence with the bracket that ends it moved to the right edge, where a marker's eye runs down."""
    *others, last = marks
    if not isinstance(last, Text) or not last.text.endswith(BRACKET):
        return marks
    rest = last.text.removesuffix(BRACKET)
    bracket = Text(measure - text_width(BRACKET, Font.SONG, BODY) + BODY / 2, last.y, BRACKET, last.font, last.size)
    kept = [Text(last.x, last.y, rest, last.font, last.size, last.spacing)] if rest else []
    return (*others, *kept, bracket)
