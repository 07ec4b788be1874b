"""Pages that say how the questions of a sitting fared, without names; and leads of the screening, for those who read results."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.message import NotFound, say
from quiz.core.question import AREAS, TYPE_NAMES
from quiz.core.statistics.flags import option_name
from quiz.core.statistics.gates import MINIMUM
from quiz.core.statistics.plot import group_plot
from quiz.core.statistics.summary import figures_of_test, notes_on_test
from quiz.formats.items_xlsx import write_items
from quiz.printing.items_pdf import print_items
from quiz.usecases import item_analysis
from quiz.usecases.item_analysis import ItemAnalysis
from quiz.web.context import actor, installation, needs, now, reader, say_text, translate
from quiz.web.downloads import attachment
from quiz.web.item_choice import read_choice
from quiz.web.kept import Kept
from quiz.web.plots import svg
from quiz.web.setter import template_parts

pages = Blueprint("items", __name__)
PAGE_SIZE = 50
KEPT = 4
"""Analyses kept in memory for the next page: a large sitting takes seconds."""

_kept: Kept[ItemAnalysis] = Kept(KEPT)


@pages.get("/bank/items")
@needs(Action.READ_ITEMS)
def home() -> ResponseReturnValue:
    """The sittings that are over."""
    with reader() as db:
        rows = item_analysis.list_analysable(db, actor(), now())
    return render_template("items/home.html", rows=rows)


@pages.get("/sittings/<code>/items")
@needs(Action.READ_ITEMS)
def sitting(code: str) -> ResponseReturnValue:
    """The questions of one sitting: what to look at first, then all of them."""
    found = _analysis(code)
    choice = read_choice(request.args)
    items = choice.pick(found.items)
    return render_template(
        "items/sitting.html",
        found=found,
        items=items[choice.offset : choice.offset + PAGE_SIZE],
        total=len(items),
        limit=PAGE_SIZE,
        choice=choice,
        areas=[area for area in AREAS if any(item.asked.area == area for item in found.items)],
        types=[kind for kind in TYPE_NAMES if any(item.asked.type is kind for item in found.items)],
        reliability=_reliability(found),
        figures=figures_of_test(found.analysis),
        notes=notes_on_test(found.analysis),
        minimum=MINIMUM,
        parts=template_parts,
        TYPE_NAMES=TYPE_NAMES,
    )


@pages.get("/sittings/<code>/items/<path:name>")
@needs(Action.READ_ITEMS)
def item(code: str, name: str) -> ResponseReturnValue:
    """One question: how it was answered, by the weak and by the good."""
    found = _analysis(code)
    one = found.item(name)
    if one is None:
        raise NotFound()
    plot = group_plot(one.report)
    picture = svg(plot, say_text(say("五组考生由弱到强的得分率和各选项的选择比例，数字见下表。"))) if plot else ""
    return render_template(
        "items/item.html",
        found=found,
        item=one,
        picture=picture,
        option_name=option_name,
        minimum=MINIMUM,
        parts=template_parts,
        TYPE_NAMES=TYPE_NAMES,
    )


@pages.get("/sittings/<code>/items.xlsx")
@needs(Action.READ_ITEMS)
def export(code: str) -> ResponseReturnValue:
    """All figures as an Excel file."""
    found = _analysis(code)
    out = BytesIO()
    write_items([(one.asked, one.report) for one in found.items], found.analysis, out, translate)
    return attachment(out, f"{code}-items.xlsx")


@pages.get("/sittings/<code>/items.pdf")
@needs(Action.READ_ITEMS)
def paper(code: str) -> ResponseReturnValue:
    """The whole test, all questions in a table, and those to look at one by one, to be printed for those who talk about them."""
    found = _analysis(code)
    out = BytesIO()
    items, flagged = ([(one.asked, one.report) for one in part] for part in (found.items, found.flagged))
    print_items(found.sitting.title, found.analysis, items, flagged, out, translate)
    return attachment(out, f"{code}-items.pdf")


@pages.get("/sittings/<code>/similar")
@needs(Action.READ_RESULTS)
def similar(code: str) -> ResponseReturnValue:
    """People near each other who answer more alike than chance explains."""
    with reader() as db:
        found = item_analysis.screen_sitting(db, actor(), code, now())
    return render_template("items/similar.html", found=found)


def _analysis(code: str) -> ItemAnalysis:
    """The analysis of a sitting for who asks: as it was worked out last, unless a mark has changed since."""
    with reader() as db:
        state = item_analysis.state_of_marks(db, actor(), code, now())
        return _kept.of(installation().engine, state, lambda: item_analysis.analyse_sitting(db, actor(), code, now()))


def _reliability(found: ItemAnalysis) -> float | None:
    """How far the totals can be trusted: Cronbach's alpha on a common paper, else that of the abilities."""
    rasch = found.analysis.calibration("rasch")
    alpha = found.analysis.totals.alpha
    return alpha if alpha is not None else rasch.reliability if rasch else None
