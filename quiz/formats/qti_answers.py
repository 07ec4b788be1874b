"""QTI interactions with their response declarations → drafts without head; refuses an interaction without a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import Message, say
from quiz.formats.qti_tree import attribute, child, children, every, kind, plain_text
from quiz.formats.report import Report, is_plain_number
from quiz.formats.safe_xml import XmlNode


@dataclass(slots=True)
class Response:
    """What an item declares right for one interaction."""

    is_single: bool = True
    is_number: bool = False
    correct: list[str] = field(default_factory=list)
    mapped: dict[str, Decimal] = field(default_factory=dict)
    equal: list[str] = field(default_factory=list)
    tolerance: Decimal | None = None

    @property
    def full(self) -> list[str]:
        """The values that earn full marks, the declared one first."""
        best = max(self.mapped.values(), default=Decimal(0))
        return list(dict.fromkeys([*self.correct, *(key for key, value in self.mapped.items() if value == best and best > 0)]))

    @property
    def earning(self) -> list[str]:
        """The values that earn something: the declared ones, or else those that the mapping gives marks."""
        return self.correct or [key for key, value in self.mapped.items() if value > 0]


class NoDraft(Exception):
    """The interaction cannot be kept, and why."""

    def __init__(self, why: Message) -> None:
        super().__init__()
        self.why = why


def read_responses(item: XmlNode) -> dict[str, Response]:
    """Return the response declarations by identifier, with the numbers that the response processing compares them to."""
    out: dict[str, Response] = {}
    for node in children(item, "responsedeclaration"):
        response = Response(attribute(node, "cardinality") == "single", attribute(node, "base-type") in ("float", "integer"))
        correct = child(node, "correctresponse")
        response.correct = ["".join(value.itertext()).strip() for value in children(correct, "value")] if correct is not None else []
        for entry in every(node, "mapentry"):
            response.mapped[attribute(entry, "map-key").strip()] = _decimal(attribute(entry, "mapped-value")) or Decimal(0)
        out[attribute(node, "identifier")] = response
    for processing in children(item, "responseprocessing"):
        for equal in every(processing, "equal"):
            variable, value = child(equal, "variable"), child(equal, "basevalue")
            found = out.get(attribute(variable, "identifier")) if variable is not None else None
            if found is not None and value is not None:
                found.equal.append("".join(value.itertext()).strip())
                wide = (attribute(equal, "tolerance").split() or [""])[0]
                found.tolerance = _decimal(wide) if attribute(equal, "tolerance-mode") == "absolute" else None
    return out


class InteractionReader:
    """Reads the interactions of one item."""

    def __init__(self, responses: dict[str, Response], report: Report, line: int) -> None:
        self.responses, self.report, self.line = responses, report, line
        self.readers: dict[str, Callable[[XmlNode, str], Draft]] = {
            "choiceinteraction": self.choice,
            "orderinteraction": self.order,
            "matchinteraction": self.match,
            "associateinteraction": self.associate,
            "extendedtextinteraction": self.essay,
        }

    def block(self, node: XmlNode, stem: str) -> Draft:
        """Return the draft of a block interaction."""
        read = self.readers.get(kind(node))
        if read is None:
            raise NoDraft(say("交互类型 {kind} 没有对应的题型", kind=node.tag))
        return read(node, stem)

    def response(self, node: XmlNode) -> Response:
        """The declaration of an interaction."""
        return self.responses.get(attribute(node, "response-identifier"), Response())

    def texts(self, node: XmlNode, *names: str) -> dict[str, str]:
        """Texts of the choices by their identifiers."""
        return {attribute(found, "identifier"): plain_text(found, self.report, self.line) for found in children(node, *names)}

    def choice(self, node: XmlNode, stem: str) -> Draft:
        options, response = self.texts(node, "simplechoice"), self.response(node)
        right = [name for name in response.earning if name in options]
        if {name.lower() for name in options} == {"true", "false"} and len(right) == 1:
            return Draft(DraftType.TRUE_FALSE, stem, right=(0,) if right[0].lower() == "true" else ())
        if not right:
            raise NoDraft(say("没有标明正确的选项"))
        if len(options) < 2 or not all(options.values()):
            raise NoDraft(say("选项少于两个，或者有空的选项（可能是图片）"))
        names = list(options)
        is_single = attribute(node, "max-choices") in ("", "1") and response.is_single
        if is_single and len(right) > 1:
            self.report.add(self.line, "I802", say("单选题有几个选项都得满分，已按多选题读入，请核对。"))
        type_ = DraftType.SINGLE if is_single and len(right) == 1 else DraftType.MULTIPLE
        return Draft(type_, stem, options=tuple(options.values()), right=tuple(sorted(names.index(name) for name in right)))

    def order(self, node: XmlNode, stem: str) -> Draft:
        texts = self.texts(node, "simplechoice")
        order = [name for name in self.response(node).correct if name in texts]
        if len(order) < 2:
            raise NoDraft(say("没有标明正确的次序"))
        if len(order) < len(texts):
            self.report.add(self.line, "I808", say("不属于正确次序的项没有读入。"))
        return Draft(DraftType.ORDERING, stem, items=tuple(texts[name] for name in order))

    def match(self, node: XmlNode, stem: str) -> Draft:
        sets = [self.texts(found, "simpleassociablechoice") for found in children(node, "simplematchset")]
        if len(sets) != 2:
            raise NoDraft(say("连线题没有左右两组"))
        return self.pairs(stem, sets[0], sets[1], self.response(node))

    def associate(self, node: XmlNode, stem: str) -> Draft:
        texts = self.texts(node, "simpleassociablechoice")
        return self.pairs(stem, texts, texts, self.response(node))

    def pairs(self, stem: str, left: dict[str, str], right: dict[str, str], response: Response) -> Draft:
        """Pairs as declared; what stands in none of them is an extra on the right, and lost on the left."""
        found = [tuple(value.split()) for value in response.earning]
        named = [pair for pair in found if len(pair) == 2 and pair[0] in left and pair[1] in right]
        if not named:
            raise NoDraft(say("没有标明正确的配对"))
        used = {name for pair in named for name in pair}
        if left is not right and any(name not in used for name in left):
            self.report.add(self.line, "I808", say("没有配对的左边一项没有读入。"))
        extra = tuple(text for name, text in right.items() if name not in used)
        order = list(left)
        pairs = sorted(named, key=lambda pair: order.index(pair[0])) if left is not right else named
        return Draft(DraftType.MATCHING, stem, pairs=tuple((left[a], right[b]) for a, b in pairs), extra=extra)

    def essay(self, node: XmlNode, stem: str) -> Draft:
        answer = "\n".join(self.report.clean(text, self.line) for text in self.response(node).correct)
        return Draft(DraftType.SHORT_ANSWER, stem, model_answer=answer)

    def blank(self, node: XmlNode) -> DraftBlank:
        """Return the blank of an inline interaction; a menu becomes a blank with its right option."""
        response = self.response(node)
        if kind(node) == "inlinechoiceinteraction":
            texts = self.texts(node, "inlinechoice")
            answers = [texts[name] for name in response.earning if texts.get(name)]
            self.report.add(self.line, "I802", say("下拉选择已改为填空，答案是原来正确的选项，请核对。"))
        else:
            if len(response.full) < len(response.earning) or any(0 < v < max(response.mapped.values()) for v in response.mapped.values()):
                self.report.add(self.line, "I808", say("只得部分分的答案没有读入。"))
            answers = [self.report.clean(text, self.line) for text in response.equal or response.full]
        answers = [text for text in dict.fromkeys(answers) if text]
        if not answers:
            raise NoDraft(say("有一个空没有答案"))
        is_number = response.is_number and all(map(is_plain_number, answers))
        return DraftBlank(tuple(answers), is_number, response.tolerance if is_number else None)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
