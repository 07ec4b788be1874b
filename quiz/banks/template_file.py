"""Reads one template of a local question into a `Template`; refuses facts that the scope lacks and distractors of another kind."""

from __future__ import annotations

import difflib
import re

from quiz.banks.answer import FEWEST, OPTION_LIMIT, check_gaps, check_options, check_stem
from quiz.banks.facts import FactKind, facts_of
from quiz.banks.problems import Placed, Problems
from quiz.banks.question_file import STEM_LIMIT, Head, read_difficulty
from quiz.banks.schema import TEXT_LIMIT, Fields, open_fields, read_texts
from quiz.banks.yaml_tree import Node
from quiz.core.message import Message, say
from quiz.core.profile import Scope
from quiz.core.question import OPTION_LETTERS, Level, QuestionType
from quiz.core.template import NEAR, OWN_PLACEHOLDERS, PLACEHOLDER, SIBLINGS, Template

KEYS = (
    "id", "type", "stem", "key", "options", "distractors", "blanks", "claim", "level", "topic", "explanation", "tags", "difficulty",
)  # fmt: skip
ONLY_FOR = {
    "key": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "options": (QuestionType.SINGLE,),
    "distractors": (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE),
    "blanks": (QuestionType.FILL_IN,),
    "claim": (QuestionType.TRUE_FALSE,),
}
BRACE = re.compile(r"\{[^{}]*\}|[{}]")
CLAIM = "{claim}"
MOST_LIKE = 0.6


def read_template(node: Node, head: Head, scope: Scope, problems: Problems) -> Template | None:
    """Return the template, or None after reporting everything that is wrong with it."""
    before = problems.count
    fields = open_fields(node, "templates", problems, KEYS)
    if fields is None:
        return None
    uid, kind, level = fields.code("id"), fields.choice("type", QuestionType), fields.choice("level", Level)
    stem, explanation = fields.text("stem", limit=STEM_LIMIT), fields.text("explanation", limit=TEXT_LIMIT)
    topic, tags, difficulty = fields.text("topic"), fields.texts("tags", required=False), read_difficulty(fields)
    if kind is None:
        return None
    reader = _Parts(fields, kind, scope, problems)
    reader.check_texts(stem, explanation)
    key, claim, blanks, options, distractors = reader.key(), reader.claim(stem), reader.blanks(stem), reader.options(), reader.distractors()
    reader.check_kinds()
    if problems.count > before or level is None:
        return None
    return Template(
        uid=uid,
        type=kind,
        category=head.category,
        area=head.area,
        department=head.department,
        scope=scope,
        stem=stem,
        level=level,
        topic=topic,
        explanation=explanation,
        label=head.label,
        key=key,
        options=options,
        distractors=distractors,
        blanks=blanks,
        claim=claim,
        tags=tags,
        difficulty=difficulty,
    )


class _Parts:
    """The parts of a template that name facts, checked against the facts of its scope."""

    def __init__(self, fields: Fields, kind: QuestionType, scope: Scope, problems: Problems) -> None:
        self.fields, self.kind, self.scope, self.problems = fields, kind, scope, problems
        self.known = facts_of(scope)
        self.wanted: FactKind | None = None  # of the key or claim
        for key, kinds in ONLY_FOR.items():
            if kind not in kinds and key in fields.entries:
                text = say("“{type}”模板不用“{key}”。请删掉，或者改题型。", type=kind.value, key=key)
                problems.add(fields.entries[key], "Q212", text)

    def check_texts(self, stem: str, explanation: str) -> None:
        """Check the stem's bracket and the placeholders of both texts."""
        if stem:
            check_stem(stem, self.kind, self.fields.at("stem"), self.problems)
        for key, text in (("stem", stem), ("explanation", explanation)):
            for found in BRACE.findall(text):
                match = PLACEHOLDER.fullmatch(found)
                if match is None:
                    message = say("花括号要写成 {{name}} 这样，里面是本地资料的名称。这里是“{got}”。", got=found)
                    self.problems.add(self.fields.at(key), "T302", message)
                elif found == CLAIM and (key != "stem" or self.kind is not QuestionType.TRUE_FALSE):
                    message = say("“{got}”只能用在判断模板的题干里。请改用资料名称。", got=found)
                    self.problems.add(self.fields.at(key), "T302", message)
                elif match[1] not in OWN_PLACEHOLDERS:
                    self.fact(match[1], self.fields.at(key))

    def fact(self, name: str, at: Placed) -> FactKind | None:
        """Return the kind of a fact, or None after reporting that the scope has none of that name."""
        kind = self.known.get(name)
        if kind is None:
            near = _nearest(name, self.known)
            values = {"name": name, "scope": self.scope.value}
            text = say("“{scope}”没有“{name}”这项本地资料，是不是“{near}”？", near=near, **values) if near else _no_fact(values)
            self.problems.add(at, "T301", text)
        return kind

    def key(self) -> str:
        """Return the key's fact: a list for `multiple`, a number or text for `single`."""
        if self.kind not in ONLY_FOR["key"]:
            return ""
        name = self.fields.text("key")
        self.wanted = self.fact(name, self.fields.at("key")) if name else None
        is_list = self.kind is QuestionType.MULTIPLE
        if self.wanted and (self.wanted is FactKind.LIST) != is_list:
            text = say("多选模板的答案要用列表资料（如 village_names），单选模板的答案要用一个数或一段文字。“{name}”不合适。", name=name)
            self.problems.add(self.fields.at("key"), "T305", text)
            self.wanted = None
        return name

    def claim(self, stem: str) -> str:
        """Return the fact that a true/false template states."""
        if self.kind is not QuestionType.TRUE_FALSE:
            return ""
        name = self.fields.text("claim")
        if name and stem and stem.count(CLAIM) != 1:
            text = say("判断模板的题干里要有一处“{claim}”，表示待判断的值。", claim=CLAIM)
            self.problems.add(self.fields.at("stem"), "T304", text)
        self.wanted = self.fact(name, self.fields.at("claim")) if name else None
        if self.wanted is FactKind.LIST:
            self.problems.add(self.fields.at("claim"), "T305", say("判断模板的“claim”要用一个数或一段文字，“{name}”是列表。", name=name))
            self.wanted = None
        return name

    def blanks(self, stem: str) -> tuple[str, ...]:
        """Return the facts of a fill-in template's gaps."""
        if self.kind is not QuestionType.FILL_IN:
            return ()
        node = self.fields.value("blanks")
        given = [] if node is None else read_texts(node, "blanks", self.problems)
        for name, at in given:
            if self.fact(name, at) is FactKind.LIST:
                self.problems.add(at, "T305", say("填空模板的空要用一个数或一段文字，“{name}”是列表。", name=name))
        if stem and given:
            check_gaps(stem, len(given), self.fields.at("stem"), self.problems)
        return tuple(name for name, _ in given)

    def options(self) -> tuple[str, ...]:
        """Return the fixed options of a single choice."""
        node = self.fields.value("options", required=False) if self.kind is QuestionType.SINGLE else None
        if node is None:
            return ()
        given = read_texts(node, "options", self.problems, limit=OPTION_LIMIT)
        low, high = FEWEST[QuestionType.SINGLE], len(OPTION_LETTERS)
        if given and not low <= len(given) <= high:
            self.problems.add(node, "Q210", say("这种题型要有{low}到{high}个选项，这里有{n}个。", low=low, high=high, n=len(given)))
        check_options(((OPTION_LETTERS[i % high], text, at) for i, (text, at) in enumerate(given)), self.problems)
        return tuple(text for text, _ in given)

    def distractors(self) -> tuple[str, ...]:
        """Return where wrong options come from; needed unless the options are fixed."""
        if self.kind is QuestionType.FILL_IN:
            return ()
        if self.kind is QuestionType.SINGLE and self.fields.has("options"):
            if self.fields.has("distractors"):
                self.problems.add(self.fields.entries["distractors"], "Q212", say("有了固定的“options”，就不用“distractors”。请删掉一个。"))
            return ()
        return self.fields.texts("distractors")

    def check_kinds(self) -> None:
        """Report distractors that no reader would take for an answer of the key's kind."""
        node = self.fields.value("distractors", required=False)
        if node is None or self.wanted is None or self.kind is QuestionType.FILL_IN:
            return
        for name, at in read_texts(node, "distractors", Problems("")):
            if name == NEAR:
                if self.wanted is not FactKind.NUMBER:
                    self.problems.add(at, "T303", say("“near”（相近的数）只能用于数字答案。请删掉。"))
            elif name != SIBLINGS:
                kind = self.fact(name, at)
                if kind and (kind is FactKind.NUMBER) != (self.wanted is FactKind.NUMBER):
                    self.problems.add(at, "T303", say("干扰项“{name}”与答案不是同一类（数字或文字）。请换一项。", name=name))


def _nearest(name: str, known: dict[str, FactKind]) -> str:
    return next(iter(difflib.get_close_matches(name, known, 1, MOST_LIKE)), "")


def _no_fact(values: dict[str, str]) -> Message:
    return say("“{scope}”没有“{name}”这项本地资料。可用的资料见 docs/bank-format.md。", **values)
