"""Drafts for round trips: any text that a question may hold, marks of every format included, in the form in which readers give it back."""

import re
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.question import BLANK

MARKS = [
    *"~=#{}:\\<>&\"'%*|/[]$`_-.。，：；“”（）《》！？+!@^\u3000\n ",
    "->",
    "//",
    "::",
    "[html]",
    "<b>",
    "&lt;",
    "]]>",
    "${x}",
    "=%50%",
    "A. ",
    "甲",
    "乙",
]
WORDS = st.sampled_from(["监测对象", "防返贫", "第十条", "x", "Zz", "0.5", "３", "𠮷"])


def tidy(text: str) -> str:
    """The form of every text that comes out of a reader: no space at the ends of lines, no blanks by accident."""
    text = re.sub(r"_{2,}|＿{2,}", "_", text)
    return "\n".join(re.sub(" {2,}", " ", line).strip(" ") for line in text.strip().split("\n"))


def texts(max_parts: int = 6, one_line: bool = False) -> st.SearchStrategy[str]:
    whole = st.lists(st.one_of(WORDS, st.sampled_from(MARKS)), min_size=1, max_size=max_parts).map(lambda parts: tidy("".join(parts)))
    if one_line:
        whole = whole.map(lambda text: tidy(text.replace("\n", " ")))
    return whole.filter(bool)


def lines(max_parts: int = 6) -> st.SearchStrategy[str]:
    return texts(max_parts, one_line=True)


CODES = st.from_regex(r"[a-z][a-z0-9]{0,5}-[0-9]{3}", fullmatch=True)
NUMBERS = st.decimals(-9999, 9999, places=2).map(lambda value: f"{value:f}")
HEAD = {"id": st.one_of(st.just(""), CODES)}


def heads(*names: str) -> st.SearchStrategy[dict]:
    """The fields outside the question proper that a format can say."""
    fields = {
        "id": st.one_of(st.just(""), CODES),
        "explanation": st.one_of(st.just(""), texts()),
        "source": st.one_of(st.just(""), lines()),
        "topic": st.one_of(st.just(""), lines()),
        "category": st.sampled_from(["", "general/water", "通用/安全住房"]),
        "tags": st.lists(lines(3), max_size=2, unique=True).map(tuple),
        "marks": st.one_of(st.none(), st.sampled_from([Decimal(1), Decimal(2), Decimal("2.5")])),
    }
    return st.fixed_dictionaries({name: fields[name] for name in names})


@st.composite
def choices(draw, head, kind=None, text=texts):
    kind = kind or draw(st.sampled_from([DraftType.SINGLE, DraftType.MULTIPLE]))
    options = tuple(draw(st.lists(text(4), min_size=2, max_size=6, unique=True)))
    right = draw(st.sets(st.integers(0, len(options) - 1), min_size=1, max_size=1 if kind is DraftType.SINGLE else len(options)))
    return Draft(kind, draw(text()), options=options, right=tuple(sorted(right)), **draw(head))


@st.composite
def shared_choices(draw, head):
    """Choices whose author set what each option earns, as the bank takes it."""
    draft = draw(choices(head, DraftType.MULTIPLE).filter(lambda found: len(found.right) < len(found.options)))
    first, *others = (Decimal(100) / 2**k for k in range(1, len(draft.right) + 1))
    earned = dict(zip(draft.right, [first + 100 - sum([first, *others]), *others], strict=True))
    wrong = draw(st.sampled_from([Decimal(-50), Decimal("-33.33333")]))
    return replace(draft, shares=tuple(earned.get(i, wrong) for i in range(len(draft.options))))


@st.composite
def true_false(draw, head):
    return Draft(DraftType.TRUE_FALSE, draw(texts()), right=draw(st.sampled_from([(), (0,)])), **draw(head))


@st.composite
def blanks(draw, answer=lines):
    if draw(st.booleans()):
        tolerance = draw(st.one_of(st.none(), st.sampled_from([Decimal(1), Decimal("0.05")])))
        return DraftBlank(tuple(draw(st.lists(NUMBERS, min_size=1, max_size=3, unique=True))), True, tolerance)
    return DraftBlank(tuple(draw(st.lists(answer(4), min_size=1, max_size=3, unique=True))))


@st.composite
def fill_ins(draw, head, most=3, answer=lines, text=texts):
    gaps = draw(st.lists(blanks(answer), min_size=1, max_size=most))
    pieces = [draw(text(4)) for _ in range(len(gaps) + 1)]
    between = [piece.removeprefix("_").removesuffix("_") or "和" for piece in pieces]  # blanks never touch: they would read as one
    stem = pieces[0].removesuffix("_") + "".join(BLANK + piece for piece in between[1:])
    return Draft(DraftType.FILL_IN, tidy_gaps(stem), blanks=tuple(gaps), **draw(head))


def tidy_gaps(stem: str) -> str:
    """Keep the blanks, tidy the rest."""
    return "\n".join(re.sub(" {2,}", " ", line).strip(" ") for line in re.sub(r"_{5,}", BLANK, stem).strip().split("\n"))


@st.composite
def orderings(draw, head):
    return Draft(DraftType.ORDERING, draw(texts()), items=tuple(draw(st.lists(texts(4), min_size=2, max_size=5, unique=True))), **draw(head))


@st.composite
def matchings(draw, head, text=texts):
    rights = draw(st.lists(text(4), min_size=2, max_size=6, unique=True))
    lefts = draw(st.lists(text(4), min_size=2, max_size=4, unique=True))
    pairs = tuple(zip(lefts, rights, strict=False))
    return Draft(DraftType.MATCHING, draw(texts()), pairs=pairs, extra=tuple(rights[len(pairs) :]), **draw(head))


@st.composite
def short_answers(draw, head, with_model=True):
    model = draw(st.one_of(st.just(""), texts())) if with_model else ""
    return Draft(DraftType.SHORT_ANSWER, draw(texts()), model_answer=model, **draw(head))
