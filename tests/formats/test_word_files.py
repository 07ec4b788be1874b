"""Word documents built by hand as Word writes them: automatic numbers, marks, tables, revisions, text boxes; and hostile ones."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.draft import DraftType, Imported
from quiz.formats.docx_numbering import chinese, numeral
from quiz.formats.docx_text import read_document
from quiz.formats.marked_text import Grid, Paragraph
from quiz.formats.word_in import read_docx

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
BOLD, RED, LINE, YELLOW = "<w:b/>", '<w:color w:val="FF0000"/>', '<w:u w:val="single"/>', '<w:highlight w:val="yellow"/>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*runs: str, num: int = 0, level: int = 0, style: str = "") -> str:
    """A paragraph; plain texts become runs."""
    inner = "".join(part if part.startswith("<") else run(part) for part in runs)
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>' if num else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{numbered}</w:pPr>{inner}</w:p>"


def table(*rows: list[str]) -> str:
    cells = ["".join(f"<w:tc>{cell if cell.startswith('<') else para(cell)}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


LISTS = {1: ("chineseCountingThousand", "%1、"), 2: ("decimal", "%1．"), 3: ("upperLetter", "%1."), 4: ("decimal", "（%1）"), 5: ("decimal", "%1")}
"""Abstract lists; the numbers 3 and up may begin again, as each question's options do."""


def numbering() -> str:
    levels = "".join(
        f'<w:abstractNum w:abstractNumId="{i}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        "</w:abstractNum>"
        for i, (kind, text) in LISTS.items()
    )
    plain = "".join(f'<w:num w:numId="{i}"><w:abstractNumId w:val="{i}"/></w:num>' for i in LISTS)
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    more = "".join(f'<w:num w:numId="{i * 10 + k}"><w:abstractNumId w:val="{i}"/>{again}</w:num>' for i in LISTS for k in range(5))
    return f'<w:numbering xmlns:w="{W}">{levels}{plain}{more}</w:numbering>'


def docx(*body: str, styles: str = "", head: str = '<?xml version="1.0" encoding="UTF-8"?>', **parts: str) -> bytes:
    out = io.BytesIO()
    usual = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"{head}<w:document {SPACES}><w:body>{''.join(body)}<w:sectPr/></w:body></w:document>",
        "word/numbering.xml": numbering(),
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (usual | parts).items():
            archive.writestr(name, text)
    return out.getvalue()


def texts(content: bytes) -> list[str]:
    return [block.text.text for block in read_document(content, "卷.docx").blocks if isinstance(block, Paragraph)]


def told(found: Imported) -> list[str]:
    assert all(d.file == "卷.docx" and d.message.render() for d in found.diagnostics)
    return [f"{d.line} {d.rule}" for d in found.diagnostics]


def test_automatic_numbers_become_text() -> None:
    body = [
        para("单项选择题", num=1),
        para("甲（ ）", num=2),
        para("一", num=3),
        para("二", num=3),
        para("乙（ ）", num=2),
        para("一", num=30),
        para("二", num=30),
        para("判断题", num=1),
        para("丙（√）", num=20),
        para("小点", num=4),
        para("无标点", num=5),
    ]
    want = [
        "一、 单项选择题",
        "1． 甲（ ）",
        "A. 一",
        "B. 二",
        "2． 乙（ ）",
        "A. 一",
        "B. 二",
        "二、 判断题",
        "1． 丙（√）",
        "（1） 小点",
        "1． 无标点",
    ]
    assert texts(docx(*body)) == want


def test_numbers_from_styles_and_levels() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Q"><w:pPr><w:numPr><w:numId w:val="9"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="R"><w:basedOn w:val="Q"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="O"><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="9"/></w:numPr></w:pPr></w:style>'
    )
    levels = (
        '<w:abstractNum w:abstractNumId="9"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1、"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2．"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="9"><w:abstractNumId w:val="9"/></w:num></w:numbering>'
    )
    body = [para("甲", style="Q"), para("一", style="O"), para("二", style="O"), para("乙", style="R"), para("一", style="O"), para("丙", num=99)]
    content = docx(*body, styles=styles, **{"word/numbering.xml": numbering().replace("</w:numbering>", levels)})
    assert texts(content) == ["3、 甲", "A． 一", "B． 二", "4、 乙", "A． 一", "丙"]


@pytest.mark.parametrize(
    ("number", "style", "want"),
    [
        (10, "chineseCounting", "十"),
        (21, "chineseCountingThousand", "二十一"),
        (105, "japaneseCounting", "一百零五"),
        (3, "decimalEnclosedCircle", "③"),
        (2, "ideographTraditional", "乙"),
        (27, "upperLetter", "AA"),
        (4, "lowerRoman", "iv"),
        (7, "decimalFullWidth", "７"),
        (5, "unheardOf", "5"),
        (0, "upperRoman", "0"),
        (99_999_999, "upperRoman", "99999999"),
    ],
)
def test_numerals(number: int, style: str, want: str) -> None:
    assert numeral(number, style) == want


def test_chinese_numbers() -> None:
    assert [chinese(n) for n in (1, 11, 20, 110, 1001, 2345)] == ["一", "十一", "二十", "一百一十", "一千零一", "二千三百四十五"]


@pytest.mark.parametrize("mark", [BOLD, RED, LINE, YELLOW, '<w:shd w:fill="FFFF00"/>', '<w:rStyle w:val="Strong"/>'])
def test_a_marked_option_is_the_key_and_told(mark: str) -> None:
    styles = '<w:style w:type="character" w:styleId="Strong"><w:rPr><w:b/></w:rPr></w:style>'
    body = [para("单选题"), para("1．甲（ ）"), para("A．一"), para("B．", run("二", mark)), para("C．三")]
    found = read_docx(docx(*body, styles=styles), "卷.docx")
    assert [draft.right for draft in found.drafts] == [(1,)]
    assert told(found) == ["2 I802"]


def test_marks_on_every_option_or_on_none_say_nothing() -> None:
    body = [para("单选题"), para("1．甲（ ）"), para(run("A．一", BOLD)), para(run("B．二", BOLD)), para("2．乙（ ）"), para("A．一"), para("B．二")]
    found = read_docx(docx(*body), "卷.docx")
    assert [draft.right for draft in found.drafts] == [(), ()]
    assert told(found) == ["2 I802", "5 I802"]


def test_underlined_answers_and_spaces_are_blanks() -> None:
    body = [
        para("填空题"),
        para("1．认定不超过", run("15", LINE), "天，公示不少于", run(" 5 ", LINE), "天。"),
        para("2．人均每天不低于", run("      ", LINE), "升。"),
        para("答案：20"),
    ]
    found = read_docx(docx(*body), "卷.docx")
    assert [draft.stem for draft in found.drafts] == ["认定不超过____天，公示不少于____天。", "人均每天不低于____升。"]
    assert [[blank.answers for blank in draft.blanks] for draft in found.drafts] == [[("15",), ("5",)], [("20",)]]
    assert told(found) == ["2 I802"]


def test_raised_numbers_breaks_tabs_and_symbols() -> None:
    raised, lowered = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
    symbol = '<w:r><w:sym w:font="Wingdings 2" w:char="F050"/></w:r>'
    body = para("10", run("5", raised), "，H", run("2", lowered), "O", "<w:r><w:br/></w:r>", "甲", symbol)
    assert texts(docx(body)) == ["10⁵，H₂O\n甲√"]
    stored = run("\uf0fc\uf0fb", '<w:rFonts w:ascii="Wingdings"/>')
    assert texts(docx(para("甲", stored, run("\uf041")))) == ["甲√×□"]


def test_revisions_hidden_text_and_fields() -> None:
    changed = '<w:ins w:id="1">' + run("新") + '</w:ins><w:del w:id="2"><w:r><w:delText>旧</w:delText></w:r></w:del>'
    field = "<w:r><w:instrText> PAGE </w:instrText></w:r>"
    found = read_document(docx(para(changed, "文", field), para(run("密", "<w:vanish/>"))), "卷.docx")
    assert [block.text.text for block in found.blocks if isinstance(block, Paragraph)] == ["新文", "密"]
    assert [f"{d.line} {d.rule}" for d in found.diagnostics] == ["1 I802", "2 I802"]


BOXED = "<w:txbxContent>" + para("框内") + "</w:txbxContent>"


def test_text_boxes_are_read_once_and_pictures_named() -> None:
    box = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp>{BOXED}</wps:wsp></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{BOXED}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    picture = "<w:r><w:drawing><a:blip/></w:drawing></w:r>"
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    found = read_document(docx(para("外", box), para("图：", picture, note)), "卷.docx")
    assert [(block.number, block.text.text) for block in found.blocks if isinstance(block, Paragraph)] == [(1, "外"), (2, "框内"), (3, "图：〔图〕")]
    assert [f"{d.line} {d.rule}" for d in found.diagnostics] == ["1 I802", "3 I805", "3 I808"]


def test_formulas_and_ruby_are_read_as_text() -> None:
    formula = "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>"
    ruby = "<w:r><w:ruby><w:rt><w:r><w:t>zi</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>字</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    found = read_document(docx(para("式", formula, ruby)), "卷.docx")
    assert isinstance(found.blocks[0], Paragraph)
    assert found.blocks[0].text.text == "式a+b字"


def test_a_table_of_answers_at_the_end() -> None:
    body = [para("单选题"), para("1．甲（ ）"), para("A．一　B．二"), para("2．乙（ ）"), para("A．一　B．二"), para("参考答案")]
    body.append(table(["题号", "1", "2"], ["答案", "B", "A"]))
    found = read_docx(docx(*body), "卷.docx")
    assert [draft.right for draft in found.drafts] == [(1,), (0,)]
    assert told(found) == []


def test_a_table_of_questions() -> None:
    rows = [["序号", "题型", "题目", "选项", "答案"], ["1", "单选题", "甲（ ）", "A.一 B.二", "B"], ["2", "判断题", "乙。", "", "√"]]
    found = read_docx(docx(para("某题库"), table(*rows), para("三、简答题"), para("1．丙？"), para("答案：丁")), "卷.docx")
    assert [(d.type, d.stem, d.right, d.line) for d in found.drafts] == [
        (DraftType.SINGLE, "甲（　　）", (1,), 7),
        (DraftType.TRUE_FALSE, "乙。", (0,), 12),
        (DraftType.SHORT_ANSWER, "丙？", (), 18),
    ]
    assert told(found) == ["1 I802"]


def test_merged_cells_of_a_question_table_hold_for_their_rows() -> None:
    top, below = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>', "<w:tcPr><w:vMerge/></w:tcPr>"
    rows = [["题型", "题目", "答案"], [top + para("判断题"), "甲。", "对"], [below + para(), "乙。", "错"]]
    found = read_docx(docx(table(*rows)), "卷.docx")
    assert [(draft.type, bool(draft.right)) for draft in found.drafts] == [(DraftType.TRUE_FALSE, True), (DraftType.TRUE_FALSE, False)]


def test_a_table_that_only_lays_out_options() -> None:
    body = [
        para("单选题"),
        para("1．甲（ ）"),
        table(["A．一", "B．二"], ["C．三", "D．四"]),
        para("答案：D"),
        table(["2．乙（ ）"]),
        table(["A．一", "B．二"]),
    ]
    found = read_docx(docx(*body, para("答案：A")), "卷.docx")
    assert [(draft.options, draft.right) for draft in found.drafts] == [(("一", "二", "三", "四"), (3,)), (("一", "二"), (0,))]


def test_a_score_box_is_no_text() -> None:
    body = [table(["得分", "评卷人"], ["", ""]), para("判断题"), para("1．甲。（√）")]
    found = read_docx(docx(*body), "卷.docx")
    assert (len(found.drafts), told(found)) == (1, [])


def test_spanning_cells_keep_the_columns() -> None:
    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + para("宽")
    (grid,) = read_document(docx(table([wide, "末"], ["一", "二", "三"])), "卷.docx").blocks
    assert isinstance(grid, Grid)
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [["宽", "", "末"], ["一", "二", "三"]]


# --- what is refused -------------------------------------------------------------------------------------------------------------------------------


def refused(content: bytes) -> tuple[str, str]:
    found = read_docx(content, "卷.docx")
    assert found.drafts == ()
    (only,) = found.diagnostics
    assert only.line == 1
    return only.rule, only.message.render()


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("head", [BOMB, XXE, "<!DOCTYPE x>"])
def test_a_dtd_is_refused(head: str) -> None:
    rule, message = refused(docx(para("1．甲（√）"), head=head))
    assert rule == "I806"
    assert "DTD" in message


@pytest.mark.parametrize("part", ["word/styles.xml", "word/numbering.xml", "_rels/.rels", "word/_rels/document.xml.rels"])
def test_a_dtd_in_another_part_is_refused(part: str) -> None:
    assert refused(docx(para("1．甲（√）"), **{part: "<!DOCTYPE x><x/>"}))[0] == "I806"


def test_a_zip_bomb_is_refused() -> None:
    assert refused(docx("<w:p>" + " " * 60_000_000 + "</w:p>"))[0] == "I806"
    assert refused(docx("<w:p>" + " " * 30_000_000 + "</w:p>"))[0] == "I806"


def test_a_deep_nest_is_refused() -> None:
    assert refused(docx("<w:sdt>" * 50_000 + "</w:sdt>" * 50_000))[0] == "I806"


def test_old_encrypted_and_other_files_are_named() -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert ".docx" in refused(old)[1]
    assert "密码" in refused(old + "EncryptedPackage".encode("utf-16-le"))[1]
    assert ".docx" in refused(b"{\\rtf1 abc}")[1]
    assert ".docx" in refused("<html>甲</html>".encode())[1]
    assert refused(b"")[0] == "I801"
    assert refused(bytes(20_000_001))[0] == "I806"


def test_an_encoding_that_nobody_knows_is_refused() -> None:
    for name in ("UTF-9", "gbk"):
        assert refused(docx(para("1．甲（√）"), head=f'<?xml version="1.0" encoding="{name}"?>'))[0] == "I801"


def test_damaged_documents_are_refused() -> None:
    whole = docx(para("1．甲（√）"))
    for cut in (10, 100, len(whole) // 2, len(whole) - 10):
        assert refused(whole[:cut])[0] == "I801"
    assert refused(docx("<w:p>"))[0] == "I801"
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert refused(empty.getvalue())[0] == "I801"
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    assert refused(other.getvalue())[0] == "I801"


@given(st.integers(0, 2000), st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_any_flipped_byte_is_read_or_told(at: int, value: int) -> None:
    whole = bytearray(docx(para("1．甲（√）")))
    whole[at % len(whole)] = value
    found = read_docx(bytes(whole), "卷.docx")
    assert found.drafts or found.diagnostics
