"""What 1EdTech's schemas for QTI 3.0 ask of every element that our export writes, put in our own words.

Read from the published text: the ASI schema (in its SBAC profile, which takes away and adds data-* attributes only) for choice and match
interactions, choices, text entries, declarations, mappings, conditions, feedback and comparisons; the content-package profile for the manifest;
bindings generated from the ASI schema for the item itself, rubrics and rules; published examples for order, essay, prompt and paragraph; IEEE LOM
from its standard. The schema files themselves may not be kept here. Each entry: the order and number of children, whether text may stand among
them, and the attributes with their values (a `!` marks a required one).
"""

import re
from xml.etree import ElementTree

ASI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
PACKAGE = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"
LOM = "{http://ltsc.ieee.org/xsd/LOM}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML = "{http://www.w3.org/XML/1998/namespace}"

NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
NORMAL = r"[^\n\t\r]*"
FLAG = "true|false"
FLOAT = r"-?[0-9]+(\.[0-9]+)?"
BASE = "boolean|directedPair|duration|file|float|identifier|integer|pair|point|string|uri"
CARDINALITY = "multiple|ordered|record|single"
EXPRESSION = "(qti-match|qti-gt|qti-equal|qti-or|qti-sum|qti-product|qti-divide|qti-variable|qti-correct|qti-map-response|qti-base-value)"
INLINE = "(br|qti-text-entry-interaction)*"
ASKED = "(p|div|qti-choice-interaction|qti-order-interaction|qti-match-interaction|qti-extended-text-interaction"
VARIABLE = {"identifier!": NAME, "cardinality!": CARDINALITY, "base-type": BASE}
INTERACTION = {"response-identifier!": NAME, "shuffle": FLAG}

ITEM = {
    "qti-assessment-item": (
        "qti-response-declaration*,qti-outcome-declaration*,qti-item-body?,qti-response-processing?,qti-modal-feedback*",
        False,
        {
            "identifier!": NAME,
            "title!": NORMAL,
            "label": NORMAL,
            "tool-name": NORMAL,
            "adaptive": FLAG,
            "time-dependent!": FLAG,
            XML + "lang": "zh-CN",
            XSI + "schemaLocation": r"\S+ \S+",
        },
    ),
    "qti-response-declaration": ("qti-default-value?,qti-correct-response?,qti-mapping?,qti-area-mapping?", False, VARIABLE),
    "qti-outcome-declaration": ("qti-default-value?", False, {**VARIABLE, "external-scored": "human|externalMachine"}),
    "qti-default-value": ("qti-value+", False, {}),
    "qti-correct-response": ("qti-value+", False, {}),
    "qti-value": ("", True, {}),
    "qti-mapping": ("qti-map-entry+", False, {"default-value": FLOAT}),
    "qti-map-entry": ("", False, {"map-key!": NORMAL, "mapped-value!": FLOAT, "case-sensitive": FLAG}),
    "qti-item-body": (ASKED + "|qti-rubric-block)*", False, {}),
    "div": (ASKED + ")*", True, {"class": NORMAL}),
    "p": (INLINE, True, {}),
    "br": ("", False, {}),
    "qti-prompt": ("br*", True, {}),
    "qti-choice-interaction": ("qti-prompt?,qti-simple-choice+", False, {**INTERACTION, "max-choices": "[0-9]+"}),
    "qti-order-interaction": ("qti-prompt?,qti-simple-choice+", False, INTERACTION),
    "qti-simple-choice": ("br*", True, {"identifier!": NAME}),
    "qti-match-interaction": ("qti-prompt?,qti-simple-match-set,qti-simple-match-set", False, {**INTERACTION, "max-associations": "[0-9]+"}),
    "qti-simple-match-set": ("qti-simple-associable-choice*", False, {}),
    "qti-simple-associable-choice": ("br*", True, {"identifier!": NAME, "match-max!": "[0-9]+"}),
    "qti-text-entry-interaction": ("", False, {"response-identifier!": NAME, "expected-length": "[0-9]+"}),
    "qti-extended-text-interaction": ("qti-prompt?", False, {"response-identifier!": NAME}),
    "qti-rubric-block": ("qti-content-body", False, {"use!": "instructions|scoring|navigation", "view!": "scorer"}),
    "qti-content-body": ("p*", True, {}),
    "qti-response-processing": ("(qti-response-condition|qti-set-outcome-value)*", False, {}),
    "qti-response-condition": ("qti-response-if,qti-response-else-if*,qti-response-else?", False, {}),
    "qti-response-if": (EXPRESSION + ",qti-set-outcome-value*", False, {}),
    "qti-set-outcome-value": (EXPRESSION, False, {"identifier!": NAME}),
    "qti-match": (EXPRESSION + "," + EXPRESSION, False, {}),
    "qti-gt": (EXPRESSION + "," + EXPRESSION, False, {}),
    "qti-divide": (EXPRESSION + "," + EXPRESSION, False, {}),
    "qti-equal": (EXPRESSION + "," + EXPRESSION, False, {"tolerance-mode": "absolute|exact|relative", "tolerance": rf"{FLOAT}( {FLOAT})?"}),
    "qti-or": (EXPRESSION + "+", False, {}),
    "qti-sum": (EXPRESSION + "+", False, {}),
    "qti-product": (EXPRESSION + "+", False, {}),
    "qti-variable": ("", False, {"identifier!": NAME}),
    "qti-correct": ("", False, {"identifier!": NAME}),
    "qti-map-response": ("", False, {"identifier!": NAME}),
    "qti-base-value": ("", True, {"base-type!": BASE}),
    "qti-modal-feedback": ("qti-content-body?", False, {"outcome-identifier!": NAME, "show-hide!": "show|hide", "identifier!": NAME}),
}

MANIFEST = {
    "manifest": ("metadata,organizations,resources", False, {"identifier!": NAME, XSI + "schemaLocation": r"\S+( \S+)*"}),
    "manifest/metadata": ("schema,schemaversion", False, {}),
    "schema": ("", True, {}),
    "schemaversion": ("", True, {}),
    "organizations": ("", False, {}),
    "resources": ("resource*", False, {}),
    "resource": ("metadata?,file+", False, {"identifier!": NAME, "type!": "imsqti_item_xmlv3p0", "href": r"\S+"}),
    "resource/metadata": ("lom:lom?", False, {}),
    "file": ("", False, {"href!": r"\S+"}),
    "lom:lom": ("lom:general?,lom:relation*,lom:classification*", False, {}),
    "lom:general": ("lom:keyword*", False, {}),
    "lom:keyword": ("lom:string+", False, {}),
    "lom:relation": ("lom:kind?,lom:resource?", False, {}),
    "lom:resource": ("lom:description*", False, {}),
    "lom:description": ("lom:string+", False, {}),
    "lom:classification": ("lom:purpose?,lom:taxonPath*", False, {}),
    "lom:kind": ("lom:source?,lom:value?", False, {}),
    "lom:purpose": ("lom:source?,lom:value?", False, {}),
    "lom:taxonPath": ("lom:taxon*", False, {}),
    "lom:taxon": ("lom:entry?", False, {}),
    "lom:entry": ("lom:string+", False, {}),
    "lom:source": ("", True, {}),
    "lom:value": ("", True, {}),
    "lom:string": ("", True, {"language": "zh-CN"}),
}


UNIQUE = ("qti-assessment-item", "qti-response-declaration", "manifest", "resource")
"""Elements whose identifier is an xs:ID, one space for the whole file; choices and outcomes have plain names."""


def faults(content: bytes, rules: dict) -> list[str]:
    """Return where a file breaks the rules, identifiers and references included; [] for a good one."""
    root = ElementTree.fromstring(content)
    out = list(_faults(root, "", rules))
    ids = [node.get("identifier") for node in root.iter() if _name(node) in UNIQUE]
    declared = {node.get("identifier") for node in root.iter() if _name(node) == "qti-response-declaration"}
    used = [node.get("response-identifier") for node in root.iter() if node.get("response-identifier")]
    if sorted(used) != sorted(declared):
        out.append(f"declared {declared}, used {used}")
    if len(ids) != len(set(ids)):
        out.append("an identifier stands twice")
    return out


def _faults(node, parent, rules):
    name = _name(node)
    rule = rules.get(f"{parent}/{name}") or rules.get(name)
    if rule is None:
        yield f"{name} is not allowed"
        return
    children, may_have_text, attributes = rule
    seen = "".join(f"<{_name(child)}>" for child in node)
    if not re.fullmatch(re.sub(r"(?:lom:)?[a-zA-Z][a-zA-Z0-9-]*", lambda m: f"(?:<{m[0]}>)", children).replace(",", ""), seen):
        yield f"{name} holds {seen}, wanted {children}"
    if not may_have_text and ((node.text or "").strip() or any((child.tail or "").strip() for child in node)):
        yield f"{name} holds text"
    known = {key.rstrip("!"): pattern for key, pattern in attributes.items()}
    for key in attributes:
        if key.endswith("!") and key[:-1] not in node.attrib:
            yield f"{name} lacks {key}"
    for key, value in node.attrib.items():
        if key not in known or not re.fullmatch(known[key], value):
            yield f"{name} {key}={value!r}"
    for child in node:
        yield from _faults(child, name, rules)


def _name(node) -> str:
    return node.tag.replace(ASI, "").replace(PACKAGE, "").replace(LOM, "lom:")
