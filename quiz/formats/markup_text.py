"""HTML and Markdown → plain text; runs nothing, keeps no tag, and tells what was lost on the way (pictures, formulas, scripts)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from quiz.core.message import Message, mark_text, say

BLOCKS = frozenset(
    ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "blockquote", "pre", "hr", "dl", "dt", "dd"]
) | frozenset(["section", "article", "aside", "figure", "header", "footer", "nav", "address"])
HIDDEN = frozenset(["script", "style", "head", "title", "noscript", "template"])
CELLS = frozenset(["td", "th"])
LOST = {
    "img": mark_text("图片"),
    "picture": mark_text("图片"),
    "svg": mark_text("图片"),
    "object": mark_text("嵌入的文件"),
    "embed": mark_text("嵌入的文件"),
    "iframe": mark_text("嵌入的网页"),
    "audio": mark_text("声音"),
    "video": mark_text("视频"),
    "math": mark_text("公式的排版"),
    "script": mark_text("脚本"),
    "table": mark_text("表格的排版"),
    "sub": mark_text("上下标的排版"),
    "sup": mark_text("上下标的排版"),
}
"""Tags whose loss changes what a reader sees."""

WHITE = re.compile(r"[ \t\r\n\f]+")
EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
MARKDOWN_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(([^)]*)\)")
MARKDOWN_HEAD = re.compile(r"^(#{1,6}|>|[-*+])\s+", re.MULTILINE)


@dataclass(slots=True)
class TextFlow:
    """Builds plain text from runs and line breaks as a browser would lay them out."""

    parts: list[str] = field(default_factory=list)

    def run(self, text: str, keep_space: bool = False) -> None:
        """Add inline text; runs of white space count as one space."""
        self.parts.append(text if keep_space else WHITE.sub(" ", text))

    def line_break(self) -> None:
        """Start a new line, even an empty one."""
        self.parts.append("\v")

    def block(self) -> None:
        """End the line that is open, if any."""
        self.parts.append("\f")

    def text(self) -> str:
        """Return the text: one line for each block or break, spaces collapsed, no empty line at either end."""
        whole = re.sub(r" *\f[\f ]*", "\f", "".join(self.parts)).strip("\f ")
        lines = whole.replace("\f", "\v").split("\v")
        return "\n".join(re.sub(" {2,}", " ", line).strip(" ") for line in lines).replace("\xa0", " ").strip()


class _Stripper(HTMLParser):
    """Feeds a `TextFlow` from HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.flow = TextFlow()
        self.lost: set[str] = set()
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LOST:
            self.lost.add(LOST[tag])
        if tag in HIDDEN:
            self.hidden += 1
        elif tag == "br":
            self.flow.line_break()
        elif tag in BLOCKS:
            self.flow.block()
        elif tag in CELLS:
            self.flow.run(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in BLOCKS:
            self.flow.block()

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.flow.run(data)


def html_to_text(html: str) -> tuple[str, list[Message]]:
    """Return the text that a reader of `html` sees, and the names of what was lost."""
    stripper = _Stripper()
    stripper.feed(html)
    stripper.close()
    return stripper.flow.text(), [say(name) for name in sorted(stripper.lost)]


def markdown_to_text(text: str) -> tuple[str, list[Message]]:
    """Return `text` without the commonest Markdown marks, and the names of what was lost."""
    lost = [say(LOST["img"])] if MARKDOWN_PICTURE.search(text) else []
    text = MARKDOWN_PICTURE.sub(r"\1", text)
    text = MARKDOWN_LINK.sub(r"\1", text)
    text = MARKDOWN_HEAD.sub("", text)
    while (once := EMPHASIS.sub(r"\2", text)) != text:
        text = once
    return text.strip(), lost
