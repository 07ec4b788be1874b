"""quiz blueprint check, list: what a blueprint asks beside what the bank has, before anything is scheduled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from quiz.assembly.report import Report
from quiz.banks.blueprint_file import load_blueprint
from quiz.banks.waiting import read_waiting
from quiz.cli.bank_lint import ON, day_of
from quiz.cli.console import Console, pass_console
from quiz.core.blueprint import Blueprint, describe_cell
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import plain_number
from quiz.core.question import LEVEL_NAMES
from quiz.core.roster import POST_NAMES, PostKind
from quiz.core.rounded import rounded
from quiz.usecases import blueprints
from quiz.usecases.blueprints import Check


@click.group()
def blueprint() -> None:
    """Blueprints: list the published ones, check one against bank and cadres."""


@blueprint.command(name="list")
@pass_console
def list_(console: Console) -> None:
    """List the published blueprints: code, marks, minutes, number of questions, title."""
    with console.reader() as db:
        found = blueprints.list_blueprints(db, console.actor)
    for one in found:
        plan = one.blueprint
        count = sum(section.count for section in plan.sections)
        size = say("{total}分 {minutes}分钟 {n}题", total=plain_number(plan.total), minutes=plan.minutes, n=count)
        click.echo("\t".join([one.row.code, console.text(size), plan.title]))
    if not found:
        console.say(say("还没有发布命题蓝图。用 quiz bank publish 发布，或者先检查文件：quiz blueprint check FILE。"))


@blueprint.command()
@click.argument("what", metavar="FILE|CODE")
@click.option("--profile", default="", metavar="CODE", help="the local facts; the newest published ones when left out")
@click.option("--json", "as_json", is_flag=True, help="print the figures as JSON")
@ON
@pass_console
def check(console: Console, what: str, profile: str, as_json: bool, on: datetime | None) -> None:
    """Say whether the bank can fill a blueprint for every cadre, with forecasts; exit status 1 when it cannot. FILE need not be published."""
    with console.reader() as db:
        plan = _blueprint_of(console, db, what)
        drafts = [item for text in blueprints.waiting_texts(db, console.actor) for item in read_waiting(text.source, text.pictures)]
        found = blueprints.check(db, console.actor, plan, day_of(console, on), console.settings.zone, profile, drafts)
    if as_json:
        click.echo(json.dumps(as_dict(console, found), ensure_ascii=False, indent=1))
    else:
        _Printer(console, found).all()
    if not found.is_feasible:
        raise click.exceptions.Exit(1)


def _blueprint_of(console: Console, db: Session, what: str) -> Blueprint:
    """The blueprint of a file when there is one, else the published one of this code."""
    path = Path(what)
    if not path.is_file():
        try:
            return blueprints.read_blueprint(db, console.actor, what).blueprint
        except QuizError as error:
            raise QuizError("unknown_blueprint", say("没有这个文件，也没有已发布的命题蓝图{code}。", code=what)) from error
    loaded = load_blueprint(path.read_bytes(), str(path))
    if loaded.value is None:
        console.report(loaded.diagnostics)
        raise click.exceptions.Exit(1)
    return loaded.value


def as_dict(console: Console, found: Check) -> dict[str, Any]:
    """Return the figures of a check as plain values; texts in the console's language."""
    supply = found.supply
    out: dict[str, Any] = {
        "blueprint": found.blueprint.id,
        "day": found.day.isoformat(),
        "profile": found.profile.code if found.profile else None,
        "cadres": len(found.cadres),
        "feasible": found.is_feasible,
        "gaps": [console.text(line) for line in found.lines()],
        "after_review": None,
        "minutes_needed": found.minutes,
        "cells": [
            {
                "cell": console.text(describe_cell(cell.place.owner, cell.place.cell)),
                "wanted": [cell.least, cell.most],
                "stock": cell.stock,
                "lapsing": cell.lapsing,
                "waiting": cell.waiting,
            }
            for cell in supply.cells
        ],
        "table": {row: [[square.least, square.most, square.stock] for square in squares] for row, squares in supply.table},
        "groups": [
            {
                "post": one.post,
                "people": one.people,
                "percent": one.percent,
                "local_share": one.reached,
                "instead": one.instead,
                "without": one.without,
            }
            for one in found.groups
        ],
        "documents": {"covered": list(supply.covered), "uncovered": list(supply.uncovered)},
        "lapsing": [{"id": question.uid, "until": question.valid_to.isoformat()} for question in supply.lapsing if question.valid_to],
    }
    if found.after:
        out["after_review"] = {"drafts": found.after.drafts, "gaps": [console.text(line) for line in found.lines(found.after.gaps)]}
    if found.report:
        out["forecast"] = _forecast_as_dict(found, found.report)
    return out


def _forecast_as_dict(found: Check, report: Report) -> dict[str, Any]:
    used, scores = report.exposure, report.scores
    return {
        "exposure": {
            "most": used.largest,
            "floor": used.lowest,
            "mean": used.mean,
            "unused": used.unused,
            "questions": used.offered,
        },
        "shared": {"mean": report.shared, "floor": report.shared_floor, "neighbours": report.neighbours},
        "score": {
            "mean": scores.mean / 100,
            "least": scores.least / 100,
            "most": scores.most / 100,
            "deviation": scores.sd / 100,
            "bands": list(report.bands),
        },
        "pass_rate": {"mean": scores.pass_rate, "least": scores.pass_least, "most": scores.pass_most},
        "had_before": report.seen,
        "mix": {name: {str(key): share for key, share in shares.items()} for name, shares in found.mix.items()},
    }


class _Printer:
    """Prints a check for a terminal."""

    def __init__(self, console: Console, found: Check) -> None:
        self.console, self.found = console, found

    def all(self) -> None:
        """Print everything, the verdict first."""
        found, say_ = self.found, self.console.say
        plan = found.blueprint
        say_(
            say(
                "{title}（{code}）：{total}分，{minutes}分钟，按题型估算约需{needed}分钟。",
                title=plan.title,
                code=plan.id,
                total=plain_number(plan.total),
                minutes=plan.minutes,
                needed=found.minutes,
            )
        )
        if not found.cadres:
            say_(say("花名册里没有干部：只核对了通用题，没有试组卷。"))
        elif found.is_feasible:
            say_(say("题库足够：{n}人都能组成完整的试卷。", n=len(found.cadres)))
        for line in found.lines():
            click.echo("✗ " + self.console.text(line))
        if found.after:
            self._after()
        click.echo("")
        self._cells()
        self._groups()
        if found.report:
            self._forecast()
        self._documents()

    def _after(self) -> None:
        after = self.found.after
        assert after is not None
        if not after.gaps:
            self.console.say(say("待审的稿子里有{n}题，审核发布以后就够了。", n=after.drafts))
            return
        left = [self.console.text(line) for line in self.found.lines(after.gaps)]
        if left == [self.console.text(line) for line in self.found.lines()]:
            self.console.say(say("待审的稿子里有{n}题，但补不上这些缺口。", n=after.drafts))
            return
        self.console.say(say("待审的稿子里有{n}题，审核发布以后仍然缺：", n=after.drafts))
        for line in left:
            click.echo("  ✗ " + line)

    def _cells(self) -> None:
        rows = [[say("单元"), say("需要"), say("现有"), say("90天内到期"), say("待审")]]
        for cell in self.found.supply.cells:
            words = describe_cell(cell.place.owner, cell.place.cell)
            if cell.place.instead_of >= 0:
                words = say("{cell}（代替本地题）", cell=words)
            wanted = str(cell.most) if cell.least == cell.most else f"{cell.least}–{cell.most}"
            stock = say("{n}，缺{short}", n=cell.stock, short=cell.short) if cell.short else Message(str(cell.stock))
            rows.append([words, Message(wanted), stock, Message(str(cell.lapsing or "")), Message(str(cell.waiting or ""))])
        self._table(rows)

    def _groups(self) -> None:
        if not any(cell.place.cell.is_local for cell in self.found.supply.cells) or not self.found.groups:
            return
        click.echo("")
        rows = [[say("岗位"), say("人数"), say("本地分值上限"), say("本地分值"), say("代替题"), say("组不成卷")]]
        for one in self.found.groups:
            post = say(POST_NAMES[PostKind(one.post)]) if one.post else say("没有岗位")
            post = say("{post}（新任）", post=post) if one.is_new else post
            percent = "" if one.percent is None else f"{one.percent}%"
            figures = [str(one.people), percent, f"{one.reached:.0%}", f"{one.instead:.1f}", str(one.without or "")]
            rows.append([post, *map(Message, figures)])
        self._table(rows)

    def _forecast(self) -> None:
        found, report = self.found, self.found.report
        assert report is not None
        used, scores = report.exposure, report.scores
        told = {name: rounded(getattr(scores, name) / 100, 1) for name in ("mean", "least", "most")}
        told |= {"deviation": rounded(scores.sd / 100, 2)}
        click.echo("")
        lines = [
            say(
                "使用次数：每题平均{mean}份卷，最多{most}份（不可能低于{floor}份）；{unused}题没有用到，共{n}题可抽。",
                mean=f"{used.mean:.1f}",
                most=used.largest,
                floor=used.lowest,
                unused=used.unused,
                n=used.offered,
            ),
            say(
                "两份卷平均有{shared}题相同（不可能低于{floor}题）；相邻座位有相同题的占{near}。",
                shared=f"{report.shared:.2f}",
                floor="?" if report.shared_floor is None else f"{report.shared_floor:.2f}",
                near=f"{report.neighbours:.0%}",
            ),
            say("预计平均得分{mean}分（各卷{least}至{most}分，标准差{deviation}分）。", **told),
            *([say("中等水平的考生及格的可能为{rate}。", rate=f"{scores.pass_rate:.0%}")] if found.blueprint.pass_mark > 0 else []),
        ]
        levels = {str(key): share for key, share in found.mix["level"].items()}
        lines += [
            say("{level}题占{share}的分值。", level=say(name), share=f"{levels.get(level.value, 0):.0%}") for level, name in LEVEL_NAMES.items()
        ]
        if report.seen:
            lines.append(say("有{n}题次是本人近期考过的。", n=report.seen))
        for line in lines:
            self.console.say(line)

    def _documents(self) -> None:
        supply = self.found.supply
        click.echo("")
        self.console.say(say("可抽的题涉及{n}份文件，共{all}份。", n=len(supply.covered), all=len(supply.covered) + len(supply.uncovered)))
        for title in supply.uncovered:
            self.console.say(say("  没有涉及：《{title}》", title=title))
        if supply.lapsing:
            self.console.say(say("90天内有{n}题到期：", n=len(supply.lapsing)))
        for question in supply.lapsing:
            click.echo(f"  {question.valid_to} {question.uid}")

    def _table(self, rows: Sequence[Sequence[Message]]) -> None:
        self.console.table([[self.console.text(cell) for cell in row] for row in rows])
