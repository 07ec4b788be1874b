"""Pages of samples: freeze out of whom one is drawn, draw from the public seed, show who was drawn, take the proof away."""

from __future__ import annotations

import json

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text
from quiz.core.roster import POST_NAMES, Group, PostKind
from quiz.core.sample import BY_NAMES, By
from quiz.usecases import sampling, scheduling
from quiz.usecases.sampling import Wish
from quiz.usecases.scheduling import PlanChoices
from quiz.web import inviting
from quiz.web.context import actor, needs, now, reader, say_text, today, translate, writer
from quiz.web.forms import ListedField, SeveralField, WholeField
from quiz.web.planning import unit_tree

pages = Blueprint("samples", __name__)
pages.add_url_rule("/samples/<code>/sitting", "sitting", inviting.of_sample, methods=["GET", "POST"])


class SampleForm(FlaskForm):  # type: ignore[misc]
    """Out of whom, how many, sorted by what, and where the seed will come from."""

    title = StringField(
        mark_text("抽样名称"), validators=[InputRequired(mark_text("请填写抽样名称。")), Length(max=80, message=mark_text("最多80个字。"))]
    )
    code = StringField(
        mark_text("抽样代码"),
        validators=[
            InputRequired(mark_text("请填写抽样代码。")),
            Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", message=mark_text("只用英文字母、数字和 . _ -，以字母或数字开头，最多64个字符。")),
        ],
    )
    groups = SeveralField(mark_text("群体"))
    units = SeveralField(mark_text("单位"))
    posts = SeveralField(mark_text("岗位"))
    by = ListedField(mark_text("分层"), choices=[(by.value, name) for by, name in BY_NAMES.items()], default=By.UNIT.value)
    take = WholeField(
        mark_text("抽取人数"),
        validators=[InputRequired(mark_text("请填写抽取人数。")), NumberRange(1, 100_000, mark_text("抽取人数须为1至100000。"))],
    )
    least = WholeField(
        mark_text("每层至少"),
        default=1,
        validators=[InputRequired(mark_text("请填写每层至少几人。")), NumberRange(0, 1000, mark_text("须为0至1000。"))],
    )
    source = StringField(
        mark_text("种子来源"), validators=[InputRequired(mark_text("请写明种子将来自哪里。")), Length(max=200, message=mark_text("最多200个字。"))]
    )

    def offer(self, choices: PlanChoices) -> None:
        """Fill the lists to choose from."""
        self.groups.choices = [(name, name) for name in choices.groups]
        self.units.choices = [(unit.code, unit.name) for unit, _ in choices.units]
        self.posts.choices = [(kind.value, translate(name)) for kind, name in POST_NAMES.items()]

    def wish(self) -> Wish:
        """Return what a valid form asks for."""
        posts = tuple(PostKind(value) for value in self.posts.data or ())
        group = Group(tuple(self.groups.data or ()), tuple(self.units.data or ()), posts)
        return Wish(self.code.data, self.title.data.strip(), group, By(self.by.data), self.take.data, self.source.data, self.least.data)


class DrawForm(FlaskForm):  # type: ignore[misc]
    """The public seed."""

    seed = StringField(
        mark_text("种子"), validators=[InputRequired(mark_text("请填写公开的种子。")), Length(max=200, message=mark_text("最多200个字。"))]
    )


@pages.get("/samples")
@needs(Action.VERIFY)
def home() -> ResponseReturnValue:
    """Every sample within one's authority."""
    with reader() as db:
        found = sampling.list_readable(db, actor())
    return render_template("samples/home.html", found=found)


@pages.route("/samples/new", methods=["GET", "POST"])
@needs(Action.SCHEDULE)
def new() -> ResponseReturnValue:
    """Freeze out of whom a sample will be drawn."""
    form, problem = SampleForm(), ""
    with reader() as db:
        choices = scheduling.plan_choices(db, actor(), today())
    form.offer(choices)
    if form.validate_on_submit():
        try:
            with writer() as db:
                code = sampling.freeze_sample(db, actor(), now(), today(), form.wish()).code
            return redirect(url_for("samples.show", code=code), 303)
        except QuizError as error:
            problem = say_text(error.message)
    status = 409 if problem else 422 if form.errors else 200
    return render_template("samples/new.html", form=form, tree=unit_tree(choices.units), problem=problem), status


@pages.get("/samples/<code>")
@needs(Action.VERIFY)
def show(code: str) -> ResponseReturnValue:
    """A sample: its frame, and once it is drawn who was."""
    return _show(code, DrawForm(formdata=None))


@pages.post("/samples/<code>/draw")
@needs(Action.SCHEDULE)
def draw(code: str) -> ResponseReturnValue:
    """Draw from the public seed, once."""
    form = DrawForm()
    if not form.validate():
        return _show(code, form, status=422)
    try:
        with writer() as db:
            sampling.draw(db, actor(), code, form.seed.data, now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, form, say_text(error.message), 409)
    return redirect(url_for("samples.show", code=code), 303)


@pages.get("/samples/<code>/proof.json")
@needs(Action.VERIFY)
def proof(code: str) -> ResponseReturnValue:
    """What anybody verifies the draw with: staff numbers, no names."""
    with reader() as db:
        found = sampling.make_proof(db, actor(), code)
    reply = Response(json.dumps(found, ensure_ascii=False, indent=1), mimetype="application/json")
    reply.headers["Content-Disposition"] = f"attachment; filename={code}-sample.json"
    return reply


def _show(code: str, form: DrawForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        found = sampling.read_sample(db, actor(), code)
    return render_template("samples/show.html", found=found, form=form, problem=problem, BY_NAMES=BY_NAMES), status
