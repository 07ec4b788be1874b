"""The organiser's page that plans a sitting: checks the bank first, then creates; registered by the organiser's pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from quiz.assembly.derive import FORM_NAMES
from quiz.assembly.stand_in import WHY_NAMES
from quiz.core.access import Action
from quiz.core.difficulty import BASIS_NAMES
from quiz.core.lockdown import read_keys
from quiz.core.message import Message, QuizError, mark_text, with_code
from quiz.core.plan import SittingPlan
from quiz.core.roster import POST_NAMES, Group, PostKind, Unit
from quiz.core.site import read_site_lines
from quiz.core.sitting import LONGEST_DELIVERY, MOST_APPEAL_DAYS, Release
from quiz.usecases import scheduling
from quiz.usecases.draw_report import DrawReport, describe
from quiz.usecases.scheduling import Forecast, PlanChoices, SittingRefused
from quiz.web.context import actor, installation, needs, now, reader, say_text, today, translate, writer
from quiz.web.forms import AmountField, ListedField, MomentField, SeveralField, WholeField

RELEASE_NAMES = {
    Release.ON_CLOSE: mark_text("考试结束后公布成绩和答案"),
    Release.ON_SUBMIT: mark_text("交卷后立即显示得分，答案在考试结束后公布"),
    Release.MANUAL: mark_text("由组考人员手动公布"),
}


class Mode(StrEnum):
    """Who shares a paper with whom."""

    EACH = "each"
    COMMON = "common"
    FORMS = "forms"


MODE_NAMES = {
    Mode.EACH: mark_text("每人一卷：题目各不相同，难易相当（最能防止抄袭）"),
    Mode.COMMON: mark_text("全场同一卷：通用题相同，本地题仍按岗位出"),
    Mode.FORMS: mark_text("A、B……套卷：同一套的人通用题相同"),
}
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
USUAL = SittingPlan("", "", "", Group(), SOME_DAY, SOME_DAY)
"""What holds when nothing is said."""


class SittingForm(FlaskForm):  # type: ignore[misc]
    """What an organiser writes down to hold a sitting."""

    title = StringField(
        mark_text("考试名称"), validators=[InputRequired(mark_text("请填写考试名称。")), Length(max=80, message=mark_text("最多80个字。"))]
    )
    code = StringField(
        mark_text("考试代码"),
        validators=[
            InputRequired(mark_text("请填写考试代码。")),
            Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", message=mark_text("只用英文字母、数字和 . _ -，以字母或数字开头，最多64个字符。")),
        ],
    )
    blueprint = ListedField(mark_text("命题蓝图"), default="")
    profile = ListedField(mark_text("本地资料"), default="")
    groups = SeveralField(mark_text("群体"))
    units = SeveralField(mark_text("单位"))
    posts = SeveralField(mark_text("岗位"))
    opens_at = MomentField(mark_text("开始时间"), validators=[InputRequired(mark_text("请填写开始时间。"))])
    closes_at = MomentField(mark_text("结束时间"), validators=[InputRequired(mark_text("请填写结束时间。"))])
    minutes = WholeField(
        mark_text("答题时长（分钟）"), validators=[Optional(), NumberRange(1, scheduling.LONGEST_MINUTES, mark_text("答题时长须为1至480分钟。"))]
    )
    release = ListedField(
        mark_text("成绩公布"),
        choices=[(rule.value, text) for rule, text in RELEASE_NAMES.items()],
        default=Release.ON_CLOSE.value,
    )

    mode = ListedField(
        mark_text("试卷"),
        choices=[(mode.value, text) for mode, text in MODE_NAMES.items()],
        default=Mode.EACH.value,
    )
    forms = WholeField(mark_text("套数"), default=2, validators=[Optional(), NumberRange(2, len(FORM_NAMES), mark_text("套数须为2至26。"))])
    columns = WholeField(
        mark_text("每排座位数"), default=USUAL.columns, validators=[Optional(), NumberRange(1, 20, mark_text("每排座位数须为1至20。"))]
    )
    avoid_last = WholeField(
        mark_text("避开最近几场考过的题"), default=USUAL.avoid_last, validators=[Optional(), NumberRange(0, 20, mark_text("避开的场数须为0至20。"))]
    )
    delivery_minutes = WholeField(
        mark_text("断网作答的送达时限（分钟）"),
        default=USUAL.delivery_minutes,
        validators=[Optional(), NumberRange(0, LONGEST_DELIVERY, mark_text("送达时限须为0至240分钟。"))],
    )
    band = AmountField(
        mark_text("各卷预计得分相差不超过（分）"),
        default=USUAL.band,
        validators=[Optional(), NumberRange(Decimal("0.1"), 100, mark_text("各卷预计得分的差距须为0.1至100分。"))],
    )

    sites = TextAreaField(mark_text("考点"), validators=[Length(max=8000, message=mark_text("最多8000个字。"))])
    seb_keys = TextAreaField(mark_text("安全考试浏览器的密钥"), validators=[Length(max=1000, message=mark_text("最多1000个字。"))])
    appeal_days = WholeField(
        mark_text("异议期（天）"),
        default=USUAL.appeal_days,
        validators=[Optional(), NumberRange(0, MOST_APPEAL_DAYS, mark_text("异议期须为0至30天。"))],
    )

    markers = ListedField(
        mark_text("简答题阅卷"),
        choices=[("1", mark_text("一人评一份")), ("2", mark_text("两人各评一份，相差过大由第三人仲裁"))],
        default="1",
    )
    margin_percent = WholeField(
        mark_text("仲裁界限（%）"), default=USUAL.margin_percent, validators=[Optional(), NumberRange(0, 100, mark_text("仲裁界限须为0至100。"))]
    )

    def offer(self, choices: PlanChoices) -> None:
        """Fill the lists to choose from."""
        self.blueprint.choices = [
            ("", translate(mark_text("请选择"))),
            *((row.code, say_text(with_code(row.title, row.code))) for row, _ in choices.blueprints),
        ]
        self.profile.choices = [
            ("", translate(mark_text("不用本地资料"))),
            *((row.code, say_text(with_code(row.title, row.code))) for row in choices.datasets),
        ]
        self.groups.choices = [(name, name) for name in choices.groups]
        self.units.choices = [(unit.code, unit.name) for unit, _ in choices.units]
        self.posts.choices = [(kind.value, translate(name)) for kind, name in POST_NAMES.items()]

    def validate_blueprint(self, field: ListedField) -> None:
        """A blueprint must be chosen."""
        if not field.data:
            raise ValidationError(mark_text("请选择命题蓝图。"))

    def validate_closes_at(self, field: MomentField) -> None:
        """The window must end after it begins."""
        if field.data and self.opens_at.data and field.data <= self.opens_at.data:
            raise ValidationError(mark_text("结束时间必须晚于开始时间。"))

    def validate_mode(self, field: ListedField) -> None:
        """Forms must be counted when there are to be some."""
        if field.data == Mode.FORMS and self.forms.data is None and not self.forms.errors:
            raise ValidationError(mark_text("请填写套数。"))

    def validate_sites(self, field: TextAreaField) -> None:
        """Each line must name a site and its units."""
        try:
            read_site_lines(field.data or "")
        except ValueError:
            raise ValidationError(mark_text("每行写一个考点：名称（最多40个字），冒号，单位编码用空格隔开。例如：第一中学：T01 T02")) from None

    def validate_seb_keys(self, field: TextAreaField) -> None:
        """Each must be a key."""
        try:
            read_keys(field.data or "")
        except ValueError:
            raise ValidationError(mark_text("密钥是64位十六进制，用空格或换行隔开，最多8个。")) from None

    @property
    def is_unusual(self) -> bool:
        """True when one of the folded settings is not the usual one, or is wrong."""
        return any(field.errors or field.data != field.default for field in (self.columns, self.avoid_last, self.band, self.delivery_minutes))

    def plan(self, zone: ZoneInfo) -> SittingPlan:
        """Return the plan in a form that is valid."""
        return SittingPlan(
            code=self.code.data,
            title=self.title.data.strip(),
            blueprint=self.blueprint.data,
            opens_at=_aware(self.opens_at.data, zone),
            closes_at=_aware(self.closes_at.data, zone),
            group=Group(
                groups=tuple(self.groups.data or ()),
                units=tuple(self.units.data or ()),
                posts=tuple(PostKind(value) for value in self.posts.data or ()),
            ),
            profile=self.profile.data,
            minutes=self.minutes.data,
            release=Release(self.release.data),
            forms={Mode.EACH: 0, Mode.COMMON: 1, Mode.FORMS: self.forms.data}[Mode(self.mode.data)],
            columns=_or_usual(self.columns.data, USUAL.columns),
            avoid_last=_or_usual(self.avoid_last.data, USUAL.avoid_last),
            band=_or_usual(self.band.data, USUAL.band),
            delivery_minutes=_or_usual(self.delivery_minutes.data, USUAL.delivery_minutes),
            sites=read_site_lines(self.sites.data or ""),
            appeal_days=_or_usual(self.appeal_days.data, USUAL.appeal_days),
            markers=int(self.markers.data),
            margin_percent=_or_usual(self.margin_percent.data, USUAL.margin_percent),
            seb_keys=read_keys(self.seb_keys.data or ""),
        )


T = TypeVar("T")


def _or_usual(given: T | None, usual: T) -> T:
    """What was filled in, or the usual where a field was left empty."""
    return usual if given is None else given


@needs(Action.SCHEDULE)
def new() -> ResponseReturnValue:
    """Plan a sitting: say what would happen, or create it."""
    form = SittingForm()
    return plan_page(form, form.plan)


def plan_page(form: SittingForm, read_plan: Callable[[ZoneInfo], SittingPlan], **shown: Any) -> ResponseReturnValue:
    """Answer with the page that plans a sitting: what the plan of this form would do, or the way to what it made. `shown` goes to the template."""
    zone = installation().settings.zone
    with reader() as db:
        choices = scheduling.plan_choices(db, actor(), today())
    form.offer(choices)
    seen: Forecast | None = None
    report: DrawReport | None = None
    problem: str = ""
    lines: list[Message] = []
    if form.validate_on_submit():
        plan = read_plan(zone)
        try:
            if request.form.get("do") == "create":
                _create(plan, zone)
                return redirect(url_for(".sitting", code=plan.code, done="created"))
            with reader() as db:
                seen = scheduling.forecast(db, actor(), now(), plan, zone)
            if seen.refusal:
                raise seen.refusal
            report = describe(seen.drawing, seen.drawn) if seen.drawn else None
        except SittingRefused as refused:
            problem, lines = say_text(refused.message), refused.lines()
        except QuizError as error:
            problem = say_text(error.message)
    status = 409 if problem else 422 if form.errors else 200
    page = render_template(
        "organiser/new.html",
        form=form,
        choices=choices,
        tree=unit_tree(choices.units),
        seen=seen,
        report=report,
        problem=problem,
        lines=lines,
        WHY_NAMES=WHY_NAMES,
        BASIS_NAMES=BASIS_NAMES,
        **shown,
    )
    return page, status


def _create(plan: SittingPlan, zone: ZoneInfo) -> None:
    """Draw the papers of a plan and store the sitting."""
    with reader() as db:  # assembling takes a while: saves of a running sitting must not wait behind it
        prepared = scheduling.prepare_sitting(db, actor(), now(), plan, zone, secrets.token_bytes(32))
    with writer() as db:
        scheduling.store_sitting(db, actor(), now(), prepared)


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC)


def unit_tree(units: list[tuple[Unit, int]]) -> list[tuple[Unit, int, list[tuple[Unit, int]]]]:
    """Return the units below the county in two steps: towns and departments, and what lies below each; the county itself is "everyone"."""
    counted = [(unit, count) for unit, count in units if unit.parent]
    listed = {unit.code for unit, _ in counted}
    below: dict[str, list[tuple[Unit, int]]] = {}
    for unit, count in counted:
        below.setdefault(unit.parent, []).append((unit, count))
    return [(unit, count, below.get(unit.code, [])) for unit, count in counted if unit.parent not in listed]
