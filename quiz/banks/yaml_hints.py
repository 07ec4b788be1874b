"""Says in a setter's words what libyaml could not read, and where the slip really is; changes nothing and guesses no content."""

from __future__ import annotations

import re

import yaml

from quiz.banks.problems import Spot
from quiz.core.message import Message, mark_text, say

Found = tuple[Spot, str, Message]

LEAD = r"^\s*(?:- +)*"
WIDE_COLON = re.compile(LEAD + r"[A-Za-z_][A-Za-z0-9_]*(?P<at>：)")
NO_SPACE_COLON = re.compile(LEAD + r"[A-Za-z_][A-Za-z0-9_]*(?P<at>:)[^\s:/]")
NO_SPACE_DASH = re.compile(r"^\s*(?P<at>-)[^\s\-]")
LIST_ITEM = re.compile(r"^\s*(?P<at>-)\s")
AFTER_QUOTE = re.compile(r"""(?:^|[:\-\[{,]\s+)\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?P<at>[^\s,\]}#:"'])""")
AFTER_BRACKET = re.compile(r"[:\-]\s+(?P<at>[\[{])[^\[\]{}]*[\]}]\s*[^\s,#\]}]")
SPECIAL_START = re.compile(r"(?:[:\-]\s+|^\s*)(?P<at>[*&!%@`]|[|>](?![-+0-9]))\S")
COLON_IN_TEXT = re.compile(LEAD + r"[^\s:\"'\[{]+:\s+[^\"'\[{|>\s].*?(?P<at>:)(?:\s|$)")
WIDE_COMMA = re.compile(r"[\[{][^\]}]*(?P<at>，)")

PROBLEMS = {
    "mapping values are not allowed in this context": mark_text("这里不该出现“键: 值”。请检查上一行的缩进，或者给含冒号的文字加双引号。"),
    "could not find expected ':'": mark_text("这一行应当是“键: 值”，但没有找到冒号。请检查冒号是不是半角、后面有没有空格。"),
    "did not find expected key": mark_text("这里应当是一个“键: 值”。请检查缩进是否与上下行对齐，文字是否需要加双引号。"),
    "did not find expected '-' indicator": mark_text("这里应当是以“- ”开头的一项。请检查缩进是否与上一项的短横对齐。"),
    "block sequence entries are not allowed in this context": mark_text("“- ”开头的一项要另起一行。请换行并缩进。"),
    "found character that cannot start any token": mark_text("文字不能以这个符号开头。请给整段文字加双引号。"),
    "did not find expected comment or line break": mark_text("“|”或“>”后面要换行再写文字。如果这是文字的一部分，请给整段文字加双引号。"),
    "found unknown escape character": mark_text("双引号里的反斜杠“\\”有特殊含义。请改用单引号，或者写成“\\\\”。"),
    "did not find expected <document start>": mark_text("文件到“...”就结束了，后面还有内容。请删掉“...”。"),
}


def explain(error: yaml.MarkedYAMLError, lines: list[str]) -> Found:
    """Return the place, the rule and the message for a syntax error."""
    problem, context = str(error.problem or ""), str(error.context or "")
    at = Spot(error.problem_mark.line, error.problem_mark.column) if error.problem_mark else Spot(0, 0)
    scanned = Spot(error.context_mark.line, error.context_mark.column) if error.context_mark and context.startswith("while scanning") else None
    flow = Spot(error.context_mark.line, error.context_mark.column) if error.context_mark and "flow" in context else None
    suspects = [*([scanned.line] if scanned else []), at.line, _line_before(lines, at.line)]
    return (
        _unclosed_quote(problem, scanned)
        or _line_hint(lines, dict.fromkeys(suspects))
        or _value_hint(lines, at.line, problem)
        or _unclosed_bracket(lines, at, flow)
        or _plain_words(problem, scanned if "simple key" in context and scanned else at)
    )


def fold_problem(lines: list[str], first: int, last: int) -> Found | None:
    """Return the slip that made a text without quotes run on over lines `first` to `last` (counted from 0), if one of them looks like a new item."""
    found = _line_hint(lines, range(first, last + 1))
    if found:
        return found
    for number in range(first + 1, last + 1):
        if match := LIST_ITEM.search(lines[number]):
            return _found(number, match, "Y014", say("这一行的“- ”被并进了上一段文字。请把上一行写成列表项，或者给整段文字加双引号。"))
    return None


def _line_hint(lines: list[str], numbers: range | dict[int, None]) -> Found | None:
    """Slips at the start of a line, whatever libyaml says of them."""
    for number in numbers:
        line = lines[number] if 0 <= number < len(lines) else ""
        if match := WIDE_COLON.search(line):
            return _found(number, match, "Y013", say("键后面用了全角冒号“：”。请改成半角冒号加一个空格“: ”。"))
        if match := NO_SPACE_COLON.search(line):
            return _found(number, match, "Y014", say("冒号后面少了空格。请写成“键: 值”。"))
        if match := NO_SPACE_DASH.search(line):
            return _found(number, match, "Y014", say("短横后面少了空格。请写成“- 内容”。"))
    return None


def _value_hint(lines: list[str], number: int, problem: str) -> Found | None:
    """Slips in the value on the line that libyaml names."""
    line = lines[number] if number < len(lines) else ""
    if "escape" not in problem and (match := AFTER_QUOTE.search(line)):
        text = say("引号已经收尾，后面还有文字。请用双引号把整段括起来，里面的引号改用中文引号“”。")
        return _found(number, match, "Y015", text)
    if match := SPECIAL_START.search(line):
        return _found(number, match, "Y016", say("文字不能以“{sign}”开头。请给整段文字加双引号。", sign=match["at"]))
    if match := AFTER_BRACKET.search(line):
        return _found(number, match, "Y016", say("文字不能以“{sign}”开头。请给整段文字加双引号。", sign=match["at"]))
    if problem.startswith("mapping values") and (match := COLON_IN_TEXT.search(line)):
        return _found(number, match, "Y017", say("文字里有半角冒号加空格，YAML 会把它当作键。请给整段文字加双引号，或者改用全角冒号。"))
    return None


def _unclosed_quote(problem: str, scanned: Spot | None) -> Found | None:
    if scanned and problem in ("found unexpected end of stream", "found unexpected document indicator"):
        return Spot(scanned.line + 1, scanned.column + 1), "Y018", say("从这里开始的引号没有收尾。请在文字末尾补上同样的引号。")
    return None


def _unclosed_bracket(lines: list[str], at: Spot, flow: Spot | None) -> Found | None:
    if flow is None:
        return None
    for number in range(flow.line, min(at.line + 1, len(lines))):
        if match := WIDE_COMMA.search(lines[number]):
            return _found(number, match, "Y018", say("括号里的各项要用半角逗号加空格“, ”隔开，这里是全角逗号。"))
    return Spot(flow.line + 1, flow.column + 1), "Y018", say("从这里开始的括号没有收尾，或者各项之间少了半角逗号。")


def _plain_words(problem: str, at: Spot) -> Found:
    place = Spot(at.line + 1, at.column + 1)
    if problem in PROBLEMS:
        return place, "Y001", Message(PROBLEMS[problem])
    return place, "Y001", say("YAML 语法不对（{problem}）。请对照样例文件检查这一行和上一行。", problem=problem)


def _line_before(lines: list[str], number: int) -> int:
    """The last line above `number` that is neither empty nor a comment."""
    for above in range(min(number, len(lines)) - 1, -1, -1):
        if lines[above].strip() and not lines[above].lstrip().startswith("#"):
            return above
    return number


def _found(number: int, match: re.Match[str], rule: str, message: Message) -> Found:
    return Spot(number + 1, match.start("at") + 1), rule, message
