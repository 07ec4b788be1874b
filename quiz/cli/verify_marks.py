"""quiz sitting verify-marks: mark every stored response again and compare with what is stored."""

from __future__ import annotations

import click

from quiz.cli.console import Console, pass_console
from quiz.core.message import say
from quiz.storage.engine import snapshot
from quiz.usecases import verifying_marks


@click.command("verify-marks")
@click.argument("code")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@pass_console
def verify_marks(console: Console, code: str, numbers: tuple[str, ...]) -> None:
    """Mark the stored responses of sitting CODE again, of all or of these staff numbers, and compare every grading run.

    Exit status 1 when anything differs. Nothing is changed; the log says that it was done.
    """
    with (
        snapshot(console.engine) as db,
        click.progressbar(length=1, label=console.text(say("正在重新评分核对")), fill_char="#", empty_char="-") as bar,
    ):

        def on_part(done: int, of_all: int) -> None:
            bar.length = of_all
            bar.update(done - bar.pos)

        report = verifying_marks.verify_marks(db, console.actor, code, numbers, on_part)
    with console.writer() as db:
        verifying_marks.note_verified(db, console.actor, report, console.served())
    for difference in report.differences:
        click.echo(console.text(difference.tell()), err=True)
    if report.found > len(report.differences):
        click.echo(console.text(say("另有{n}处没有列出。", n=report.found - len(report.differences))), err=True)
    values = {"attempts": report.attempts, "runs": report.runs, "marks": report.marks}
    console.say(say("考试{code}：{attempts}份答卷，{runs}次评分，{marks}个得分，均由存下的作答重新算过。", code=code, **values))
    if report.found:
        console.say(say("核对未通过：{n}处不符。", n=report.found))
        raise click.exceptions.Exit(1)
    console.say(say("核对无误：每个得分和总分都由作答、答案、判定和更正得来。"))
