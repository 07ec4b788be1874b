"""Reads a page as a screen reader and an English reader do: faults of its structure, and Chinese in it that is nobody's content."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from sqlalchemy import Engine, inspect, text

HAN = re.compile(r"[\u4e00-\u9fff]")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff60]")
"""Characters and marks that an English text has none of; “ ”, — and … are both languages'."""

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
SPOKEN = ("aria-label", "title", "alt", "placeholder", "data-label")
FIELDS = ("input", "select", "textarea")


class Element:
    """An element with its attributes and what it holds, in order."""

    def __init__(self, name: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.inside: list[Element | str] = []

    def __str__(self) -> str:
        told = "".join(f' {key}="{value}"' for key, value in self.attributes.items() if key in ("id", "name", "class", "href", "aria-label"))
        return f"<{self.name}{told}>"

    def all(self, *names: str) -> Iterator[Element]:
        """Every element below this one with one of these names; without names, every one."""
        for part in self.inside:
            if isinstance(part, Element):
                if not names or part.name in names:
                    yield part
                yield from part.all(*names)

    def above(self) -> Iterator[Element]:
        """This element and those around it."""
        yield self
        if self.parent:
            yield from self.parent.above()

    def text(self) -> str:
        """What is read of it: its label, or what it holds with the other texts of pictures."""
        label = self.attributes.get("aria-label", "")
        return label or " ".join(part if isinstance(part, str) else part.attributes.get("alt") or part.text() for part in self.inside).strip()

    def is_chinese(self) -> bool:
        """True where the nearest language says Chinese."""
        return next((one.attributes["lang"] for one in self.above() if "lang" in one.attributes), "").startswith("zh")


class Page(HTMLParser):
    """A page as a tree. `unclosed` names elements that end in another order than they began."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.root = self._here = Element("", {}, None)
        self.unclosed: list[str] = []
        self.feed(source)
        self.close()
        self.elements = list(self.root.all())
        self.by_id = {one.attributes["id"]: one for one in self.elements if "id" in one.attributes}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element."""
        made = Element(tag, {key: value or "" for key, value in attrs}, self._here)
        self._here.inside.append(made)
        if tag not in VOID:
            self._here = made

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in VOID:
            return
        if self._here.name != tag:
            self.unclosed.append(f"{self._here} ended by </{tag}>")
        for one in self._here.above():
            if one.name == tag and one.parent:
                self._here = one.parent
                return

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self._here.inside.append(data)

    def faults(self) -> list[str]:
        """Return what a reader by ear or by keyboard would stumble over."""
        return [*self.unclosed, *self._frame_faults(), *self._id_faults(), *self._part_faults()]

    def _frame_faults(self) -> Iterator[str]:
        html = next(self.root.all("html"))
        if not html.attributes.get("lang"):
            yield "no language"
        if not next(self.root.all("title")).text().strip(" ·"):
            yield "no title"
        for name, wanted in (("h1", 1), ("main", 1)):
            found = len(list(self.root.all(name)))
            if found != wanted:
                yield f"{found} <{name}>"
        level = 0
        for heading in self.root.all("h1", "h2", "h3", "h4"):
            if any(one.attributes.get("role") == "alert" for one in heading.above()):
                continue  # what is wrong with a form stands before everything else
            if int(heading.name[1]) > level + 1:
                yield f"{heading} {heading.text()[:30]!r} follows <h{level}>"
            level = int(heading.name[1])
        names = [one.attributes.get("aria-label", "") for one in self.root.all("nav")]
        if "" in names or len(set(names)) < len(names):
            yield f"navigations without names of their own: {names}"

    def _id_faults(self) -> Iterator[str]:
        counts = Counter(one.attributes["id"] for one in self.elements if "id" in one.attributes)
        yield from (f"id {name!r} {count} times" for name, count in counts.items() if count > 1)
        for one in self.elements:
            named = [one.attributes.get(key, "") for key in ("aria-labelledby", "aria-describedby", "for")]
            if one.attributes.get("href", "").startswith("#"):
                named.append(one.attributes["href"][1:])
            yield from (f"{one} names {name!r}, which is not there" for part in named for name in part.split() if name not in self.by_id)

        described = {name for one in self.elements for name in one.attributes.get("aria-describedby", "").split()}
        for one in self.elements:
            if "field-problem" in one.attributes.get("class", "").split() and not described & {part.attributes.get("id") for part in one.above()}:
                yield f"{one} belongs to no field: {one.text()[:30]!r}"

    def _part_faults(self) -> Iterator[str]:
        labelled = {label.attributes["for"] for label in self.root.all("label") if "for" in label.attributes and label.text()}
        for one in self.elements:
            by = " ".join(self.by_id[name].text() for name in one.attributes.get("aria-labelledby", "").split() if name in self.by_id)
            said = one.text() or by
            if one.name in FIELDS and one.attributes.get("type") != "hidden":
                around = next((part for part in one.above() if part.name == "label"), None)
                if not (one.attributes.get("aria-label") or by or one.attributes.get("id") in labelled or (around and around.text())):
                    yield f"{one} has no label"
            elif one.name == "img" and "alt" not in one.attributes:
                yield f"{one} has no alt"
            elif one.name in ("a", "button", "summary", "legend", "th", "h1", "h2", "h3") and not said:
                yield f"{one} says nothing"
            elif one.name == "table" and not any(head.attributes.get("scope") for head in one.all("th")):
                yield f"{one} has no head: {one.text()[:60]!r}"
            elif one.name == "form" and one.attributes.get("method", "get").lower() == "post":
                if not any(field.attributes.get("name") == "csrf_token" for field in one.all("input")):
                    yield f"{one} has no token"
            elif int(one.attributes.get("tabindex", "0") or 0) > 0:
                yield f"{one} jumps the order"

    def said(self) -> Iterator[str]:
        """Every text of the page that is not marked as Chinese, and those that only show or are read with an element."""
        for one in [self.root, *self.elements]:
            if one.name in ("script", "style", "svg") or one.is_chinese():
                continue
            yield from (" ".join(part.split()) for part in one.inside if isinstance(part, str) and part.strip())
            yield from (one.attributes[key] for key in SPOKEN if one.attributes.get(key))


def content_of(engine: Engine) -> list[str]:
    """Return every Chinese text that somebody stored, the longest first: names, titles, questions, also those within JSON."""
    found: set[str] = set()

    def take(value: object) -> None:
        if isinstance(value, str) and value[:1] in ("[", "{"):
            with contextlib.suppress(ValueError):
                value = json.loads(value)
        if isinstance(value, str):
            found.update(" ".join(line.split()) for line in value.splitlines() if HAN.search(line))
        elif isinstance(value, dict):
            for key, part in value.items():
                take(key)
                take(part)
        elif isinstance(value, list):
            for part in value:
                take(part)

    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    take(value)
    return sorted(found, key=lambda one: (-len(one), one))


class Ear:
    """Finds Chinese in English texts that is nobody's content; remembers what it has heard, since pages repeat themselves."""

    def __init__(self, content: list[str]) -> None:
        self.content, self.known, self.heard = content, frozenset(content), dict[str, str]()

    def left(self, said: str) -> str:
        """Return a text without what is content, when Chinese is left in it; else nothing."""
        if not CHINESE.search(said) or said in self.known:
            return ""
        if said not in self.heard:
            rest = said
            for one in self.content:
                if not HAN.search(rest):
                    break
                rest = rest.replace(one, "◌")
            self.heard[said] = rest if CHINESE.search(rest) else ""
        return self.heard[said]


def fingerprint(page: str) -> str:
    """Return what a page that shows a correction before it is made asks to have confirmed."""
    found = re.search(r'name="confirmed"[^>]*value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]
