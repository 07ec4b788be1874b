"""QTI 3.0 response processing: each right answer counts one, and the count is scaled to MAXSCORE where marks are given."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.core.draft import DraftBlank
from quiz.formats.safe_xml import element


def match_rule(name: str) -> str:
    """Count a response that is the declared one, whole."""
    return _rule(element("qti-match", None, _variable(name), element("qti-correct", {"identifier": name})))


def mapped_rule(name: str) -> str:
    """Count a text that the mapping of its response gives marks."""
    return _rule(element("qti-gt", None, element("qti-map-response", {"identifier": name}), _number("0")))


def number_rule(name: str, blank: DraftBlank) -> str:
    """Count a number within the tolerance of any answer."""
    head = {"tolerance-mode": "exact"}
    if blank.tolerance is not None:
        head = {"tolerance-mode": "absolute", "tolerance": f"{blank.tolerance:f} {blank.tolerance:f}"}
    equals = [element("qti-equal", head, _variable(name), _number(text)) for text in blank.answers]
    return _rule(equals[0] if len(equals) == 1 else element("qti-or", None, *equals))


def processing(rules: Sequence[str], responses: int) -> list[str]:
    """Return the response processing; none for an item that only a person can mark. With `responses` each earns its share of MAXSCORE."""
    if not rules:
        return []
    share = element("qti-divide", None, _variable("MAXSCORE"), _number(str(responses)))
    scaled = element("qti-set-outcome-value", {"identifier": "SCORE"}, element("qti-product", None, _variable("SCORE"), share))
    return [element("qti-response-processing", None, *rules, *([scaled] if responses else []))]


def explain(name: str, paragraph: str) -> str:
    """Return a feedback that is shown after the answer, whatever it was."""
    head = {"outcome-identifier": "FEEDBACK", "show-hide": "show", "identifier": name}
    return element("qti-modal-feedback", head, element("qti-content-body", None, paragraph))


def _rule(condition: str) -> str:
    count = element("qti-sum", None, _variable("SCORE"), _number("1"))
    add = element("qti-set-outcome-value", {"identifier": "SCORE"}, count)
    return element("qti-response-condition", None, element("qti-response-if", None, condition, add))


def _variable(name: str) -> str:
    return element("qti-variable", {"identifier": name})


def _number(text: str) -> str:
    return element("qti-base-value", {"base-type": "float"}, text, inline=True)
