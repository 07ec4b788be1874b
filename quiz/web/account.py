"""Pages for everyone: log in and out, one's password, the language switch, static files, pictures of questions, the way home."""

from __future__ import annotations

import logging
import re
import secrets
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, send_from_directory, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text, say
from quiz.translation import LANGUAGES
from quiz.usecases import accounts, admission, log_ins, passwords
from quiz.usecases.log_ins import LogIn
from quiz.usecases.pictures import read_picture
from quiz.web import counters
from quiz.web.context import STATIC, STATIC_VERSION, account, actor, installation, login_cookie, needs, now, reader, say_text, writer
from quiz.web.guesses import Guesses

pages = Blueprint("account", __name__)
log = logging.getLogger("quiz.web")
DIGEST = re.compile("[0-9a-f]{64}")

HOMES = (
    (Action.SIT, "trainee.home"),
    (Action.SCHEDULE, "organiser.home"),
    (Action.READ_RESULTS, "organiser.home"),
    (Action.READ_BANK, "setter.home"),
    (Action.JUDGE, "marker.home"),
)


class LogInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    login = StringField(validators=[InputRequired(mark_text("请输入登录名或工号。")), Length(max=80, message=mark_text("登录名太长。"))])
    password = PasswordField(validators=[InputRequired(mark_text("请输入密码。")), Length(max=10_000, message=mark_text("密码太长。"))])


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The old password and the new one."""

    old = PasswordField(validators=[InputRequired(mark_text("请输入原密码。")), Length(max=10_000, message=mark_text("密码太长。"))])
    new = PasswordField(validators=[InputRequired(mark_text("请输入新密码。")), Length(max=10_000, message=mark_text("密码太长。"))])


@pages.get("/")
@needs()
def home() -> ResponseReturnValue:
    """Send everyone to the page where their work is."""
    for action, endpoint in HOMES:
        if actor().may(action):
            return redirect(url_for(endpoint))
    return render_template("account/no_role.html"), 403


@pages.route("/login", methods=["GET", "POST"])
def log_in() -> ResponseReturnValue:
    """The log-in page."""
    form = LogInForm()
    problem = ""
    if form.validate_on_submit():
        token = secrets.token_urlsafe(32)
        if _guesses().is_tried_on_many(form.password.data, now()):
            counters.count_login(LogIn())
            problem = say_text(say("这个密码刚被用来试探许多账号，暂时不能用它登录。请一小时后再试，或者用准考码进入，或者请组考人员重设密码。"))
        else:
            found = _try(log_ins.clean_login(form.login.data), form.password.data, token)
            counters.count_login(found)
            if found.account is not None:
                forget_session()
                return with_login(redirect(safe_path(request.args.get("next", ""))), token)
            problem = say_text(say("输错次数较多，请{n}秒后再试。", n=found.wait_seconds) if found.wait_seconds else say("登录名或密码不对。"))
    return render_template("account/login.html", form=form, problem=problem), 401 if problem else 200


def _guesses() -> Guesses:
    found: Guesses = current_app.extensions.setdefault("quiz_guesses", Guesses(installation().settings.processes))
    return found


def _try(name: str, password: str, token: str) -> LogIn:
    """Check a password and count it where it is wrong; a name that nobody has takes as long and waits as long as any other."""
    key = installation().settings.secret_key
    with reader() as db:
        stored = log_ins.stored_hash(db, name, now(), key)
    checked = passwords.check(stored, password) if stored else None
    with writer() as db:
        found = log_ins.log_in(db, name, password, token, now(), key, checked)
    if found.account is None and not found.wait_seconds and _guesses().add(password, name, now()):
        log.warning("one password is tried on many accounts")
    return found


@pages.post("/logout")
def log_out() -> ResponseReturnValue:
    """End this log-in."""
    with writer() as db:
        log_ins.log_out(db, request.cookies.get(login_cookie(), ""))
        admission.leave(db, request.cookies.get(login_cookie(), ""))
    session.clear()
    response = redirect(url_for("account.log_in"))
    response.delete_cookie(login_cookie(), secure=installation().settings.secure)
    return response


@pages.route("/password", methods=["GET", "POST"])
@needs()
def password() -> ResponseReturnValue:
    """Change one's own password; required at first use."""
    account()
    form = PasswordForm()
    problem = ""
    if form.validate_on_submit():
        token = secrets.token_urlsafe(32)
        try:
            log_ins.refuse_while_waiting(account(), now())
            change = accounts.check_change(account(), form.old.data, form.new.data)
            with writer() as db:
                accounts.change_password(db, account().id, form.old.data, form.new.data, token, now(), change)
            return with_login(redirect(url_for("account.home")), token)
        except QuizError as error:
            problem = say_text(error.message)
            if error.code == "wrong_password":
                with writer() as db:
                    accounts.count_wrong_password(db, account().id, now())
    return render_template("account/password.html", form=form, problem=problem, is_first=account().must_change_password), 422 if problem else 200


@pages.post("/language")
def switch_language() -> ResponseReturnValue:
    """Choose the language of the pages."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(safe_path(request.form.get("next", "")))


@pages.get("/static/<path:name>")
def static(name: str) -> Response:
    """Styles and scripts; kept by browsers only under the name of what they are, since while nodes are updated one may ask the other's."""
    response = send_from_directory(STATIC, name, max_age=31536000 if request.args.get("v") == STATIC_VERSION else 0)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@pages.get("/pictures/<digest>")
@needs()
def picture(digest: str) -> Response:
    """A picture of a question, for whoever is logged in and was given its name; under one name it is the same for ever."""
    if not DIGEST.fullmatch(digest):
        abort(404)
    with reader() as db:
        found = read_picture(db, digest)
    response = Response(found.content, mimetype=f"image/{found.kind}")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def with_login(response: BaseResponse, token: str) -> BaseResponse:
    """Return the response with the log-in cookie."""
    secure = installation().settings.secure
    response.set_cookie(login_cookie(), token, httponly=True, samesite="Lax", secure=secure, max_age=int(log_ins.LOGIN_LASTS.total_seconds()))
    return response


def forget_session() -> None:
    """Begin a new session of forms for whoever logs in now; the language stays."""
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen


def safe_path(target: str) -> str:
    """Return `target` if it is a path on this server, else the way home: never another host."""
    parts = urlsplit(target)
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if is_local and "\\" not in target and target.isprintable() else url_for("account.home")
