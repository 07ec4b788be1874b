"""quiz sitting items, similar, markers: how questions fared, who answers so alike that somebody should look, how markers mark."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from quiz.cli.console import Console, pass_console
from quiz.cli.stats import plain_analysis, plain_similarity, show_analysis
from quiz.cli.stats_lines import similarity_lines
from quiz.core.marker_figures import BANDS, NOTE
from quiz.core.message import say
from quiz.usecases.item_analysis import analyse_sitting, screen_sitting
from quiz.usecases.marker_figures import read_markers


@click.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="every figure, unrounded")
@pass_console
def items(console: Console, code: str, as_json: bool) -> None:
    """Say how the questions of sitting CODE fared, once it is over: facility, discrimination, options, difficulty, and what to look at."""
    with console.reader() as db:
        found = analyse_sitting(db, console.actor, code, console.now())
    if not as_json:
        show_analysis(console, found.analysis, [item.asked.name for item in found.items])
        return
    plain = {"sitting": code, "people": found.people, **plain_analysis(found.analysis, console.translate)}
    for row, item in zip(plain["items"], found.items, strict=True):
        row |= {"uid": item.asked.uid, "revision": item.asked.revision, "type": item.asked.type.value, "area": item.asked.area}
    click.echo(json.dumps(plain, ensure_ascii=False, indent=2))


@click.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="with the staff numbers, and every figure unrounded")
@pass_console
def similar(console: Console, code: str, as_json: bool) -> None:
    """Name people of sitting CODE who sat near each other and made the same errors more often than chance explains. A lead is no proof."""
    with console.reader() as db:
        found = screen_sitting(db, console.actor, code, console.now())
    numbers = tuple(person.number for person in found.people)
    if as_json:
        people = {person.number: asdict(person) for person in found.people}
        plain = plain_similarity(found.similarity, numbers)
        named = {lead[side] for lead in plain["leads"] for side in ("first", "second")}
        click.echo(json.dumps({"sitting": code, **plain, "people": [people[number] for number in sorted(named)]}, ensure_ascii=False, indent=2))
        return
    for line in similarity_lines(found.similarity, [f"{person.number} {person.name}" for person in found.people]):
        console.say(line)


@click.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="every figure, unrounded")
@pass_console
def markers(console: Console, code: str, as_json: bool) -> None:
    """Say how each marker of sitting CODE marks beside others who had the same texts, where two mark each. Not a ranking."""
    with console.reader() as db:
        rows = read_markers(db, console.actor, code, console.now()).rows
    if as_json:
        plain = [asdict(row) | {"mean": None if row.mean is None else float(row.mean)} for row in rows]
        click.echo(json.dumps({"sitting": code, "markers": plain}, ensure_ascii=False, indent=2))
        return
    if not rows:
        console.say(say("这场考试没有由两人评过的作答：只有两人评同一份，才能看出谁偏严、谁偏松。"))
        return
    for row in rows:
        given = "  ".join(f"{console.translate(name)} {count}" for name, count in zip(BANDS, row.bands, strict=True))
        click.echo(f"{row.name}\t{row.texts}\t{given}\t{console.text(row.verdict())}")
    console.say(say(NOTE))
