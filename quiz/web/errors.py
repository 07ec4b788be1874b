"""Errors in one place: each rule's code becomes a status and a page or a JSON answer, in the reader's language."""

from __future__ import annotations

import logging

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from quiz.core.message import Message, QuizError, say
from quiz.web.context import say_text

log = logging.getLogger("quiz.web")

STATUS = {"not_found": 404, "forbidden": 403, "taken_over": 401, "nobody": 401}
"""The HTTP status of a rule's code; every other broken rule is a conflict with the state of things: 409."""

HTTP_TEXTS: dict[int, Message] = {
    400: say("请求不完整，请返回重试。"),
    401: say("请先登录。"),
    403: say("您没有进行这项操作的权限。"),
    404: say("没有找到，或者您无权查看。"),
    405: say("请从页面上的按钮进行操作。"),
    413: say("上传的内容太大。"),
    500: say("服务器出现了问题，已经记录。请稍后再试；已保存的作答不会丢失。"),
    503: say("数据库暂时不可用，没有保存。请稍后重试。"),
}


def register(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(QuizError, _broken_rule)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DataError, _impossible)
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, code: str, message: Message) -> ResponseReturnValue:
    """Return an error as JSON to scripts, as a page to people."""
    g.error = code
    text = say_text(message)
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(error=code, message=text), status
    return render_template("error.html", status=status, message=text), status


def _broken_rule(error: QuizError) -> ResponseReturnValue:
    return answer(STATUS.get(error.code, 409), error.code, error.message)


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return answer(400, "csrf", say("页面已过期或不是从本系统打开的，请刷新后重试。"))


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, SecurityError):  # a host that is not ours: no page can be made, its links would need a host
        return say_text(HTTP_TEXTS[400]), 400, {"Content-Type": "text/plain; charset=utf-8"}
    return answer(status, f"http_{status}", HTTP_TEXTS.get(status, HTTP_TEXTS[400]))


def _database(error: OperationalError) -> ResponseReturnValue:
    log.exception("database unavailable", exc_info=error)
    return answer(503, "database", HTTP_TEXTS[503])


def _impossible(error: DataError) -> ResponseReturnValue:
    """A value that the database cannot even hold, such as a NUL in a search: nobody typed that."""
    log.warning("refused by the database", exc_info=error)
    return answer(400, "bad_value", HTTP_TEXTS[400])


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error", exc_info=error)
    return answer(500, "unexpected", HTTP_TEXTS[500])
