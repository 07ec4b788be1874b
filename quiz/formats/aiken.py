"""Aiken (a stem, lettered options, ANSWER: B) ⇄ drafts; the format has single choice and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase

from quiz.core.draft import Draft, DraftType, Imported
from quiz.core.message import Diagnostic, Message, mark_text, say
from quiz.formats.report import Losses, Refused, Report, decode, split_cases

OPTION = re.compile(r"([A-Z])\s*[.)、．）]\s*(.*)", re.IGNORECASE)
ANSWER = re.compile(r"(?:ANSWER|答案)\s*[:：]\s*(.*)", re.IGNORECASE)
LETTERS = re.compile(r"[A-Z](?:[\s,，、;；]*[A-Z])*", re.IGNORECASE)
TRUE, FALSE = mark_text("正确"), mark_text("错误")


def read_aiken(content: bytes, file: str) -> Imported:
    """Return the questions of an Aiken file; the line is where the stem begins. Several letters after ANSWER make a multiple question."""
    report = Report(file)
    reader = _Reader(report)
    try:
        for number, line in enumerate(re.split(r"\r\n|\r|\n", decode(content, report)), 1):
            reader.take(report.clean(line, number), number)
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
    reader.skip_open()
    if not reader.drafts and not report.diagnostics:
        report.add(1, "I801", say("没有找到题目。Aiken 的每道题是一行题干、几行“A. 选项”和一行“ANSWER: B”。"))
    return Imported(tuple(reader.drafts), report.told())


class _Reader:
    """Takes line after line; a question ends at its answer."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.drafts: list[Draft] = []
        self.start()

    def start(self) -> None:
        self.stem: list[str] = []
        self.options: list[str] = []
        self.line = 0

    def take(self, text: str, number: int) -> None:
        """Add a line to the open question, or close it."""
        if not text:
            return
        if not self.stem:
            self.stem, self.line = [text], number
        elif match := ANSWER.fullmatch(text):
            self.close(match[1])
        elif (match := OPTION.fullmatch(text)) and match[1].upper() == ascii_uppercase[len(self.options) % 26]:
            self.options.append(match[2])
        elif self.options:
            self.options[-1] += f"\n{text}"
        else:
            self.stem.append(text)

    def close(self, answer: str) -> None:
        """Keep the question if its answer names its options."""
        letters = [letter for letter in answer.upper() if letter in ascii_uppercase]
        right = sorted({ascii_uppercase.index(letter) for letter in letters})
        if len(self.options) < 2 or not all(self.options):
            self.skip(say("选项少于两个，或者有空的选项"))
        elif not LETTERS.fullmatch(answer.strip()) or right[-1] >= len(self.options):
            self.skip(say("答案“{got}”不是已有的选项", got=answer.strip()))
        else:
            if len(right) > 1:
                self.report.add(self.line, "I802", say("答案有几个字母，已按多选题读入，请核对。"))
            kind = DraftType.SINGLE if len(right) == 1 else DraftType.MULTIPLE
            self.drafts.append(Draft(kind, "\n".join(self.stem), options=tuple(self.options), right=tuple(right), line=self.line))
        self.start()

    def skip_open(self) -> None:
        """Report a question that the end of the file cut off."""
        if self.stem:
            self.skip(say("没有“ANSWER:”一行"))

    def skip(self, why: Message) -> None:
        self.report.add(self.line, "I804", say("没有读入“{head}”：{why}。", head=self.stem[0][:20], why=why))


def write_aiken(drafts: Sequence[Draft]) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the drafts as Aiken, each text on one line, and what Aiken could not say."""
    losses = Losses()
    blocks = [text for number, draft in split_cases(drafts, losses) if (text := _written(draft, number, losses))]
    return "\n\n".join(blocks) + "\n" if blocks else "", tuple(losses.diagnostics)


def _written(draft: Draft, number: int, losses: Losses) -> str:
    options, right = draft.options, draft.right
    if draft.type is DraftType.TRUE_FALSE:
        losses.add(draft, number, say("Aiken 没有判断题，已写成“正确”“错误”两个选项的单选题。"))
        options, right = (TRUE, FALSE), (0,) if right else (1,)
    elif draft.type is not DraftType.SINGLE:
        return losses.skip(draft, number)
    if len(right) != 1 or not 2 <= len(options) <= len(ascii_uppercase):
        return losses.skip(draft, number, say("选项少于两个、多于26个，或者没有答案"))
    if any("\n" in text for text in (draft.stem, *options)):
        losses.add(draft, number, say("Aiken 的题干和选项只有一行，换行已改为空格。"))
    losses.fields(draft, number, ())
    lines = [_line(draft.stem), *(f"{ascii_uppercase[i]}. {_line(text)}" for i, text in enumerate(options))]
    return "\n".join([*lines, f"ANSWER: {ascii_uppercase[right[0]]}"])


def _line(text: str) -> str:
    return " ".join(text.split("\n"))
