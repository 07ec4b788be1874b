"""Drafts → a QTI 3.0 content package: a manifest and one file an item, the same bytes for the same drafts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from quiz.core.draft import Draft
from quiz.formats.qti_metadata import LOM, write_metadata
from quiz.formats.qti_out import XSI, ItemWriter, item_name
from quiz.formats.report import Losses
from quiz.formats.safe_xml import element

PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
PACKAGE_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"
LOM_SCHEMA = "https://purl.imsglobal.org/spec/md/v1p3/schema/xsd/imsmd_loose_v1p3p2.xsd"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the package: a zip cannot name an earlier one."""


def write_package(drafts: Sequence[Draft], losses: Losses) -> bytes:
    """Return the package; questions that QTI cannot say are reported and left out."""
    writer, files, resources = ItemWriter(losses), dict[str, str](), list[str]()
    for number, draft in enumerate(losses.without_shares(drafts), 1):
        text = writer.write(draft, number)
        if not text:
            continue
        path = f"items/{item_name(number)}.xml"
        files[path] = text
        metadata = write_metadata(draft)
        head = {"identifier": f"resource-{number:03d}", "type": "imsqti_item_xmlv3p0", "href": path}
        resources.append(element("resource", head, *([metadata] if metadata else []), element("file", {"href": path})))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in {"imsmanifest.xml": _manifest(resources), **files}.items():
            info = zipfile.ZipInfo(path, LONG_AGO)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, text.encode("utf-8"))
    return out.getvalue()


def _manifest(resources: Sequence[str]) -> str:
    head = {
        "xmlns": PACKAGE,
        "xmlns:lom": LOM,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": f"{PACKAGE} {PACKAGE_SCHEMA} {LOM} {LOM_SCHEMA}",
        "identifier": "kaoxue-questions",
    }
    kind = [element("schema", None, "QTI Package", inline=True), element("schemaversion", None, "3.0.0", inline=True)]
    content = [element("metadata", None, *kind), "<organizations/>", element("resources", None, *resources)]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("manifest", head, *content) + "\n"
