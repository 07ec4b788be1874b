"""QTI 2.x and 3.0 packages and single items ⇄ drafts; writes 3.0 only, and reads no test structure, pictures or stylesheets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from quiz.core.draft import Draft, Imported
from quiz.core.message import Diagnostic, say
from quiz.formats.package_zip import ZIP, Package, clean_path
from quiz.formats.qti_item import read_item
from quiz.formats.qti_metadata import read_metadata
from quiz.formats.qti_tree import attribute, child, children, every, kind, plain_text
from quiz.formats.report import Losses, Refused, Report
from quiz.formats.safe_xml import XmlNode, parse_xml

MANIFEST = "imsmanifest.xml"
ITEM_TYPE = re.compile(r"imsqti_(apip)?item_xmlv[23]p\d|imsqti_item")
OLD_TYPE = re.compile(r"imsqti_xmlv1p\d")


def read_qti(content: bytes, file: str) -> Imported:
    """Return the questions of a package or a single item; in a package the file of a diagnostic is `package/path`. Never raises for bad content."""
    report = Report(file)
    try:
        if content.startswith(ZIP):
            return _PackageReader(Package(content), file, report).read()
        root = parse_xml(content, report)
        drafts = _item_of(root, report, lambda _: "")
        return Imported(tuple(drafts), report.told())
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
        return Imported((), report.told())


def _item_of(root: XmlNode, report: Report, stimulus: object) -> list[Draft]:
    if kind(root) != "assessmentitem":
        report.add(root.line, "I801", say("这不是 QTI 2.x 或 3.0 的题目：最外层是 {tag}。", tag=root.tag))
        return []
    assert callable(stimulus)
    return read_item(root, report, stimulus)


class _PackageReader:
    """Follows the manifest of a package."""

    def __init__(self, package: Package, file: str, report: Report) -> None:
        self.package, self.file, self.report = package, file, report
        self.reports = [report]

    def read(self) -> Imported:
        """Return all questions in the order of the manifest."""
        manifests = sorted((path for path in self.package.items if posixpath.basename(path) == MANIFEST), key=lambda path: path.count("/"))
        if not manifests:
            raise Refused("I801", say("压缩包里没有 {name}，不是 QTI 包。", name=MANIFEST))
        base = posixpath.dirname(manifests[0])
        manifest = parse_xml(self.package.read(manifests[0]) or b"", self.report)
        drafts: list[Draft] = []
        for resource in every(manifest, "resource"):
            drafts += self.resource(resource, base)
        if not drafts and not any(report.diagnostics for report in self.reports):
            self.report.add(1, "I801", say("压缩包的目录里没有题目。"))
        return Imported(tuple(drafts), tuple(found for report in self.reports for found in report.told()))

    def resource(self, resource: XmlNode, base: str) -> list[Draft]:
        """Return the questions of one resource."""
        type_ = attribute(resource, "type").lower()
        if OLD_TYPE.match(type_):
            self.report.add(resource.line, "I804", say("QTI 1.x 的题目没有读入，请从原来的系统导出 QTI 2.1 或 3.0。"))
        elif "test" in type_ and type_.startswith("imsqti"):
            self.report.add(resource.line, "I808", say("试卷的结构（大题、分值、次序）没有读入，只读入题目。"))
        if not ITEM_TYPE.match(type_):
            return []
        files = [attribute(resource, "href"), *(attribute(node, "href") for node in children(resource, "file"))]
        path = self.path(base, next((href for href in files if href), ""))
        content = self.package.read(path) if path else None
        if path is None or content is None:
            self.report.add(resource.line, "I804", say("目录里的“{path}”不在压缩包里，这道题没有读入。", path=files[0][:80]))
            return []
        report = Report(f"{self.file}/{path}")
        self.reports.append(report)
        try:
            drafts = _item_of(parse_xml(content, report), report, lambda href: self.stimulus(posixpath.dirname(path), href, report))
        except Refused as refused:
            report.add(refused.line, refused.rule, refused.message)
            return []
        head = read_metadata(child(resource, "metadata"), report)
        return [replace(draft, category=head.category, topic=head.topic, source=head.source, tags=head.tags) for draft in drafts]

    def stimulus(self, base: str, href: str, report: Report) -> str:
        """Return the text of a shared passage; "" after saying that it is missing."""
        path = self.path(base, href)
        content = self.package.read(path) if path else None
        if content is None:
            report.add(1, "I808", say("共用的材料“{path}”不在压缩包里，没有读入。", path=href[:80]))
            return ""
        root = parse_xml(content, report)
        return plain_text(child(root, "stimulusbody"), report, root.line)

    def path(self, base: str, href: str) -> str | None:
        """Return the path of a reference within the package; None when it leads out of it."""
        href = unquote(href.split("?", 1)[0].split("#", 1)[0])
        if not href or ":" in href:
            return None
        joined = posixpath.normpath(posixpath.join(base, href.replace("\\", "/")))
        return clean_path(joined)


def write_qti(drafts: Sequence[Draft]) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """Return a QTI 3.0 package, the same bytes for the same drafts, and what it could not say."""
    from quiz.formats.qti_package_out import write_package

    losses = Losses()
    return write_package(drafts, losses), tuple(losses.diagnostics)
