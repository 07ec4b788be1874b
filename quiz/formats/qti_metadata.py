"""The head of a question in a package's manifest: IEEE LOM, as 1EdTech's binding of QTI 3.0 has it ⇄ category, topic, source, tags."""

from __future__ import annotations

from dataclasses import dataclass

from quiz.core.draft import Draft
from quiz.formats.qti_tree import child, children, every, kind
from quiz.formats.report import Report
from quiz.formats.safe_xml import XmlNode, element, escape

LOM = "http://ltsc.ieee.org/xsd/LOM"
CATEGORY, TOPIC, SOURCE = "discipline", "idea", "isbasedon"
"""LOM's own words: what a classification is for, and the kind of a relation."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the manifest says of a question."""

    category: str = ""
    topic: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()


def read_metadata(node: XmlNode | None, report: Report) -> Head:
    """Return the head; an empty one where there is no LOM."""
    lom = next(iter(every(node, "lom")), None) if node is not None else None
    if lom is None:
        return Head()
    tags = tuple(text for general in children(lom, "general") for word in children(general, "keyword") if (text := _string(word, report)))
    source = next((_string(found, report) for found in children(lom, "relation") if _word(found, "kind") == SOURCE), "")
    return Head(_entry(lom, CATEGORY, report), _entry(lom, TOPIC, report), source, tags)


def write_metadata(draft: Draft) -> str:
    """Return the metadata element of a question, or "" when there is nothing to say."""
    parts = [element("lom:general", None, *(element("lom:keyword", None, _words(tag)) for tag in draft.tags))] if draft.tags else []
    if draft.source:
        resource = element("lom:resource", None, element("lom:description", None, _words(draft.source)))
        parts.append(element("lom:relation", None, _vocabulary("lom:kind", SOURCE), resource))
    for purpose, text in ((CATEGORY, draft.category), (TOPIC, draft.topic)):
        if text:
            taxon = element("lom:taxonPath", None, element("lom:taxon", None, element("lom:entry", None, _words(text))))
            parts.append(element("lom:classification", None, _vocabulary("lom:purpose", purpose), taxon))
    return element("metadata", None, element("lom:lom", None, *parts)) if parts else ""


def _words(text: str) -> str:
    return element("lom:string", {"language": "zh-CN"}, escape(text), inline=True)


def _vocabulary(tag: str, value: str) -> str:
    return element(tag, None, element("lom:source", None, "LOMv1.0", inline=True), element("lom:value", None, value, inline=True))


def _word(node: XmlNode, name: str) -> str:
    found = child(node, name)
    value = child(found, "value") if found is not None else None
    return (value.text or "").strip().lower() if value is not None else ""


def _entry(lom: XmlNode, purpose: str, report: Report) -> str:
    for node in children(lom, "classification"):
        if _word(node, "purpose") == purpose:
            return "/".join(text for entry in every(node, "entry") if (text := _string(entry, report)))
    return ""


def _string(node: XmlNode, report: Report) -> str:
    """The first string below an element; older files call it langstring."""
    found = next((inner for inner in node.iter() if isinstance(inner, XmlNode) and kind(inner) in ("string", "langstring")), None)
    return report.clean("".join(found.itertext()), node.line) if found is not None else ""
