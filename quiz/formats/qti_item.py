"""One QTI item of version 2.x or 3.0 → a draft: one interaction is a question, text entries are blanks, several interactions a case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from quiz.core.draft import Draft, DraftType
from quiz.core.message import say
from quiz.formats.qti_answers import InteractionReader, NoDraft, read_responses
from quiz.formats.qti_tree import Body, BodyReader, Unit, attribute, child, children, every, kind, plain_text
from quiz.formats.report import Report
from quiz.formats.safe_xml import XmlNode

NAMELESS = re.compile(r"kaoxue-item-[0-9]+")
EXPLANATION = "EXPLANATION"
CASE_PART, CASE_SITUATION = "case-part", "case-situation"
"""Classes by which our own export marks the parts of a case."""

Stimulus = Callable[[str], str]


def read_item(item: XmlNode, report: Report, stimulus: Stimulus) -> list[Draft]:
    """Return the question of an item, or several where a run of interactions has no situation; [] after saying why there is none."""
    return _ItemReader(item, report, stimulus).drafts()


class _ItemReader:
    """Reads one item."""

    def __init__(self, item: XmlNode, report: Report, stimulus: Stimulus) -> None:
        self.item, self.report, self.line, self.stimulus = item, report, item.line, stimulus
        self.interactions = InteractionReader(read_responses(item), report, item.line)
        self.explanations: dict[str, str] = {}

    def drafts(self) -> list[Draft]:
        """Return what the item asks."""
        body = child(self.item, "itembody")
        try:
            if body is None:
                raise NoDraft(say("没有题目内容"))
            whole = BodyReader(self.report, self.line).read(body)
            self.feedback(whole)
            found = self.questions(body, whole)
        except NoDraft as refused:
            title = (attribute(self.item, "title") or attribute(self.item, "identifier"))[:20]
            self.report.add(self.line, "I804", say("没有读入“{head}”：{why}。", head=title, why=refused.why))
            return []
        self.tell_losses(whole)
        name = attribute(self.item, "identifier")
        uid = attribute(self.item, "label") or ("" if NAMELESS.fullmatch(name) else name)
        marks = self.marks()
        if len(found) == 1:
            return [replace(found[0], id=uid, explanation=self.explanations.get("", ""), marks=marks, line=self.line)]
        self.report.add(self.line, "I802", say("一道题里有{n}个小题，已拆成几道题，请核对。", n=len(found)))
        return [replace(draft, id=f"{uid}-{k}" if uid else "", line=self.line) for k, draft in enumerate(found, 1)]

    def questions(self, body: XmlNode, whole: Body) -> list[Draft]:
        """Tell one question, a fill-in question, a case of ours and a case of others apart."""
        parts = [node for node in every(body, "div", "rubricblock") if _classes(node) & {CASE_PART, CASE_SITUATION} or _is_scorer(node)]
        if any(CASE_PART in _classes(node) for node in parts):
            return [self.own_case(parts)]
        shared = "\n".join(text for ref in children(self.item, "assessmentstimulusref") if (text := self.stimulus(attribute(ref, "href"))))
        if not whole.blocks and not whole.inline:
            raise NoDraft(say("没有作答的地方（多半是说明文字）"))
        if not whole.blocks or (len(whole.blocks) == 1 and not whole.inline):
            draft = self.question(whole, shared)
            return [draft]
        return self.foreign_case(whole, shared)

    def question(self, body: Body, before: str = "") -> Draft:
        """The question of a body with one block interaction, or with text entries only."""
        prompt = plain_text(child(body.blocks[0], "prompt"), self.report, self.line) if body.blocks else ""
        stem = "\n".join(text for text in (before, body.text(), prompt) if text)
        if not stem:
            raise NoDraft(say("没有题干"))
        if not body.blocks:
            return Draft(DraftType.FILL_IN, stem, blanks=tuple(self.interactions.blank(node) for node in body.inline))
        draft = self.interactions.block(body.blocks[0], stem)
        if draft.type is DraftType.SHORT_ANSWER and body.scorer:
            return replace(draft, model_answer="\n".join([*([draft.model_answer] if draft.model_answer else []), *body.scorer]))
        return draft

    def own_case(self, nodes: list[XmlNode]) -> Draft:
        """A case as our export writes it: a situation, then the parts, each perhaps followed by its model answer."""
        situation, parts = "", list[Draft]()
        for node in nodes:
            if CASE_SITUATION in _classes(node):
                situation = plain_text(node, self.report, self.line)
            elif CASE_PART in _classes(node):
                draft = self.question(BodyReader(self.report, self.line).read(node))
                parts.append(replace(draft, explanation=self.explanations.get(str(len(parts) + 1), "")))
            elif parts and parts[-1].type is DraftType.SHORT_ANSWER:
                parts[-1] = replace(parts[-1], model_answer=plain_text(node, self.report, self.line))
        return Draft(DraftType.CASE, situation, parts=tuple(parts))

    def foreign_case(self, whole: Body, shared: str) -> list[Draft]:
        """A situation and its questions by the order of the body; questions alone when there is no situation."""
        situation, waiting, parts = shared, list[str](), list[Draft]()
        for unit in whole.units:
            if unit.block is None and not unit.inline:
                waiting.append(unit.text)
                continue
            has_prompt = unit.inline or plain_text(child(unit.block, "prompt") if unit.block is not None else None, self.report, self.line)
            if not parts and not situation:
                cut = len(waiting) if has_prompt else len(waiting) - 1
                situation, waiting = "\n".join(waiting[:cut]), waiting[cut:]
            lines = [Unit(text) for text in waiting]
            parts.append(self.question(Body([*lines, unit], whole.scorer if unit.block is not None else [])))
            waiting = []
        if waiting:
            self.report.add(self.line, "I808", say("最后一个小题后面的文字没有读入。"))
        if not situation:
            return parts
        self.report.add(self.line, "I802", say("一道题里有{n}个小题，已按案例题读入，请核对。", n=len(parts)))
        return [Draft(DraftType.CASE, situation, parts=tuple(parts))]

    def feedback(self, whole: Body) -> None:
        """Find the explanation among the feedback; the rest is told."""
        nodes = [*children(self.item, "modalfeedback"), *whole.feedback]
        texts = [(attribute(node, "identifier"), plain_text(node, self.report, self.line)) for node in nodes]
        texts = [(name, text) for name, text in texts if text]
        for name, text in texts:
            if name == EXPLANATION or re.fullmatch(EXPLANATION + r"_[0-9]+", name):
                self.explanations[name.removeprefix(EXPLANATION).removeprefix("_")] = text
        others = [text for name, text in texts if not name.startswith(EXPLANATION)]
        if not self.explanations and len(set(others)) == 1:
            self.explanations[""] = others[0]
        elif others:
            self.report.add(self.line, "I808", say("对错各自的反馈没有读入。"))

    def tell_losses(self, whole: Body) -> None:
        """Report what the item says beyond its question."""
        if whole.other_rubrics or (whole.scorer and not any(kind(node) == "extendedtextinteraction" for node in whole.blocks)):
            self.report.add(self.line, "I808", say("给阅卷人或教师看的说明没有读入。"))
        if children(self.item, "templatedeclaration"):
            self.report.add(self.line, "I808", say("随机生成的数没有读入，请核对题干。"))
        if every(self.item, "printedvariable"):
            self.report.add(self.line, "I808", say("题干里由系统填入的内容没有读入，请核对题干。"))

    def marks(self) -> Decimal | None:
        """MAXSCORE, where it is declared."""
        for node in children(self.item, "outcomedeclaration"):
            if attribute(node, "identifier") == "MAXSCORE" and (value := child(node, "defaultvalue")) is not None:
                try:
                    number = Decimal("".join(value.itertext()).strip())
                except InvalidOperation:
                    return None
                return Decimal(f"{number.normalize():f}") if number.is_finite() and abs(number) < 1_000_000 else None
        return None


def _classes(node: XmlNode) -> set[str]:
    return set(attribute(node, "class").split())


def _is_scorer(node: XmlNode) -> bool:
    views = attribute(node, "view").split()
    return "scorer" in views and "candidate" not in views
