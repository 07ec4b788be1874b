"""Pages of reports: sums by unit and group, areas and the plan, a circular, several sittings; and their files. None names who failed."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from quiz.core.access import Action
from quiz.core.circular import LONGEST, TITLE, Circular, facts_of, fill, usual_template
from quiz.core.comparison import GROUP_KIND_NAMES, VERDICT_NAMES, Comparison
from quiz.core.message import QuizError, mark_text, say
from quiz.core.over_time import CHANGE_NAMES, OverTime
from quiz.core.report_lines import (
    AFTER,
    BANDS_NOTE,
    COMPARING_NOTES,
    PLAN_NOTE,
    after_figures,
    area_name,
    change_text,
    group_strip,
    mean_strip,
    notes_of,
    notes_over_time,
    point_strip,
    share_strip,
)  # fmt: skip
from quiz.core.unit_report import EXCELLENT, UnitReport
from quiz.formats.report_xlsx import write_over_time, write_report
from quiz.printing.circular_pdf import print_circular
from quiz.printing.report_pdf import print_over_time, print_report
from quiz.translation import format_day, format_moment
from quiz.usecases import circulars, comparing, reporting
from quiz.usecases import over_time as over_time_case
from quiz.usecases.circulars import CircularFacts
from quiz.usecases.over_time import MOST
from quiz.web.context import actor, installation, language, needs, now, reader, say_text, today, translate, writer
from quiz.web.downloads import attachment
from quiz.web.kept import Kept
from quiz.web.strips import bar_svg, strip_svg

if TYPE_CHECKING:
    from quiz.core.statistics.linking import Link  # numpy is loaded when it is needed

pages = Blueprint("reports", __name__)

TOO_LONG = mark_text("太长了，请缩短。")

_kept: Kept[Comparison] = Kept(4)
"""A sitting of ten thousand takes seconds to compare."""


_links: Kept[Link | None] = Kept(20)


@pages.get("/sittings/<code>/report")
@needs(Action.READ_RESULTS)
def sitting(code: str) -> ResponseReturnValue:
    """The sums of a sitting."""
    with reader() as db:
        report = reporting.read_report(db, actor(), code, now(), _percent())
    return render_template(
        "reports/sitting.html",
        report=report,
        lines=notes_of(report)[len(report.unsettled) :],
        asked=_asked(),
        strip=strip_svg,
        mean_strip=mean_strip,
        bar=bar_svg,
        bands_note=BANDS_NOTE,
        after_names=AFTER,
        after_figures=after_figures,
    )


@pages.get("/sittings/<code>/report/areas")
@needs(Action.READ_RESULTS)
def compare(code: str) -> ResponseReturnValue:
    """Areas, groups beside all, the plan."""
    with reader() as db:
        found = _comparison(db, code)
    return render_template(
        "reports/compare.html",
        found=found,
        lines=(*COMPARING_NOTES, PLAN_NOTE),
        strip=strip_svg,
        area_name=area_name,
        share_strip=share_strip,
        group_strip=group_strip,
        GROUP_KIND_NAMES=GROUP_KIND_NAMES,
        VERDICT_NAMES=VERDICT_NAMES,
    )


@pages.get("/sittings/<code>/report.xlsx")
@needs(Action.READ_RESULTS)
def export(code: str) -> ResponseReturnValue:
    """Everything as an Excel file."""
    report, comparison = _both(code)
    out = BytesIO()
    write_report(report, comparison, out, translate)
    return attachment(out, f"{code}-report.xlsx")


@pages.get("/sittings/<code>/report.pdf")
@needs(Action.READ_RESULTS)
def paper(code: str) -> ResponseReturnValue:
    """Everything, to be printed."""
    report, comparison = _both(code)
    out = BytesIO()
    print_report(report, comparison, format_moment(report.opens_at, language(), installation().settings.zone), out, translate)
    return attachment(out, f"{code}-report.pdf")


@pages.get("/reports")
@needs(Action.READ_RESULTS)
def over_time() -> ResponseReturnValue:
    """Several sittings beside each other."""
    found = _over_time()
    return render_template(
        "reports/over_time.html",
        found=found,
        asked={**_asked(), "sitting": [point.code for point in found.points]},
        notes=notes_over_time(found),
        strip=strip_svg,
        point_strip=point_strip,
        change_text=change_text,
        CHANGE_NAMES=CHANGE_NAMES,
        most=MOST,
    )


@pages.get("/reports.xlsx")
@needs(Action.READ_RESULTS)
def export_over_time() -> ResponseReturnValue:
    """Several sittings as an Excel file."""
    out = BytesIO()
    write_over_time(_over_time(), out, installation().settings.zone, translate)
    return attachment(out, "sittings.xlsx")


@pages.get("/reports.pdf")
@needs(Action.READ_RESULTS)
def print_several() -> ResponseReturnValue:
    """Several sittings, to be printed."""
    found = _over_time()
    days = {point.code: _day(point.opens_at) for point in found.points}
    out = BytesIO()
    print_over_time(found, days, out, translate)
    return attachment(out, "sittings.pdf")


def _over_time() -> OverTime:
    with reader() as db:

        def linked(before: str, after: str) -> Link | None:
            state = over_time_case.state_of_link(db, actor(), before, after, now())
            return _links.of(installation().engine, state, lambda: over_time_case.link_sittings(db, actor(), before, after, now()))

        return over_time_case.read_over_time(db, actor(), request.args.getlist("sitting"), now(), _percent(), linked)


class CircularForm(FlaskForm):  # type: ignore[misc]
    """A circular as it will be printed: the draft may be rewritten, the lists left out."""

    title = StringField(mark_text("标题"), validators=[InputRequired(mark_text("请填写标题。")), Length(max=100, message=TOO_LONG)])
    office = StringField(mark_text("发文单位"), validators=[Length(max=60, message=TOO_LONG)])
    body = TextAreaField(mark_text("正文"), validators=[InputRequired(mark_text("请填写正文。")), Length(max=LONGEST, message=TOO_LONG)])
    with_units = BooleanField(mark_text("附上单位汇总表"))
    with_names = BooleanField(mark_text("附上表扬名单"))


@pages.route("/sittings/<code>/circular", methods=["GET", "POST"])
@needs(Action.RELEASE)
def circular(code: str) -> ResponseReturnValue:
    """A circular drafted from the sums, to be rewritten; sent, it comes back as a PDF."""
    form = CircularForm()
    with reader() as db:
        found = circulars.read_circular(db, actor(), code, now(), _percent())
    problem = ""
    if form.validate_on_submit():
        try:
            return _circular_file(code, form, found)
        except QuizError as error:
            problem = say_text(error.message)
    elif request.method == "GET":
        facts = facts_of(found.report, _day(found.report.opens_at), translate)
        form.title.data, form.body.data = fill(translate(TITLE), facts), fill(translate(usual_template(found.report)), facts)
        form.with_units.data = form.with_names.data = True
    by_unit = [(unit, list(people)) for unit, people in groupby(found.commended, key=lambda one: one.unit)]
    page = render_template("reports/circular.html", found=found, report=found.report, by_unit=by_unit, form=form, problem=problem)
    return page, 422 if form.errors or problem else 200


def _circular_file(code: str, form: CircularForm, found: CircularFacts) -> ResponseReturnValue:
    """The circular as a PDF, written down in the log."""
    names = found.commended if form.with_names.data else ()
    units = found.report if form.with_units.data else None
    letter = Circular(form.title.data, form.body.data, form.office.data or "", format_day(today(), language()), found.report.excellent, units, names)
    out = BytesIO()
    print_circular(letter, out, translate)
    with writer() as db:
        circulars.note_circular(db, actor(), code, now(), len(names), found.report.excellent)
    return attachment(out, f"{code}-circular.pdf")


def _day(moment: datetime) -> str:
    return format_day(moment.astimezone(installation().settings.zone).date(), language())


def _both(code: str) -> tuple[UnitReport, Comparison]:
    with reader() as db:
        return reporting.read_report(db, actor(), code, now(), _percent()), _comparison(db, code)


def _comparison(db: Session, code: str) -> Comparison:
    """The comparison for who asks: as it was worked out last, unless a mark has changed since."""
    state = comparing.state_of_marks(db, actor(), code, now())
    return _kept.of(installation().engine, state, lambda: comparing.compare_sitting(db, actor(), code, now()))


def _percent() -> int:
    """From which percent of the full marks a score is excellent, as the address says."""
    text = request.args.get("excellent", "") or str(EXCELLENT)
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise QuizError("bad_percent", say("百分比应在1到100之间。"))
    return int(text)


def _asked() -> dict[str, object]:
    """The wish for files like this page."""
    return {"excellent": request.args["excellent"]} if request.args.get("excellent") else {}
