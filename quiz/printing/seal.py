"""The sealed strip at the binding edge (密封线): the only place of a paper that names its candidate."""

from __future__ import annotations

from quiz.core.message import Translate, mark_text, say
from quiz.core.paper import Candidate
from quiz.printing.fonts import Font, text_width
from quiz.printing.geometry import MM, Geometry
from quiz.printing.job import FIELD_NAMES
from quiz.printing.marks import Stroke
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import BODY, SMALL

FROM_EDGE = 10 * MM
"""Where the dotted line begins and ends."""

FIELDS_OFF, WARNING_OFF = 34.0, 12.0
"""How far left of the dotted line the base lines of the fields and of the warning stand, in points."""

FIELD_SHARES = {"unit": 12.0, "name": 6.0, "post": 8.0, "number": 8.0, "seat": 4.0}
"""How long the line of an empty field is, in em."""

LETTERS = mark_text("密封线")
LETTER_SIZE = 12.0
BETWEEN_FIELDS = 1.2


def draw_seal(sheets: Sheets, geometry: Geometry, candidate: Candidate, translate: Translate) -> None:
    """Draw the dotted line with 密 封 线, the warning, and the candidate's fields, filled as far as they are known."""
    line, height = geometry.sealed_line, geometry.height
    sheets.add_dots(line, FROM_EDGE, height - FROM_EDGE)
    letters = say(LETTERS).render(translate)
    for i, letter in enumerate(letters if len(letters) <= 3 else [letters]):
        width = text_width(letter, Font.HEI, LETTER_SIZE)
        y = height * (0.25 + 0.25 * i) - width / 2
        sheets.add_white(line - 8, y - 4, 16, width + 8)
        sheets.add_upward(line + LETTER_SIZE * 0.36, y, letter, Font.HEI, LETTER_SIZE)
    _draw_warning(sheets, geometry, translate)
    _draw_fields(sheets, geometry, candidate, translate)


def _draw_warning(sheets: Sheets, geometry: Geometry, translate: Translate) -> None:
    text = say("密封线内不要答题").render(translate)
    spacing = SMALL * 2 if len(text) < 20 else 0.0
    width = text_width(text, Font.SONG, SMALL) + spacing * (len(text) - 1)
    sheets.add_upward(geometry.sealed_line - WARNING_OFF, (geometry.height - width) / 2, text, Font.SONG, SMALL, spacing)


def _draw_fields(sheets: Sheets, geometry: Geometry, candidate: Candidate, translate: Translate) -> None:
    """Draw label and ruled value of each field along the strip, smaller when they would not fit, and never cut; the seat, by which papers are
    handed out, in bold."""
    labels = {field: say("{label}：", label=say(name)).render(translate) for field, name in FIELD_NAMES.items()}
    values = {field: getattr(candidate, field) for field in FIELD_NAMES}
    rules = {field: max(FIELD_SHARES[field], text_width(values[field], Font.SONG, 1.0) + 1) for field in FIELD_NAMES}
    total = sum(text_width(label, Font.SONG, 1.0) for label in labels.values()) + sum(rules.values()) + BETWEEN_FIELDS * (len(labels) - 1)
    room = geometry.height - 2 * FROM_EDGE
    size = min(BODY, room / total)
    x, y = geometry.sealed_line - FIELDS_OFF, (geometry.height - total * size) / 2
    for field, label in labels.items():
        sheets.add_upward(x, y, label, Font.SONG, size)
        y += text_width(label, Font.SONG, size)
        rule = rules[field] * size
        sheets.add_marks([Stroke(x + 0.25 * size, y, x + 0.25 * size, y + rule)])
        font = Font.HEI if field == "seat" else Font.SONG
        sheets.add_upward(x, y + (rule - text_width(values[field], font, size)) / 2, values[field], font, size)
        y += rule + BETWEEN_FIELDS * size
