"""quiz sitting: schedule, list, say how the papers were drawn, amend, publish the commitment, release, take the whole record away.

What an invigilator does while people sit is in `hall`.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path

import click

from quiz import __version__
from quiz.assembly.stand_in import WHY_NAMES
from quiz.banks.sitting_file import load_sitting
from quiz.cli.console import Console, pass_console
from quiz.cli.correction import correct, correction_notice, corrections
from quiz.cli.draw_lines import report_lines
from quiz.cli.hall import COMMANDS
from quiz.cli.sitting_items import items, markers, similar
from quiz.cli.sweep import close_all_expired
from quiz.cli.verify_marks import verify_marks
from quiz.core.admission import make_code
from quiz.core.contest import Contest
from quiz.core.message import QuizError, say
from quiz.core.plan import SittingPlan
from quiz.core.staffing import Staffing
from quiz.formats.sitting_zip import write_record
from quiz.formats.whole_file import whole_file
from quiz.printing.notice_pdf import Notice, print_notice
from quiz.printing.slips_pdf import print_slips
from quiz.settings import LOCAL_HOSTS, Settings
from quiz.storage import dump
from quiz.storage.engine import snapshot
from quiz.translation import format_moment
from quiz.usecases import admission, amending, extending, results, scheduling, verifying
from quiz.usecases.draw_report import describe, read_report
from quiz.usecases.scheduling import Prepared
from quiz.usecases.sitting_record import note_export, read_record

DEFAULT_PORT = 8765
PHASES = {"scheduled": say("未开始"), "open": say("进行中"), "closed": say("已结束")}


@click.group()
def sitting() -> None:
    """Sittings."""


for command in (*COMMANDS, correct, corrections, correction_notice, items, markers, similar, verify_marks):
    sitting.add_command(command)


@sitting.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="say what would happen, store nothing")
@pass_console
def create(console: Console, file: Path, only_check: bool) -> None:
    """Schedule a sitting from FILE and assemble every paper; refuse with the counts when the bank cannot fill one."""
    found = load_sitting(file.read_bytes(), str(file), console.settings.zone)
    if found.value is None or found.diagnostics:
        console.report(found.diagnostics)
        raise click.exceptions.Exit(1)
    if only_check:
        with console.reader() as db:
            seen = scheduling.forecast(db, console.actor, console.served(), found.value, console.settings.zone)
        console.say(say("{n}人参加。", n=seen.candidates))
        if seen.refusal:
            raise seen.refusal
        _warn(console, seen.staffing)
        if seen.drawn:
            for line in report_lines(describe(seen.drawing, seen.drawn)):
                console.say(line)
        return
    prepared = _prepare(console, found.value)
    with console.writer() as db:
        row = scheduling.store_sitting(db, console.actor, console.served(), prepared)
    count, commitment = len(prepared.papers), row.commitment
    console.say(say("考试{code}已创建，{n}份试卷已组好并封存。抽题承诺值：{commitment}", code=row.code, n=count, commitment=commitment))
    _warn(console, prepared.staffing)


def _warn(console: Console, staffing: Staffing) -> None:
    """Say where too few people may mark a sitting."""
    warning = staffing.warning()
    if warning:
        console.say(warning)


def _prepare(console: Console, plan: SittingPlan) -> Prepared:
    """Draw the papers behind a progress bar: it stands still while all of them are drawn at once, then counts them as they are written out."""
    with console.reader() as db, click.progressbar(length=1, label=console.text(say("正在组卷")), fill_char="#", empty_char="-") as bar:

        def on_paper(_made: int, total: int) -> None:
            bar.length = total
            bar.update(1)

        return scheduling.prepare_sitting(db, console.actor, console.served(), plan, console.settings.zone, secrets.token_bytes(32), on_paper)


@sitting.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="every figure, with the fallbacks of each paper")
@pass_console
def report(console: Console, code: str, as_json: bool) -> None:
    """Say how the papers of sitting CODE were drawn: forms, expected scores, exposure, neighbours, fallbacks."""
    with console.reader() as db:
        view = read_report(db, console.actor, code, console.served())
        listed = [(seat.cadre.number, seat.cadre.name, found) for seat, found in view.listed]
    if as_json:
        click.echo(json.dumps({"sitting": code, **asdict(view.report)}, ensure_ascii=False, indent=2, default=str))
        return
    for line in report_lines(view.report):
        console.say(line)
    for number, name, fallback in listed:
        click.echo(f"  {number}\t{name}\t{fallback.template}\t{console.translate(WHY_NAMES[fallback.why])}")


@sitting.command(name="list")
@pass_console
def list_(console: Console) -> None:
    """List the sittings with how many have a paper, have started and have submitted."""
    with console.reader() as db:
        rows = results.list_readable(db, console.actor, console.served())
    for item in rows:
        opens = format_moment(item.sitting.opens_at, console.language, console.settings.zone)
        counts = say("应考{papers} 已开始{started} 已交卷{submitted}", papers=item.papers, started=item.started, submitted=item.submitted)
        cells = [item.sitting.code, console.text(PHASES[item.phase.value]), opens, console.text(counts), item.sitting.title]
        click.echo("\t".join(cells))
    if not rows:
        console.say(say("还没有考试。用 quiz sitting create FILE.yaml 创建一场。"))


@sitting.command()
@click.argument("code")
@click.option("--unit", default="", help="code of a unit: only its people")
@click.option("--cadre", "numbers", multiple=True, help="staff number: only this person; may be given several times")
@click.option("--address", default="", help="the address of the site, as people reach it; by default the first of QUIZ_HOSTS")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def slips(console: Console, code: str, unit: str, numbers: tuple[str, ...], address: str, output: Path) -> None:
    """Issue admission codes for sitting CODE as a PDF of slips, ten on a sheet. Codes stand in clear only there; earlier ones become void."""
    with console.reader() as db:
        made = admission.make_slips(db, console.actor, code, console.served(), new_code, unit, numbers)
    when = format_moment(made.sitting.opens_at, console.language, console.settings.zone)
    where = f"{(address or site_address(console.settings)).rstrip('/')}/admit"
    with whole_file(output) as out:
        print_slips(made.slips, out, title=made.sitting.title, when=when, address=where, translate=console.translate)
        with console.writer() as db:
            voided = admission.store_slips(db, console.actor, console.served(), made, console.settings.secret_key)
    console.say(say("已生成{n}张准考条，在{file}。准考码只在这个文件里，请妥善保管。", n=len(made.slips), file=output))
    if voided:
        console.say(say("其中{n}人原来的准考码已经作废，请收回旧准考条。", n=voided))


def new_code() -> str:
    """Return a new admission code from the system's source of chance."""
    return make_code(secrets.choice)


def site_address(settings: Settings) -> str:
    """Return the address by which people reach the site, as far as the settings tell."""
    host = settings.hosts[0]
    return f"{'https' if settings.secure else 'http'}://{host}" + ("" if host not in LOCAL_HOSTS else f":{DEFAULT_PORT}")


@sitting.command()
@click.argument("code")
@click.option("--cadre", "number", default="", help="staff number: this cadre may answer so much longer")
@click.option("--unit", default="", help="code of a unit that lost the time, as in a power cut: everyone in it gets it back")
@click.option("--minutes", type=int, required=True)
@click.option("--reason", required=True)
@pass_console
def extend(console: Console, code: str, number: str, unit: str, minutes: int, reason: str) -> None:
    """Give a cadre or a unit time in sitting CODE, before or while it runs."""
    if bool(number) == bool(unit):
        raise QuizError("which", say("请用 --cadre 指定工号，或用 --unit 指定单位编码。"))
    with console.writer() as db:
        if number:
            extending.extend(db, console.actor, code, number, minutes, reason, console.served())
            console.say(say("已给{number}加时{n}分钟。", number=number, n=minutes))
            return
        done = extending.give_back(db, console.actor, code, unit, minutes, reason, console.served())
    console.say(say("已补时：正在答题{at}人，还没有开始{waiting}人；没有变动{out}人。", at=done.at_work, waiting=done.not_started, out=done.left_out))


@sitting.command()
@click.argument("code")
@click.option("--cadre", "number", required=True, help="staff number")
@click.option("--minutes", type=int, default=0, help="on top of what was left when the attempt was closed")
@click.option("--reason", required=True)
@pass_console
def reopen(console: Console, code: str, number: str, minutes: int, reason: str) -> None:
    """Open a cadre's closed attempt in sitting CODE again; possible until results are out."""
    with console.writer() as db:
        row = extending.reopen(db, console.actor, code, number, minutes, reason, console.served())
        until = row.deadline_after
    assert until is not None
    time = format_moment(until, console.language, console.settings.zone)
    console.say(say("{number}的答卷已重新开放，{time}截止。", number=number, time=time))


@sitting.command()
@click.argument("code")
@pass_console
def release(console: Console, code: str) -> None:
    """Release the results of a sitting whose rule is manual."""
    with console.writer() as db:
        results.release(db, console.actor, code, console.served())
    console.say(say("{code}的成绩已公布。", code=code))


@sitting.command()
@click.argument("code")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def export(console: Console, code: str, output: Path) -> None:
    """Write everything that is stored about sitting CODE into one zip, readable without this program."""
    with console.writer() as db:
        note_export(db, console.actor, code, console.served())
    with whole_file(output) as out, snapshot(console.engine) as db:
        record = read_record(db, console.actor, code, console.served())
        about = {
            "program": __version__,
            "code": code,
            "title": record.sitting.title,
            "is_final": record.is_final,
            "commitment": record.sitting.commitment,
            "audit": {"rows": record.chain.rows, "head": record.chain.head_digest, "faults": record.chain.faults},
        }
        counts, digest = write_record(out, console.served(), about, record.rows.plan(), record.rows.streams(), record.rows.pictures, dump.plain)
    values = {name: counts[name] for name in ("papers", "attempts", "responses", "marks")}
    console.say(
        say("{code}的完整记录已写入{file}：试卷{papers}份、答卷{attempts}份、作答{responses}条、得分{marks}条。", code=code, file=output, **values)
    )
    if not record.is_final:
        console.say(say("考试尚未结束，记录不完整。结束后请再导出一次。"))
    console.say(say("清单的SHA-256：{digest}。请抄在考试纪要上。", digest=digest))


@sitting.command(name="close-expired")
@pass_console
def close_expired(console: Console) -> None:
    """Close and grade every attempt whose time is over (the server does so by itself). None while an alarm about the clock waits."""
    console.say(say("已收卷{n}份。", n=sum(close_all_expired(console.engine, console.served))))


@sitting.command()
@click.argument("code")
@click.argument("uid")
@click.option("--reason", required=True, help="why; it goes into the log")
@click.option("--check", "only_check", is_flag=True, help="say what would happen, store nothing")
@pass_console
def replace(console: Console, code: str, uid: str, reason: str, only_check: bool) -> None:
    """Replace question UID, found faulty, on every paper of sitting CODE that has it; only before the window opens."""
    if only_check:
        with console.reader() as db:
            seen = amending.foresee_replacement(db, console.actor, console.served(), code, uid)
        console.say(say("将换掉{papers}份试卷上的{uid}，其余试卷不变。", papers=seen.papers, uid=uid))
        return
    with console.writer() as db:
        done = amending.replace_question(db, console.actor, console.served(), code, uid, reason)
    for number, _, old, new in done.exchanged:
        click.echo(f"{number}\t{old} → {new}")
    console.say(
        say("第{n}次更正：已换掉{papers}份试卷上的{uid}，其余试卷不变。已打印的这些试卷请重新打印。", n=done.number, papers=done.papers, uid=uid)
    )


@sitting.command()
@click.argument("code")
@click.argument("number")
@click.option("--reason", required=True, help="why; it goes into the log")
@pass_console
def add(console: Console, code: str, number: str, reason: str) -> None:
    """Give the cadre NUMBER, who is late on the roster, a paper in sitting CODE; until the window closes."""
    with console.writer() as db:
        done = amending.add_cadre(db, console.actor, console.served(), code, number, reason)
    assert done.paper is not None
    assert done.cadre is not None
    console.say(say("第{n}次更正：已为{name}补卷，试卷编号{code}。", n=done.number, name=done.cadre.name, code=done.paper.code))


@sitting.command()
@click.argument("code")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def notice(console: Console, code: str, output: Path) -> None:
    """Print the notice to put up: the commitment, and once the window has closed the seed as well."""
    with console.reader() as db:
        found = verifying.publication(db, console.actor, console.served(), code)
    row, zone = found.sitting, console.settings.zone
    opens, closes = (format_moment(at, console.language, zone) for at in (row.opens_at, row.closes_at))
    window = console.text(say("{opens}至{closes}", opens=opens, closes=closes))
    with whole_file(output) as out:
        print_notice(Notice(row.title, row.code, window, found.papers, row.commitment, found.seed, Contest(row.contest)), out, console.translate)
    console.say(say("公示单已写入{file}。", file=output))
