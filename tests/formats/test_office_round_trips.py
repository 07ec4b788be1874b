"""What we write as Word and Excel, we read back equal, or say that we do not; the same questions always make the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.banks.lint import lint_paths
from quiz.core.draft import Draft, DraftBlank, DraftType, Imported, to_draft
from quiz.core.message import Diagnostic
from quiz.formats.excel_in import read_excel
from quiz.formats.excel_out import write_excel
from quiz.formats.word_in import read_docx
from quiz.formats.word_out import write_docx

Write = Callable[[Sequence[Draft], BinaryIO], tuple[Diagnostic, ...]]
Read = Callable[[bytes, str], Imported]
BANKS = Path(__file__).resolve().parents[2] / "question_banks" / "general"
BOTH = pytest.mark.parametrize(("write", "read"), [(write_docx, read_docx), (write_excel, read_excel)], ids=["word", "excel"])

ALL_TYPES = (
    Draft(
        DraftType.SINGLE,
        "监测对象认定的标准是（　　）。",
        options=("甲", "乙", "丙", "丁"),
        right=(1,),
        explanation="第一行\n第二行",
        source="某办法第三条",
        marks=Decimal("2"),
        id="a-1",
        category="general/monitoring",
        topic="动态监测",
        tags=("重点", "难度：易"),
    ),
    Draft(DraftType.SINGLE, "没有答案的题（　　）。", options=("甲", "乙")),
    Draft(DraftType.MULTIPLE, "“三类人员”有（　　）。", options=("脱贫不稳定户", "边缘易致贫户", "突发严重困难户"), right=(0, 1, 2)),
    Draft(DraftType.TRUE_FALSE, "集中排查每年一次。", explanation="应为两次。"),
    Draft(DraftType.TRUE_FALSE, "集中排查每年两次。", right=(0,)),
    Draft(DraftType.FILL_IN, "公示____天，____日认定。", blanks=(DraftBlank(("五", "5日")), DraftBlank(("15",), True, Decimal("0.5")))),
    Draft(DraftType.FILL_IN, "共____户。", blanks=(DraftBlank(("1200",), True),)),
    Draft(DraftType.ORDERING, "下列程序的先后次序是", items=("入户核实", "民主评议", "公示", "审定")),
    Draft(DraftType.MATCHING, "把部门与职责连起来。", pairs=(("教育局", "控辍保学"), ("水利局", "饮水安全")), extra=("住房安全",)),
    Draft(DraftType.SHORT_ANSWER, "简述“三保障”。", model_answer="1. 义务教育\n2. 基本医疗\n3. 住房安全"),
    Draft(
        DraftType.CASE,
        "某村王某因病住院，自付五万元。\n家庭人均收入下降。",
        parts=(
            Draft(DraftType.SINGLE, "应当（　　）。", options=("纳入监测", "不管"), right=(0,), marks=Decimal("2")),
            Draft(DraftType.SHORT_ANSWER, "说明理由。", model_answer="因病支出骤增。", explanation="见办法。"),
            Draft(DraftType.TRUE_FALSE, "需要公示。", right=(0,)),
            Draft(DraftType.FILL_IN, "时限为____天。", blanks=(DraftBlank(("15",), True),)),
        ),
        explanation="全案说明。",
        id="case-1",
    ),
)
"""One or two of each type, everything filled in somewhere; in the order in which a document groups them."""


def bare(draft: Draft) -> Draft:
    return replace(draft, line=0, parts=tuple(bare(part) for part in draft.parts))


def written(write: Write, drafts: Sequence[Draft]) -> tuple[bytes, list[str]]:
    out = io.BytesIO()
    losses = write(drafts, out)
    assert all(d.message.render() for d in losses)
    return out.getvalue(), [f"{d.file} {d.line} {d.rule}" for d in losses]


@BOTH
def test_every_type_comes_back(write: Write, read: Read) -> None:
    content, losses = written(write, ALL_TYPES)
    assert losses == []
    assert tuple(bare(draft) for draft in read(content, "f").drafts) == ALL_TYPES
    assert written(write, ALL_TYPES)[0] == content


@BOTH
def test_nothing_makes_an_empty_file(write: Write, read: Read) -> None:
    content, losses = written(write, ())
    assert (losses, read(content, "f").drafts) == ([], ())


def test_the_document_is_plain_office_xml() -> None:
    with zipfile.ZipFile(io.BytesIO(written(write_docx, ALL_TYPES)[0])) as archive:
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "宋体" in archive.read("word/styles.xml").decode()


def test_no_cell_is_a_formula() -> None:
    odd = Draft(DraftType.SHORT_ANSWER, '=HYPERLINK("http://x","y")', model_answer="+1", explanation="@x", source="-2", topic="=1+1")
    content, losses = written(write_excel, (odd,))
    assert losses == []
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert bare(read_excel(content, "f").drafts[0]) == odd


def test_what_word_would_not_give_back_is_told() -> None:
    odd = (
        Draft(DraftType.SINGLE, "甲\n答案：B", options=("一", "二"), right=(0,), id="odd-1"),
        Draft(DraftType.SHORT_ANSWER, "<w:p>&amp;", model_answer="]]>", id="fine"),
        Draft(DraftType.SHORT_ANSWER, "有\x07控制字符", model_answer="答", id="odd-2"),
    )
    content, losses = written(write_docx, odd)
    assert losses == ["odd-1 1 I803", "odd-2 3 I803"]
    assert bare(read_docx(content, "f").drafts[1]).stem == "<w:p>&amp;"


def test_what_excel_would_not_give_back_is_told() -> None:
    odd = (
        Draft(DraftType.MATCHING, "甲", pairs=(("一→二", "三"), ("四", "五")), id="odd-1"),
        Draft(DraftType.FILL_IN, "____和____", blanks=(DraftBlank(("a；b",)), DraftBlank(("c",))), id="odd-2"),
        Draft(DraftType.SHORT_ANSWER, "长", model_answer="长" * 40_000, id="odd-3"),
    )
    assert written(write_excel, odd)[1] == ["odd-1 1 I803", "odd-2 2 I803", "odd-3 3 I803"]


@BOTH
def test_every_shipped_question_comes_back(write: Write, read: Read) -> None:
    shipped = [to_draft(question) for question in lint_paths([BANKS], UTC).questions]
    content, losses = written(write, shipped)
    assert len(shipped) > 300
    assert losses == []
    found = read(content, "f")
    assert found.diagnostics == ()
    assert {draft.id: bare(draft) for draft in found.drafts} == {draft.id: bare(draft) for draft in shipped}


WORDS = st.text("甲乙丙丁戊己庚辛壬癸户人年月镇村", min_size=1, max_size=12)
FEW = st.lists(WORDS, min_size=2, max_size=6, unique=True)


@st.composite
def drafts(draw: st.DrawFn, kinds: tuple[DraftType, ...] = tuple(DraftType)) -> Draft:
    """A question in plain words, of any type."""
    kind = draw(st.sampled_from(kinds))
    stem, texts_ = draw(WORDS), draw(FEW)
    made = _drawn(draw, kind, stem, texts_)
    around = {name: draw(st.one_of(st.just(""), WORDS)) for name in ("explanation", "source", "category", "topic")}
    return replace(made, marks=draw(st.one_of(st.none(), st.sampled_from([Decimal(1), Decimal("2.5")]))), **around)


def _drawn(draw: st.DrawFn, kind: DraftType, stem: str, texts_: list[str]) -> Draft:
    indices = st.lists(st.integers(0, len(texts_) - 1), unique=True, min_size=1)
    if kind is DraftType.SINGLE:
        return Draft(kind, stem + "（　　）。", options=tuple(texts_), right=(draw(indices)[0],))
    if kind is DraftType.MULTIPLE:
        return Draft(kind, stem + "（　　）。", options=tuple(texts_), right=tuple(sorted(draw(indices))))
    if kind is DraftType.TRUE_FALSE:
        return Draft(kind, stem + "。", right=draw(st.sampled_from([(), (0,)])))
    if kind is DraftType.FILL_IN:
        blanks = tuple(DraftBlank((text,)) for text in texts_)
        return Draft(kind, stem + "____".join(["", *texts_]) + "。", blanks=blanks)
    if kind is DraftType.ORDERING:
        return Draft(kind, stem, items=tuple(texts_))
    if kind is DraftType.MATCHING:
        return Draft(kind, stem, pairs=tuple((f"左{text}", f"右{text}") for text in texts_), extra=tuple(draw(FEW)))
    if kind is DraftType.SHORT_ANSWER:
        return Draft(kind, stem, model_answer="\n".join(texts_))
    simple = (DraftType.SINGLE, DraftType.MULTIPLE, DraftType.TRUE_FALSE, DraftType.FILL_IN, DraftType.SHORT_ANSWER)
    return Draft(kind, stem, parts=tuple(draw(st.lists(drafts(simple), min_size=1, max_size=3))))


@BOTH
@given(found=st.lists(drafts(), min_size=1, max_size=6))
@settings(deadline=None, max_examples=50)
def test_plain_questions_come_back_equal(write: Write, read: Read, found: list[Draft]) -> None:
    content, losses = written(write, found)
    order = list(DraftType)
    assert losses == []
    back = [bare(draft) for draft in read(content, "f").drafts]
    assert sorted(back, key=lambda draft: order.index(draft.type)) == sorted(found, key=lambda draft: order.index(draft.type))


NOISE = st.text("ABab12．.、（）()：:_ \n\t答案解析√×甲乙/±；;[]【】①<&>\"'=\x07\u200b", max_size=12)
NOISY = st.builds(Draft, st.sampled_from(DraftType), NOISE, options=st.lists(NOISE, max_size=4).map(tuple), model_answer=NOISE, id=NOISE)


@BOTH
@given(found=st.lists(NOISY, max_size=5))
@settings(deadline=None, max_examples=60)
def test_any_text_comes_back_or_is_told(write: Write, read: Read, found: list[Draft]) -> None:
    content, losses = written(write, found)
    back = [bare(draft) for draft in read(content, "f").drafts]
    assert len(losses) + sum(draft in back for draft in found) >= len(found)
