"""Reads what makes a question right: options and key, true or false, blanks. Refuses keys that name no option, and equal options."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from quiz.banks.pictures import PictureFolder
from quiz.banks.problems import Placed, Problems
from quiz.banks.schema import TEXT_LIMIT, Fields, open_fields, read_choice, read_flag, read_text, read_texts
from quiz.banks.shares import check_shares, read_share
from quiz.banks.yaml_tree import Mapping, Node, Scalar, Sequence
from quiz.core.fill_in import may_be_answer
from quiz.core.message import say
from quiz.core.numerals import number
from quiz.core.question import BLANK, OPTION_LETTERS, TRUE_OPTIONS, Blank, BlankKind, Option, Point, QuestionType
from quiz.core.same_text import normalise

ONLY_FOR = {
    "options": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "key": (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE),
    "true_sentence": (QuestionType.TRUE_FALSE,),
    "blanks": (QuestionType.FILL_IN,),
    "any_order": (QuestionType.FILL_IN,),
    "items": (QuestionType.ORDERING,),
    "pairs": (QuestionType.MATCHING,),
    "extra": (QuestionType.MATCHING,),
    "points": (QuestionType.SHORT_ANSWER,),
    "model_answer": (QuestionType.SHORT_ANSWER,),
    "parts": (QuestionType.CASE,),
}
BRACKET = "（　　）"
LOOSE_BRACKET = re.compile(r"[（(][\s_＿]*[）)]")
GAP = re.compile(r"_{2,}|＿+")
FEWEST = {QuestionType.SINGLE: 2, QuestionType.MULTIPLE: 3}
OPTION_LIMIT, SENTENCE_LIMIT, ANSWER_LIMIT = 300, 1000, 200
MOST_PROMPTS = 9
BLANK_KEYS = ("answers", "kind", "unit", "unit_required", "tolerance", "marks", "group")
OPTION_KEYS = ("text", "picture", "share")
POINT_KEYS = ("text", "marks", "keywords")
TOLERANCE = re.compile(r"\d+(\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of a `Question` that depend on its type."""

    options: tuple[Option, ...] = ()
    key: frozenset[str] = frozenset()
    blanks: tuple[Blank, ...] = ()
    true_sentence: str = ""
    prompts: tuple[Option, ...] = ()
    points: tuple[Point, ...] = ()
    model_answer: str = ""


def read_answer(fields: Fields, kind: QuestionType, stem: str, problems: Problems, pictures: PictureFolder | None = None) -> Answer:
    """Return the answer that `kind` asks for, its options' pictures read from `pictures`; what is missing or wrong is reported and left out."""
    for key, kinds in ONLY_FOR.items():
        if kind not in kinds and key in fields.entries:
            problems.add(fields.entries[key], "Q212", say("“{type}”题不用“{key}”。请删掉，或者改题型。", type=kind.value, key=key))
    if stem:
        check_stem(stem, kind, fields.at("stem"), problems)
    if kind in LONGER:
        return LONGER[kind](fields, problems)
    if kind is QuestionType.CASE:
        return Answer()
    if kind is QuestionType.FILL_IN:
        return Answer(blanks=_blanks(fields, stem, problems))
    if kind is QuestionType.TRUE_FALSE:
        return _true_false(fields, problems)
    before = problems.count
    placed = _options(fields, kind, problems, pictures or PictureFolder())
    options = tuple(option for option, _ in placed)
    right = _key(fields, kind, options, problems)
    if problems.count == before:
        check_shares(placed, right, fields.at("key"), problems)
    return Answer(options=options, key=right)


def check_stem(stem: str, kind: QuestionType, at: Placed, problems: Problems) -> None:
    """Report a stem whose bracket or gaps do not fit the type."""
    found = LOOSE_BRACKET.findall(stem)
    if kind in (QuestionType.SINGLE, QuestionType.MULTIPLE):
        if found != [BRACKET]:
            text = say("选择题的题干要有一个（而且只有一个）括号“{bracket}”：全角括号，中间两个全角空格。", bracket=BRACKET)
            problems.add(at, "Q207", text)
    elif found and kind in (QuestionType.TRUE_FALSE, QuestionType.FILL_IN):
        problems.add(at, "Q207", say("判断题和填空题的题干不用空括号。请删掉，填空题用四个下划线“____”表示空格。"))
    if kind is not QuestionType.FILL_IN and GAP.search(stem):
        problems.add(at, "Q204", say("只有填空题的题干才用下划线。请改题型，或者改用括号。"))


def check_gaps(stem: str, count: int, at: Placed, problems: Problems) -> None:
    """Report a fill-in stem that has not exactly `count` gaps of four underscores."""
    gaps = GAP.findall(stem)
    if any(gap != BLANK for gap in gaps):
        problems.add(at, "Q204", say("题干里的空格要写成四个半角下划线“____”，不多不少；两个空之间要有文字。"))
    elif len(gaps) != count:
        problems.add(at, "Q204", say("题干里有{gaps}个空格“____”，blanks 里有{blanks}个答案。请核对。", gaps=len(gaps), blanks=count))


def check_options(texts: Iterable[tuple[str, str, Placed]], problems: Problems) -> None:
    """Report options (name, text, place) that mean the same to a reader."""
    seen: dict[str, str] = {}
    for name, text, at in texts:
        first = seen.setdefault(normalise(text), name)
        if first != name:
            problems.add(at, "Q203", say("选项{name}与选项{first}相同：“{got}”。请改掉一个。", name=name, first=first, got=text))


def _options(fields: Fields, kind: QuestionType, problems: Problems, pictures: PictureFolder) -> list[tuple[Option, Placed]]:
    if not isinstance(fields.value("options"), Mapping):
        fields.pairs("options")
        return []
    options: list[tuple[Option, Placed]] = []
    pairs = fields.pairs("options")
    for index, (name, entry) in enumerate(pairs):
        if len(name) != 1 or name not in OPTION_LETTERS:
            problems.add(entry, "Q201", say("选项只能用 A 到 H 的大写半角字母，这里是“{name}”。", name=name))
        elif name != OPTION_LETTERS[index : index + 1] and all(key in OPTION_LETTERS for key, _ in pairs[:index]):
            problems.add(entry, "Q201", say("选项要从 A 起按顺序写，这里应当是 {wanted}，写的是 {name}。", wanted=OPTION_LETTERS[index], name=name))
        if isinstance(entry.value, Scalar) and entry.value.is_null:
            problems.add(entry, "F102", say("选项{name}没有内容。请补上。", name=name))
        elif option := _option(name, entry.value, kind, problems, pictures):
            options.append((option, entry.value))
    if not FEWEST[kind] <= len(pairs) <= len(OPTION_LETTERS):
        low, high = FEWEST[kind], len(OPTION_LETTERS)
        problems.add(fields.at("options"), "Q210", say("这种题型要有{low}到{high}个选项，这里有{n}个。", low=low, high=high, n=len(pairs)))
    check_options([(option.id, _told(option), at) for option, at in options], problems)
    return options


def _option(name: str, node: Node, kind: QuestionType, problems: Problems, pictures: PictureFolder) -> Option | None:
    """A text, or a map of `text`, `picture` and `share`; beside a picture the text may be left out."""
    if not isinstance(node, Mapping):
        text = read_text(node, name, problems, OPTION_LIMIT)
        return Option(name, text) if text else None
    fields = open_fields(node, name, problems, OPTION_KEYS)
    assert fields is not None
    picture, share = pictures.picture(fields, problems), read_share(fields, kind, problems)
    text = "" if _is_empty(fields.value("text", required=False)) else fields.text("text", limit=OPTION_LIMIT)
    if not fields.has("picture") and not text:
        problems.add(node, "F102", say("选项{name}没有内容。请补上。", name=name))
        return None
    return Option(name, text if text or picture else name, picture, share)  # a picture that was refused leaves its letter known to the key


def _is_empty(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and not node.text.strip())


def _told(option: Option) -> str:
    """What a reader sees of an option: equal texts beside different pictures are different options."""
    return f"{option.text}\n{option.picture.digest}" if option.picture else option.text


def _key(fields: Fields, kind: QuestionType, options: tuple[Option, ...], problems: Problems) -> frozenset[str]:
    node = fields.value("key")
    if node is None:
        return frozenset()
    if kind is QuestionType.SINGLE and isinstance(node, Sequence):
        problems.add(node, "Q211", say("单选题的答案只写一个字母，如“key: B”。有几个答案的请把题型改为 multiple。"))
        return frozenset()
    if kind is QuestionType.MULTIPLE and isinstance(node, Scalar):
        problems.add(node, "Q211", say("多选题的答案要写成列表，如“key: [A, C]”。"))
        return frozenset()
    names = {option.id for option in options}
    given = read_texts(node, "key", problems, single=kind is QuestionType.SINGLE)
    seen: set[str] = set()
    for letter, at in given:
        if names and letter not in names:
            problems.add(at, "Q202", say("答案“{got}”不是已有的选项，选项有{known}。", got=letter, known="".join(sorted(names))))
        elif letter in seen:
            problems.add(at, "Q211", say("答案里“{got}”写了两次。请删掉一个。", got=letter))
        seen.add(letter)
    return frozenset(seen)


def _true_false(fields: Fields, problems: Problems) -> Answer:
    node = fields.value("key")
    key = None if node is None else read_flag(node, "key", problems)
    sentence = fields.text("true_sentence", required=False, limit=SENTENCE_LIMIT)
    if key is False and not fields.has("true_sentence"):
        text = say("答案是 false（错），还要有“true_sentence: …”写出正确的表述，供考后学习。")
        problems.add(fields.node, "Q205", text)
    elif key is True and "true_sentence" in fields.entries:
        problems.add(fields.entries["true_sentence"], "Q212", say("答案是 true（对），题干本身就是正确表述，不用“true_sentence”。请删掉。"))
    return Answer(TRUE_OPTIONS, frozenset() if key is None else frozenset({"T" if key else "F"}), true_sentence=sentence)


def _blanks(fields: Fields, stem: str, problems: Problems) -> tuple[Blank, ...]:
    nodes = fields.items("blanks")
    is_any_order = fields.flag("any_order")
    if stem and nodes:
        check_gaps(stem, len(nodes), fields.at("stem"), problems)
    blanks = [blank for node in nodes if (blank := _blank(node, problems))]
    return tuple(replace(blank, group="any") if is_any_order and not blank.group else blank for blank in blanks)


def _blank(node: Node, problems: Problems) -> Blank | None:
    """One gap: an answer, a list of answers, or a map with `answers`, `kind` and `unit`."""
    kind, unit, tolerance, weight, group, at, needs_unit = None, "", "", Decimal(1), "", node, False
    if isinstance(node, Mapping):
        fields = open_fields(node, "blanks", problems, BLANK_KEYS)
        assert fields is not None
        tolerance, weight = _tolerance(fields, problems), fields.exact("marks", "0.5", "100", required=False) or weight
        value, group = fields.value("answers"), fields.text("group", required=False)
        text, unit = fields.text("kind", required=False), fields.text("unit", required=False)
        kind = read_choice(text, fields.at("kind"), "kind", BlankKind, problems) if text else None
        needs_unit = fields.flag("unit_required")
        if needs_unit and not unit:
            problems.add(fields.at("unit_required"), "Q214", say("要求写单位，就要写明是什么单位，如“unit: 元”。"))
        if value is None:
            return None
        at = value
    elif isinstance(node, Scalar) and node.is_null:
        problems.add(node, "F102", say("这个空没有答案。请补上。"))
        return None
    given = read_texts(at, "answers", problems, single=True, limit=ANSWER_LIMIT)
    if not given:
        return None
    if kind is None:
        kind = BlankKind.NUMBER if all(number(text) is not None for text, _ in given) else BlankKind.TEXT
    for text, place in given:
        if not may_be_answer(text, kind, unit):
            problems.add(place, "Q214", say("答案“{got}”不能当作{kind}来比较。请改写，或者把 kind 改为 text。", got=text, kind=kind.value))
    return Blank(tuple(text for text, _ in given), kind, unit, group, tolerance, weight, needs_unit)


def _tolerance(fields: Fields, problems: Problems) -> str:
    """How far a number may be off: "0.5", or "1%"."""
    text = fields.text("tolerance", required=False)
    if text and not TOLERANCE.fullmatch(text):
        problems.add(fields.at("tolerance"), "Q214", say("允许误差“{got}”要写成数（如 0.5）或百分数（如 1%）。", got=text))
        return ""
    return text


def _ordering(fields: Fields, problems: Problems) -> Answer:
    """Items in their right order; the paper shuffles them."""
    texts = _placed_texts(fields, "items", problems)
    options = _lettered(texts, problems, fields.at("items"))
    return Answer(options, frozenset(f"{place}{option.id}" for place, option in enumerate(options, 1)))


def _matching(fields: Fields, problems: Problems) -> Answer:
    """Pairs of left and right, and further right-hand texts without a partner; equal right-hand texts are one option."""
    lefts: list[tuple[str, Placed]] = []
    rights: dict[str, Placed] = {}
    key: list[tuple[str, str]] = []
    for node in fields.items("pairs"):
        pair = read_texts(node, "pairs", problems, limit=OPTION_LIMIT)
        if len(pair) != 2:
            problems.add(node, "Q210", say("每一对要写成两项的列表，如“- [不摘责任, 防止松劲懈怠]”。"))
            continue
        (left, at), (right, right_at) = pair
        lefts.append((left, at))
        rights.setdefault(right, right_at)
        key.append((left, right))
    for text, at in _placed_texts(fields, "extra", problems, required=False):
        rights.setdefault(text, at)
    if len(lefts) > MOST_PROMPTS:
        problems.add(fields.at("pairs"), "Q210", say("这种题型要有{low}到{high}个选项，这里有{n}个。", low=2, high=MOST_PROMPTS, n=len(lefts)))
    check_options([(str(i), text, at) for i, (text, at) in enumerate(lefts, 1)], problems)
    options = _lettered(list(rights.items()), problems, fields.at("pairs"))
    letter = {option.text: option.id for option in options}
    prompts = tuple(Option(str(i), text) for i, (text, _) in enumerate(lefts, 1))
    return Answer(options, frozenset(f"{i}{letter[right]}" for i, (_, right) in enumerate(key, 1) if right in letter), prompts=prompts)


def _short_answer(fields: Fields, problems: Problems) -> Answer:
    """A marking scheme of points with their marks, and perhaps a model answer."""
    points = []
    for node in fields.items("points"):
        point = open_fields(node, "points", problems, POINT_KEYS)
        if point is None:
            continue
        text, marks = point.text("text", limit=SENTENCE_LIMIT), point.exact("marks", "0.5", "100")
        if text and marks is not None:
            points.append(Point(text, marks, point.texts("keywords", required=False, single=True)))
    return Answer(points=tuple(points), model_answer=fields.text("model_answer", required=False, limit=TEXT_LIMIT))


LONGER = {QuestionType.ORDERING: _ordering, QuestionType.MATCHING: _matching, QuestionType.SHORT_ANSWER: _short_answer}


def _placed_texts(fields: Fields, key: str, problems: Problems, required: bool = True) -> list[tuple[str, Placed]]:
    node = fields.value(key, required)
    return [] if node is None else read_texts(node, key, problems, limit=OPTION_LIMIT)


def _lettered(texts: list[tuple[str, Placed]], problems: Problems, at: Placed) -> tuple[Option, ...]:
    """Options with letters in the order written; too few, too many and equal ones are reported."""
    if texts and not 2 <= len(texts) <= len(OPTION_LETTERS):
        text = say("这种题型要有{low}到{high}个选项，这里有{n}个。", low=2, high=len(OPTION_LETTERS), n=len(texts))
        problems.add(at, "Q210", text)
    named = list(zip(OPTION_LETTERS, texts, strict=False))
    check_options([(letter, text, place) for letter, (text, place) in named], problems)
    return tuple(Option(letter, text) for letter, (text, _) in named)
