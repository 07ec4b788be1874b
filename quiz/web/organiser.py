"""Pages of the organiser: what needs a decision, one sitting with its results, one cadre's marks, prints and exports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import Length, ValidationError

from quiz.assembly.stand_in import WHY_NAMES
from quiz.core.access import Action
from quiz.core.correction import REMEDY_NAMES
from quiz.core.counting import COUNTING_NAMES
from quiz.core.difficulty import BASIS_NAMES
from quiz.core.hundredths import from_hundredths
from quiz.core.message import QuizError, mark_text, say
from quiz.core.paper import Candidate, Paper
from quiz.core.results import STANDING_NAMES, summarise, summarise_one
from quiz.core.sitting import PHASE_NAMES
from quiz.formats.results_xlsx import write_results
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.geometry import PageSize
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.usecases import answering, corrected, make_ups, results
from quiz.usecases.draw_report import read_report
from quiz.usecases.papers import papers_to_print, units_to_print
from quiz.usecases.pictures import pictures_to_print
from quiz.usecases.results import SittingView
from quiz.usecases.verifying import seed_to_show
from quiz.web import amending, batch, correcting, desk, hall, inviting, marker_figures, people, planning, timing
from quiz.web.board import pick, read_choice
from quiz.web.context import actor, installation, needs, now, reader, say_text, translate, writer
from quiz.web.downloads import attachment
from quiz.web.forms import ListedField
from quiz.web.planning import RELEASE_NAMES

pages = Blueprint("organiser", __name__)
pages.add_url_rule("/sittings/new", "new", planning.new, methods=["GET", "POST"])
pages.add_url_rule("/sittings/<code>/make-up", "make_up", inviting.make_up, methods=["GET", "POST"])
pages.add_url_rule("/sittings/<code>/amend", "amend", amending.amend, methods=["GET", "POST"])
pages.add_url_rule("/sittings/<code>/print", "batch", batch.batch, methods=["GET", "POST"])
pages.add_url_rule("/sittings/<code>/print/files.zip", "batch_files", batch.batch_files, methods=["POST"])
pages.add_url_rule("/sittings/<code>/notice.pdf", "notice", amending.notice)
pages.add_url_rule("/sittings/<code>/correct", "correct", correcting.choose)
pages.add_url_rule("/sittings/<code>/correct/question", "correct_question", correcting.question, methods=["GET", "POST"])
pages.add_url_rule("/sittings/<code>/corrections/<int:number>", "correction", correcting.correction)
pages.add_url_rule("/sittings/<code>/corrections/<int:number>/notice.pdf", "correction_notice", correcting.correction_notice)
pages.add_url_rule("/sittings/<code>/markers", "markers", marker_figures.markers)
pages.add_url_rule("/sittings/<code>/proof.json", "proof", amending.proof, methods=["POST"])
pages.add_url_rule("/roster", "roster", people.roster, methods=["GET", "POST"])
pages.add_url_rule("/roster/example.csv", "roster_example", people.roster_example)
pages.add_url_rule("/sittings/<code>/cadres/<number>", "cadre", timing.cadre)
pages.add_url_rule("/sittings/<code>/cadres/<number>/time", "change_time", timing.change_time, methods=["POST"])
pages.add_url_rule("/sittings/<code>/time", "times", timing.times, methods=["GET", "POST"])
pages.add_url_rule("/sittings/<code>/hall", "hall", hall.board)
pages.add_url_rule("/sittings/<code>/hall/pause", "hall_pause", hall.pause, methods=["POST"])
pages.add_url_rule("/sittings/<code>/hall/resume", "hall_resume", hall.resume, methods=["POST"])
pages.add_url_rule("/sittings/<code>/hall/give-back", "hall_give_back", hall.give_back, methods=["POST"])
pages.add_url_rule("/sittings/<code>/hall/clock", "hall_clock", hall.settle_clock, methods=["POST"])
pages.add_url_rule("/sittings/<code>/cadres/<number>/void", "void", desk.void, methods=["POST"])
pages.add_url_rule("/sittings/<code>/cadres/<number>/restore", "restore", desk.restore, methods=["POST"])
pages.add_url_rule("/sittings/<code>/cadres/<number>/retry", "retry", desk.retry, methods=["POST"])
pages.add_url_rule("/sittings/<code>/cadres/<number>/late", "decide_late", desk.decide_late, methods=["POST"])
pages.url_value_preprocessor(people.allow_upload)

MOST_PAPERS = 500
"""In one file: more are slow to open and take memory while they are made."""

MOST_LISTED = 300
PAGE_SIZE = 50
"""Rows of a list that hardly anybody reads to its end."""


class PrintForm(FlaskForm):  # type: ignore[misc]
    """Whose papers to print, on what."""

    who = ListedField(
        mark_text("打印哪些试卷"),
        choices=[("all", mark_text("全部试卷")), ("unit", mark_text("一个单位的试卷")), ("numbers", mark_text("指定工号的试卷"))],
        default="all",
    )
    unit = ListedField(mark_text("单位"), default="")
    numbers = StringField(mark_text("工号"), validators=[Length(max=4000, message=mark_text("一次最多填写4000个字符。"))])
    size = ListedField(mark_text("纸张"), choices=[("A4", "A4"), ("A3", mark_text("A3 双栏"))], default="A4")
    with_key = BooleanField(mark_text("附参考答案"))

    def validate_unit(self, field: ListedField) -> None:
        """A unit must be chosen when one unit is asked for."""
        if self.who.data == "unit" and not field.data:
            raise ValidationError(mark_text("请选择单位。"))

    def validate_numbers(self, field: StringField) -> None:
        """A staff number must be given when staff numbers are asked for."""
        if self.who.data == "numbers" and not split_numbers(field.data):
            raise ValidationError(mark_text("请填写工号，多个工号用空格或逗号隔开。"))


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """The sitting's code, typed, since a release cannot be taken back."""

    code = StringField(mark_text("考试代码"))


@pages.get("/sittings")
@needs(Action.READ_SITTINGS)
def home() -> ResponseReturnValue:
    """What needs a decision first, then every sitting."""
    with reader() as db:
        rows = results.list_readable(db, actor(), now())
        waiting = answering.count_waiting(db, actor()) if actor().may(Action.ANSWER_APPEALS) else {}
    return render_template("organiser/home.html", rows=rows, appeals=waiting, PHASE_NAMES=PHASE_NAMES)


@pages.get("/sittings/<code>")
@needs(Action.READ_RESULTS)
def sitting(code: str) -> ResponseReturnValue:
    """One sitting: its plan, who has sat, the results by unit and by cadre."""
    return _show(code, PrintForm(formdata=None))


@pages.get("/sittings/<code>/draw")
@needs(Action.SCHEDULE)
def draw(code: str) -> ResponseReturnValue:
    """How the papers of a sitting were drawn."""
    with reader() as db:
        view = read_report(db, actor(), code, now())
    return render_template("organiser/draw.html", view=view, most=MOST_LISTED, WHY_NAMES=WHY_NAMES, BASIS_NAMES=BASIS_NAMES)


@pages.get("/sittings/<code>/results.xlsx")
@needs(Action.READ_RESULTS)
def export(code: str) -> ResponseReturnValue:
    """The results as an Excel file."""
    with reader() as db:
        view = results.read_sitting(db, actor(), code, now())
    out = BytesIO()
    write_results(view.rows, out, installation().settings.zone, translate)
    return attachment(out, f"{code}-results.xlsx")


@pages.post("/sittings/<code>/papers.pdf")
@needs(Action.PRINT_PAPERS)
def papers(code: str) -> ResponseReturnValue:
    """The papers, or their answer sheets, as one PDF; what was wrong in the form is told on the sitting's page."""
    form = PrintForm()
    is_sheets = request.form.get("what") == "sheets"
    with reader() as db:
        units = units_to_print(db, actor(), code, now())
    form.unit.choices = [("", "—"), *((one.code, one.name) for one in units)]
    if not form.validate():
        return _show(code, form, status=422)
    unit = form.unit.data if form.who.data == "unit" else ""
    numbers = split_numbers(form.numbers.data) if form.who.data == "numbers" else None
    try:
        count = sum(one.papers for one in units if unit in ("", one.code)) if numbers is None else len(numbers)
        if count > MOST_PAPERS:
            raise QuizError("too_many_papers", say("一次最多打印{most}份，这里有{n}份。请按单位分批打印。", most=MOST_PAPERS, n=count))
        with writer() as db:
            found = papers_to_print(db, actor(), code, now(), numbers, form.with_key.data, is_sheets, unit)
            pictures = {} if is_sheets else pictures_to_print(db, [paper for paper, _ in found])
        document = _sheets(found) if is_sheets else _pdf(found, PageSize(form.size.data), form.with_key.data, pictures)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, form, say_text(error.message), 409)
    name = f"{code}-sheets.pdf" if is_sheets else f"{code}-papers.pdf"
    return attachment(document, name)


@pages.route("/sittings/<code>/release", methods=["GET", "POST"])
@needs(Action.RELEASE)
def release(code: str) -> ResponseReturnValue:
    """Say what a release will do and to how many; do it when the sitting's code is typed."""
    form = ReleaseForm()
    with reader() as db:
        view = results.read_sitting(db, actor(), code, now())
        said = answering.count_waiting(db, actor()).get(view.sitting.id, 0)
    problem = ""
    if request.method == "POST" and form.validate():
        if (form.code.data or "").strip() == code:
            with writer() as db:
                results.release(db, actor(), code, now())
            return redirect(url_for(".sitting", code=code, done="released"))
        problem = say_text(say("请照样输入考试代码 {code}，以确认公布。", code=code))
    submitted = sum(row.submitted_at is not None for row in view.rows)
    waiting = sum(row.pending > 0 for row in view.rows)
    page = render_template("organiser/release.html", view=view, form=form, problem=problem, submitted=submitted, waiting=waiting, said=said)
    return page, 422 if problem else 200


def split_numbers(text: str | None) -> list[str]:
    """Return the staff numbers in a text, in order, each once."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,，、;；]+", text or "") if part))


def _pdf(found: Sequence[tuple[Paper, Candidate]], size: PageSize, with_key: bool, pictures: Mapping[str, bytes]) -> BytesIO:
    out = BytesIO()
    jobs = [PrintJob(paper, candidate) for paper, candidate in found]
    print_papers(jobs, out, size=size, with_key=with_key, translate=translate, pictures=pictures)
    return out


def _sheets(found: Sequence[tuple[Paper, Candidate]]) -> BytesIO:
    out = BytesIO()
    print_answer_sheets([PrintJob(paper, candidate) for paper, candidate in found], out, translate=translate)
    return out


def _unit_choices(view: SittingView) -> list[tuple[str, str]]:
    return [("", "—"), *dict.fromkeys((row.unit_code, row.unit) for row in view.rows)]


def _show(code: str, form: PrintForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        view = results.read_sitting(db, actor(), code, now())
        done_before = [] if view.is_own else corrected.list_done(db, actor(), code, now())[1]
        chain = make_ups.read_chain(db, actor(), code, now())
        said = answering.count_waiting(db, actor()).get(view.sitting.id, 0) if actor().may(Action.ANSWER_APPEALS) else 0
    form.unit.choices = _unit_choices(view)
    choice = read_choice(request.args)
    sat, not_sat = pick(view.rows, choice)
    choice = replace(choice, offset=min(choice.offset, max(len(sat) - 1, 0)) // PAGE_SIZE * PAGE_SIZE)
    page = render_template(
        "organiser/sitting.html",
        view=view,
        total=summarise_one("", "", view.rows),
        units=summarise(view.rows),
        full=from_hundredths(view.sitting.max_mark),
        pass_mark=from_hundredths(view.sitting.pass_mark),
        waiting=sum(row.pending > 0 for row in view.rows),
        said=said,
        seed=seed_to_show(view.sitting, now()),
        corrections=done_before,
        chain=chain,
        COUNTING_NAMES=COUNTING_NAMES,
        most=MOST_LISTED,
        REMEDY_NAMES=REMEDY_NAMES,
        choice=choice,
        sat=sat,
        limit=PAGE_SIZE,
        has_forms=len({row.form for row in view.rows}) > 1,
        not_sat=not_sat,
        form=form,
        problem=problem,
        done=request.args.get("done", ""),
        PHASE_NAMES=PHASE_NAMES,
        RELEASE_NAMES=RELEASE_NAMES,
        STANDING_NAMES=STANDING_NAMES,
    )
    return page, status
