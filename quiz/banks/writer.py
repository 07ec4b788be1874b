"""Drafts → the YAML of a bank, as a setter would write it; invents no citation and no validity, but leaves a line that asks for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from quiz.banks.answer import BRACKET, LOOSE_BRACKET
from quiz.banks.bank_file import is_category
from quiz.banks.source_text import UNSEEN
from quiz.banks.yaml_tree import NULLS
from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import Translate, listed, mark_text
from quiz.core.question import AREAS, BLANK, OPTION_LETTERS

DEFAULT_CATEGORY = "general/imported"
LETTERS = OPTION_LETTERS + "IJKLMNOPQRSTUVWXYZ"
GAP = re.compile(r"_{2,}|＿{2,}")
NEVER_FIRST = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`.=<~\s]")
SPECIAL = re.compile(r": |:$| #|[\n\r\t\x85]")
LINE_ENDS = re.compile(r"[\r\x85]")
FLOW_SPECIAL = re.compile(r"[,\[\]{}]")

INTRO = mark_text("由 quiz bank import 从 {file} 读入，{n}道题。请逐题核对，补上标有“待补”的各项，再用 quiz bank lint 检查。")
WANTED = mark_text("待补：{names}")
ORIGINAL = {
    "id": mark_text("原编号：{text}"),
    "category": mark_text("原类别：{text}"),
    "source": mark_text("原出处：{text}"),
    "marks": mark_text("原分值：{text}"),
}
TRUE_SENTENCE_WANTED = mark_text("待补：true_sentence（正确的表述）")
POINTS_WANTED = mark_text("待补：points（评分要点，每点写 text 和 marks）")


def write_bank(drafts: Sequence[Draft], category: str = "", file: str = "", translate: Translate = mark_text) -> str:
    """Return a bank file with the drafts under ids of the category's last word; lint names what is still wanted."""
    category = category or next((draft.category for draft in drafts if is_category(draft.category)), DEFAULT_CATEGORY)
    return "\n".join(_Writer(category, translate).lines(drafts, file)) + "\n"


class _Writer:
    """Writes lines."""

    def __init__(self, category: str, translate: Translate) -> None:
        self.category, self.translate = category, translate
        self.prefix = category.rpartition("/")[2] or "q"

    def lines(self, drafts: Sequence[Draft], file: str) -> Iterator[str]:
        """The head of the file and its questions."""
        yield _comment(self.translate(INTRO).format(file=file or "?", n=len(drafts)))
        yield f"category: {scalar(self.category)}"
        area = self.prefix if self.prefix in AREAS else ""
        if area:
            yield f"area: {area}"
        wanted = [*([] if area else ["area"]), "department", "documents"]
        yield _comment(self.translate(WANTED).format(names=listed(wanted).render(self.translate)))
        yield "label: sample"
        yield "questions:" if drafts else "questions: []"
        width = max(3, len(str(len(drafts))))
        for number, draft in enumerate(drafts, 1):
            yield from self.question(draft, f"{self.prefix}-{number:0{width}d}")
            yield ""

    def question(self, draft: Draft, uid: str) -> Iterator[str]:
        """One question with what is wanted yet, and what the file said that has no key here."""
        yield f"  - id: {scalar(uid)}"
        for key, text in ORIGINAL.items():
            value = getattr(draft, key)
            if value and not (key == "category" and value == self.category):
                shown = f"{value:f}" if isinstance(value, Decimal) else str(value)
                yield "    " + _comment(self.translate(text).format(text=shown))
        yield from _indented(4, self.asked(draft))
        wanted = ["level", *([] if draft.topic else ["topic"]), "source", "valid_from", "valid_to", *([] if draft.explanation else ["explanation"])]
        yield "    " + _comment(self.translate(WANTED).format(names=listed(wanted).render(self.translate)))
        for key in ("topic", "explanation"):
            if value := getattr(draft, key):
                yield from _indented(4, field(key, value))
        if draft.tags:
            yield f"    tags: {flow(draft.tags)}"

    def asked(self, draft: Draft) -> Iterator[str]:
        """Type, stem and answer."""
        yield f"type: {draft.type.value}"
        yield from field("stem", house_stem(draft))
        match draft.type:
            case DraftType.SINGLE | DraftType.MULTIPLE:
                yield "options:"
                for at, (letter, text) in enumerate(zip(LETTERS, draft.options, strict=False)):
                    shared = draft.shares and [f"{letter}: {{text: {scalar(text, in_flow=True)}, share: {draft.shares[at]:f}}}"]
                    yield from _indented(2, shared or field(letter, text))
                right = [LETTERS[i] for i in draft.right if i < len(LETTERS)]
                yield f"key: {right[0] if draft.type is DraftType.SINGLE and len(right) == 1 else flow(right)}"
            case DraftType.TRUE_FALSE:
                yield f"key: {'true' if draft.right else 'false'}"
                if not draft.right:
                    yield _comment(self.translate(TRUE_SENTENCE_WANTED))
            case DraftType.FILL_IN:
                yield from _listed("blanks", [_blank(blank) for blank in draft.blanks])
            case DraftType.ORDERING:
                yield from _listed("items", map(item, draft.items))
            case DraftType.MATCHING:
                yield from _listed("pairs", map(flow, draft.pairs))
                if draft.extra:
                    yield from _listed("extra", map(item, draft.extra))
            case DraftType.SHORT_ANSWER:
                if draft.model_answer:
                    yield from field("model_answer", draft.model_answer)
                yield _comment(self.translate(POINTS_WANTED))
            case DraftType.CASE:
                yield "parts:"
                for part in draft.parts:
                    yield from self.part(part)

    def part(self, part: Draft) -> Iterator[str]:
        """A question of a case: what it asks, its marks and its explanation."""
        first, *rest = self.asked(part)
        yield f"  - {first}"
        yield from _indented(4, rest)
        if part.marks is not None:
            yield f"    marks: {part.marks:f}"
        if part.explanation:
            yield from _indented(4, field("explanation", part.explanation))


def house_stem(draft: Draft) -> str:
    """Return the stem with bracket and blanks as the bank format wants them, where that can be told without guessing."""
    stem = draft.stem
    loose = LOOSE_BRACKET.findall(stem)
    if draft.type in (DraftType.SINGLE, DraftType.MULTIPLE):
        if len(loose) == 1:
            return LOOSE_BRACKET.sub(BRACKET, stem)
        if not loose and len(GAP.findall(stem)) == 1:
            return GAP.sub(BRACKET, stem)
        if not loose:
            return f"{stem[:-1]}{BRACKET}。" if stem.endswith("。") else stem + BRACKET
    elif draft.type is DraftType.TRUE_FALSE:
        return re.sub(LOOSE_BRACKET.pattern + r"(?=[。.]?$)", "", stem)
    elif draft.type is DraftType.FILL_IN:
        if len(GAP.findall(stem)) == len(draft.blanks):
            return GAP.sub(BLANK, stem)
        if not GAP.search(stem) and len(loose) == len(draft.blanks):
            return LOOSE_BRACKET.sub(BLANK, stem)
    return stem


def scalar(text: str, in_flow: bool = False) -> str:
    """Return text as a scalar that our reader gives back unchanged: bare where that is safe, else in double quotes."""
    bare = text == text.strip() and text not in NULLS and not NEVER_FIRST.match(text) and not SPECIAL.search(text) and not UNSEEN.search(text)
    if bare and not (in_flow and FLOW_SPECIAL.search(text)):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted).replace("\x85", "\\u0085")


def field(key: str, text: str) -> Iterator[str]:
    """Return `key: text`; a text of several lines stands below its key as it is."""
    lines = text.split("\n")
    if (
        len(lines) == 1
        or UNSEEN.search(text)
        or LINE_ENDS.search(text)
        or any(line.startswith((" ", "\t")) or line != line.rstrip() for line in lines)
    ):
        yield f"{key}: {scalar(text)}"
    else:
        yield f"{key}: |-"
        yield from _indented(2, lines)


def item(text: str) -> str:
    """Return text as an item of a block list."""
    return scalar(text)


def flow(texts: Iterable[str]) -> str:
    """Return texts as a list in one line."""
    return "[" + ", ".join(scalar(text, in_flow=True) for text in texts) + "]"


def _blank(blank: DraftBlank) -> str:
    answers = flow(blank.answers) if len(blank.answers) > 1 else scalar(blank.answers[0], in_flow=True) if blank.answers else "[]"
    if blank.tolerance:
        return f"{{answers: {answers}, kind: number, tolerance: {blank.tolerance:f}}}"
    return answers


def _listed(key: str, items: Iterable[str]) -> Iterator[str]:
    rows = list(items)
    yield f"{key}:" if rows else f"{key}: []"
    for row in rows:
        yield f"  - {row}"


def _indented(depth: int, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield " " * depth + line if line else ""


def _comment(text: str) -> str:
    return "# " + UNSEEN.sub("", " ".join(text.split()))
