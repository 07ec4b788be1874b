"""One draft → one QTI 3.0 item, element by element as 1EdTech's schema for assessments, sections and items (ASI) orders them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import mark_text, say
from quiz.core.question import BLANK
from quiz.formats.qti_item import CASE_PART, CASE_SITUATION, EXPLANATION
from quiz.formats.qti_rules import explain, mapped_rule, match_rule, number_rule, processing
from quiz.formats.report import UNSEEN, Losses, gaps, is_plain_number, with_gaps
from quiz.formats.safe_xml import element, escape

ASI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
ASI_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0p1_v1p0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAME = re.compile(r"(?!kaoxue-item-)[A-Za-z_][A-Za-z0-9_.-]{0,63}")
"""Ids that may stand as an identifier (xs:NCName, in ASCII); names of ours are kept for items without an id."""
TITLE_LENGTH = 60
RIGHT_WORD, WRONG_WORD = mark_text("正确"), mark_text("错误")


@dataclass(slots=True)
class _Parts:
    """What the interactions of an item add to its head and its end."""

    declarations: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    names: int = 0

    def name(self) -> str:
        """A fresh response identifier."""
        self.names += 1
        return f"RESPONSE_{self.names}"


class ItemWriter:
    """Writes items; what an item has no place for is reported."""

    def __init__(self, losses: Losses) -> None:
        self.losses = losses

    def write(self, draft: Draft, number: int) -> str:
        """Return the item's file, or "" after saying why there is none."""
        for part in (draft, *draft.parts):
            if why := self.fault(part):
                return self.losses.skip(draft, number, say(why))
        parts = _Parts()
        body = self.case(draft, number, parts) if draft.type is DraftType.CASE else self.whole(draft, number, parts)
        explanations = [("", draft.explanation), *((f"_{k}", part.explanation) for k, part in enumerate(draft.parts, 1))]
        explanations = [(mark, text) for mark, text in explanations if text]
        content = [
            *parts.declarations,
            *self.outcomes(draft, [mark for mark, _ in explanations], has_score=bool(parts.rules)),
            element("qti-item-body", None, *body),
            *processing(parts.rules, parts.names if draft.marks is not None else 0),
            *(explain(EXPLANATION + mark, paragraph(text)) for mark, text in explanations),
        ]
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("qti-assessment-item", _head(draft, number), *content) + "\n"

    def fault(self, draft: Draft) -> str:
        """Why a draft is no question that QTI could ask; "" for a good one."""
        if draft.type in (DraftType.SINGLE, DraftType.MULTIPLE) and (len(draft.options) < 2 or not draft.right):
            return mark_text("选项少于两个，或者没有答案")
        if draft.type is DraftType.FILL_IN and not (draft.blanks and all(blank.answers for blank in draft.blanks)):
            return mark_text("填空题没有答案")
        if draft.type is DraftType.ORDERING and len(draft.items) < 2:
            return mark_text("排序题少于两项")
        if draft.type is DraftType.MATCHING and not draft.pairs:
            return mark_text("连线题没有配对")
        if draft.type is DraftType.CASE and not draft.parts:
            return mark_text("案例题没有小题")
        return ""

    def outcomes(self, draft: Draft, explained: list[str], has_score: bool) -> list[str]:
        """SCORE, MAXSCORE where marks are given, and the variable that shows the explanations."""
        score_head = {"identifier": "SCORE", "cardinality": "single", "base-type": "float"}
        zero = element("qti-default-value", None, _value("0"))
        out = [element("qti-outcome-declaration", score_head if has_score else {**score_head, "external-scored": "human"}, zero)]
        if draft.marks is not None:
            head = {"identifier": "MAXSCORE", "cardinality": "single", "base-type": "float"}
            out.append(element("qti-outcome-declaration", head, element("qti-default-value", None, _value(f"{draft.marks:f}"))))
        if explained:
            head = {"identifier": "FEEDBACK", "cardinality": "multiple", "base-type": "identifier"}
            values = element("qti-default-value", None, *(_value(EXPLANATION + mark) for mark in explained))
            out.append(element("qti-outcome-declaration", head, values))
        return out

    def case(self, draft: Draft, number: int, parts: _Parts) -> list[str]:
        """The situation and its questions in one item, so that they stay together."""
        body = [element("div", {"class": CASE_SITUATION}, paragraph(draft.stem))]
        for part in draft.parts:
            self.losses.fields(part, number, ("explanation",), owner=draft)
            asked, *model = self.whole(part, number, parts)
            body += [element("div", {"class": CASE_PART}, asked), *model]
        return body

    def whole(self, draft: Draft, number: int, parts: _Parts) -> list[str]:
        """The body of one question, and its model answer for those who mark."""
        match draft.type:
            case DraftType.FILL_IN:
                return [self.fill_in(draft, number, parts)]
            case DraftType.ORDERING:
                return [self.ordering(draft, parts)]
            case DraftType.MATCHING:
                return [self.matching(draft, parts)]
            case DraftType.SHORT_ANSWER:
                return self.short_answer(draft, parts)
            case _:
                return [self.choice(draft, parts)]

    def choice(self, draft: Draft, parts: _Parts) -> str:
        name, is_multiple = parts.name(), draft.type is DraftType.MULTIPLE
        if draft.type is DraftType.TRUE_FALSE:
            options = [("true", RIGHT_WORD), ("false", WRONG_WORD)]
            right = ["true" if draft.right else "false"]
        else:
            options = [(f"choice_{i}", text) for i, text in enumerate(draft.options, 1)]
            right = [options[i][0] for i in draft.right]
        parts.declarations.append(_declaration(name, "multiple" if is_multiple else "single", "identifier", right))
        parts.rules.append(match_rule(name))
        shuffle = "false" if draft.type is DraftType.TRUE_FALSE else "true"
        head = {"response-identifier": name, "shuffle": shuffle, "max-choices": "0" if is_multiple else "1"}
        choices = [element("qti-simple-choice", {"identifier": key}, *inline(text), inline=True) for key, text in options]
        return element("qti-choice-interaction", head, _prompt(draft.stem), *choices)

    def ordering(self, draft: Draft, parts: _Parts) -> str:
        """Items stand sorted by their text, so that the file's order gives nothing away where shuffling is not obeyed."""
        name = parts.name()
        names = {i: f"item_{at}" for at, i in enumerate(sorted(range(len(draft.items)), key=lambda i: (draft.items[i], i)), 1)}
        parts.declarations.append(_declaration(name, "ordered", "identifier", [names[i] for i in range(len(draft.items))]))
        parts.rules.append(match_rule(name))
        shown = sorted(names, key=lambda i: int(names[i].removeprefix("item_")))
        choices = [element("qti-simple-choice", {"identifier": names[i]}, *inline(draft.items[i]), inline=True) for i in shown]
        return element("qti-order-interaction", {"response-identifier": name, "shuffle": "true"}, _prompt(draft.stem), *choices)

    def matching(self, draft: Draft, parts: _Parts) -> str:
        name, count = parts.name(), len(draft.pairs)
        rights = sorted({right for _, right in draft.pairs})
        keys = {text: f"right_{i}" for i, text in enumerate(rights, 1)}
        uses = {text: sum(right == text for _, right in draft.pairs) for text in rights}
        parts.declarations.append(
            _declaration(name, "multiple", "directedPair", [f"left_{i} {keys[right]}" for i, (_, right) in enumerate(draft.pairs, 1)])
        )
        parts.rules.append(match_rule(name))
        left = [_associable(f"left_{i}", 1, text) for i, (text, _) in enumerate(draft.pairs, 1)]
        right = [_associable(keys[text], uses[text], text) for text in rights]
        right += [_associable(f"extra_{i}", 1, text) for i, text in enumerate(draft.extra, 1)]
        head = {"response-identifier": name, "shuffle": "true", "max-associations": str(count)}
        sets = (element("qti-simple-match-set", None, *left), element("qti-simple-match-set", None, *right))
        return element("qti-match-interaction", head, _prompt(draft.stem), *sets)

    def short_answer(self, draft: Draft, parts: _Parts) -> list[str]:
        name = parts.name()
        parts.declarations.append(_declaration(name, "single", "string", []))
        asked = element("qti-extended-text-interaction", {"response-identifier": name}, _prompt(draft.stem))
        if not draft.model_answer:
            return [asked]
        content = element("qti-content-body", None, paragraph(draft.model_answer))
        return [asked, element("qti-rubric-block", {"use": "scoring", "view": "scorer"}, content)]

    def fill_in(self, draft: Draft, number: int, parts: _Parts) -> str:
        stem = draft.stem if gaps(draft.stem) == len(draft.blanks) else with_gaps(draft.stem, len(draft.blanks))
        pieces = stem.split(BLANK)
        out = inline(pieces[0])
        for blank, after in zip(draft.blanks, pieces[1:], strict=True):
            name = parts.name()
            self.blank(draft, number, blank, name, parts)
            length = max(len(text) for text in blank.answers)
            out.append(element("qti-text-entry-interaction", {"response-identifier": name, "expected-length": str(length)}))
            out += inline(after)
        return element("p", None, *out, inline=True)

    def blank(self, draft: Draft, number: int, blank: DraftBlank, name: str, parts: _Parts) -> None:
        """Declare a blank: numbers are compared by rule, texts through a mapping without regard to case."""
        if blank.is_number and all(map(is_plain_number, blank.answers)):
            parts.declarations.append(_declaration(name, "single", "float", blank.answers[:1]))
            parts.rules.append(number_rule(name, blank))
            return
        if blank.is_number:
            self.losses.add(draft, number, say("答案里有中文数字、单位或百分号，已按文字导出，不再按数比较。"))
        entries = [element("qti-map-entry", {"map-key": text, "mapped-value": "1", "case-sensitive": "false"}) for text in blank.answers]
        mapping = element("qti-mapping", {"default-value": "0"}, *entries)
        parts.declarations.append(_declaration(name, "single", "string", blank.answers[:1], mapping))
        parts.rules.append(mapped_rule(name))


def inline(text: str) -> list[str]:
    """Return text as inline content: line ends as br, further spaces of a run as no-break spaces, which reading undoes."""
    lines = [re.sub("(?<= ) ", "\xa0", line) for line in UNSEEN.sub("", text).split("\n")]
    out = [escape(lines[0])] if lines[0] else []
    for line in lines[1:]:
        out += ["<br/>", escape(line)]
    return out


def paragraph(text: str) -> str:
    """Return text as one paragraph."""
    return element("p", None, *inline(text), inline=True)


def _head(draft: Draft, number: int) -> dict[str, str]:
    own = bool(NAME.fullmatch(draft.id))
    title = " ".join(draft.stem.split())[:TITLE_LENGTH]
    return {
        "xmlns": ASI,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": f"{ASI} {ASI_SCHEMA}",
        "identifier": draft.id if own else item_name(number),
        "title": UNSEEN.sub("", title),
        **({"label": draft.id} if draft.id and not own else {}),
        "xml:lang": "zh-CN",
        "tool-name": "Kaoxue",
        "adaptive": "false",
        "time-dependent": "false",
    }


def item_name(number: int) -> str:
    """The identifier of an item whose question has none that XML allows."""
    return f"kaoxue-item-{number:03d}"


def _declaration(name: str, cardinality: str, base_type: str, correct: list[str] | tuple[str, ...], mapping: str = "") -> str:
    head = {"identifier": name, "cardinality": cardinality, "base-type": base_type}
    values = [element("qti-correct-response", None, *map(_value, correct))] if correct else []
    return element("qti-response-declaration", head, *values, *([mapping] if mapping else []))


def _value(text: str) -> str:
    return element("qti-value", None, escape(text), inline=True)


def _prompt(text: str) -> str:
    return element("qti-prompt", None, *inline(text), inline=True)


def _associable(name: str, uses: int, text: str) -> str:
    return element("qti-simple-associable-choice", {"identifier": name, "match-max": str(uses)}, *inline(text), inline=True)
