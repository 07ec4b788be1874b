"""Drafts → a Word document as papers are written: sections by type, answer and explanation under each question; deterministic bytes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import Diagnostic, say
from quiz.formats.docx_numbering import chinese
from quiz.formats.question_keys import FALSE, TRUE
from quiz.formats.question_shape import DIFFICULTY
from quiz.formats.report import UNSEEN, Losses
from quiz.formats.safe_xml import escape
from quiz.formats.word_in import read_docx

HEADS = {
    DraftType.SINGLE: "单项选择题",
    DraftType.MULTIPLE: "多项选择题",
    DraftType.TRUE_FALSE: "判断题",
    DraftType.FILL_IN: "填空题",
    DraftType.ORDERING: "排序题",
    DraftType.MATCHING: "连线题",
    DraftType.SHORT_ANSWER: "简答题",
    DraftType.CASE: "案例分析题",
}
"""Names of the types in the files themselves, which are Chinese whoever writes them."""

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

TYPES = (
    f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/></Types>'
)
ROOT = (
    f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
RELATIONS = (
    f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
FONTS = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}" w:cs="Times New Roman"/>'


def _style(name: str, title: str, paragraph: str, run: str = "") -> str:
    """Return a paragraph style based on the body's."""
    based = f'<w:name w:val="{title}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
    return f'<w:style w:type="paragraph" w:styleId="{name}">{based}<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>'


STYLES = (
    f'{DECLARATION}<w:styles xmlns:w="{MAIN}"><w:docDefaults>'
    f'<w:rPrDefault><w:rPr>{FONTS.format(font="宋体")}<w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
    "</w:rPr></w:rPrDefault>"
    '<w:pPrDefault><w:pPr><w:spacing w:line="320" w:lineRule="atLeast"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
    + _style(
        "Heading1",
        "heading 1",
        '<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="0"/>',
        FONTS.format(font="黑体") + '<w:sz w:val="24"/>',
    )
    + _style("Stem", "题干", '<w:keepNext/><w:keepLines/><w:spacing w:before="120"/><w:ind w:left="420" w:hanging="420"/>')
    + _style("Option", "选项", '<w:keepNext/><w:ind w:left="840" w:hanging="420"/>')
    + _style("Answer", "答案", '<w:ind w:left="420"/>', '<w:color w:val="2C5E4F"/>')
    + "</w:styles>"
)
PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1418" w:bottom="1440" w:left="1418" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
)
DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold: the same questions always make the same bytes."""


def write_docx(drafts: Sequence[Draft], out: BinaryIO) -> tuple[Diagnostic, ...]:
    """Write the questions, grouped by type, and return what the document cannot say: a diagnostic's file is the question's id, its line its place.

    What was written is read again by our own reader, and a question that would not come back as it was is reported.
    """
    losses = Losses()
    drafts = losses.without_shares(drafts)
    content = _document(_by_type(drafts))
    back = read_docx(content, "")
    report_changes(drafts, _by_type(drafts), back.drafts, losses)
    out.write(content)
    return tuple(losses.diagnostics)


def report_changes(drafts: Sequence[Draft], written: Sequence[Draft], back: Sequence[Draft], losses: Losses) -> None:
    """Report each question that was read back otherwise, or not at all; `written` are the drafts in the order of the file."""
    places = {id(draft): number for number, draft in enumerate(drafts, 1)}
    same = [_bare(draft) for draft in back]
    at = 0
    for draft in written:
        mine = _bare(draft)
        if at < len(same) and same[at] == mine:
            at += 1
            continue
        found = next((i for i in range(at, min(at + 20, len(same))) if same[i] == mine), None)
        if found is not None:
            at = found + 1
            continue
        at += 1
        losses.add(
            draft, places[id(draft)], say("这道题写出以后再读回来会有出入（题中多半有“答案：”“A．”一类的字样，或者缺答案），请核对写出的文件。")
        )


def _bare(draft: Draft) -> Draft:
    """Return a draft without its place in a file."""
    return replace(draft, line=0, parts=tuple(_bare(part) for part in draft.parts))


def _by_type(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for kind in HEADS for draft in drafts if draft.type is kind]


def _document(drafts: Sequence[Draft]) -> bytes:
    """Return the bytes of the document."""
    body: list[str] = []
    section = 0
    for kind, head in HEADS.items():
        found = [draft for draft in drafts if draft.type is kind]
        if found:
            section += 1
            body.append(_paragraph(f"{chinese(section)}、{head}", "Heading1"))
            for number, draft in enumerate(found, 1):
                body += _question(draft, f"{number}．")
    document = f'{DECLARATION}<w:document xmlns:w="{MAIN}"><w:body>{"".join(body)}{PAGE}</w:body></w:document>'
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "word/_rels/document.xml.rels": RELATIONS,
        "word/styles.xml": STYLES,
        "word/document.xml": document,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            item = zipfile.ZipInfo(name, DATE)
            item.compress_type, item.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(item, text.encode())
    return file.getvalue()


def _question(draft: Draft, number: str) -> Iterable[str]:
    """Yield the paragraphs of one question."""
    yield _paragraph(number + draft.stem, "Stem")
    if draft.type is not DraftType.CASE:
        yield from _BODIES[draft.type](draft)
    for label, text in fields_of(draft):
        yield _paragraph(f"{label}：{text}", "Answer")
    for place, part in enumerate(draft.parts, 1):
        yield from _question(part, f"（{place}）[{HEADS[part.type]}]")


def fields_of(draft: Draft) -> list[tuple[str, str]]:
    """Return the filled texts around a question with their labels."""
    hard = next((tag for tag in draft.tags if tag.startswith(DIFFICULTY)), "")
    tags = [tag for tag in draft.tags if tag != hard]
    found = [
        ("解析", draft.explanation),
        ("依据", draft.source),
        ("分类", draft.category),
        ("知识点", draft.topic),
        ("难度", hard.removeprefix(DIFFICULTY)),
        ("分值", "" if draft.marks is None else f"{draft.marks:f}"),
        ("标签", "；".join(tags)),
        ("编号", draft.id),
    ]
    return [(label, text) for label, text in found if text]


def _choice(draft: Draft) -> Iterable[str]:
    for i, text in enumerate(draft.options):
        yield _paragraph(f"{letter(i)}．{text}", "Option")
    if draft.right:
        yield _paragraph("答案：" + "".join(letter(i) for i in draft.right), "Answer")


def _true_false(draft: Draft) -> Iterable[str]:
    yield _paragraph("答案：" + (TRUE if draft.right else FALSE), "Answer")


def _fill_in(draft: Draft) -> Iterable[str]:
    if any(blank.answers for blank in draft.blanks):
        yield _paragraph("答案：" + "；".join(blank_text(blank) for blank in draft.blanks), "Answer")


def blank_text(blank: DraftBlank) -> str:
    """Return the answers of a blank in one line; a tolerance is written as 15±0.5."""
    wide = "" if blank.tolerance is None else f"±{blank.tolerance:f}"
    return " / ".join(answer + wide for answer in blank.answers)


def _ordering(draft: Draft) -> Iterable[str]:
    shown = shuffled(range(len(draft.items)), draft)
    for i, item in enumerate(shown):
        yield _paragraph(f"{letter(i)}．{draft.items[item]}", "Option")
    yield _paragraph("答案：" + "".join(letter(shown.index(i)) for i in range(len(draft.items))), "Answer")


def _matching(draft: Draft) -> Iterable[str]:
    shown = shuffled(range(len(draft.pairs)), draft)
    for i, (left, _) in enumerate(draft.pairs, 1):
        yield _paragraph(f"（{i}）{left}", "Option")
    for i, right in enumerate([*(draft.pairs[k][1] for k in shown), *draft.extra]):
        yield _paragraph(f"{letter(i)}．{right}", "Option")
    yield _paragraph("答案：" + "；".join(f"{i + 1}-{letter(shown.index(i))}" for i in range(len(draft.pairs))), "Answer")


def _short_answer(draft: Draft) -> Iterable[str]:
    if draft.model_answer:
        yield _paragraph("答案：" + draft.model_answer, "Answer")


_BODIES: dict[DraftType, Callable[[Draft], Iterable[str]]] = {
    DraftType.SINGLE: _choice,
    DraftType.MULTIPLE: _choice,
    DraftType.TRUE_FALSE: _true_false,
    DraftType.FILL_IN: _fill_in,
    DraftType.ORDERING: _ordering,
    DraftType.MATCHING: _matching,
    DraftType.SHORT_ANSWER: _short_answer,
}


def letter(i: int) -> str:
    """Return A for 0, up to Z."""
    return chr(ord("A") + i) if i < 26 else "?"


def shuffled(numbers: Iterable[int], draft: Draft) -> list[int]:
    """Return the numbers in an order that follows from the stem alone, so that the right order does not stand there as it is."""
    order = sorted(numbers, key=lambda i: hashlib.sha256(f"{draft.stem}\n{i}".encode()).digest())
    return order[1:] + order[:1] if order == sorted(order) else order


def _paragraph(text: str, style: str) -> str:
    """Return a paragraph; line breaks in the text stay within it."""
    lines = [f'<w:t xml:space="preserve">{_xml(line)}</w:t>' for line in text.split("\n")]
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{"<w:br/>".join(lines)}</w:r></w:p>'


def _xml(text: str) -> str:
    return escape(UNSEEN.sub("", text)).replace("&#9;", '</w:t><w:tab/><w:t xml:space="preserve">')
