"""QTI 2.x and 3.0 under one set of names, and item bodies as a run of text lines and interactions."""

from __future__ import annotations

from dataclasses import dataclass, field

from quiz.core.message import Message, say
from quiz.core.question import BLANK
from quiz.formats.markup_text import BLOCKS, CELLS, HIDDEN, LOST, TextFlow
from quiz.formats.report import GAP, Report
from quiz.formats.safe_xml import XmlNode

GAP_MARK = "\uf8ff"
"""Stands for an inline interaction while text is laid out; the same character in a file is dropped."""

BLOCK_INTERACTIONS = frozenset(
    f"{name}interaction"
    for name in (
        *("choice", "order", "match", "associate", "extendedtext", "gapmatch", "hotspot", "graphicorder", "graphicassociate"),
        *("graphicgapmatch", "selectpoint", "slider", "drawing", "upload", "media", "hottext", "custom", "portablecustom"),
    )
)
INLINE_INTERACTIONS = frozenset(["textentryinteraction", "inlinechoiceinteraction"])
FEEDBACK = frozenset(["feedbackblock", "feedbackinline", "modalfeedback"])
PASSED_OVER = frozenset(["stylesheet", "cataloginfo", "prompt", "endattemptinteraction", "companionmaterialsinfo"])


def kind(node: XmlNode) -> str:
    """The name of an element in either version: `choiceInteraction` and `qti-choice-interaction` are both `choiceinteraction`."""
    return node.tag.removeprefix("qti-").replace("-", "").lower()


def attribute(node: XmlNode, name: str) -> str:
    """An attribute by its QTI 3.0 name, in either version."""
    wanted = name.replace("-", "").lower()
    return next((value for key, value in node.attrib.items() if key.replace("-", "").lower() == wanted), "")


def child(node: XmlNode, name: str) -> XmlNode | None:
    """The first child element of this kind."""
    return next((found for found in node.nodes if kind(found) == name), None)


def children(node: XmlNode, *names: str) -> list[XmlNode]:
    """The child elements of these kinds."""
    return [found for found in node.nodes if kind(found) in names]


def every(node: XmlNode, *names: str) -> list[XmlNode]:
    """All elements below `node` of these kinds, in the order of the document."""
    return [found for found in node.iter() if isinstance(found, XmlNode) and kind(found) in names]


@dataclass(slots=True)
class Unit:
    """A piece of an item body: a line of text with its inline interactions, or one block interaction."""

    text: str = ""
    inline: list[XmlNode] = field(default_factory=list)
    block: XmlNode | None = None


@dataclass(slots=True)
class Body:
    """An item body taken apart."""

    units: list[Unit] = field(default_factory=list)
    scorer: list[str] = field(default_factory=list)
    feedback: list[XmlNode] = field(default_factory=list)
    other_rubrics: int = 0

    def text(self) -> str:
        """The text of all lines, with a blank for each inline interaction; other rows of underscores are then no blanks."""
        text = "\n".join(unit.text for unit in self.units if unit.text)
        return GAP.sub("…", text).replace(GAP_MARK, BLANK) if self.inline else text

    @property
    def inline(self) -> list[XmlNode]:
        """All inline interactions in their order."""
        return [node for unit in self.units for node in unit.inline]

    @property
    def blocks(self) -> list[XmlNode]:
        """All block interactions in their order."""
        return [unit.block for unit in self.units if unit.block is not None]


class BodyReader:
    """Walks a body once; what cannot be text is reported."""

    def __init__(self, report: Report, line: int) -> None:
        self.report, self.line = report, line
        self.body = Body()
        self.flow = TextFlow()
        self.inline: list[XmlNode] = []
        self.lost: set[str] = set()

    def read(self, *nodes: XmlNode) -> Body:
        """Return the body made of these elements' content."""
        for node in nodes:
            self.walk(node)
            self.flush()
        if self.lost:
            names: list[Message] = [say(name) for name in sorted(self.lost)]
            for name in names:
                self.report.add(self.line, "I805", say("去掉了{what}，请核对。", what=name))
        return self.body

    def walk(self, node: XmlNode) -> None:
        """Take the text and the children of one element."""
        self.flow.run((node.text or "").replace(GAP_MARK, ""))
        for inner in node.nodes:
            self.element(inner)
            self.flow.run((inner.tail or "").replace(GAP_MARK, ""))

    def element(self, node: XmlNode) -> None:
        """Take one child element by its kind."""
        name = kind(node)
        if name in BLOCK_INTERACTIONS:
            self.flush()
            self.body.units.append(Unit(block=node))
        elif name in INLINE_INTERACTIONS:
            self.flow.run(GAP_MARK)
            self.inline.append(node)
        elif name == "rubricblock":
            self.rubric(node)
        elif name in FEEDBACK:
            self.body.feedback.append(node)
        elif name in HIDDEN:
            self.lost.update([LOST[name]] if name in LOST else [])
        elif name not in PASSED_OVER:
            self.markup(node, name)

    def markup(self, node: XmlNode, name: str) -> None:
        """Take HTML; a block is a unit of its own."""
        if name in LOST:
            self.lost.add(LOST[name])
        if name == "br":
            self.flow.line_break()
        elif name in BLOCKS and name not in ("tr", "table"):
            self.flush()
            self.walk(node)
            self.flush()
        else:
            if name in ("tr", "table"):
                self.flow.block()
            self.flow.run(" " if name in CELLS else "")
            self.walk(node)

    def rubric(self, node: XmlNode) -> None:
        """What the candidate sees is text; what the scorer sees may be a model answer."""
        views = attribute(node, "view").split() or ["candidate"]
        if "candidate" in views:
            self.flush()
            content = child(node, "contentbody")
            self.walk(node if content is None else content)
            self.flush()
        elif "scorer" in views:
            self.body.scorer.append(plain_text(node, self.report, self.line))
        else:
            self.body.other_rubrics += 1

    def flush(self) -> None:
        """End the open line."""
        text = self.report.clean(self.flow.text(), self.line)
        if text or self.inline:
            self.body.units.append(Unit(text, self.inline))
        self.flow, self.inline = TextFlow(), []


def plain_text(node: XmlNode | None, report: Report, line: int) -> str:
    """Return all text in an element (a choice, a prompt, feedback) as lines; its interactions, if any, are dropped."""
    if node is None:
        return ""
    reader = _TextReader(report, line)
    return "\n".join(unit.text for unit in reader.read(node).units if unit.text)


class _TextReader(BodyReader):
    """Reads plain content: underscores stay, nested prompts and rubrics are only text."""

    def element(self, node: XmlNode) -> None:
        name = kind(node)
        if name in HIDDEN:
            self.lost.update([LOST[name]] if name in LOST else [])
        elif name not in BLOCK_INTERACTIONS and name not in INLINE_INTERACTIONS:
            self.markup(node, name)

    def flush(self) -> None:
        text = self.report.clean(self.flow.text(), self.line)
        if text:
            self.body.units.append(Unit(text))
        self.flow = TextFlow()
