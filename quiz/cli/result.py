"""quiz result: scores by unit, one cadre's marks, the Excel file."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.cli.appeal import override
from quiz.cli.console import Console, pass_console
from quiz.core.message import say
from quiz.core.paper import plain_number
from quiz.core.question import QuestionType, key_text, response_text
from quiz.core.report_lines import figure_text
from quiz.core.results import STANDING_NAMES, ResultRow, summarise
from quiz.formats.results_xlsx import write_results
from quiz.formats.whole_file import whole_file
from quiz.translation import format_moment
from quiz.usecases import results
from quiz.usecases.who_marked import who_marked


@click.group()
def result() -> None:
    """Results."""


result.add_command(override)


@result.command(name="list")
@click.argument("sitting")
@pass_console
def list_(console: Console, sitting: str) -> None:
    """Print the scores by unit, and those who have not sat."""
    with console.reader() as db:
        view = results.read_sitting(db, console.actor, sitting, console.now())
    members: dict[str, list[ResultRow]] = {}
    for row in view.rows:
        members.setdefault(row.unit_code, []).append(row)
    for unit in summarise(view.rows):
        values = {"expected": unit.expected, "sat": unit.sat, "mean": figure_text(unit.mean)}
        sums = say("应考{expected} 实考{sat} 平均{mean} 及格{passed}", **values, passed=unit.passed)
        click.echo(f"{unit.unit}\t" + console.text(sums if unit.has_line else say("应考{expected} 实考{sat} 平均{mean}", **values)))
        for row in members[unit.unit_code]:
            score = "—" if row.score is None else f"{plain_number(row.score)}/{plain_number(row.max_score)}"
            note = console.text(say("（{n}题待人工判定）", n=row.pending)) if row.pending else ""
            click.echo(f"  {row.number}\t{row.name}\t{console.translate(row.post)}\t{console.translate(STANDING_NAMES[row.standing])}\t{score}{note}")
    warning = view.staffing.warning() if any(row.pending for row in view.rows) else None
    if warning:
        console.say(warning)


@result.command()
@click.argument("sitting")
@click.argument("number")
@pass_console
def show(console: Console, sitting: str, number: str) -> None:
    """Print every mark of one cadre with its why."""
    with console.reader() as db:
        found = results.read_result(db, console.actor, sitting, number, console.now())
        judgements = who_marked(db, console.actor, found)
    if found.graded is None or found.paper is None or found.marks is None:
        console.say(say("还没有成绩。"))
        return
    click.echo(f"{found.seat.cadre.name} {plain_number(found.graded.score)}/{plain_number(found.graded.max_score)}")
    for slot in found.paper.slots:
        mark, response = found.marks[slot.number], (found.responses or {}).get(slot.number, ())
        tr = console.translate if slot.question.type is QuestionType.TRUE_FALSE else str
        given = tr(response_text(slot.question, response))
        reason = console.text(mark.explain())
        cells = [
            slot.number,
            f"{plain_number(mark.mark)}/{plain_number(mark.max_mark)}",
            given or "—",
            tr(key_text(slot.question)),
            mark.rule.name,
            reason,
        ]
        click.echo("\t".join(str(cell) for cell in cells))
        for one in judgements.get(slot.number, ()):
            at = format_moment(one.at, console.language, console.settings.zone)
            given, most = plain_number(one.given), plain_number(one.most)
            said = say("{title} {by}：{given}/{most}分，{at}，{reason}", title=one.title, by=one.by, given=given, most=most, at=at, reason=one.reason)
            click.echo("\t" + console.text(said))


@result.command()
@click.argument("sitting")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def export(console: Console, sitting: str, output: Path) -> None:
    """Write the results as an Excel file."""
    with console.reader() as db:
        view = results.read_sitting(db, console.actor, sitting, console.now())
    with whole_file(output) as out:
        write_results(view.rows, out, console.settings.zone, console.translate)
    console.say(say("{n}人的成绩已写入{file}。", n=len(view.rows), file=output))
