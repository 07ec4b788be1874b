"""How the runs of a Word document look: bold, underlined, coloured or highlighted, by themselves or by their styles."""

from __future__ import annotations

from quiz.formats.marked_text import BOLD, COLOUR, HIGHLIGHT, UNDERLINE
from quiz.formats.office_zip import Node

OFF = {"0", "false", "off", "none"}
"""Values that turn a mark off."""

DARK = {"", "auto", "000000", "windowtext"}
"""Colours of text, and fills, that do not stand out."""


class Looks:
    """The marks of a run: its own, its character style's, its paragraph style's."""

    def __init__(self, styles: Node | None) -> None:
        self.nodes = {node.attributes.get("w:styleId", ""): node for node in styles.all("w:style")} if styles else {}
        self.known: dict[str, dict[int, bool]] = {}

    def of_style(self, name: str | None) -> dict[int, bool]:
        """Return which marks a style turns on or off, with those it is based on."""
        chain: list[str] = []
        while name and name in self.nodes and name not in chain and name not in self.known:
            chain.append(name)
            name = self.nodes[name].value("w:basedOn")
        found = dict(self.known.get(name or "", {}))
        for style in reversed(chain):
            found |= _switches(self.nodes[style].find("w:rPr"))
            self.known[style] = dict(found)
        return found

    def of_run(self, properties: Node | None, paragraph: dict[int, bool]) -> int:
        """Return the mark bits of a run."""
        switches = paragraph | self.of_style(properties.value("w:rStyle") if properties else None) | _switches(properties)
        return sum(bit for bit, is_on in switches.items() if is_on)


def _switches(properties: Node | None) -> dict[int, bool]:
    """Return the marks that run properties turn on or off."""
    found: dict[int, bool] = {}
    for node in properties.children if properties else ():
        value = node.attributes.get("w:val", "").lower()
        if node.tag == "w:b":
            found[BOLD] = value not in OFF
        elif node.tag == "w:u":
            found[UNDERLINE] = value not in OFF
        elif node.tag == "w:color":
            found[COLOUR] = value not in DARK
        elif node.tag == "w:highlight":
            found[HIGHLIGHT] = value not in OFF
        elif node.tag == "w:shd":
            found[HIGHLIGHT] = node.attributes.get("w:fill", "").lower() not in {*DARK, "ffffff"}
    return found
