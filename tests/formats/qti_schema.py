"""What 1EdTech's schemas for QTI 3.0 ask of every element that our export writes, as a table in our own words.

Checked entry by entry against the published text of the schema for assessments, sections and items (version 3.0.1, `imsqti_asiv3p0p1_v1p0.xsd`), of
the QTI 3.0 profile of content packaging (`imsqtiv3p0_imscpv1p2_v1p0.xsd`) and of the loose binding of LOM (`imsmd_loose_v1p3p2.xsd`) with its
Schematron rules. The schema files themselves may not be kept here.

How far it reaches: only the elements and attributes that we write, and among these every order, number, type and enumeration. Anything else is
refused, though the schemas have many more elements and let most of them carry any further attribute. Narrower than the schemas on purpose:
identifiers are ASCII, tolerances are numbers, the parts of LOM stand in one order, and an item names the schema that this table was checked against.
What only the prose of the specification says stands in `_unbound`.

Each entry: the order and number of children, a pattern for the text among them (None: no text), and the attributes (a `!` marks a required one).
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

ASI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
PACKAGE = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"
LOM = "{http://ltsc.ieee.org/xsd/LOM}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML = "{http://www.w3.org/XML/1998/namespace}"

Rules = dict[str, tuple[str, str | None, dict[str, str]]]

NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
TEXT = r"(?s:.*)"
LINE = r"[^\n\t\r]*"
URI = r"\S+"
FLAG = "true|false|1|0"
COUNT = r"\+?[0-9]+|-0+"
DOUBLE = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN"
BASE = "boolean|directedPair|duration|file|float|identifier|integer|pair|point|string|uri"
CARDINALITY = "multiple|ordered|record|single"
VIEW = "(author|candidate|proctor|scorer|testConstructor|tutor)"
NUMERIC = "qti-sum|qti-product|qti-divide|qti-variable|qti-correct|qti-map-response|qti-base-value"
ANY = f"({NUMERIC}|qti-match|qti-gt|qti-equal|qti-or)"
BLOCK_ASKED = "qti-choice-interaction|qti-order-interaction|qti-match-interaction|qti-extended-text-interaction"
FLOW = "(p|div|br)*"

EMPTY = ("", None)
VARIABLE = {"cardinality!": CARDINALITY, "base-type": BASE}
ASKED = {"response-identifier!": NAME}
NAMED = {"identifier!": NAME}

ITEM: Rules = {
    "qti-assessment-item": (
        "qti-response-declaration*,qti-outcome-declaration*,qti-item-body?,qti-response-processing?,qti-modal-feedback*",
        None,
        {
            **NAMED,
            "title!": LINE,
            "label": LINE,
            "tool-name": LINE,
            "adaptive": FLAG,
            "time-dependent!": FLAG,
            XML + "lang": "([a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*)?",
            XSI + "schemaLocation": rf"http://www\.imsglobal\.org/xsd/imsqtiasi_v3p0 {URI}/imsqti_asiv3p0p1_v1p0\.xsd",
        },
    ),
    "qti-response-declaration": ("qti-default-value?,qti-correct-response?,qti-mapping?", None, {**NAMED, **VARIABLE}),
    "qti-outcome-declaration": ("qti-default-value?", None, {**NAMED, **VARIABLE, "external-scored": "human|externalMachine"}),
    "qti-default-value": ("qti-value+", None, {}),
    "qti-correct-response": ("qti-value+", None, {}),
    "qti-value": ("", TEXT, {}),
    "qti-mapping": ("qti-map-entry+", None, {"default-value": DOUBLE}),
    "qti-map-entry": (*EMPTY, {"map-key!": LINE, "mapped-value!": DOUBLE, "case-sensitive": FLAG}),
    "qti-item-body": (f"(p|div|qti-rubric-block|{BLOCK_ASKED})+", None, {}),
    "div": (f"(p|div|br|qti-text-entry-interaction|{BLOCK_ASKED})*", TEXT, {"class": TEXT}),
    "p": ("(br|qti-text-entry-interaction)*", TEXT, {}),
    "br": (*EMPTY, {}),
    "qti-prompt": (FLOW, TEXT, {}),
    "qti-choice-interaction": ("qti-prompt?,qti-simple-choice+", None, {**ASKED, "shuffle": FLAG, "max-choices": COUNT}),
    "qti-order-interaction": ("qti-prompt?,qti-simple-choice+", None, {**ASKED, "shuffle": FLAG}),
    "qti-simple-choice": (FLOW, TEXT, NAMED),
    "qti-match-interaction": (
        "qti-prompt?,qti-simple-match-set,qti-simple-match-set",
        None,
        {**ASKED, "shuffle": FLAG, "max-associations": COUNT},
    ),
    "qti-simple-match-set": ("qti-simple-associable-choice*", None, {}),
    "qti-simple-associable-choice": (FLOW, TEXT, {**NAMED, "match-max!": COUNT}),
    "qti-text-entry-interaction": (*EMPTY, {**ASKED, "expected-length": COUNT}),
    "qti-extended-text-interaction": ("qti-prompt?", None, ASKED),
    "qti-rubric-block": (
        "qti-content-body",
        None,
        {"use!": r"instructions|scoring|navigation|ext:[a-zA-Z0-9_.-]+", "view!": f"({VIEW}( {VIEW})*)?"},
    ),
    "qti-content-body": (FLOW, TEXT, {}),
    "qti-response-processing": ("(qti-response-condition|qti-set-outcome-value)*", None, {}),
    "qti-response-condition": ("qti-response-if", None, {}),
    "qti-response-if": (f"{ANY},(qti-response-condition|qti-set-outcome-value)*", None, {}),
    "qti-set-outcome-value": (ANY, None, NAMED),
    "qti-match": (f"{ANY},{ANY}", None, {}),
    "qti-gt": (f"{ANY},{ANY}", None, {}),
    "qti-divide": (f"{ANY},{ANY}", None, {}),
    "qti-equal": (f"{ANY},{ANY}", None, {"tolerance-mode": "absolute|exact|relative", "tolerance": f"({DOUBLE})( ({DOUBLE}))?"}),
    "qti-or": (f"{ANY}+", None, {}),
    "qti-product": (f"{ANY}+", None, {}),
    "qti-sum": (f"({NUMERIC})+", None, {}),
    "qti-variable": (*EMPTY, NAMED),
    "qti-correct": (*EMPTY, NAMED),
    "qti-map-response": (*EMPTY, NAMED),
    "qti-base-value": ("", TEXT, {"base-type!": BASE}),
    "qti-modal-feedback": ("qti-content-body", None, {"outcome-identifier!": NAME, "show-hide!": "show|hide", **NAMED}),
}

VOCABULARY = ("lom:source?,lom:value?", None, dict[str, str]())
STRINGS = ("lom:string*", None, dict[str, str]())
RESOURCE = (
    r"imsqti_(test|section|item|resprocessing|outcomes|stimulus|fragment|rptemplate)_xmlv3p0|associatedcontent/learning-application-resource|webcontent|"
    r"imsbasiclti_xmlv1p3|controlfile|resource(ext)?metadata/xml|qtiusagedata/xml|pls|css2|css3|extension"
)

MANIFEST: Rules = {
    "manifest": ("metadata,organizations,resources", None, {**NAMED, XSI + "schemaLocation": rf"{URI}( {URI})*"}),
    "manifest/metadata": ("schema,schemaversion,lom:lom?", None, {}),
    "schema": ("", "QTI (Package|(Test|Item|Object) Bank|Test|Section|Item)", {}),
    "schemaversion": ("", r"3\.0\.0", {}),
    "organizations": (*EMPTY, {}),
    "resources": ("resource*", None, {}),
    "resource": ("metadata?,file+", None, {**NAMED, "type!": RESOURCE, "href": URI}),
    "resource/metadata": ("lom:lom?", None, {}),
    "file": (*EMPTY, {"href!": URI}),
    "lom:lom": ("lom:general?,lom:relation*,lom:classification*", None, {}),
    "lom:general": ("lom:keyword*", None, {}),
    "lom:keyword": STRINGS,
    "lom:relation": ("lom:kind?,lom:resource?", None, {}),
    "lom:resource": ("lom:description*", None, {}),
    "lom:description": STRINGS,
    "lom:classification": ("lom:purpose?,lom:taxonPath*", None, {}),
    "lom:kind": VOCABULARY,
    "lom:purpose": VOCABULARY,
    "lom:taxonPath": ("lom:taxon*", None, {}),
    "lom:taxon": ("lom:entry?", None, {}),
    "lom:entry": STRINGS,
    "lom:source": ("", TEXT, {}),
    "lom:value": ("", TEXT, {}),
    "lom:string": ("", TEXT, {"language": TEXT}),
}

UNIQUE = ("qti-response-declaration", "manifest", "resource")
"""Elements whose identifier is an xs:ID: no two in a file. Items, outcomes and choices have plain names."""

BOUND = {
    "qti-choice-interaction": "(single|multiple) identifier",
    "qti-order-interaction": "ordered identifier",
    "qti-match-interaction": "(single|multiple) directedPair",
    "qti-text-entry-interaction": "single (string|integer|float)",
    "qti-extended-text-interaction": "(single|multiple|ordered) (string|integer|float)",
}
"""The cardinality and type that a response must have for its interaction."""

REFERENCES = ("qti-variable", "qti-correct", "qti-map-response", "qti-set-outcome-value")


def faults(content: bytes, rules: Rules) -> list[str]:
    """Return where a file breaks the rules, identifiers and references included; [] for a good one."""
    root = ElementTree.fromstring(content)
    ids = [node.get("identifier") for node in root.iter() if _name(node) in UNIQUE]
    repeated = ["an identifier stands twice"] if len(ids) != len(set(ids)) else []
    return [*_faults(root, "", rules), *repeated, *_unbound(root)]


def _faults(node: Element, parent: str, rules: Rules) -> Iterator[str]:
    name = _name(node)
    rule = rules.get(f"{parent}/{name}") or rules.get(name)
    if rule is None:
        yield f"{name} is not allowed"
        return
    children, text, attributes = rule
    seen = "".join(f"<{_name(child)}>" for child in node)
    if not re.fullmatch(re.sub(r"(?:lom:)?[a-zA-Z][a-zA-Z0-9-]*", lambda m: f"(?:<{m[0]}>)", children).replace(",", ""), seen):
        yield f"{name} holds {seen}, wanted {children}"
    words = "".join([node.text or "", *(child.tail or "" for child in node)])
    if not re.fullmatch(text if text is not None else r"\s*" if children else "", words):
        yield f"{name} holds the text {words[:20]!r}"
    known = {key.rstrip("!"): pattern for key, pattern in attributes.items()}
    for key in attributes:
        if key.endswith("!") and key[:-1] not in node.attrib:
            yield f"{name} lacks {key}"
    for key, value in node.attrib.items():
        if key not in known or not re.fullmatch(known[key], value):
            yield f"{name} {key}={value!r}"
    for child in node:
        yield from _faults(child, name, rules)


def _unbound(root: Element) -> Iterator[str]:
    """What no schema says: each response is asked once, by an interaction of its kind; right answers are choices; whatever is named is declared."""
    responses = {node.get("identifier", ""): node for node in root.iter(ASI + "qti-response-declaration")}
    outcomes = {node.get("identifier") for node in root.iter(ASI + "qti-outcome-declaration")}
    asked = [node for node in root.iter() if _name(node) in BOUND]
    names = [node.get("response-identifier", "") for node in asked]
    if sorted(names) != sorted(responses):
        yield f"declared {sorted(responses)}, asked {sorted(names)}"
        return
    for name, node in zip(names, asked, strict=True):
        response = responses[name]
        if not re.fullmatch(BOUND[_name(node)], f"{response.get('cardinality')} {response.get('base-type')}"):
            yield f"{_name(node)} asks {response.attrib}"
        choices = {choice.get("identifier") for choice in node.iter()}
        right = [part for value in response.iterfind(f"{ASI}qti-correct-response/{ASI}qti-value") for part in (value.text or "").split()]
        if response.get("base-type") in ("identifier", "directedPair") and not choices.issuperset(right):
            yield f"{name} has right answers that are no choices: {right}"
    used = {node.get("identifier") for node in root.iter() if _name(node) in REFERENCES}
    used |= {node.get("outcome-identifier") for node in root.iter(ASI + "qti-modal-feedback")}
    if unknown := used - outcomes - set(responses):
        yield f"not declared: {unknown}"


def _name(node: Element) -> str:
    return node.tag.replace(ASI, "").replace(PACKAGE, "").replace(LOM, "lom:")
