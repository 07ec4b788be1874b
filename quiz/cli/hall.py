"""quiz sitting hall, pause, resume, void, restore, retry, late, clock: what an invigilator sees and does, on the command line."""

from __future__ import annotations

import click

from quiz.cli.console import Console, pass_console
from quiz.core.hall import STATE_NAMES, HallState, Tally
from quiz.core.message import Message, QuizError, say
from quiz.storage.late import LateAnswer
from quiz.storage.tables import PauseRow
from quiz.translation import format_moment
from quiz.usecases import hall as halls
from quiz.usecases import late_answers, pausing, retrying, timekeeping, voiding
from quiz.usecases.hall import Choice
from quiz.usecases.places import PlaceKind


@click.command()
@click.argument("code")
@click.option("--site", default="", help="a site: its units and its people")
@click.option("--unit", default="", help="code of a unit: its people")
@click.option("--state", type=click.Choice([state.value for state in HallState]), help="only people who stand there")
@click.option("--late", is_flag=True, help="only people with late answers to be decided")
@pass_console
def hall(console: Console, code: str, site: str, unit: str, state: str | None, late: bool) -> None:
    """Show how the hall of sitting CODE stands: how many are where, by site; the people of a site, a unit or a state."""
    choice = Choice(site, unit, HallState(state) if state else None, only_late=late)
    now = console.served()
    with console.reader() as db:
        board = halls.read_board(db, console.actor, code, choice, now)
    for alarm in board.alarms.rows:
        console.say(say("时钟警报：时钟变动{seconds}秒，到时自动收卷已停。核对后运行 quiz sitting clock。", seconds=alarm.seconds))
    for row in board.pauses:
        console.say(_pause_line(console, row))
    click.echo(_tally(console, board.place.name if board.place else board.sitting.title, board.total))
    for line in board.lines:
        click.echo("  " + _tally(console, f"{line.name}（{line.key}）", line.tally))
    for person in board.people:
        since = format_moment(person.since, console.language, console.settings.zone) if person.since else ""
        cells = [person.number, person.name, person.unit, console.translate(STATE_NAMES[person.state]), f"{person.answered}/{person.slots}", since]
        click.echo("\t".join(cells))
    if board.found > len(board.people):
        console.say(say("共{n}人，只列出前{m}人。", n=board.found, m=len(board.people)))


@click.command()
@click.argument("code")
@click.option("--site", default="", help="a site by its key, as quiz sitting hall lists it")
@click.option("--unit", default="", help="code of a unit, with everything below it")
@click.option("--all", "whole", is_flag=True, help="the whole sitting")
@click.option("--reason", required=True)
@pass_console
def pause(console: Console, code: str, site: str, unit: str, whole: bool, reason: str) -> None:
    """Let the clocks of a site, a unit or all of sitting CODE stand still, as in a power cut. Answers are still taken."""
    if bool(site) + bool(unit) + whole != 1:
        raise QuizError("which", say("请用 --site 指定考点，用 --unit 指定单位编码，或用 --all 暂停全场。"))
    kind = PlaceKind.SITE if site else PlaceKind.UNIT if unit else PlaceKind.ALL
    with console.writer() as db:
        done = pausing.pause(db, console.actor, code, kind, site or unit, reason, console.served())
        number = done.pause.id
    values = {"at": done.at_work, "waiting": done.not_started, "number": number}
    console.say(say("已暂停（编号{number}）：正在答题{at}人，还没有开始{waiting}人。恢复：quiz sitting resume。", **values))


@click.command()
@click.argument("code")
@click.option("--pause", "number", type=int, help="number of the pause, where several go on")
@click.option("--reason", required=True)
@pass_console
def resume(console: Console, code: str, number: int | None, reason: str) -> None:
    """Let the clocks of a paused place of sitting CODE go on and give back exactly the time that was lost."""
    now = console.served()
    with console.writer() as db:
        going = halls.read_board(db, console.actor, code, Choice(), now).pauses
        if number is None and len(going) != 1:
            for row in going:
                console.say(_pause_line(console, row))
            raise QuizError("which", say("请用 --pause 指定要恢复的暂停编号。") if going else say("现在没有暂停。"))
        done = pausing.resume(db, console.actor, code, number or going[0].id, reason, now)
    values = {"minutes": done.seconds // 60, "seconds": done.seconds % 60, "at": done.at_work, "waiting": done.not_started}
    console.say(say("已恢复，补回{minutes}分{seconds}秒：正在答题{at}人，还没有开始{waiting}人。", **values))


@click.command()
@click.argument("code")
@click.option("--cadre", "number", required=True, help="staff number")
@click.option("--reason", required=True)
@click.option("--undo", is_flag=True, help="let the attempt count again; possible until results are out")
@pass_console
def void(console: Console, code: str, number: str, reason: str, undo: bool) -> None:
    """Make a cadre's attempt in sitting CODE void: it is kept and counts nowhere."""
    with console.writer() as db:
        (voiding.restore if undo else voiding.void)(db, console.actor, code, number, reason, console.served())
    console.say(say("{number}的答卷已恢复有效。", number=number) if undo else say("{number}的答卷已作废。", number=number))


@click.command()
@click.argument("code")
@click.option("--cadre", "number", required=True, help="staff number")
@click.option("--minutes", type=int, default=0, help="may end so much later than the others; the time for answering stays the same")
@click.option("--reason", required=True)
@pass_console
def retry(console: Console, code: str, number: str, minutes: int, reason: str) -> None:
    """Give a cadre whose attempt in sitting CODE is void another paper; until the sitting ends."""
    with console.writer() as db:
        done = retrying.retry(db, console.actor, code, number, minutes, reason, console.served())
    assert done.paper is not None
    console.say(say("第{n}次更正：已为{number}重新组卷，试卷编号{code}。", n=done.number, number=number, code=done.paper.code))


@click.command()
@click.argument("code")
@click.option("--cadre", "number", required=True, help="staff number")
@click.option("--accept", type=int, help="number of the answer that is to count")
@click.option("--refuse", type=int, help="number of the answer that is not to count")
@click.option("--reason", default="")
@pass_console
def late(console: Console, code: str, number: str, accept: int | None, refuse: int | None, reason: str) -> None:
    """List a cadre's answers in sitting CODE that came in after the deadline, or decide on one that came too late."""
    now = console.served()
    if (accept is None) != (refuse is None):
        with console.writer() as db:
            late_answers.decide_late(db, console.actor, code, number, accept or refuse or 0, accept is not None, reason, now)
    with console.reader() as db:
        desk = halls.read_desk(db, console.actor, code, number, now)
    for answer in desk.late:
        row = answer.row
        made, received = (format_moment(at, console.language, console.settings.zone) for at in (row.made_at or row.received_at, row.received_at))
        values = {"id": row.id, "slot": row.slot, "made": made, "received": received, "value": row.value}
        console.say(say("编号{id}　第{slot}题　设备称{made}作答，{received}送达　{value}　{what}", **values, what=_standing(answer)))
    if not desk.late:
        console.say(say("{number}没有断网补送或迟到的作答。", number=number))


@click.command()
@click.option("--reason", required=True, help="what you found out about the clock")
@click.option("--follow", is_flag=True, help="take over the machine's time at once, instead of when nobody is at work")
@pass_console
def clock(console: Console, reason: str, follow: bool) -> None:
    """Say that somebody has looked at the server's clock after an alarm, so that papers are collected at their time again."""
    with console.writer() as db:
        count = timekeeping.settle(db, console.actor, reason, follow, console.served())
    console.say(say("已确认{n}次时钟警报，自动收卷已恢复。", n=count))


def _pause_line(console: Console, row: PauseRow) -> Message:
    at = format_moment(row.at, console.language, console.settings.zone)
    return say("暂停中（编号{number}）：{name}，{at}起，{reason}", number=row.id, name=row.name, at=at, reason=row.reason)


def _tally(console: Console, name: str, tally: Tally) -> str:
    states = [f"{console.translate(STATE_NAMES[state])}{tally[state]}" for state in HallState if tally[state]]
    return "\t".join([name, console.text(say("应考{n}", n=tally.expected)), *states])


def _standing(answer: LateAnswer) -> Message:
    if not answer.is_kept:
        return say("按时作答，送达有效")
    if answer.is_open:
        return say("待认定")
    return say("认定有效") if answer.decisions[0].is_accepted else say("认定无效")


COMMANDS = (hall, pause, resume, void, retry, late, clock)
