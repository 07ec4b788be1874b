"""quiz paper batch: everything that a sitting on paper needs, by site, room and seat, into a folder."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.batch.order import Kind, Order, make_order
from quiz.batch.run import carry_out
from quiz.batch.slips import Issuing, issue_slips
from quiz.cli.console import Console, pass_console
from quiz.cli.sitting import new_code, site_address
from quiz.core.message import QuizError, say
from quiz.core.room import MOST_PLACES, USUAL_PLACES, Room, RoomPlan, read_room_lines
from quiz.printing.geometry import PageSize
from quiz.usecases import batch_printing, rooms

USUAL = (Kind.PAPERS, Kind.SHEETS, Kind.LISTS, Kind.KEYS)


@click.command()
@click.argument("sitting")
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="a folder; go on with it after an interruption")
@click.option(
    "--places", type=click.IntRange(1, MOST_PLACES), default=None, help=f"seats of a room where no rooms are named (at first {USUAL_PLACES})"
)
@click.option("--rooms", "rooms_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help='one site a line: "site: 30 30 201室=28"')
@click.option("--size", type=click.Choice(["A4", "A3"]), default="A3", show_default=True)
@click.option("--only", multiple=True, type=click.Choice([kind.value for kind in USUAL]), help="only these; may be given several times")
@click.option("--slips", "with_slips", is_flag=True, help="admission slips too; issuing makes earlier codes of these people void")
@click.option("--address", default="", help="on slips: the address of the site, as people reach it; by default the first of QUIZ_HOSTS")
@click.option("--jobs", type=click.IntRange(1), default=None, help="processes that print; one for each core unless given")
@pass_console
def batch(
    console: Console,
    sitting: str,
    output: Path,
    places: int | None,
    rooms_file: Path | None,
    size: str,
    only: tuple[str, ...],
    with_slips: bool,
    address: str,
    jobs: int | None,
) -> None:
    """Print all of SITTING into a folder: papers, answer sheets and lists by site and room, keys apart.

    Rooms are stored with the sitting, so that every later print has the same seats. What is finished is kept and recognised; a run that was
    killed leaves no half file and is gone on with by the same command.
    """
    kinds = [*([Kind(kind) for kind in only] or USUAL), *([Kind.SLIPS] if with_slips else [])]
    with console.writer() as db:
        _, plan, _ = batch_printing.read_plan(db, console.actor, sitting, console.served())
        chosen = RoomPlan(places or (plan.usual if plan else USUAL_PLACES), _rooms_in(rooms_file) if rooms_file else plan.sites if plan else {})
        if chosen != plan:
            rooms.save_rooms(db, console.actor, sitting, chosen, console.served())
        found = batch_printing.sitting_to_print(db, console.actor, sitting, console.served(), kinds)
    order = make_order(found, kinds, PageSize[size], console.language, console.settings.zone)
    with click.progressbar(length=1, label=console.text(say("正在打印")), fill_char="#", empty_char="-") as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        done = carry_out(order, output, console.settings.database_url, jobs=jobs, progress=tell)
    console.say(
        say(
            "{papers}份试卷，{rooms}个考场：新生成{made}个文件，保留已完成的{kept}个，在{folder}。",
            papers=found.papers,
            rooms=len(found.rooms),
            made=done.made,
            kept=done.kept,
            folder=output,
        )
    )
    if done.removed:
        console.say(say("删除了{n}个不再适用的旧文件。", n=done.removed))
    if with_slips:
        _issue_slips(console, order, output, f"{(address or site_address(console.settings)).rstrip('/')}/admit")


def _rooms_in(file: Path) -> dict[str, tuple[Room, ...]]:
    try:
        return read_room_lines(file.read_text("utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        raise QuizError("bad_rooms", say("{file}中有一行看不懂：{line}。应当像“第一中学：30 30 201室=28”。", file=file.name, line=error)) from error


def _issue_slips(console: Console, order: Order, output: Path, address: str) -> None:
    settings = console.settings
    issuing = Issuing(console.actor, console.served(), address, settings.secret_key, settings.zone, new_code)
    made = issue_slips(order, output, console.engine, issuing)
    console.say(say("已生成{n}张准考条。准考码只在这些文件里，请妥善保管；同一人原来的准考码已经作废。", n=made))
