"""XML bytes → a tree whose elements know their lines; refuses DOCTYPE, entities, great depth and size before anything is expanded or fetched."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.parsers import expat

from quiz.core.message import say
from quiz.formats.report import UNSEEN, Refused, Report, decode

MAX_DEPTH = 100
MAX_ELEMENTS = 2_000_000
NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


class XmlNode(ElementTree.Element):
    """An element with the line of its start tag; its tag is the local name without a namespace."""

    line: int = 0

    @property
    def nodes(self) -> list[XmlNode]:
        """The child elements."""
        return [child for child in self if isinstance(child, XmlNode)]

    def named(self, *names: str) -> list[XmlNode]:
        """The child elements of these names."""
        return [child for child in self.nodes if child.tag in names]

    def first(self, name: str) -> XmlNode | None:
        """The first child element of this name."""
        return next((child for child in self.nodes if child.tag == name), None)


def parse_xml(content: bytes, report: Report) -> XmlNode:
    """Return the root. Refused, with the line, for anything that is not plain well-formed XML within the limits."""
    text = decode(content, report)
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    builder.parser = parser
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.entity
    parser.ExternalEntityRefHandler = None
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or str(error.code)
        raise Refused("I801", say("这不是完整的 XML：{reason}。请从原来的系统重新导出。", reason=reason), error.lineno) from None
    assert builder.root is not None
    return builder.root


class _Builder:
    """Receives the parser's events."""

    def __init__(self) -> None:
        self.parser: expat.XMLParserType
        self.root: XmlNode | None = None
        self.stack: list[XmlNode] = []
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if len(self.stack) >= MAX_DEPTH:
            raise Refused("I806", say("XML 嵌套超过{n}层。", n=MAX_DEPTH), line)
        if self.count > MAX_ELEMENTS:
            raise Refused("I806", say("XML 的元素太多。请分成几个文件。"), line)
        node = XmlNode(_local(tag), {_local(name): value for name, value in attributes.items() if not name.startswith("xmlns")})
        node.line = line
        if self.stack:
            self.stack[-1].append(node)
        else:
            self.root = node
        self.stack.append(node)

    def end(self, tag: str) -> None:
        self.stack.pop()

    def data(self, text: str) -> None:
        node = self.stack[-1]
        if len(node):
            last = node[-1]
            last.tail = (last.tail or "") + text
        else:
            node.text = (node.text or "") + text

    def doctype(self, *_: object) -> None:
        raise self.refuse()

    def entity(self, *_: object) -> None:
        raise self.refuse()

    def refuse(self) -> Refused:
        text = say("XML 里有 DOCTYPE 或实体声明，为安全起见不读取。请从原来的系统重新导出，或者删掉这一行。")
        return Refused("I806", text, self.parser.CurrentLineNumber)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def escape(text: str, in_attribute: bool = False) -> str:
    """Return text for an element or a quoted attribute, without the characters that XML does not allow."""
    return re.sub('[&<>"\n\t]' if in_attribute else "[&<>]", lambda match: NAMES[match[0]], UNSEEN.sub("", text))


def element(tag: str, attributes: dict[str, str] | None = None, *children: str, inline: bool = False) -> str:
    """Return an element as text. Children are finished XML, each on its own line unless `inline`; `attributes` are escaped here."""
    head = tag + "".join(f' {name}="{escape(value, True)}"' for name, value in (attributes or {}).items())
    if not children:
        return f"<{head}/>"
    if inline:
        return f"<{head}>{''.join(children)}</{tag}>"
    return f"<{head}>\n" + "\n".join(children) + f"\n</{tag}>"
