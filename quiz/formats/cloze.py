"""Moodle's embedded answers `{1:SHORTANSWER:=a~=b}` ⇄ blanks of a fill-in question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from quiz.core.draft import DraftBlank
from quiz.core.message import Message, say
from quiz.core.question import BLANK
from quiz.formats.report import GAP, is_plain_number

KINDS = {
    **dict.fromkeys(["SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"], "text"),
    **dict.fromkeys(["NUMERICAL", "NM"], "number"),
    **dict.fromkeys(["MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"], "choice"),
    **dict.fromkeys(["MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"], "choice"),
    **dict.fromkeys(["MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS"], "several"),
}
FIELD = re.compile(r"\{[0-9]*:(" + "|".join(sorted(KINDS, key=len, reverse=True)) + r"):((?:\\.|[^\\}])*)\}", re.DOTALL)
WEIGHT = re.compile(r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%")
FREED = re.compile(r"\\([}#~/\"'])")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a text with embedded answers says: the stem, its blanks, and what the reader should be told."""

    stem: str
    blanks: tuple[DraftBlank, ...]
    guesses: tuple[Message, ...] = ()
    losses: tuple[Message, ...] = ()
    refusal: Message | None = None


def read_cloze(text: str) -> Embedded:
    """Return the stem with a blank for each embedded answer. A menu becomes a blank with its right options, with a notice."""
    blanks: list[DraftBlank] = []
    guesses: list[Message] = []
    losses: list[Message] = []
    for match in FIELD.finditer(text):
        kind = KINDS[match[1]]
        blank = _blank(kind, match[2], losses)
        if kind == "several" or blank is None:
            return Embedded("", (), refusal=say("嵌入的答案“{got}”没有对应的题型，或者没有得满分的答案", got=match[0][:30]))
        if kind == "choice":
            guesses.append(say("下拉选择已改为填空，答案是原来正确的选项，请核对。"))
        blanks.append(blank)
    pieces = FIELD.split(text)[::3]
    return Embedded(BLANK.join(GAP.sub("…", piece) for piece in pieces), tuple(blanks), tuple(guesses), tuple(losses))


def _blank(kind: str, body: str, losses: list[Message]) -> DraftBlank | None:
    answers: list[str] = []
    tolerance: Decimal | None = None
    for part in re.split(r"(?<!\\)~", body):
        text, *feedback = re.split(r"(?<!\\)#", part, maxsplit=1)
        if feedback and feedback[0].strip():
            losses.append(say("各选项的反馈没有读入。"))
        match = WEIGHT.match(text)
        if match is None or (match[1] and Decimal(match[1].replace(",", ".")) < 100):
            if match and match[1] and Decimal(match[1].replace(",", ".")) > 0:
                losses.append(say("只得部分分的答案没有读入。"))
            continue
        answer = FREED.sub(r"\1", text[match.end() :]).strip()
        if kind == "number":
            answer, _, wide = answer.partition(":")
            tolerance = tolerance if tolerance is not None else _decimal(wide)
            answer = answer.strip()
        if answer:
            answers.append(answer)
    if not answers:
        return None
    is_number = kind == "number" and all(is_plain_number(answer) for answer in answers)
    return DraftBlank(tuple(answers), is_number, tolerance if is_number else None)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def write_cloze(stem: str, blanks: tuple[DraftBlank, ...]) -> str:
    """Return the stem with its blanks as embedded answers. The caller has made sure that `can_write` holds."""
    fields = iter(blanks)
    return re.sub(re.escape(BLANK), lambda _: _field(next(fields)), stem)


def can_write(stem: str, blanks: tuple[DraftBlank, ...]) -> bool:
    """False when a text would be taken for something else: a stem that looks like an embedded answer, a backslash in an answer."""
    return FIELD.search(stem) is None and not any("\\" in text for blank in blanks for text in blank.answers)


def _field(blank: DraftBlank) -> str:
    if blank.is_number and all(is_plain_number(text) for text in blank.answers):
        wide = "" if blank.tolerance is None else f":{blank.tolerance:f}"
        return "{1:NUMERICAL:" + "~".join(f"={text}{wide}" for text in blank.answers) + "}"
    return "{1:SHORTANSWER:" + "~".join("=" + re.sub(r"[}#~]", lambda match: "\\" + match[0], text) for text in blank.answers) + "}"
