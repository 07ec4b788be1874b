"""QTI 3.0 out: the schema's constraints, round trips of everything, the same bytes each time, and what cannot be said."""

import io
import re
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


EVERY_KIND = [
    Draft(DraftType.SINGLE, "问\n行", options=("甲", "乙"), right=(0,), explanation="解", marks=Decimal(2), id="q-1"),
    Draft(DraftType.ORDERING, "排", items=("乙", "甲")),
    Draft(DraftType.MATCHING, "连", pairs=(("甲", "子"), ("乙", "丑")), extra=("寅",)),
    Draft(DraftType.FILL_IN, "____和____", blanks=(DraftBlank(("五", "5")), DraftBlank(("7", "8"), True, Decimal("0.5")))),
    Draft(DraftType.SHORT_ANSWER, "述", model_answer="答", source="某法", topic="题", category="general/water", tags=("重点",)),
    Draft(DraftType.CASE, "某村", parts=(Draft(DraftType.TRUE_FALSE, "对吗", right=(0,)), Draft(DraftType.SHORT_ANSWER, "述", model_answer="答"))),
]
RULE = "<qti-response-condition>"
SCORE = '<qti-variable identifier="SCORE"/>'
BROKEN = {
    "an identifier that is no name": ("item-001", 'identifier="q-1"', 'identifier="1 q"'),
    "no title": ("item-001", ' title="问 行"', ""),
    "not told whether time matters": ("item-001", ' time-dependent="false"', ""),
    "neither true nor false": ("item-001", 'adaptive="false"', 'adaptive="no"'),
    "an attribute of nobody": ("item-001", 'adaptive="false"', 'adaptive="false" level="1"'),
    "text in the body": ("item-001", "<qti-item-body>", "<qti-item-body>问"),
    "a line break in the body": ("item-001", "<qti-item-body>", "<qti-item-body><br/>"),
    "nothing in the body": ("item-001", r"(?s)<qti-item-body>.*</qti-item-body>", "<qti-item-body>\n</qti-item-body>"),
    "the feedback first": ("item-001", r"(?s)(<qti-item-body>.*</qti-item-body>)\n(.*)(</qti-assessment-item>)", r"\2\1\3"),
    "the prompt last": ("item-001", r"(?s)(<qti-prompt>.*</qti-prompt>)(.*)(</qti-choice-interaction>)", r"\2\1\3"),
    "no choices": ("item-001", r"(?s)<qti-simple-choice .*</qti-simple-choice>", ""),
    "a negative number": ("item-001", 'max-choices="1"', 'max-choices="-1"'),
    "an unknown cardinality": ("item-001", 'cardinality="single"', 'cardinality="one"'),
    "no right answer after all": ("item-001", r"(?s)<qti-value>choice_1</qti-value>\n", ""),
    "something in a line break": ("item-001", "<br/>", "<br> </br>"),
    "a sum of a comparison": (
        "item-001",
        "<qti-sum>",
        '<qti-sum><qti-gt><qti-variable identifier="SCORE"/><qti-variable identifier="SCORE"/></qti-gt>',
    ),
    "a sum of nothing": ("item-001", r"(?s)<qti-sum>.*?</qti-sum>", "<qti-sum>\n</qti-sum>"),
    "the rule before its condition": ("item-001", r"(?s)(<qti-match>.*?</qti-match>)\n(<qti-set.*?</qti-set-outcome-value>)", r"\2\1"),
    "a condition without if": ("item-001", RULE, f"{RULE}</qti-response-condition>{RULE}"),
    "feedback without a body": ("item-001", r"(?s)<qti-content-body>.*</qti-content-body>", ""),
    "feedback neither shown nor hidden": ("item-001", ' show-hide="show"', ""),
    "text among the items to order": ("item-002", "</qti-prompt>", "</qti-prompt>乙"),
    "one set to match": ("item-003", r"(?s)<qti-simple-match-set>.*?</qti-simple-match-set>", ""),
    "three sets to match": ("item-003", r"(?s)(<qti-simple-match-set>.*?</qti-simple-match-set>)", r"\1\1"),
    "no number of matches": ("item-003", ' match-max="1"', ""),
    "a response declared twice": ("item-004", 'identifier="RESPONSE_2" cardinality', 'identifier="RESPONSE_1" cardinality'),
    "a blank without a response": ("item-004", 'response-identifier="RESPONSE_2"', 'response-identifier="RESPONSE_3"'),
    "the mapping first": ("item-004", r"(?s)(<qti-correct-response>.*?</qti-correct-response>)\n(<qti-mapping.*?</qti-mapping>)", r"\2\1"),
    "a mapping of nothing": ("item-004", r"(?s)<qti-map-entry .*<qti-map-entry [^>]*>", ""),
    "a word for a mark": ("item-004", 'mapped-value="1"', 'mapped-value="one"'),
    "an unknown tolerance": ("item-004", 'tolerance-mode="absolute"', 'tolerance-mode="near"'),
    "a comparison with nothing": ("item-004", r"(<qti-equal [^>]*>\n)<qti-variable [^>]*>", r"\1"),
    "a choice in an essay": ("item-005", "</qti-extended-text-interaction>", '<qti-simple-choice identifier="a"/></qti-extended-text-interaction>'),
    "a model answer for nothing": ("item-005", ' use="scoring"', ' use="marking"'),
    "a model answer for strangers": ("item-005", ' view="scorer"', ' view="teacher"'),
    "marked by a stranger": ("item-005", 'external-scored="human"', 'external-scored="teacher"'),
    "a model answer in a part": ("item-006", '<div class="case-part">', '<div class="case-part"><qti-rubric-block use="scoring" view="scorer"/>'),
    "another version": ("item-001", "imsqtiasi_v3p0", "imsqti_v2p2"),
    "a package of another version": ("manifest", "3.0.0", "3.0"),
    "a package of another kind": ("manifest", "QTI Package", "QTI"),
    "no organizations": ("manifest", "<organizations/>", ""),
    "a resource of another version": ("manifest", "imsqti_item_xmlv3p0", "imsqti_item_xmlv2p2"),
    "a resource named twice": ("manifest", "resource-002", "resource-001"),
    "a resource without a file": ("manifest", r"<file [^>]*>", ""),
    "the file before what is said of it": ("manifest", r"(?s)(<metadata>\n<lom.*?</metadata>)\n(<file [^>]*>)", r"\2\1"),
    "two sources": ("manifest", r"(?s)(<lom:kind>.*?</lom:kind>)", r"\1\1"),
}


@pytest.mark.parametrize(("name", "pattern", "other"), BROKEN.values(), ids=BROKEN)
def test_the_check_of_the_schema_refuses(name: str, pattern: str, other: str) -> None:
    path, rules = ("imsmanifest.xml", MANIFEST) if name == "manifest" else (f"items/kaoxue-{name}.xml", ITEM)
    good = files(write_qti(EVERY_KIND)[0])[path].decode()
    bad = re.sub(pattern, other, good)
    assert bad != good
    assert faults(good.encode(), rules) == []
    assert faults(bad.encode(), rules) != []


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
