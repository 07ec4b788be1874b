"""quiz appeal: read and answer what cadres say of questions; quiz result override: one mark by hand."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import click

from quiz.cli.console import Console, pass_console
from quiz.core.message import QuizError, from_minus, mark_text, say
from quiz.translation import format_moment
from quiz.usecases import answering

OVERTAKEN = mark_text("答复以后这道题又更正过")


@click.group()
def appeal() -> None:
    """Reports and appeals."""


@appeal.command(name="list")
@click.argument("sitting")
@click.option("--all", "show_answered", is_flag=True, help="those answered too")
@pass_console
def list_(console: Console, sitting: str, show_answered: bool) -> None:
    """List what cadres said of the questions of SITTING: number, question, who, what was answered, and whether it was corrected since."""
    with console.reader() as db:
        view = answering.list_appeals(db, console.actor, sitting, console.now(), show_answered)
    for group in view.questions:
        for word in group.words:
            who = f"{word.said.cadre.number} {word.said.cadre.name}" if word.said else ""
            at = format_moment(word.at, console.language, console.settings.zone)
            answer = f"{word.answer.verdict}: {word.answer.reason}" if word.answer else ""
            if word.is_overtaken:
                answer += "\t" + say(OVERTAKEN).render(console.translate)
            click.echo("\t".join((str(word.id), word.kind, group.question.uid, who, at, " ".join(word.text.split()), answer)))
    console.say(say("{n}份等待答复。", n=view.waiting))


@appeal.command()
@click.argument("sitting")
@click.argument("number", type=int)
@click.option("--uphold/--reject", "upheld", required=True, help="whether it is right")
@click.option("--mark", help="with --uphold: the mark that this attempt gets for the question")
@click.option("--reason", required=True, help="why; the cadre sees it")
@pass_console
def answer(console: Console, sitting: str, number: int, upheld: bool, mark: str | None, reason: str) -> None:
    """Answer report or appeal NUMBER of SITTING."""
    with console.writer() as db:
        answering.answer(db, console.actor, sitting, number, upheld, reason, console.now(), read_mark(mark) if upheld else None)
    console.say(say("已答复，考生可以看到。"))


@appeal.command()
@click.argument("sitting")
@click.argument("days", type=int)
@pass_console
def window(console: Console, sitting: str, days: int) -> None:
    """Let cadres appeal for DAYS after the keys of SITTING are shown; once they are, only longer."""
    with console.writer() as db:
        answering.set_window(db, console.actor, sitting, days, console.now())
    console.say(say("异议期：{n}天。", n=days))


@click.command()
@click.argument("sitting")
@click.argument("number")
@click.argument("slot", type=int)
@click.option("--mark", help="the mark; left out: the rule counts again")
@click.option("--reason", required=True, help="why; the cadre sees it")
@pass_console
def override(console: Console, sitting: str, number: str, slot: int, mark: str | None, reason: str) -> None:
    """Set the mark of question SLOT of the cadre NUMBER in SITTING by hand, or give it back to the rule."""
    with console.writer() as db:
        answering.override(db, console.actor, sitting, number, slot, read_mark(mark), reason, console.now())
    console.say(say("已改分，成绩已重新计算。"))


def read_mark(text: str | None) -> Decimal | None:
    """Return a mark from the command line. QuizError `bad_mark` for what is no number."""
    if text is None:
        return None
    try:
        found = Decimal(from_minus(text))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise QuizError("bad_mark", say("“{got}”不是分数。", got=text))
    return found
