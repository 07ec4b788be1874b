"""A bank file ⇄ questions or templates with the line of each; a question with a fault is reported and left out, the others are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quiz.banks.pictures import PictureFolder
from quiz.banks.problems import Loaded, Placed, Problems, Spot
from quiz.banks.question_file import Head, read_question
from quiz.banks.schema import Fields, open_fields, report_choice
from quiz.banks.template_file import read_template
from quiz.banks.yaml_tree import Mapping, Node, parse_yaml
from quiz.core.message import say
from quiz.core.profile import Scope
from quiz.core.question import AREAS, Label, Question, Source
from quiz.core.template import Template

HEAD_KEYS = ("category", "area", "department", "label")
QUESTION_KEYS = (*HEAD_KEYS, "documents", "questions")
TEMPLATE_KEYS = (*HEAD_KEYS, "scope", "templates")
DOCUMENT_KEYS = ("title", "number", "issuer", "date")
CATEGORY = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*){0,5}")


@dataclass(frozen=True, slots=True)
class BankFile:
    """What a bank file holds; `positions` tells where the id of each question and template stands, `items` holds its nodes while it is checked."""

    category: str
    questions: tuple[Question, ...] = ()
    templates: tuple[Template, ...] = ()
    positions: dict[str, Spot] = field(default_factory=dict)
    items: dict[str, Mapping] = field(default_factory=dict, compare=False)


def load_bank(content: str | bytes, file_name: str, pictures: PictureFolder | None = None) -> Loaded[BankFile]:
    """Return the questions or templates of `content` that have no fault, and all faults; never raises for bad content."""
    problems = Problems(file_name)
    node = parse_yaml(content, problems)
    bank = None if node is None else read_bank(node, problems, pictures)
    return Loaded(bank, problems.told())


def read_bank(node: Node, problems: Problems, pictures: PictureFolder | None = None) -> BankFile | None:
    """Return the bank of a parsed file; None when its top is no mapping. Without `pictures` a question with a picture is refused."""
    has_templates = isinstance(node, Mapping) and "templates" in node.entries and "questions" not in node.entries
    fields = open_fields(node, "questions", problems, TEMPLATE_KEYS if has_templates else QUESTION_KEYS)
    if fields is None:
        return None
    head = _head(fields, pictures or PictureFolder(), problems)
    positions: dict[str, Spot] = {}
    items: dict[str, Mapping] = {}
    if has_templates:
        scope = fields.choice("scope", Scope)
        read = [(item, read_template(item, head, scope or Scope.TOWNSHIP, problems)) for item in fields.items("templates")]
        templates = tuple(t for item, t in read if t and scope and _is_new(t.uid, item, positions, items, problems))
        return BankFile(head.category, templates=templates, positions=positions, items=items)
    asked = [(item, read_question(item, head, problems)) for item in fields.items("questions")]
    questions = tuple(q for item, q in asked if q and _is_new(q.uid, item, positions, items, problems))
    return BankFile(head.category, questions, positions=positions, items=items)


def report_doubled(rule: str, code: str, first: str, at: Placed, problems: Problems) -> None:
    """Report an id that stands already at `first` (file and line)."""
    problems.add(at, rule, say("编号“{code}”已经用在{first}。编号在所有文件中只能用一次，请换一个。", code=code, first=first))


def _is_new(uid: str, item: Node, positions: dict[str, Spot], items: dict[str, Mapping], problems: Problems) -> bool:
    assert isinstance(item, Mapping)
    value = item.entries["id"].value
    at = Spot(value.line, value.column)
    first = positions.setdefault(uid, at)
    if first is not at:
        report_doubled("Q206", uid, f"{problems.file}:{first.line}", at, problems)
    else:
        items[uid] = item
    return first is at


def _head(fields: Fields, pictures: PictureFolder, problems: Problems) -> Head:
    area = fields.text("area")
    if area and area not in AREAS:
        report_choice(area, fields.at("area"), "area", AREAS, problems)
    return Head(
        category=read_category(fields, problems),
        area=area,
        department=fields.text("department"),
        label=fields.choice("label", Label) or Label.SAMPLE,
        documents=_documents(fields, problems),
        pictures=pictures,
    )


def read_category(fields: Fields, problems: Problems) -> str:
    """Return the category; each of its parts must be fit for a folder's or file's name."""
    category = fields.text("category")
    if category and not is_category(category):
        text = say("“category”要写成 general/monitoring 这样：小写字母、数字和短横，用 / 分层。这里是“{got}”。", got=category)
        problems.add(fields.at("category"), "F109", text)
    return category


def is_category(text: str) -> bool:
    """True when `text` is a category, e.g. general/monitoring."""
    return CATEGORY.fullmatch(text) is not None


def _documents(fields: Fields, problems: Problems) -> dict[str, Source]:
    out: dict[str, Source] = {}
    for name, entry in fields.pairs("documents"):
        document = open_fields(entry.value, name, problems, DOCUMENT_KEYS)
        if document is not None:
            out[name] = Source(
                title=document.text("title"),
                issuer=document.text("issuer"),
                clause="",
                number=document.text("number", required=False) or None,
                issued_on=document.day("date", required=False),
            )
    return out
