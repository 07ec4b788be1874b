"""What every request knows: the installation, the time, who asks and in which language; and the two kinds of transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quiz import translation
from quiz.core.access import Action, Actor
from quiz.core.contest import FLOORS
from quiz.core.hundredths import from_hundredths
from quiz.core.message import Forbidden, Message, QuizError, or_raise, with_minus
from quiz.core.paper import pass_line, plain_number
from quiz.core.profile import SCOPE_NAMES
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES, key_text, response_text, shares_text
from quiz.core.rounded import rounded
from quiz.settings import Settings
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AccountRow, AttemptRow
from quiz.storage.together import SharedWriter, Together
from quiz.usecases import admission, log_ins
from quiz.usecases.admission import Admitted, Entry
from quiz.usecases.attempts import Start
from quiz.usecases.handing_in import HandedIn, HandIn
from quiz.usecases.saving import Knock, Reply
from quiz.web.noting import Presences

LOGIN_COOKIE = "quiz_login"
NOBODY_ASKS = ("account.static", "health.lives", "health.is_ready", "health.metrics", "saving.save", "presence.pulse")
"""What is answered without a look into the database for who it is: to everyone alike, or after a shorter look of their own."""

HOST_PREFIX = "__Host-"
"""Begins the name of a cookie that browsers take over https only, for this very host: no neighbour under the same domain can plant one."""

View = TypeVar("View", bound=Callable[..., Any])
Asked = TypeVar("Asked")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings, database and clock of this application; what does saves, admissions, starts, submissions and other small changes together when
    they come at the same time; and what keeps who was heard of."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    saves: Together[Knock, Reply | QuizError]
    admissions: Together[Entry, Admitted]
    starts: Together[Start, AttemptRow | QuizError]
    submissions: Together[HandIn, HandedIn | QuizError]
    changes: SharedWriter
    presences: Presences


def installation() -> Installation:
    """Return the installation that this request is served by."""
    return cast(Installation, current_app.extensions["quiz"])


def login_cookie() -> str:
    """Return the name of the log-in cookie."""
    return f"{HOST_PREFIX}{LOGIN_COOKIE}" if installation().settings.secure else LOGIN_COOKIE


def now() -> datetime:
    """Return the server's time, the same during one request."""
    if "now" not in g:
        g.now = installation().clock()
    return cast(datetime, g.now)


def today() -> date:
    """Return the day it is in the county."""
    return now().astimezone(installation().settings.zone).date()


def reader() -> AbstractContextManager[Session]:
    """Give a transaction that only reads."""
    return reading(installation().engine)


def writer() -> AbstractContextManager[Session]:
    """Give a transaction that is committed before the reply is sent, and rolled back when anything is raised."""
    return writing(installation().engine)


def write_together(change: Callable[[Session], Outcome]) -> Outcome:
    """Do a small change that thousands do in the same minute, committed before this returns; asks nothing of this request while it runs."""
    return installation().changes.run(change)


def do_together(together: Together[Asked, Outcome | QuizError], asked: Asked) -> Outcome:
    """Do one of many pieces of work that come at the same time, committed before this returns. Raises its own QuizError."""
    return or_raise(together.do(asked))


def actor() -> Actor:
    """Return who asks; only in views behind `needs`."""
    return cast(Actor, g.actor)


def sent_json() -> Any:
    """Return what a script sent as JSON; 400 for what is none, also for brackets so deep that nobody can read them, 415 by another name."""
    try:
        return request.get_json()
    except RecursionError:
        abort(400)


def account() -> AccountRow:
    """Return the account that asks; only in views behind `needs`. Forbidden to who was admitted by a code and acts without one."""
    if g.account is None:
        raise Forbidden()
    return cast(AccountRow, g.account)


def language() -> str:
    """Return the language of this request: chosen by the switch, else the installation's."""
    if "language" not in g:
        chosen = session.get("language", "")
        g.language = chosen if chosen in translation.LANGUAGES else installation().settings.language
    return cast(str, g.language)


def say_text(message: Message) -> str:
    """Return a message in the language of this request."""
    return message.render(translation.translator(language()))


def translate(text: str) -> str:
    """Return a Chinese text of the product in the language of this request."""
    return translation.translator(language())(text)


def picture_url(digest: str) -> str:
    """Return where the bytes of a picture are: among those of the proposal that is shown, which are not published yet, or among the published."""
    return cast(dict[str, str], g.get("draft_pictures", {})).get(digest) or url_for("account.picture", digest=digest)


def needs(action: Action | None = None) -> Callable[[View], View]:
    """Let only people who are logged in and may do `action` reach a view; others go to the log-in page or are refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if g.get("actor") is None:
                if g.get("turned_away") is not None:
                    raise g.turned_away
                if request.method != "POST" and not request.is_json:
                    return redirect(url_for("account.log_in", next=request.path))
                abort(401)
            if g.account is not None and g.account.must_change_password and request.endpoint != "account.password":
                return redirect(url_for("account.password"))
            if action is not None:
                actor().require(action)
            return view(*args, **kwargs)

        return cast(View, guarded)

    return decorate


def prepare(app: Flask) -> None:
    """Teach the application who asks, and the templates their filters."""
    app.before_request(_find_actor)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translate, ngettext=lambda one, many, n: translate(one if n == 1 else many), newstyle=True
    )
    app.jinja_env.filters.update(
        moment=lambda value: translation.format_moment(value, language(), installation().settings.zone),
        day=lambda value: translation.format_day(value, language()),
        clock=lambda value: f"{value.astimezone(installation().settings.zone):%H:%M}",
        duration=lambda value: translation.format_duration(value, language()),
        mark=lambda value: plain_number(Decimal(value)),
        hundredths=lambda value: plain_number(from_hundredths(value)),
        minus=lambda value: with_minus(str(value)),
        rounded=rounded,
        say=say_text,
        tr=translate,
        key_text=key_text,
        response_text=response_text,
        shares_text=lambda question: shares_text(question).replace(" ", "\u00a0"),  # a letter stays with its number
    )
    app.jinja_env.globals.update(
        TYPE_NAMES=TYPE_NAMES, SCOPE_NAMES=SCOPE_NAMES, FLOORS=FLOORS, picture_url=picture_url, pass_line=pass_line
    )  # macros see globals, not what a page is given
    app.context_processor(_template_values)


def _template_values() -> dict[str, Any]:
    return {
        "actor": g.get("actor"),
        "language": language(),
        "languages": translation.LANGUAGES,
        "is_demo": installation().settings.is_demo,
        "now": now(),
        "Action": Action,
        "AREAS": AREAS,
        "LEVEL_NAMES": LEVEL_NAMES,
        "static_version": STATIC_VERSION,
    }


def _static_version() -> str:
    content = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        content.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
    return content.hexdigest()[:12]


STATIC = Path(__file__).resolve().parent / "static"
STATIC_VERSION = _static_version()
"""Changes with what styles and scripts say, so that browsers fetch new ones after an update; the same on every node that serves the same."""


def _find_actor() -> None:
    g.actor = g.account = None
    token = request.cookies.get(login_cookie(), "")
    if token and request.endpoint not in NOBODY_ASKS:
        with reader() as db:
            found = log_ins.who(db, token, now())
            if found is not None:
                g.actor, g.account = found
                return
            try:
                g.actor = admission.visitor(db, token, now())
            except QuizError as error:  # told by the pages that need someone
                g.turned_away = error
