"""quiz sitting correct, corrections, correction-notice: mark a question again after people sat it, and print what was done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from quiz.cli.console import Console, pass_console
from quiz.core.correction import REMEDY_NAMES, SHARES_LAPSE, NewKey, Remedy, remedy_sentence
from quiz.core.message import QuizError, say
from quiz.core.paper import plain_number
from quiz.core.question import Question, QuestionType
from quiz.formats.whole_file import whole_file
from quiz.printing.correction_pdf import print_correction
from quiz.translation import format_moment
from quiz.usecases import asked, corrected, correcting
from quiz.usecases.asked import AskedView
from quiz.usecases.correcting import Preview, Wish
from quiz.usecases.correction_effect import effect_lines


@click.command()
@click.argument("code")
@click.argument("uid")
@click.option("--remedy", type=click.Choice([remedy.value for remedy in Remedy]), required=True, help="what counts instead")
@click.option("--key", "keys", multiple=True, help="new key: AB, 1C,2A, T, or a blank's answers 12|十二; again for another key or the next blank")
@click.option("--reason", default="", help="why; the cadres see it")
@click.option("--check", "only_check", is_flag=True, help="say what would happen, store nothing")
@click.option("--json", "as_json", is_flag=True, help="with --check: every figure and everyone whose score changes")
@pass_console
def correct(console: Console, code: str, uid: str, remedy: str, keys: tuple[str, ...], reason: str, only_check: bool, as_json: bool) -> None:
    """Mark question UID of sitting CODE again for everyone who had it; earlier marks are kept."""
    chosen = Remedy(remedy)
    with console.reader() as db:
        view = asked.read_asked(db, console.actor, code, uid, console.now())
    wish = Wish(view.uid, chosen, read_key(view.question, keys) if chosen.needs_key and view.question else None)
    if not chosen.needs_key and keys:
        raise QuizError("no_key_wanted", say("这种处理办法不需要新答案，请去掉 --key。"))
    if only_check:
        with console.reader() as db:
            seen = correcting.preview(db, console.actor, code, wish, console.now())
        _tell(console, seen, as_json)
        if not as_json:
            _tell_elsewhere(console, view)
        return
    with console.writer() as db:
        row = correcting.apply(db, console.actor, code, wish, reason, console.now())
        number = row.number
    with console.reader() as db:
        done = corrected.read_done(db, console.actor, code, number, console.now())
    console.say(say("第{n}次更正已生效。", n=number))
    for line in (done.sentence, *effect_lines(done.effect)):
        console.say(line)
    _tell_elsewhere(console, view)


def read_key(question: Question, keys: Sequence[str]) -> NewKey:
    """Return the key that the command line gives for a question, unchecked."""
    if question.type is QuestionType.FILL_IN:
        return NewKey(blanks=tuple(tuple(key.split("|")) for key in keys))
    if question.type.is_pairs:
        return NewKey(choices=tuple(frozenset(pair.strip() for pair in key.split(",")) for key in keys))
    return NewKey(choices=tuple(frozenset(key.strip().upper()) for key in keys))


def _tell_elsewhere(console: Console, view: AskedView) -> None:
    for one in view.elsewhere:
        console.say(one.describe())


def _tell(console: Console, seen: Preview, as_json: bool) -> None:
    if as_json:
        changes = [asdict(change) for change in seen.changes]
        click.echo(json.dumps({"effect": asdict(seen.effect), "changes": changes}, ensure_ascii=False, indent=2, default=str))
        return
    console.say(remedy_sentence(seen.correction.remedy, seen.effect.old_key, seen.effect.new_keys, seen.sitting.pass_mark > 0))
    if seen.lapses_shares:
        console.say(say(SHARES_LAPSE))
    for line in effect_lines(seen.effect):
        console.say(line)
    for one in seen.changes:
        marks = f"{plain_number(one.mark_before)}→{plain_number(one.mark_after)}"
        scores = f"{plain_number(one.score_before)}→{plain_number(one.score_after)}"
        click.echo(f"  {one.unit}\t{one.number}\t{one.name}\t{marks}\t{scores}")


@click.command()
@click.argument("code")
@pass_console
def corrections(console: Console, code: str) -> None:
    """List the corrections of sitting CODE, the newest first."""
    with console.reader() as db:
        _, rows = corrected.list_done(db, console.actor, code, console.now())
    for row in rows:
        at = format_moment(row.at, console.language, console.settings.zone)
        click.echo("\t".join((str(row.number), at, row.question_uid, console.translate(REMEDY_NAMES[Remedy(row.remedy)]), row.actor, row.reason)))
    if not rows:
        console.say(say("这场考试没有更正过。"))


@click.command(name="correction-notice")
@click.argument("code")
@click.argument("number", type=int)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def correction_notice(console: Console, code: str, number: int, output: Path) -> None:
    """Print the notice of correction NUMBER of sitting CODE: counts, no names."""
    with console.reader() as db:
        done = corrected.read_done(db, console.actor, code, number, console.now())
    day = format_moment(done.row.at, console.language, console.settings.zone)
    with whole_file(output) as out:
        print_correction(corrected.notice_of(done, day), out, console.translate)
    console.say(say("更正公告已写入{file}。", file=output))
