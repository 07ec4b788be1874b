"""quiz report: sums of a sitting, its files, a circular, several sittings: what the pages show, by the same use cases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from quiz.cli.console import Console, pass_console
from quiz.core.circular import TITLE, Circular, facts_of, fill, usual_template
from quiz.core.comparison import VERDICT_NAMES
from quiz.core.message import QuizError, say
from quiz.core.over_time import CHANGE_NAMES
from quiz.core.paper import plain_number
from quiz.core.report_lines import AFTER, after_figures, change_text, figure_text, notes_of, notes_of_more, sum_columns, sum_figures
from quiz.core.rounded import rounded
from quiz.core.unit_report import EXCELLENT
from quiz.formats.report_xlsx import write_over_time, write_report
from quiz.formats.whole_file import whole_file
from quiz.printing.circular_pdf import print_circular
from quiz.printing.report_pdf import print_over_time, print_report
from quiz.translation import format_day, format_moment
from quiz.usecases import circulars, comparing, over_time, reporting

excellent_option = click.option("--excellent", type=int, default=EXCELLENT, show_default=True, help="Percent of the full marks that is excellent.")
output_option = click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def report() -> None:
    """Reports of sittings that are over."""


@report.command()
@click.argument("sitting")
@excellent_option
@pass_console
def show(console: Console, sitting: str, excellent: int) -> None:
    """Print the sums by unit, kind of unit, post and group of cadres."""
    with console.reader() as db:
        found = reporting.read_report(db, console.actor, sitting, console.now(), excellent)
    head = [console.translate(name) for name in sum_columns(found)]
    total = console.text(say("合计"))
    units = (found.all, *found.units)
    for title, groups in ((say("单位"), units), (say("单位类别"), found.kinds), (say("岗位"), found.posts), (say("干部群体"), found.groups)):
        if not groups:
            continue
        rows = [[console.translate(row.name) or total, *map(figure_text, sum_figures(row, found))] for row in groups]
        console.table([[console.text(title), *head], *rows], numbers=True)
        click.echo("")
    if found.after:
        head = [console.translate(name) for name in AFTER]
        rows = [[console.translate(row.name) or total, *map(figure_text, after_figures(row))] for row in (found.after.all, *found.after.units)]
        console.table([[console.text(say("补考以后")), *head], *rows], numbers=True)
        click.echo("")
    if found.bands:
        rows = [[console.text(band.name), figure_text(band.people)] for band in reversed(found.bands)]
        console.table([[console.text(say("分数段")), console.text(say("人数"))], *rows], numbers=True)
        click.echo("")
    for note in (*notes_of(found), *notes_of_more(found)):
        console.say(note)


@report.command()
@click.argument("sitting")
@pass_console
def compare(console: Console, sitting: str) -> None:
    """Print how groups did beside what their own papers let expect; all together are at 100 %."""
    with console.reader() as db:
        found = comparing.compare_sitting(db, console.actor, sitting, console.now())
    for group in found.groups:
        share, ends = group.share, group.share.interval if group.is_shown else None
        figure = (
            "—"
            if ends is None or share.ratio is None
            else f"{rounded(100 * share.ratio, 1)}% ({rounded(100 * ends.low, 1)}–{rounded(100 * ends.high, 1)})"
        )
        click.echo(f"{console.translate(group.name)}\t{share.people}\t{figure}\t{console.translate(VERDICT_NAMES[group.verdict])}")


@report.command()
@click.argument("sitting")
@output_option
@excellent_option
@pass_console
def export(console: Console, sitting: str, output: Path, excellent: int) -> None:
    """Write the whole report as .xlsx or .pdf, by the end of the file's name."""
    is_pdf = _is_pdf(output)
    with console.reader() as db:
        found = reporting.read_report(db, console.actor, sitting, console.now(), excellent)
        compared = comparing.compare_sitting(db, console.actor, sitting, console.now())
    with whole_file(output) as out:
        if is_pdf:
            print_report(found, compared, format_moment(found.opens_at, console.language, console.settings.zone), out, console.translate)
        else:
            write_report(found, compared, out, console.translate)
    console.say(say("报表已写入{file}。", file=output))


@report.command()
@click.argument("sitting")
@output_option
@excellent_option
@click.option("--template", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The office's own text with {names} of figures.")
@click.option("--office", default="", help="Who signs it.")
@click.option("--no-units", is_flag=True, help="Without the table of units.")
@click.option("--no-names", is_flag=True, help="Without the list of who is commended.")
@pass_console
def circular(
    console: Console, sitting: str, output: Path, excellent: int, template: Path | None, office: str, no_units: bool, no_names: bool
) -> None:
    """Write a circular as a PDF; making one is written down in the audit log."""
    now = console.now()
    with console.writer() as db:
        found = circulars.read_circular(db, console.actor, sitting, now, excellent)
        facts = facts_of(found.report, _day(console, found.report.opens_at), console.translate)
        body = fill(template.read_text("utf-8") if template else console.translate(usual_template(found.report)), facts)
        names = () if no_names else found.commended
        title = fill(console.translate(TITLE), facts)
        letter = Circular(title, body, office, _day(console, now), excellent, None if no_units else found.report, names)
        with whole_file(output) as out:
            print_circular(letter, out, console.translate)
        circulars.note_circular(db, console.actor, sitting, now, len(names), excellent)
    console.say(say("通报已写入{file}，表扬{n}人。", file=output, n=len(names)))


@report.command(name="sittings")
@click.argument("sitting", nargs=-1)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file .xlsx or .pdf instead of lines.")
@excellent_option
@pass_console
def sittings_(console: Console, sitting: tuple[str, ...], output: Path | None, excellent: int) -> None:
    """Print several sittings beside each other, compared on the questions that both asked; without codes the last of one blueprint."""
    is_pdf = output is not None and _is_pdf(output)
    with console.reader() as db:
        found = over_time.read_over_time(db, console.actor, sitting, console.now(), excellent)
    if output is not None:
        with whole_file(output) as out:
            if is_pdf:
                print_over_time(found, {point.code: _day(console, point.opens_at) for point in found.points}, out, console.translate)
            else:
                write_over_time(found, out, console.settings.zone, console.translate)
        console.say(say("报表已写入{file}。", file=output))
        return
    for point in found.points:
        change = change_text(point)
        mean = "—" if point.mean_percent is None else f"{plain_number(point.mean_percent)}%"
        words = [console.translate(CHANGE_NAMES[point.change]), *([console.text(change)] if change else [])]
        click.echo("\t".join([point.code, point.title, _day(console, point.opens_at), str(point.row.tally.sat), mean, *words]))


def _is_pdf(output: Path) -> bool:
    if output.suffix.lower() not in (".pdf", ".xlsx"):
        raise QuizError("bad_name", say("文件名应以.xlsx或.pdf结尾。"))
    return output.suffix.lower() == ".pdf"


def _day(console: Console, moment: datetime) -> str:
    return format_day(moment.astimezone(console.settings.zone).date(), console.language)
