"""What the product says to people: texts kept apart from their values so that the edge can translate them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

Translate = Callable[[str], str]
Asked = TypeVar("Asked")
Told = TypeVar("Told")


def mark_text(text: str) -> str:
    """Return `text` unchanged: marks a string for the translation catalogue where no translator is at hand."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A text in Chinese (the catalogue's key) with `{name}` places, and the values that go there."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def render(self, translate: Translate = mark_text) -> str:
        """Return the message in the language of `translate`, which maps the Chinese text to its translation."""
        values = {k: v.render(translate) if isinstance(v, Message) else v for k, v in self.values.items()}
        return translate(self.text).format(**values) if values else translate(self.text)


def say(text: str, **values: Any) -> Message:
    """Make a `Message`; `say("有{n}处错误", n=3)`. The catalogue finds texts by this name."""
    return Message(text, values)


def join_messages(between: str, parts: Iterable[Message | str]) -> Message:
    """Return the parts as one message with `between` between them: a mark such as "；" becomes that of the language, " × " stays."""
    values = {f"p{i}": part for i, part in enumerate(parts)}
    return Message("{between}".join(f"{{{name}}}" for name in values), {**values, "between": Message(between)})


def with_minus(number: str) -> str:
    """Return a written number with a true minus sign: a hyphen is half as wide, and in a range nobody can tell the two apart."""
    return number.replace("-", "−")


def from_minus(number: str) -> str:
    """Return a typed number with the minus sign that programs read: people copy the true one from where they saw it."""
    return number.strip().replace("−", "-")


def listed(parts: Iterable[Message | str], most: int | None = None) -> Message:
    """Return names or words one after the other, as each language lists them; past `most` it only says that there are more."""
    parts = list(parts)
    names = join_messages(mark_text("、"), parts[:most])
    return say("{names}……", names=names) if most is not None and len(parts) > most else names


def with_code(name: Message | str, code: str) -> Message:
    """Return a name with the code or number behind it that tells it from another of that name."""
    return say("{name}（{code}）", name=name, code=code)


MONTHS = (
    mark_text("1月"), mark_text("2月"), mark_text("3月"), mark_text("4月"), mark_text("5月"), mark_text("6月"),
    mark_text("7月"), mark_text("8月"), mark_text("9月"), mark_text("10月"), mark_text("11月"), mark_text("12月"),
)  # fmt: skip


def say_day(day: date) -> Message:
    """Return a day where no language is at hand: 2026年6月30日, in English 30 Jun 2026."""
    return say("{year}年{month}{day}日", year=day.year, month=say(MONTHS[day.month - 1]), day=day.day)


class QuizError(Exception):
    """One broken rule, with a stable `code` for programs and a `message` for people; entry points translate it."""

    def __init__(self, code: str, message: Message) -> None:
        super().__init__(f"{code}: {message.render()}")
        self.code = code
        self.message = message


class NotFound(QuizError):
    """The thing does not exist, or is not this person's to see: the two are never told apart."""

    def __init__(self) -> None:
        super().__init__("not_found", say("没有找到，或者您无权查看。"))


class Forbidden(QuizError):
    """The person's roles do not allow the action."""

    def __init__(self) -> None:
        super().__init__("forbidden", say("您没有进行这项操作的权限。"))


def or_error(do: Callable[[Asked], Told], asked: Asked) -> Told | QuizError:
    """Return what became of one of many: its broken rule is nobody else's."""
    try:
        return do(asked)
    except QuizError as error:
        return error


def or_raise(outcome: Told | QuizError) -> Told:
    """Return what became of it, or raise the rule that it broke: the other way round, for one alone."""
    if isinstance(outcome, QuizError):
        raise outcome
    return outcome


class Severity(StrEnum):
    """What a diagnostic asks for: mend it before use, judge whether it is meant, or merely know it."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


SEVERITY_MARKS = {Severity.ERROR: "", Severity.WARNING: mark_text("警告"), Severity.NOTE: mark_text("提示")}


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One problem in a file: where (1-based), which documented rule, what is wrong and how to mend it, and how much it weighs."""

    file: str
    line: int
    column: int
    rule: str
    message: Message = field(compare=False)
    severity: str = field(default=Severity.ERROR, compare=False)

    @property
    def is_error(self) -> bool:
        """True when the file cannot be used as it is."""
        return self.severity == Severity.ERROR

    def render(self, translate: Translate = mark_text) -> str:
        """Return `file:line:column: RULE message`; what is no error says so before its message."""
        mark = SEVERITY_MARKS[Severity(self.severity)]
        text = f"{translate(mark)} {self.message.render(translate)}" if mark else self.message.render(translate)
        return f"{self.file}:{self.line}:{self.column}: {self.rule} {text}"
