"""quiz sitting items, quiz sitting similar: how the questions of a sitting fared, and who answers so alike that somebody should look."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from quiz.cli.console import Console, pass_console
from quiz.cli.stats import plain_analysis, plain_similarity, show_analysis
from quiz.cli.stats_lines import similarity_lines
from quiz.usecases.item_analysis import analyse_sitting, screen_sitting


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
