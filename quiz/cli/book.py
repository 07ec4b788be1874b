"""quiz book: study material on paper: pocket books and cards from the bank, oral question lists of a village."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from quiz.cli.bank_lint import day_of
from quiz.cli.console import Console, pass_console
from quiz.core.booklet import BookletKind
from quiz.core.imposition import MOST_STRIPS, Duplex
from quiz.core.message import say
from quiz.core.question import AREAS
from quiz.formats.whole_file import whole_file
from quiz.printing.book_page import BookSize, Layout
from quiz.printing.book_sheets import Style
from quiz.printing.booklet_pdf import print_booklet
from quiz.printing.oral_pdf import print_oral
from quiz.usecases import booklets
from quiz.usecases.booklets import MOST_ON_CARD, Wanted
from quiz.usecases.oral import MOST_POLICY, village_list


@click.group()
def book() -> None:
    """Study material: pocket books, cards, oral question lists. What is kept for a sitting is never in it."""


def _options(command: Any) -> Any:
    for option in reversed(
        (
            click.option("--area", "areas", multiple=True, type=click.Choice(list(AREAS)), help="policy area; may be given several times"),
            click.option("--samples", "with_samples", is_flag=True, help="also questions that no county reader has confirmed, each labelled 样题"),
            click.option("--most", type=click.IntRange(1, 1000), help="at most so many questions, of every area alike, chosen by chance"),
            click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="valid on this day instead of today"),
            click.option("--size", type=click.Choice([size.value for size in BookSize]), default="A6", show_default=True),
            click.option("--pages", is_flag=True, help="plain single pages, for phones, instead of A4 sheets to fold or cut"),
            click.option("--flip", type=click.Choice([edge.value for edge in Duplex]), default="long", show_default=True,
                         help="over which edge the printer turns the sheet"),
            click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path)),
        )
    ):  # fmt: skip
        command = option(command)
    return command


@book.command()
@_options
@pass_console
def pocket(console: Console, output: Path, **options: Any) -> None:
    """Print a pocket book (口袋书): sheets of A4 to print on both sides, cut, fold and staple."""
    _print(console, BookletKind.POCKET, output, **options)


@book.command()
@_options
@pass_console
def card(console: Console, output: Path, **options: Any) -> None:
    """Print a card (明白卡) of two pages, several on a sheet of A4 to cut."""
    _print(console, BookletKind.CARD, output, **options)


def _print(
    console: Console,
    kind: BookletKind,
    output: Path,
    areas: tuple[str, ...],
    with_samples: bool,
    most: int | None,
    on: datetime | None,
    size: str,
    pages: bool,
    flip: str,
) -> None:
    wanted = Wanted(areas, with_samples, most or (MOST_ON_CARD if kind is BookletKind.CARD else None), kind)
    style = Style(BookSize(size), Layout.PAGES if pages else Layout.SHEETS, Duplex(flip))
    with console.reader() as db:
        made = booklets.booklet(db, console.actor, console.now(), day_of(console, on), wanted, secrets.token_bytes(16))
        pictures = booklets.booklet_pictures(db, made)
    with whole_file(output) as out:
        printed = print_booklet(made, out, kind=kind, style=style, translate=console.translate, pictures=pictures)
    console.say(say("{n}条，{pages}页，已写入{file}。", n=printed.entries, pages=printed.pages, file=output))
    if printed.entries < len(made.entries):
        console.say(say("选出了{n}条，一张卡放不下的{left}条没有印。", n=len(made.entries), left=len(made.entries) - printed.entries))
    if kind is BookletKind.POCKET and printed.sheets * style.page.strips > MOST_STRIPS:
        console.say(say("折成一本超过{most}层，订书钉难以订透。请按政策领域分册。", most=MOST_STRIPS))


@book.command()
@click.argument("profile")
@click.argument("village")
@click.option("--most", type=click.IntRange(1, 1000), default=MOST_POLICY, show_default=True, help="questions of policy")
@click.option("--samples", "with_samples", is_flag=True, help="also questions that no county reader has confirmed, each labelled 样题")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def oral(console: Console, profile: str, village: str, most: int, with_samples: bool, output: Path) -> None:
    """Print the oral question list (口头提问单) of VILLAGE, a code in the local facts PROFILE. Households stand in it without their facts."""
    day = day_of(console, None)
    with console.reader() as db:
        made = village_list(db, console.actor, console.now(), day, profile, village, secrets.token_bytes(16), most, with_samples)
    with whole_file(output) as out:
        pages = print_oral(made, out, console.translate)
    counts = {"policy": len(made.policy), "local": len(made.local), "households": len(made.households)}
    text = say(
        "{place}：政策{policy}题，村情{local}题，帮扶户{households}户，{pages}页，已写入{file}。",
        place=made.place,
        pages=pages,
        file=output,
        **counts,
    )
    console.say(text)
