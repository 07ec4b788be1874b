"""Pages of certificates: issued for a sitting, a cadre's own, and the page where anybody checks one by its code."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from quiz.core.access import Action
from quiz.core.admission import LONGEST_INPUT
from quiz.core.certificate import ENDING_NAMES, LONGEST_MONTHS, STATUS_NAMES, CertificateRule
from quiz.core.hundredths import from_hundredths
from quiz.core.message import QuizError, mark_text
from quiz.core.paper import plain_number
from quiz.printing.certificate_pdf import CertificateText, print_certificate
from quiz.usecases import certificates
from quiz.usecases.certificates import Certified, Held
from quiz.web.admission import new_code
from quiz.web.context import actor, needs, now, reader, say_text, today, translate, writer
from quiz.web.downloads import attachment
from quiz.web.forms import AmountField, WholeField

pages = Blueprint("certificates", __name__)
MOST_LISTED = 500


class IssueForm(FlaskForm):  # type: ignore[misc]
    """The rule by which certificates are issued."""

    title = StringField(
        mark_text("证书名称"), validators=[InputRequired(mark_text("请填写证书名称。")), Length(max=40, message=mark_text("最多40个字。"))]
    )
    least = AmountField(mark_text("发证分数"), validators=[InputRequired(mark_text("请填写发证分数。"))])
    valid_from = DateField(mark_text("生效日期"), validators=[InputRequired(mark_text("请填写生效日期。"))])
    months = WholeField(
        mark_text("有效期（月）"),
        validators=[InputRequired(mark_text("请填写有效期。")), NumberRange(1, LONGEST_MONTHS, mark_text("有效期须为1至120个月。"))],
    )

    def rule(self) -> CertificateRule:
        """Return the rule of a valid form."""
        return CertificateRule(self.title.data.strip(), self.least.data, self.months.data, self.valid_from.data)


@pages.get("/verify")
def check() -> ResponseReturnValue:
    """For anybody: what a certificate says, by its code, and whether it holds. Tells nothing else of the person."""
    code = request.args.get("code", "")[:LONGEST_INPUT]
    shown = None
    if code:
        with reader() as db:
            shown = certificates.check(db, code, now(), today())
    page = render_template("certificates/check.html", code=code, shown=shown, today=today(), STATUS_NAMES=STATUS_NAMES)
    return page, 404 if code and shown is None else 200


@pages.get("/sittings/<code>/certificates")
@needs(Action.READ_RECORDS)
def home(code: str) -> ResponseReturnValue:
    """The certificates of an examination, and how many could be issued."""
    found = _read(code)
    usual = {"title": translate(mark_text("合格证书")), "least": from_hundredths(found.sitting.pass_mark), "valid_from": today(), "months": 12}
    return _page(found, IssueForm(formdata=None, data=usual))


@pages.post("/sittings/<code>/certificates/issue")
@needs(Action.CERTIFY)
def issue(code: str) -> ResponseReturnValue:
    """Issue certificates by the rule in the form."""
    form = IssueForm()
    if not form.validate():
        return _page(_read(code), form, status=422)
    try:
        with writer() as db:
            made = certificates.issue(db, actor(), code, form.rule(), now(), new_code)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _page(_read(code), form, say_text(error.message), 409)
    return redirect(url_for("certificates.home", code=code, issued=len(made)), 303)


@pages.post("/sittings/<code>/certificates/<serial>/withdraw")
@needs(Action.CERTIFY)
def withdraw(code: str, serial: str) -> ResponseReturnValue:
    """Withdraw one for good, with a reason."""
    try:
        with writer() as db:
            certificates.withdraw(db, actor(), code, serial, request.form.get("reason", ""), now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _page(_read(code), IssueForm(formdata=None), say_text(error.message), 409)
    return redirect(url_for("certificates.home", code=code), 303)


@pages.get("/records/<number>/certificates/<serial>.pdf")
@needs(Action.READ_RECORDS)
def file(number: str, serial: str) -> ResponseReturnValue:
    """One certificate of a cadre, to be printed by who manages them."""
    with reader() as db:
        held = certificates.printable(certificates.list_of(db, actor(), number, now(), today()), serial)
    return _pdf(held)


@pages.get("/record/certificates/<own>.pdf")
@needs(Action.SIT)
def my_file(own: str) -> ResponseReturnValue:
    """One's own certificate to be printed."""
    with reader() as db:
        held = certificates.printable(certificates.list_mine(db, actor(), now(), today()), own)
    return _pdf(held)


def _read(code: str) -> Certified:
    with reader() as db:
        return certificates.read_certified(db, actor(), code, now(), today())


def _page(found: Certified, form: IssueForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "certificates/home.html",
        found=found,
        form=form,
        problem=problem,
        issued=request.args.get("issued", 0, int),
        most=MOST_LISTED,
        least=plain_number(from_hundredths(found.sitting.pass_mark)),
        STATUS_NAMES=STATUS_NAMES,
        ENDING_NAMES=ENDING_NAMES,
    )
    return page, status


def _pdf(held: Held) -> ResponseReturnValue:
    row, out = held.certificate.row, BytesIO()
    address = url_for("certificates.check", code=row.code, _external=True)
    print_certificate(CertificateText(held.shown, row.code, address, held.certificate.sitting.title, row.unit), out, translate)
    return attachment(out, f"{row.number}.pdf")
