"""Prints study booklets from reviewed questions: pocket books (口袋书) to fold and staple, and cards (明白卡), several on a sheet to cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from quiz.core.booklet import Booklet, BookletKind
from quiz.core.message import QuizError, Translate, listed, mark_text, say, say_day
from quiz.core.picture import NO_PICTURES
from quiz.core.question import AREAS
from quiz.printing.book_page import BookPage
from quiz.printing.book_parts import check_booklet, document_blocks, ending_blocks, entry_blocks
from quiz.printing.book_sheets import Leaf, Style, write_leaves
from quiz.printing.flow import Column, fill_columns
from quiz.printing.fonts import Font
from quiz.printing.marks import Block, Row, Stroke, space
from quiz.printing.typeset import centred_rows

CARD_PAGES = 2
MOST_TRIED = 60
"""Entries that are tried on a card: it is laid out anew for each."""

NAMES_A_LINE = 3


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed: how many of the entries, on how many pages, on how many sheets to fold or cut (0: plain pages)."""

    entries: int
    pages: int
    sheets: int


def print_booklet(
    booklet: Booklet,
    out: BinaryIO,
    *,
    kind: BookletKind = BookletKind.POCKET,
    style: Style | None = None,
    translate: Translate = mark_text,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> Printed:
    """Write a booklet as PDF; the same booklet gives the same bytes. A card holds what its two pages can, the first first.

    MissingGlyphs before anything is written, with each character and its question; QuizError `no_picture` for a picture that is not at hand.
    """
    style = style or Style()
    check_booklet(booklet)
    check_book_pictures(booklet.pictures, pictures)
    if kind is BookletKind.CARD:
        booklet, leaves = _fullest_card(booklet, style.page, translate)
    else:
        leaves = _pocket_leaves(booklet, style.page, translate)
    sheets = write_leaves(leaves, out, title_of(booklet, kind, translate), style, are_cards=kind is BookletKind.CARD, pictures=pictures)
    return Printed(len(booklet.entries), len(leaves), sheets)


def check_book_pictures(wanted: frozenset[str], pictures: Mapping[str, bytes]) -> None:
    """Refuse a picture whose bytes are not at hand: QuizError `no_picture`."""
    if missing := sorted(wanted - set(pictures)):
        names = listed(digest[:8] for digest in missing)
        raise QuizError("no_picture", say("有{n}张图片没有找到，不能打印：{digests}。", n=len(missing), digests=names))


def title_of(booklet: Booklet, kind: BookletKind, translate: Translate) -> str:
    """Return what a booklet is called: its area, where it has one only, and its kind."""
    name = translate(AREAS[booklet.areas[0]]) if len(booklet.areas) == 1 else say("干部应知应会").render(translate)
    text = say("{name}明白卡", name=name) if kind is BookletKind.CARD else say("{name}口袋书", name=name)
    return text.render(translate)


def _pocket_leaves(booklet: Booklet, page: BookPage, translate: Translate) -> list[Leaf]:
    """The cover; then what ends soon, the entries, the documents."""
    blocks = [
        *ending_blocks(booklet.endings(), page, translate),
        *entry_blocks(booklet, page, translate),
        *document_blocks(booklet.documents(), page, translate),
    ]
    inside = [Leaf(column) for column in fill_columns(blocks, page.text_height)]
    return [_cover(booklet, page, translate), *inside]


def _cover(booklet: Booklet, page: BookPage, translate: Translate) -> Leaf:
    """The name of the area above a red rule, what the book is, as of which day, and what it is not."""
    is_one, measure = len(booklet.areas) == 1, page.measure
    name = translate(AREAS[booklet.areas[0]]) if is_one else say("干部应知应会").render(translate)
    big = page.body * 2.5
    rows = [space(page.text_height * 0.2), *centred_rows(name, measure, Font.HEI, big, big * 1.4), space(page.body)]
    rule = -sum(row.height for row in rows)
    about = [say("{day}编印，共{n}条，在这一天都有效", day=say_day(booklet.day), n=len(booklet.entries)).render(translate)]
    if not is_one:
        names = [translate(AREAS.get(area, area)) for area in dict.fromkeys(entry.area for entry in booklet.entries)]
        about += ["　".join(names[at : at + NAMES_A_LINE]) for at in range(0, len(names), NAMES_A_LINE)]
    rows += [
        space(page.body * 1.2),
        *centred_rows(say("口　袋　书").render(translate), measure, Font.SONG, page.body * 1.5, page.body * 2.2),
        space(page.text_height * 0.2),
    ]
    for text in about:
        rows += [*centred_rows(text, measure, Font.SONG, page.body, page.leading), space(3)]
    column = Column()
    for row in [*rows, *_caution(booklet, page, translate)]:
        column.add_row(row)
    return Leaf(column, is_cover=True, accents=(Stroke(measure * 0.4, rule, measure * 0.6, rule, 1.6),))


def _caution(booklet: Booklet, page: BookPage, translate: Translate) -> list[Row]:
    """That documents count and not the book, and how many of its entries nobody has confirmed."""
    rows: list[Row] = []
    if booklet.samples:
        text = say("含样题{n}条（条末注明“样题”），尚未经县级核对", n=booklet.samples).render(translate)
        rows += [*centred_rows(text, page.measure, Font.HEI, page.small, page.small_leading), space(2)]
    text = say("依据的文件列在书末，内容以现行文件为准").render(translate)
    return [*rows, *centred_rows(text, page.measure, Font.SONG, page.small, page.small_leading)]


def _fullest_card(booklet: Booklet, page: BookPage, translate: Translate) -> tuple[Booklet, list[Leaf]]:
    """The card with each entry, of the first so many, that its two pages still hold, numbered anew."""
    kept, best = replace(booklet, entries=()), list[Leaf]()
    for entry in booklet.entries[:MOST_TRIED]:
        more = replace(kept, entries=(*kept.entries, replace(entry, number=len(kept.entries) + 1)))
        leaves = _card_leaves(more, page, translate)
        if len(leaves) <= CARD_PAGES:
            kept, best = more, leaves
    if not best:
        raise QuizError("too_long", say("一张卡放不下这一条：{uid}。请改用口袋书。", uid=booklet.entries[0].uid))
    return kept, best


def _card_leaves(booklet: Booklet, page: BookPage, translate: Translate) -> list[Leaf]:
    title = title_of(booklet, BookletKind.CARD, translate)
    size = page.body * 1.5
    about = [say("{day}编印，在这一天都有效", day=say_day(booklet.day)).render(translate)]
    if booklet.samples:
        about.append(say("样题{n}条，尚未经县级核对", n=booklet.samples).render(translate))
    head = Block(
        (
            *centred_rows(title, page.measure, Font.HEI, size, size * 1.4),
            *centred_rows("　".join(about), page.measure, Font.SONG, page.small, page.small_leading),
            Row(4.0, (Stroke(0.0, 2.0, page.measure, 2.0, 1.0),)),
            space(5),
        )
    )
    blocks: Sequence[Block] = [
        head,
        *entry_blocks(booklet, page, translate, is_brief=True),
        *ending_blocks(booklet.endings(), page, translate),
        *document_blocks(booklet.documents(), page, translate, is_brief=True),
    ]
    return [Leaf(column) for column in fill_columns(blocks, page.text_height)]
