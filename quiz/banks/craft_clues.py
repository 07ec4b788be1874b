"""Clues by grammar in one question: wording that tells the key from the other options to somebody who knows nothing of the matter; judges no fact.

A clue is told only where it splits cleanly: every right option has it and no wrong one has, or the other way round. Habits that show only over
many questions are looked for in `craft_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from quiz.banks.craft_question import CHOICES, TITLE, Finding
from quiz.core.message import Message, listed, mark_text, say
from quiz.core.numerals import UNITS
from quiz.core.question import Option, Question, QuestionType

GAP = "（　　）"
FEWEST_WRONG = 2
"""With one wrong option the key is always the only one of its kind."""

NEGATIVE = re.compile(r"不(?:得|予|能|应|准|许|再|必|适用)|禁止|严禁|无[须需]")
LAWFUL = re.compile(r"依法|依规|合法|按照?(?:有关|国家|相关|法律)?规定|依照(?:有关|国家|相关|法律)?规定")
GUARDED = re.compile(r"一般(?![公债户农])|原则上|通常|视情况|酌情")
ABSOLUTE = re.compile(r"一律|所有(?![权制者人])|绝对|任何|完全|全部|全体|只[能看有须准]|凡是|从不|永远|概不|必须|唯一|一切|终身|无条件")
BACKWARD = re.compile(r"仍|因此|因而|所以|否则|反而|，[但而却]|；[但而却]")
AMOUNT = re.compile(
    r"[\d一二三四五六七八九十百千半两全](?:(?<=\d)\d*|(?<=半)数|(?<=全)[体部额]"
    r"|(?<!全)[一二三四五六七八九十百千]*(?:分之[一二三四五六七八九十]+|个|年|月|日|天|元|户|倍|次|岁|亩|成|万|周岁|小时))"
)
"""What a word or an amount looks like; each leaves out the names and set phrases that only look like it."""

CLAUSE_ENDS = "，。；：？！"
LISTED = re.compile(r"[、，；]|以及|和|与|及|或")
ASKS_SEVERAL = re.compile(r"哪些|哪几|哪[两二三四五]|的有$|(?<!不)包括$|分别[是为]$")
ASKS_ONE = re.compile(r"哪一[项个种类条位级]|唯一.{0,8}是$|最.{1,6}的是$|的一[项个种]是$")
COUNTED = re.compile("|".join(f"{word}[两二三四五六七八2-8](?:项|个|种|类|条|点|方面)" for word in ("下列", "以下", "正确的", "符合的", "哪")))
COUNTS = {"两": 2, **{numeral: count for count, numeral in enumerate("二三四五六七八", 2)}, **{str(count): count for count in range(2, 9)}}

NEVER_TWICE = ("每", "第", "由", "向", "应当", "不得", "可以", "不少于", "不低于", "不超过", "至少", "年满", "百分之")
"""What stands before a gap and does not bear being said again."""

UNIT = re.compile(rf"(?:{'|'.join(sorted({*UNITS, '个工作日', '工作日', '%', '％', '℃', '吨'}, key=len, reverse=True))})(?![民事员口均体目例程数件])")
BARE_NUMBER = re.compile(r"[\d.,０-９零〇一二三四五六七八九十百千万亿两半至到～~—-]+")


def check_clues(question: Question) -> Iterator[Finding]:
    """Yield the clues by grammar in a question of choice; pictures say what words do not, so options with pictures are left alone."""
    if question.type not in CHOICES:
        return
    yield from _stem(question)
    right: list[str] = []
    wrong: list[str] = []
    for option in question.options:
        if option.picture:
            return
        (right if option.id in question.key else wrong).append(option.text)
    if not right or len(wrong) < FEWEST_WRONG:
        return
    for pattern, rule, only_right, only_wrong in WORDS:
        if only_right and splits(pattern, right, wrong):
            yield Finding("key", rule, Message(only_right, {"word": _found(pattern, right)}))
        elif only_wrong and splits(pattern, wrong, right):
            yield Finding("key", rule, Message(only_wrong, {"word": _found(pattern, wrong)}))
    yield from _form(question.stem, right, wrong)


def splits(pattern: re.Pattern[str], some: Sequence[str], others: Sequence[str]) -> bool:
    """True when all of `some` have the pattern and none of `others`."""
    search = pattern.search
    return search(some[0]) is not None and all(map(search, some)) and not any(map(search, others))


def _found(pattern: re.Pattern[str], texts: Sequence[str]) -> str:
    """The words found, each once."""
    matches = (pattern.search(text) for text in texts)
    return "”“".join(dict.fromkeys(match[0] for match in matches if match))


WORDS: tuple[tuple[re.Pattern[str], str, str, str], ...] = (
    (
        NEGATIVE,
        "C918",
        mark_text("只有正确选项是否定的说法（“{word}”），错误选项都是肯定的，挑出不一样的就能猜中。请让干扰项也带否定，如“可以……，但不得……”。"),
        mark_text("错误选项都是否定的说法（“{word}”），只有正确选项是肯定的，挑出不一样的就能猜中。请把一部分干扰项改成肯定的说法。"),
    ),
    (
        LAWFUL,
        "C919",
        mark_text("只有正确选项写了“{word}”：照规定办总不会错，不看内容也能猜中。请删去这个词，或者让干扰项也写上。"),
        "",
    ),
    (
        GUARDED,
        "C919",
        mark_text("只有正确选项写了“{word}”：话留有余地，不看内容也像是对的。请删去这个词，或者让干扰项也写上。"),
        "",
    ),
    (
        ABSOLUTE,
        "C919",
        "",
        mark_text("错误选项都说得绝对（“{word}”），正确选项没有，排除说得绝对的就能得分。请换种说法，或者让一部分干扰项说得平常些。"),
    ),
    (
        AMOUNT,
        "C920",
        mark_text("只有正确选项写了数字（“{word}”），写法与错误选项不同，不看内容也能猜中。请让干扰项也写数字。"),
        mark_text("错误选项都写了数字（“{word}”），只有正确选项没有，不看内容也能猜中。请统一写法。"),
    ),
    (
        BACKWARD,
        "C923",
        mark_text("只有正确选项用“{word}”承接题干，读起来最顺。请去掉这个词，或者让干扰项也这样承接。"),
        "",
    ),
)
"""Words that split: the pattern, its rule, and what is told when only the right options have it, or only the wrong ones (empty: not told)."""


def _form(stem: str, right: Sequence[str], wrong: Sequence[str]) -> Iterator[Finding]:
    """The key of a single choice is built otherwise than all the others: other clauses, another beginning, another ending."""
    if len(right) != 1 or len(wrong) <= FEWEST_WRONG:
        return
    key = right[0]
    apart = ["，" in text for text in wrong]
    if "，" in key and not any(apart):
        yield Finding("key", "C920", say("只有正确选项分成两句，错误选项都只有一句，不看内容也能猜中。请写成相同的句式。"))
    elif "，" not in key and all(apart):
        yield Finding("key", "C920", say("错误选项都分成两句，只有正确选项是一句，不看内容也能猜中。请写成相同的句式。"))
    if prefix := _affix(stem, key, wrong):
        text = say("错误选项都以“{words}”开头，只有正确选项不是，不看内容也能猜中。请让一个干扰项换种写法，或者统一写法。", words=prefix)
        yield Finding("key", "C920", text)
    if wrong[0][-1:] == wrong[1][-1:] and (suffix := _affix(stem[::-1], key[::-1], [text[::-1] for text in wrong])[::-1]):
        text = say("错误选项都以“{words}”结尾，只有正确选项不是，不看内容也能猜中。请让一个干扰项换种写法，或者统一写法。", words=suffix)
        yield Finding("key", "C920", text)


def _affix(stem: str, key: str, wrong: Sequence[str]) -> str:
    """The beginning, two characters or more, that all of `wrong` share and the key does not hold anywhere; else nothing.

    A key that begins with the same character is built alike, and two characters that stand in the stem are what the question is about.
    """
    first = wrong[0]
    if key[:1] == first[:1]:
        return ""
    length = 0
    while length < len(first) and all(text[length : length + 1] == first[length] for text in wrong):
        length += 1
    shared = first[:length]
    return shared if length > 1 and shared not in key and (length > 2 or shared not in stem) else ""


def _stem(question: Question) -> Iterator[Finding]:
    """What the stem around its gap says of the options: a word said twice, a unit, how many are right."""
    before, gap, after = question.stem.partition(GAP)
    if not gap:
        return
    if len(after) > 1 or before.endswith(NEVER_TWICE):
        yield from _doubled(question.options, before, after)
        yield from _unit(question, after)
    asked = _last_clause(before)
    if question.type is QuestionType.SINGLE:
        several = ASKS_SEVERAL.search(asked)
        if several and not all(LISTED.search(option.text) for option in question.options):
            text = say("题干问“{words}”，像有几个答案，这道题却是单选。请改成“……的是”，或者改为多选题。", words=several[0])
            yield Finding("stem", "C922", text)
    elif one := ASKS_ONE.search(asked):
        yield Finding("stem", "C922", say("题干问“{words}”，像只有一个答案，这道题却是多选。请改成“……的有”，或者改为单选题。", words=one[0]))
    counted = COUNTED.search(asked)
    if counted and not {COUNTS[sign] for sign in counted[0] if sign in COUNTS} & {len(question.key), len(question.options)}:
        text = say(
            "题干说“{words}”，这道题却有{options}个选项、{right}个答案。请核对题干里的个数。",
            words=counted[0],
            options=len(question.options),
            right=len(question.key),
        )
        yield Finding("stem", "C922", text)


def _last_clause(text: str) -> str:
    """What is asked: the words from the last punctuation on, without titles of documents."""
    text = text.rstrip("，：？")
    clause = text[max(text.rfind(mark) for mark in CLAUSE_ENDS) + 1 :]
    return TITLE.sub("", clause) if "《" in clause else clause


def _doubled(options: Sequence[Option], before: str, after: str) -> Iterator[Finding]:
    """An option that begins or ends with the word beside the gap, as in 每（　　） with 每年."""
    word = next((word for word in NEVER_TWICE if before.endswith(word)), "")
    unit = UNIT.match(after)
    for option in options:
        said = word if word and option.text.startswith(word) else unit[0] if unit and option.text.endswith(unit[0]) else _overlap(option.text, after)
        if said:
            text = say("选项{name}的“{word}”在题干的空格旁边已经写了，代入后重复，读不通的选项就露了出来。请删去一处。", name=option.id, word=said)
            yield Finding(f"options.{option.id}", "C921", text)


def _overlap(text: str, after: str) -> str:
    """The words, two characters or more, with which `text` ends and `after` begins."""
    return next((after[:length] for length in range(min(len(after), len(text)), 1, -1) if text.endswith(after[:length])), "")


def _unit(question: Question, after: str) -> Iterator[Finding]:
    """A unit after the gap that some options take and others do not, as in （　　）元 with 500 and 由县确定."""
    unit = UNIT.match(after)
    fits = {option.id for option in question.options if BARE_NUMBER.fullmatch(option.text)} if unit else set()
    doubled = {option.id for option in question.options if unit and option.text.endswith(unit[0])}
    left = [option.id for option in question.options if option.id not in fits | doubled]
    if unit and fits and left:
        text = say(
            "空格后面是“{unit}”，选项{names}代入后读不通，一看就能排除。请把单位写进选项，或者让选项都是数字。", unit=unit[0], names=listed(left)
        )
        yield Finding("stem", "C921", text)
