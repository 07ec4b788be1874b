"""QTI in: both versions, each interaction by a small sample, packages as others write them, and hostile files."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.formats.qti import read_qti

OLD = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"'


def item21(declarations: str, body: str, rest: str = "") -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentItem {OLD} identifier="q1" title="问" adaptive="false" timeDependent="false">'
    return f"{text}\n{declarations}<itemBody>{body}</itemBody>{rest}</assessmentItem>".encode()


def declared(*values: str, name: str = "RESPONSE", cardinality: str = "single", base: str = "identifier") -> str:
    inner = "".join(f"<value>{value}</value>" for value in values)
    correct = f"<correctResponse>{inner}</correctResponse>" if values else ""
    return f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">{correct}</responseDeclaration>'


def one(content: bytes) -> Draft:
    found = read_qti(content, "x.xml")
    assert [d.render() for d in found.diagnostics] == []
    assert len(found.drafts) == 1
    return replace(found.drafts[0], line=0)


def rules(found: Imported) -> list[tuple[int, str]]:
    return [(d.line, d.rule) for d in found.diagnostics]


CHOICE = '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="{}"><prompt>选<b>对</b>的</prompt>'
CHOICE += '<simpleChoice identifier="A">甲</simpleChoice><simpleChoice identifier="B"><p>乙</p></simpleChoice>'
CHOICE += '<simpleChoice identifier="C">丙<feedbackInline outcomeIdentifier="F" identifier="C" showHide="show"/></simpleChoice></choiceInteraction>'


def test_single_choice() -> None:
    draft = one(item21(declared("B"), "<p>某村\n  有  三户。</p>" + CHOICE.format(1)))
    assert draft == Draft(DraftType.SINGLE, "某村 有 三户。\n选对的", options=("甲", "乙", "丙"), right=(1,), id="q1")


def test_multiple_choice_by_its_mapping() -> None:
    mapping = '<mapping defaultValue="-1"><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="C" mappedValue="1"/></mapping>'
    response = declared(cardinality="multiple").replace("</responseDeclaration>", mapping + "</responseDeclaration>")
    draft = one(item21(response, CHOICE.format(0)))
    assert (draft.type, draft.right) == (DraftType.MULTIPLE, (0, 2))


def test_true_false_by_its_identifiers() -> None:
    body = '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>对吗</prompt><simpleChoice identifier="true">True</simpleChoice>'
    body += '<simpleChoice identifier="false">False</simpleChoice></choiceInteraction>'
    assert one(item21(declared("false"), body)).right == ()
    assert one(item21(declared("true"), body)).type is DraftType.TRUE_FALSE


def test_text_entries_numbers_and_tolerance() -> None:
    mapping = '<mapping><mapEntry mapKey="五" mappedValue="1"/><mapEntry mapKey="5" mappedValue="1"/></mapping>'
    head = declared("2025", name="R1", base="integer")
    head += declared("五", name="R2", base="string").replace("</responseDeclaration>", mapping + "</responseDeclaration>")
    body = (
        '<p>法自<textEntryInteraction responseIdentifier="R1" expectedLength="4"/>年<textEntryInteraction responseIdentifier="R2"/>月起____施行。</p>'
    )
    equal = '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="1 1"><variable identifier="R1"/>'
    equal += '<baseValue baseType="integer">2025</baseValue></equal></responseIf></responseCondition></responseProcessing>'
    draft = one(item21(head, body, equal))
    assert draft.stem == "法自____年____月起…施行。"
    assert draft.blanks == (DraftBlank(("2025",), True, Decimal(1)), DraftBlank(("五", "5")))


def test_order_match_associate_and_essay() -> None:
    choices = "".join(f'<simpleChoice identifier="{k}">{k}项</simpleChoice>' for k in "ABC")
    draft = one(
        item21(
            declared("C", "A", "B", cardinality="ordered"),
            f'<orderInteraction responseIdentifier="RESPONSE"><prompt>排</prompt>{choices}</orderInteraction>',
        )
    )
    assert draft.items == ("C项", "A项", "B项")
    left = "".join(f'<simpleAssociableChoice identifier="L{k}" matchMax="1">左{k}</simpleAssociableChoice>' for k in "12")
    right = "".join(f'<simpleAssociableChoice identifier="R{k}" matchMax="1">右{k}</simpleAssociableChoice>' for k in "123")
    sets = f"<simpleMatchSet>{left}</simpleMatchSet><simpleMatchSet>{right}</simpleMatchSet>"
    head = declared("L2 R1", "L1 R3", cardinality="multiple", base="directedPair")
    draft = one(item21(head, f'<matchInteraction responseIdentifier="RESPONSE" maxAssociations="2"><prompt>连</prompt>{sets}</matchInteraction>'))
    assert (draft.pairs, draft.extra) == ((("左1", "右3"), ("左2", "右1")), ("右2",))
    head = declared("L1 L2", cardinality="multiple", base="pair")
    draft = one(item21(head, f'<associateInteraction responseIdentifier="RESPONSE"><prompt>连</prompt>{left}</associateInteraction>'))
    assert draft.pairs == (("左1", "左2"),)
    rubric = '<rubricBlock view="scorer"><p>三点</p></rubricBlock>'
    draft = one(
        item21(
            declared(base="string"), f'<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>谈</prompt></extendedTextInteraction>{rubric}'
        )
    )
    assert (draft.type, draft.stem, draft.model_answer) == (DraftType.SHORT_ANSWER, "谈", "三点")


def test_marks_and_feedback() -> None:
    outcome = '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float">'
    outcome += "<defaultValue><value>2.50</value></defaultValue></outcomeDeclaration>"
    note = '<modalFeedback outcomeIdentifier="F" showHide="show" identifier="{}">{}</modalFeedback>'
    draft = one(item21(declared("B") + outcome, CHOICE.format(1), note.format("x", "因为")))
    assert (draft.marks, draft.explanation) == (Decimal("2.5"), "因为")
    found = read_qti(item21(declared("B"), CHOICE.format(1), note.format("ok", "对") + note.format("no", "错")), "x")
    assert (found.drafts[0].explanation, rules(found)) == ("", [(2, "I808")])


def test_an_inline_menu_becomes_a_blank_with_a_notice() -> None:
    body = '<p>选<inlineChoiceInteraction responseIdentifier="RESPONSE"><inlineChoice identifier="A">甲</inlineChoice>'
    found = read_qti(item21(declared("A"), body + '<inlineChoice identifier="B">乙</inlineChoice></inlineChoiceInteraction>。</p>'), "x")
    assert (found.drafts[0].stem, found.drafts[0].blanks, rules(found)) == ("选____。", (DraftBlank(("甲",)),), [(2, "I802")])


def test_several_interactions_are_a_case() -> None:
    head = declared("B") + declared(name="E", base="string")
    body = "<p>某村有监测户。</p>" + CHOICE.format(1) + '<p>请说明理由。</p><extendedTextInteraction responseIdentifier="E"/>'
    found = read_qti(item21(head, body), "x")
    case = found.drafts[0]
    assert (case.type, case.stem, [part.stem for part in case.parts]) == (DraftType.CASE, "某村有监测户。", ["选对的", "请说明理由。"])
    assert rules(found) == [(2, "I802")]


def test_what_has_no_type_here_is_named() -> None:
    body = '<sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="9"><prompt>几</prompt></sliderInteraction>'
    assert rules(read_qti(item21(declared(), body), "x")) == [(2, "I804")]
    assert rules(read_qti(item21("", "<p>说明</p>"), "x")) == [(2, "I804")]
    assert rules(read_qti(item21(declared(), CHOICE.format(1)), "x")) == [(2, "I804")]


def test_pictures_and_scripts_are_told_and_left_out() -> None:
    found = read_qti(item21(declared("B"), '<p>看图<img src="a.png" alt=""/><script>alert(1)</script></p>' + CHOICE.format(1)), "x")
    assert found.drafts[0].stem == "看图\n选对的"
    assert rules(found) == [(2, "I805"), (2, "I805")]


def pack(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def manifest(*resources: tuple[str, str], extra: str = "") -> bytes:
    rows = "".join(f'\n<resource identifier="r{i}" type="{t}" href="{h}">{extra}<file href="{h}"/></resource>' for i, (t, h) in enumerate(resources))
    return f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{rows}\n</resources></manifest>'.encode()


ITEM = item21(declared("B"), CHOICE.format(1))


def test_a_package_with_folders_metadata_and_a_missing_file() -> None:
    lom = "<metadata><md:lom xmlns:md='x'><md:general><md:keyword><md:langstring>饮水</md:langstring></md:keyword></md:general></md:lom></metadata>"
    kinds = [("imsqti_item_xmlv2p1", "items/q%201.xml"), ("imsqti_item_xmlv2p1", "items/none.xml")]
    kinds += [("imsqti_test_xmlv2p1", "t.xml"), ("webcontent", "a.png")]
    found = read_qti(pack({"top/imsmanifest.xml": manifest(*kinds, extra=lom), "top/items/q 1.xml": ITEM}), "包.zip")
    assert [(draft.stem, draft.tags) for draft in found.drafts] == [("选对的", ("饮水",))]
    assert rules(found) == [(3, "I804"), (4, "I808")]


def test_old_versions_are_named() -> None:
    assert [d.rule for d in read_qti(pack({"imsmanifest.xml": manifest(("imsqti_xmlv1p2", "a.xml"))}), "x").diagnostics] == ["I804"]


def test_a_fault_in_one_item_leaves_the_others_and_names_its_file() -> None:
    kinds = [("imsqti_item_xmlv3p0", f"{name}.xml") for name in ("a", "b", "c")]
    found = read_qti(pack({"imsmanifest.xml": manifest(*kinds), "a.xml": ITEM, "b.xml": ITEM[:200], "c.xml": ITEM}), "包.zip")
    assert (len(found.drafts), [(d.file, d.rule) for d in found.diagnostics]) == (2, [("包.zip/b.xml", "I801")])


def test_a_shared_passage_stands_before_the_stem() -> None:
    item = ITEM.replace(b"<itemBody>", b'<assessmentStimulusRef identifier="s" href="../s.xml"/><itemBody>')
    stimulus = "<qti-assessment-stimulus><qti-stimulus-body><p>某村材料。</p></qti-stimulus-body></qti-assessment-stimulus>".encode()
    found = read_qti(pack({"imsmanifest.xml": manifest(("imsqti_item_xmlv3p0", "i/a.xml")), "i/a.xml": item, "s.xml": stimulus}), "x")
    assert found.drafts[0].stem == "某村材料。\n选对的"


def bomb() -> bytes:
    return pack({"imsmanifest.xml": b"0" * 50_000_000})


HOSTILE = {
    "path": lambda: pack({"../imsmanifest.xml": b"<manifest/>"}),
    "absolute path": lambda: pack({"/etc/imsmanifest.xml": b"<manifest/>"}),
    "windows path": lambda: pack({"..\\x\\imsmanifest.xml": b"<manifest/>"}),
    "bomb": bomb,
    "entity": lambda: pack({"imsmanifest.xml": b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><manifest>&x;</manifest>'}),
    "big": lambda: b"PK\x03\x04" + b"x" * 21_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_packages_are_refused(name: str) -> None:
    found = read_qti(HOSTILE[name](), "x")
    assert (found.drafts, [d.rule for d in found.diagnostics]) == ((), ["I806"])


def test_a_reference_out_of_the_package_is_not_followed() -> None:
    found = read_qti(
        pack({"imsmanifest.xml": manifest(("imsqti_item_xmlv3p0", "../../etc/passwd"), ("imsqti_item_xmlv3p0", "file:///etc/passwd"))}), "x"
    )
    assert [d.rule for d in found.diagnostics] == ["I804", "I804"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04half", pack({"a.txt": b""}), ITEM[:300], b"<quiz/>", pack({"imsmanifest.xml": b"<manifest/>"})])
def test_broken_files_are_told(content: bytes) -> None:
    assert [d.rule for d in read_qti(content, "x").diagnostics] == ["I801"]


def test_a_locked_or_damaged_member_is_told() -> None:
    content = bytearray(pack({"imsmanifest.xml": manifest(("imsqti_item_xmlv3p0", "a.xml")), "a.xml": ITEM}))
    at = content.index(b"a.xml") + 20
    content[at : at + 30] = b"\xff" * 30
    assert [d.rule for d in read_qti(bytes(content), "x").diagnostics] == ["I801"]


def test_a_package_of_an_unknown_zip_version_is_told() -> None:
    content = bytearray(pack({"a.xml": ITEM}))
    at = content.index(b"PK\x01\x02") + 6
    content[at : at + 2] = (99).to_bytes(2, "little")
    assert [d.rule for d in read_qti(bytes(content), "x").diagnostics] == ["I801"]


def test_a_damaged_lzma_member_is_told() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("imsmanifest.xml", manifest(("imsqti_item_xmlv3p0", "a.xml")))
    content = bytearray(out.getvalue())
    at = content.index(b"imsmanifest.xml") + 20
    content[at : at + 30] = b"\xff" * 30
    found = read_qti(bytes(content), "x").diagnostics
    assert [d.rule for d in found] == ["I801"]
    assert "损坏" in found[0].render()


def test_gbk() -> None:
    content = ITEM.decode().replace("UTF-8", "GBK").encode("gbk")
    found = read_qti(content, "x")
    assert (found.drafts[0].stem, rules(found)) == ("选对的", [(1, "I807")])


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    read_qti(content, "x")
    read_qti(b"PK\x03\x04" + content, "x")
    read_qti(item21(declared("B"), CHOICE.format(1)).replace("选".encode(), content), "x")
