"""QTI 3.0 out: the schema's constraints, round trips of everything, the same bytes each time, and what cannot be said."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.formats.qti import read_qti, write_qti
from tests.formats.drafts import choices, fill_ins, heads, lines, matchings, orderings, short_answers, texts, true_false
from tests.formats.qti_schema import ITEM, MANIFEST, faults

HEAD = heads("id", "explanation", "source", "topic", "category", "tags", "marks")
PART = heads("explanation")


def each(head: st.SearchStrategy[dict]) -> st.SearchStrategy[Draft]:
    return st.one_of(choices(head), true_false(head), fill_ins(head), orderings(head), matchings(head), short_answers(head))


@st.composite
def cases(draw):
    return Draft(DraftType.CASE, draw(texts()), parts=tuple(draw(st.lists(each(PART), min_size=1, max_size=3))), **draw(HEAD))


DRAFTS = st.lists(st.one_of(each(HEAD), cases()), max_size=3)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@given(DRAFTS)
@settings(deadline=None)
def test_round_trip_of_everything(drafts: list[Draft]) -> None:
    content, losses = write_qti(drafts)
    assert losses == ()
    found = read_qti(content, "包.zip")
    assert [d.render() for d in found.diagnostics if drafts] == []
    assert [replace(draft, line=0) for draft in found.drafts] == drafts


@given(DRAFTS)
@settings(deadline=None)
def test_every_file_keeps_the_schema(drafts: list[Draft]) -> None:
    for name, content in files(write_qti(drafts)[0]).items():
        assert faults(content, MANIFEST if name == "imsmanifest.xml" else ITEM) == []


def test_the_check_of_the_schema_finds_faults() -> None:
    bad = b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="1 2" title="t"><p>x</p></qti-assessment-item>'
    assert [fault.split()[0:2] for fault in faults(bad, ITEM)] == [
        ["qti-assessment-item", "holds"],
        ["qti-assessment-item", "lacks"],
        ["qti-assessment-item", "identifier='1"],
    ]


def test_the_same_drafts_give_the_same_bytes() -> None:
    drafts = [Draft(DraftType.TRUE_FALSE, "对吗", right=(0,)), Draft(DraftType.ORDERING, "排", items=("乙", "甲"))]
    assert write_qti(drafts) == write_qti(drafts)


def test_the_order_in_the_file_does_not_give_the_key_away() -> None:
    item = files(write_qti([Draft(DraftType.ORDERING, "排", items=("丙", "甲", "乙"))])[0])["items/kaoxue-item-001.xml"].decode()
    assert item.index("丙") > 0
    assert [item.index(f">{text}<") for text in ("丙", "乙", "甲")] == sorted(item.index(f">{text}<") for text in ("丙", "乙", "甲"))


def test_mark_up_stays_text_in_every_field() -> None:
    evil = "<script>alert(1)</script>&lt;b&gt; ]]> \"'"
    head = {"id": evil, "explanation": evil, "category": evil, "topic": evil, "source": evil, "tags": (evil,)}
    drafts = [
        Draft(DraftType.SINGLE, evil, options=(evil, "乙"), right=(0,), **head),
        Draft(DraftType.MATCHING, evil, pairs=((evil, evil), ("乙", "丙")), extra=(evil,), **head),
        Draft(DraftType.SHORT_ANSWER, evil, model_answer=evil, **head),
        Draft(DraftType.FILL_IN, f"{evil}____", blanks=(DraftBlank((evil,)),), **head),
    ]
    content, _ = write_qti(drafts)
    assert not any(b"<script" in file for file in files(content).values())
    assert [replace(draft, line=0) for draft in read_qti(content, "x").drafts] == drafts


def test_characters_that_xml_forbids_are_left_out() -> None:
    content, _ = write_qti([Draft(DraftType.TRUE_FALSE, "a\x00\x0b\ud800b\u202e", right=())])
    assert read_qti(content, "x").drafts[0].stem == "ab"


def test_what_qti_cannot_say_is_told() -> None:
    part = Draft(DraftType.TRUE_FALSE, "对吗", right=(0,), source="某法", marks=Decimal(2))
    drafts = [
        Draft(DraftType.CASE, "某村", parts=(part,), id="q1"),
        Draft(DraftType.SINGLE, "问", options=("甲", "乙")),
        Draft(DraftType.CASE, "某村"),
        Draft(DraftType.FILL_IN, "a____", blanks=(DraftBlank(("五户",), True),)),
    ]
    content, losses = write_qti(drafts)
    assert [(d.file, d.line, d.rule) for d in losses] == [("q1", 1, "I803"), ("?", 2, "I803"), ("?", 3, "I803"), ("?", 4, "I803")]
    assert [draft.type for draft in read_qti(content, "x").drafts] == [DraftType.CASE, DraftType.FILL_IN]


@pytest.mark.parametrize("uid", ["RESPONSE_1", "kaoxue-item-001", "1a", "编号", "a:b"])
def test_an_id_that_would_clash_stands_as_a_label(uid: str) -> None:
    drafts = [Draft(DraftType.TRUE_FALSE, "对吗", right=(0,), id=uid)]
    content, _ = write_qti(drafts)
    assert read_qti(content, "x").drafts[0].id == uid
    assert faults(files(content)["items/kaoxue-item-001.xml"], ITEM) == []


@given(lines())
def test_any_id_comes_back(uid: str) -> None:
    drafts = [Draft(DraftType.TRUE_FALSE, "对吗", right=(0,), id=uid)]
    content, _ = write_qti(drafts)
    assert read_qti(content, "x").drafts[0].id == uid
    assert faults(files(content)["items/kaoxue-item-001.xml"], ITEM) == []
