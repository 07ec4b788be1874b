"""The organiser's pages that correct a question after people sat it: find it, say what counts instead, see whom that changes, confirm.

Registered by the organiser's pages. Nothing is stored before the confirmation, and a confirmation holds only for what was shown.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from quiz.core.access import Action
from quiz.core.correction import REMEDY_NAMES, SHARES_LAPSE, NewKey, Remedy, remedy_sentence
from quiz.core.hundredths import from_hundredths
from quiz.core.message import Message, QuizError, mark_text
from quiz.core.question import Question, QuestionType, places
from quiz.core.reason import LONGEST_REASON
from quiz.core.sitting import PHASE_NAMES
from quiz.printing.correction_pdf import print_correction
from quiz.storage.sittings import window_of
from quiz.translation import format_moment
from quiz.usecases import answering, asked, corrected, correcting
from quiz.usecases.asked import AskedView
from quiz.usecases.correcting import Preview, Wish
from quiz.web.context import actor, installation, language, needs, now, reader, say_text, translate, writer
from quiz.web.downloads import attachment
from quiz.web.forms import ListedField
from quiz.web.setter import template_parts

MOST_LISTED = 200
"""People in the table of a preview and of a correction."""

ON_A_PAGE = 50

REMEDY_HINTS: dict[Remedy, str] = {
    Remedy.NEW_KEY: mark_text("答案改了，所有人按新答案重算；按原答案得了分的人会减分。"),
    Remedy.BETTER: mark_text("没有人会因此减分。"),
    Remedy.FULL: mark_text("试卷上有这道题的人都得满分，没有作答的也一样。"),
    Remedy.DROP: mark_text("当作没有出过这道题：其余各题的得分按原来的满分折算，满分和及格线不变。答对这道题的人可能减分。"),
    Remedy.ORIGINAL: mark_text("撤销以前的更正。"),
}
HINTS_WITHOUT_LINE = {
    **REMEDY_HINTS,
    Remedy.DROP: mark_text("当作没有出过这道题：其余各题的得分按原来的满分折算，倒扣的分同样折算。答对这道题的人可能减分。"),
}
"""The same in a contest, where there is no pass mark and wrong answers cost marks."""


class CorrectForm(FlaskForm):  # type: ignore[misc]
    """What counts instead, and why; `confirmed` is the fingerprint of what was shown. The new key's fields depend on the question."""

    remedy = ListedField(mark_text("处理办法"), choices=[(remedy.value, name) for remedy, name in REMEDY_NAMES.items()], default="")
    reason = StringField(
        mark_text("更正原因"),
        validators=[InputRequired(mark_text("请写明原因，考生会看到。")), Length(max=LONGEST_REASON, message=mark_text("最多500个字。"))],
    )
    answers = BooleanField(mark_text("一并答复这道题的异议：成立"))
    confirmed = HiddenField()


@needs(Action.CORRECT)
def choose(code: str) -> ResponseReturnValue:
    """The questions of a sitting, to find the one that is wrong; and what was corrected so far."""
    search = request.args.get("search", "")[:100]
    with reader() as db:
        found = asked.list_asked(db, actor(), code, now(), search)
        _, done = corrected.list_done(db, actor(), code, now())
    offset = max(request.args.get("offset", 0, int), 0)
    return render_template(
        "organiser/correct.html",
        sitting=found.sitting,
        questions=found.questions[offset : offset + ON_A_PAGE],
        total=len(found.questions),
        offset=offset,
        limit=ON_A_PAGE,
        corrected=found.corrected,
        waiting=found.waiting,
        search=search,
        done=done,
        parts=template_parts,
        REMEDY_NAMES=REMEDY_NAMES,
    )


@needs(Action.CORRECT)
def question(code: str) -> ResponseReturnValue:
    """One question with how it was answered; a form sent without confirmation is answered with what it would do."""
    uid = request.args.get("uid", "")
    form = CorrectForm() if request.method == "POST" else CorrectForm(formdata=None)
    with reader() as db:
        view = asked.read_asked(db, actor(), code, uid, now())
    if request.method != "POST":
        return _show(code, view, form)
    if not form.validate():
        return _show(code, view, form, status=422)
    wish = Wish(view.uid, Remedy(form.remedy.data), read_key(view.question) if Remedy(form.remedy.data).needs_key else None)
    try:
        if form.confirmed.data:
            with writer() as db:
                row = correcting.apply(db, actor(), code, wish, form.reason.data, now(), form.confirmed.data)
                if form.answers.data:
                    answering.answer_corrected(db, actor(), code, row, now())
            return redirect(url_for("organiser.correction", code=code, number=row.number, new=1), 303)
        with reader() as db:
            seen = correcting.preview(db, actor(), code, wish, now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, view, form, problem=say_text(error.message), status=409)
    form.confirmed.data = seen.fingerprint
    return _show(code, view, form, seen=seen)


def read_key(asked_question: Question | None) -> NewKey:
    """Return the key that the form gives for this question, unchecked."""
    if asked_question is None:
        return NewKey()
    if asked_question.type is QuestionType.FILL_IN:
        return NewKey(blanks=tuple(tuple(request.form.get(f"blank{at}", "").split("\n")) for at in range(len(asked_question.blanks))))
    chosen = [value for value in request.form.getlist("key") if value]
    if asked_question.type in (QuestionType.SINGLE, QuestionType.TRUE_FALSE):
        return NewKey(choices=tuple(frozenset({value}) for value in chosen))
    return NewKey(choices=(frozenset(chosen), frozenset(value for value in request.form.getlist("also") if value)))


def _show(code: str, view: AskedView, form: CorrectForm, status: int = 200, **more: Any) -> ResponseReturnValue:
    remedies = [remedy for remedy in Remedy if _fits(view, remedy)]
    page = render_template(
        "organiser/correct_question.html",
        sitting=view.sitting,
        view=view,
        form=form,
        remedies=remedies,
        given=_given(view.question),
        places=places,
        is_over=window_of(view.sitting).phase(now()) == "closed",
        most=MOST_LISTED,
        full=from_hundredths(view.sitting.max_mark),
        pass_mark=from_hundredths(view.sitting.pass_mark),
        REMEDY_NAMES=REMEDY_NAMES,
        REMEDY_HINTS=REMEDY_HINTS if view.sitting.pass_mark > 0 else HINTS_WITHOUT_LINE,
        SHARES_LAPSE=SHARES_LAPSE,
        PHASE_NAMES=PHASE_NAMES,
        **{"seen": None, "problem": "", "told": _told(more.get("seen")), **more},
    )
    return page, status


def _fits(view: AskedView, remedy: Remedy) -> bool:
    """Whether a remedy can be offered: another key for one question that has a key, the old one only where another counts."""
    if remedy is Remedy.ORIGINAL:
        return view.is_corrected
    return not remedy.needs_key or (view.question is not None and view.question.type is not QuestionType.SHORT_ANSWER)


def _given(asked_question: Question | None) -> dict[str, Any]:
    """What the fields of the new key show: what was sent, else the key as it is."""
    if asked_question is None:
        return {}
    if request.method == "POST":
        blanks = [request.form.get(f"blank{at}", "") for at in range(len(asked_question.blanks))]
        return {"key": set(request.form.getlist("key")), "also": set(request.form.getlist("also")), "blanks": blanks}
    return {"key": set(asked_question.key), "also": set(), "blanks": ["\n".join(blank.answers) for blank in asked_question.blanks]}


def _told(seen: Preview | None) -> Message | None:
    return None if seen is None else remedy_sentence(seen.correction.remedy, seen.effect.old_key, seen.effect.new_keys, seen.sitting.pass_mark > 0)


@needs(Action.READ_RESULTS)
def correction(code: str, number: int) -> ResponseReturnValue:
    """A correction that was applied: what it did, and to whom as far as the reader may see."""
    with reader() as db:
        done = corrected.read_done(db, actor(), code, number, now())
    return render_template(
        "organiser/correction.html",
        sitting=done.sitting,
        done=done,
        told=done.sentence,
        is_new=request.args.get("new") == "1",
        most=MOST_LISTED,
        full=from_hundredths(done.sitting.max_mark),
        pass_mark=from_hundredths(done.sitting.pass_mark),
        REMEDY_NAMES=REMEDY_NAMES,
    )


@needs(Action.READ_RESULTS)
def correction_notice(code: str, number: int) -> ResponseReturnValue:
    """The notice of a correction to put up, as PDF: counts, no names."""
    with reader() as db:
        done = corrected.read_done(db, actor(), code, number, now())
    out = BytesIO()
    day = format_moment(done.row.at, language(), installation().settings.zone)
    print_correction(corrected.notice_of(done, day), out, translate)
    return attachment(out, f"{code}-correction-{number}.pdf")
