"""The parts of a .docx or .xlsx as XML: refuses DTDs, zip bombs, deep nesting, passwords and the old formats; never touches the disk."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from quiz.core.message import say
from quiz.formats.package_zip import DAMAGED, ZIP
from quiz.formats.report import MAX_BYTES, Refused

MAX_UNPACKED = 50_000_000
MAX_RATIO, ALWAYS_FINE = 200, 1_000_000
MAX_PARTS = 5_000
MAX_DEPTH = 200
MAX_NODES = 2_000_000

CHUNK = 65536
BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""What may stand before the first bracket of XML: byte order marks, the other half of UTF-16, white space."""

OLE, RTF = b"\xd0\xcf\x11\xe0", b"{\\rtf"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

SPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
}
"""Namespaces by the prefix used here; the names of all others get the prefix `o`."""


class Node:
    """An XML element: `tag` as `w:p`, attributes likewise, children in order; text is kept only where `text` is asked for."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes, self.text = tag, attributes, ""
        self.children: list[Node] = []

    def find(self, *path: str) -> Node | None:
        """Return the first child along `path`, or None."""
        node: Node | None = self
        for tag in path:
            node = next((child for child in node.children if child.tag == tag), None) if node else None
        return node

    def all(self, tag: str) -> Iterator[Node]:
        """Yield the children called `tag`."""
        return (child for child in self.children if child.tag == tag)

    def walk(self) -> Iterator[Node]:
        """Yield the node and everything in it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def value(self, *path: str) -> str | None:
        """Return the attribute `w:val` of the child along `path`: "" when it has none, None when there is no child."""
        node = self.find(*path)
        return None if node is None else node.attributes.get("w:val", "")


class OfficeFile:
    """An opened file; `kind` is what to save it as (".docx", ".xlsx") in messages."""

    def __init__(self, content: bytes, kind: str) -> None:
        self.kind = kind
        _check_outside(content, kind)
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
            items = self.archive.infolist()
        except DAMAGED as error:
            raise self.broken() from error
        self.names = {item.filename for item in items}
        if any(item.flag_bits & 1 for item in items):
            raise Refused("I801", say("文件加了密码。请去掉密码，另存为 {kind} 后再试。", kind=kind))
        unpacked = sum(item.file_size for item in items if not _is_picture(item.filename))
        if len(items) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > ALWAYS_FINE and unpacked > MAX_RATIO * len(content)):
            raise Refused("I806", say("文件解开后太大（{n}兆字节）。请只留试题，另存后再试。", n=unpacked // 1_000_000))

    def broken(self) -> Refused:
        """Return the refusal of a damaged file."""
        return Refused("I801", say("打不开这个文件，可能已损坏。请用 Word、WPS 或 Excel 打开，另存为 {kind} 后再试。", kind=self.kind))

    def part(self, name: str) -> Node | None:
        """Return the root of an XML part, or None when there is no such part."""
        if name not in self.names:
            return None
        try:
            with self.archive.open(name) as stream:
                data = stream.read(MAX_UNPACKED + 1)
        except DAMAGED as error:
            raise self.broken() from error
        if len(data) > MAX_UNPACKED:
            raise Refused("I806", say("文件解开后太大（{n}兆字节）。请只留试题，另存后再试。", n=MAX_UNPACKED // 1_000_000))
        return _Builder(self).build(data)

    def refuse_dtds(self) -> None:
        """Refuse the file when any XML part declares a document type, for readers that parse it themselves.

        What a part is called says nothing: the package may name any as a sheet.
        """
        for name in sorted(self.names):
            try:
                with self.archive.open(name) as stream:
                    first = stream.read(CHUNK)
                    if name.endswith((".xml", ".rels")) or first.lstrip(BEFORE_XML).startswith(b"<"):
                        _refuse_dtd(itertools.chain([first], iter(lambda: stream.read(CHUNK), b"")), self)
            except DAMAGED as error:
                raise self.broken() from error

    def main_part(self, usual: str) -> str:
        """Return the path of the main document that the package names, else `usual`."""
        root = self.part("_rels/.rels")
        for node in root.children if root else ():
            if node.attributes.get("Type", "").endswith("/officeDocument"):
                return node.attributes.get("Target", usual).lstrip("/")
        return usual

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relationships of a part: id → (last word of the type, path in the package)."""
        folder, _, name = part.rpartition("/")
        root = self.part(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        found = {}
        for node in root.children if root else ():
            target = node.attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            found[node.attributes.get("Id", "")] = (node.attributes.get("Type", "").rpartition("/")[2], path)
        return found


def _is_picture(name: str) -> bool:
    """True for parts that are never opened here."""
    return "/media/" in name and not name.endswith((".xml", ".rels"))


def _check_outside(content: bytes, kind: str) -> None:
    """Refuse what is no zip, by what it is."""
    if len(content) > MAX_BYTES:
        raise Refused("I806", say("文件超过{n}兆字节。请分成几个文件，或者删去图片。", n=MAX_BYTES // 1_000_000))
    if content.startswith(OLE) and ENCRYPTED in content:
        raise Refused("I801", say("文件加了密码。请去掉密码，另存为 {kind} 后再试。", kind=kind))
    if content.startswith((OLE, RTF)):
        raise Refused("I801", say("这是旧格式的文件（.doc、.xls、.wps 或 .rtf）。请用 Word、WPS 或 Excel 打开，另存为 {kind} 后再试。", kind=kind))
    if not content.startswith(ZIP):
        raise Refused("I801", say("这不是 {kind} 文件，只是名字像。请用 Word、WPS 或 Excel 打开，另存为 {kind} 后再试。", kind=kind))


class _Builder:
    """Builds the nodes of one part."""

    def __init__(self, file: OfficeFile) -> None:
        self.file = file
        self.root = Node("", {})
        self.stack = [self.root]
        self.count = 0

    def build(self, data: bytes) -> Node:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = self.start, self.end, self.characters
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:  # the last of an encoding that nobody knows
            raise self.file.broken() from error
        return self.root.children[0]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) > MAX_DEPTH or self.count > MAX_NODES:
            raise Refused("I806", say("文件的内部结构太复杂。请把文字复制到新文档，只留试题，另存后再试。"))
        node = Node(_short(name), {_short(key) if "}" in key else key: value for key, value in attributes.items()})
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def end(self, _name: str) -> None:
        self.stack.pop()

    def characters(self, text: str) -> None:
        self.stack[-1].text += text


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _doctype
    return parser


def _doctype(*_: object) -> None:
    raise Refused("I806", say("文件里有文档类型声明（DTD），不是 Word、WPS 或 Excel 正常保存的文件，为安全没有读取。请另存后再试。"))


class _Begun(Exception):
    """The first element has been reached: no DTD can follow."""


def _refuse_dtd(chunks: Iterator[bytes], file: OfficeFile) -> None:
    def begin(_name: str, _attributes: dict[str, str]) -> None:
        raise _Begun

    parser = _parser()
    parser.StartElementHandler = begin
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
    except _Begun:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last of an encoding that nobody knows
        raise file.broken() from error


def _short(name: str) -> str:
    space, _, local = name.rpartition("}")
    return f"{SPACES.get(space, 'o')}:{local}"
