"""quiz sample: freeze out of whom cadres are drawn, draw them from a public seed, verify the draw."""

from __future__ import annotations

import json
from pathlib import Path

import click

from quiz.cli.console import Console, pass_console
from quiz.core.message import QuizError, say
from quiz.core.roster import Group, PostKind
from quiz.core.sample import By, verify_sample
from quiz.formats.whole_file import whole_file
from quiz.usecases import sampling
from quiz.usecases.sampling import Wish


@click.group()
def sample() -> None:
    """Samples of cadres."""


@sample.command()
@click.argument("code")
@click.option("--title", required=True)
@click.option("--take", type=int, required=True, help="how many in all")
@click.option("--by", type=click.Choice([by.value for by in By]), default=By.UNIT.value, help="strata: towns and departments, posts, or none")
@click.option("--least", type=int, default=1, help="at least so many of each stratum")
@click.option("--source", required=True, help="where the seed will come from")
@click.option("--group", "groups", multiple=True)
@click.option("--unit", "units", multiple=True, help="code of a unit, with everything below it")
@click.option("--post", "posts", multiple=True, type=click.Choice([kind.value for kind in PostKind]))
@pass_console
def freeze(
    console: Console,
    code: str,
    title: str,
    take: int,
    by: str,
    least: int,
    source: str,
    groups: tuple[str, ...],
    units: tuple[str, ...],
    posts: tuple[str, ...],
) -> None:
    """Freeze out of whom sample CODE will be drawn; publish the digest before there is a seed."""
    wish = Wish(code, title, Group(groups, units, tuple(PostKind(post) for post in posts)), By(by), take, source, least)
    day = console.served().astimezone(console.settings.zone).date()
    with console.writer() as db:
        row = sampling.freeze_sample(db, console.actor, console.served(), day, wish)
        frame = sampling.read_sample(db, console.actor, code).frame
    for one in frame.strata:
        click.echo(f"  {console.translate(one.name)}\t{len(one.numbers)}\t{one.take}")
    console.say(
        say("抽样{code}已冻结：{people}人中抽取{take}人。请公布摘要：{digest}", code=code, people=frame.people, take=frame.take, digest=row.digest)
    )


@sample.command()
@click.argument("code")
@click.option("--seed", required=True, help="the public seed, as its source gives it")
@pass_console
def draw(console: Console, code: str, seed: str) -> None:
    """Draw sample CODE from the public seed, once."""
    with console.writer() as db:
        sampling.draw(db, console.actor, code, seed, console.served())
        found = sampling.read_sample(db, console.actor, code)
    for number, name, unit in found.people:
        click.echo(f"{number}\t{name}\t{unit}")
    console.say(say("已抽取{n}人。", n=len(found.people)))


@sample.command()
@click.argument("code")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def proof(console: Console, code: str, output: Path) -> None:
    """Write the proof of sample CODE: staff numbers, no names; anybody verifies it."""
    with console.reader() as db:
        found = sampling.make_proof(db, console.actor, code)
    with whole_file(output) as out:
        out.write(json.dumps(found, ensure_ascii=False, indent=1).encode())
    console.say(say("抽样证明已写入{file}。", file=output))


@sample.command()
@click.argument("what")
@pass_console
def verify(console: Console, what: str) -> None:
    """Draw again and compare: WHAT is a proof file (no database needed) or the code of a stored sample; exit status 1 when anything contradicts."""
    if Path(what).is_file():
        try:
            frame, findings = verify_sample(json.loads(Path(what).read_text("utf-8")))
        except (ValueError, RecursionError) as error:
            raise QuizError("bad_proof", say("这不是抽样证明文件，或者文件不完整：{what}", what=error)) from error
    else:
        with console.reader() as db:
            frame, findings = sampling.verify(db, console.actor, what)
    for finding in findings:
        console.say(say("不符：{what}", what=finding))
    if findings:
        raise click.exceptions.Exit(1)
    console.say(say("核对无误：{code}，{people}人中抽取{take}人，与公开的种子一致。", code=frame.code, people=frame.people, take=frame.take))
