"""The craft of one question: wording and options that give the key away, leave two keys, or ask what cannot be answered; judges no fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from quiz.core.message import Message, say
from quiz.core.numerals import DIGITS, TENS, quantity
from quiz.core.question import BlankKind, Option, Question, QuestionType
from quiz.core.template import Template

TITLE = re.compile(r"《[^《》]*》(?:（[^（）]*）)?")
BRACKET = re.compile(r"（　　）")
NOT_WORDS = re.compile(r"[\W_]+")
LISTED = re.compile(r"、|，|；|以及|和|与|及")
ORDERED = re.compile(r"顺序|次序|先后|步骤|依次|排列|程序|流程|环节")
FILLER = re.compile(r"有关|相关|应当|必须|可以|进行|的|了|等|应")
ALL_OF = re.compile(
    r"(?:以上|上述|前述|前[二两三四五六七]项|[A-H][A-H、和]*)(?:选项|说法|内容|情形|答案|项)?(?:全部|全都|都|均|皆|全)"
    r"(?:是|对|不对|不是|正确|不正确|错误|符合|可以|包括)"
)
NONE_OF = re.compile(r"(?:以上|上述)(?:选项|说法|答案)?(?:都|均|皆|全)?(?:不对|不是|不正确|错误)")
ASKS_WRONG = re.compile(r"错误|不正确|不属于|不包括|不符合|不恰当|不妥|不是|有误|除外")
TWO_NOTS = re.compile(r"并非不|并不是不|不是不|不能不|不会不|没有不|未必不|不可不|不无|非不|不属于不|不包括不|不允许不|不应当?不|不得不")
NEGATION = re.compile(
    r"不(?!仅|但|断|同|少于|低于|超过|高于|动产|锈|足)|并非|没有|未(?!来|成年|满|婚|消除|参保|脱贫)|禁止|无(?!障碍|偿|公害|人机)|拒绝"
)
CLAUSE_END = re.compile(r"[，。；？！：]")
UNDATED = re.compile(r"现行|目前|当前|最新|现阶段|近期|今年|去年|本年度")
DATED = re.compile(r"《[^《》]+》|〔\d{4}〕|\d{4}\s*年|[“\"]十[一二三四五六七]五[”\"]|中央一号文件|\{as_of\}")
NAMED = re.compile(r"根据|按照|依照|依据|假设|假如|规定|计算")
OPEN_CLAUSE = re.compile(r"待.{0,8}核对|待核|条号待")
NUMBER_START = re.compile(rf"\s*(?:第|百分之)?[-+]?[0-9０-９{''.join(DIGITS)}{''.join(TENS)}]")
ECHO_LENGTH = 4
COMMON = re.compile(
    r"人民政府|县级以上|地方各级|乡镇人民|行政主管|主管部门|有关部门|村民委员会|村民会议|代表会议|集体经济组织|集体经济|经济组织|农村集体|乡村振兴|工作人员"
    r"|中央一号|监测对象|县级人民|村民代表|中华人民共和国|社会救助|脱贫攻坚|帮扶工作|农业农村|驻村工作队?|第一书记|党组织|村党支部|最低生活保障"
)
"""Names that policy texts cannot avoid; that one stands in stem and key tells nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a setter should look at: in which part (`stem`, `key`, `options.B` …), which rule, and why."""

    part: str
    rule: str
    message: Message


CHOICES = (QuestionType.SINGLE, QuestionType.MULTIPLE)
Rule = Callable[[Question], Iterable[Finding]]


def check_question(question: Question) -> Iterator[Finding]:
    """Yield what a setter should look at in one question."""
    for rule in RULES:
        yield from rule(question)


def check_template(template: Template) -> Iterator[Finding]:
    """Yield what a setter should look at in the text of a template; its options are drawn from real figures."""
    yield from _double_negatives(template.stem)
    if "{as_of}" not in template.stem and not re.search(r"\d{4}年", template.stem):
        yield Finding("stem", "C910", say("题干没有写明数据日期。请写上“截至{as_of}”，否则考后数据变了，答案就说不清。", as_of="{as_of}"))


def core(text: str) -> str:
    """Return the words of a stem that are its own: without titles of documents, brackets, gaps and punctuation."""
    return _words_of(TITLE.sub("", text) if "《" in text else text)


def _words_of(text: str) -> str:
    """The text without punctuation, which most options have none of."""
    return text if text.isalnum() else NOT_WORDS.sub("", text)


def _equal_options(question: Question) -> Iterator[Finding]:
    """Two options of the same value, as 50% and 百分之五十; two lists of the same items; two texts that differ by filler."""
    numbers = [option for option in question.options if _may_be_number(option.text)]
    is_ordered = ORDERED.search(question.stem) is not None
    values: dict[tuple[Fraction, str], Option] = {}
    lists: dict[frozenset[str], Option] = {}
    bare: dict[str, Option] = {}
    for option in question.options if question.type in CHOICES else ():
        if option.picture:
            continue
        value = quantity(option.text) if len(numbers) > 1 and option in numbers else None
        items = LISTED.split(option.text)
        if value is not None:
            first = values.setdefault(value, option)
            if first is not option:
                yield _pair(
                    option,
                    first,
                    "C902",
                    say("选项{name}与选项{first}的数值相等：“{got}”和“{other}”。请改掉一个，否则有两个答案。", **_names(option, first)),
                )
            continue
        if len(items) > 1 and not is_ordered:
            first = lists.setdefault(frozenset(items), option)
            if first is not option:
                yield _pair(
                    option, first, "C902", say("选项{name}与选项{first}只是各项的次序不同：“{got}”和“{other}”。请改掉一个。", **_names(option, first))
                )
                continue
        first = bare.setdefault(_words_of(FILLER.sub("", option.text)), option)
        if first is not option:
            yield _pair(
                option, first, "C903", say("选项{name}与选项{first}只差虚词：“{got}”和“{other}”，两个都说得通。请改掉一个。", **_names(option, first))
            )


def _pair(option: Option, first: Option, rule: str, message: Message) -> Finding:
    return Finding(f"options.{option.id}", rule, message)


def _names(option: Option, first: Option) -> dict[str, str]:
    return {"name": option.id, "first": first.id, "got": option.text, "other": first.text}


def _long_key(question: Question) -> Iterator[Finding]:
    """The key is far longer than every distractor: whoever knows nothing chooses the longest."""
    if question.type is not QuestionType.SINGLE or len(question.options) < 3 or any(option.picture for option in question.options):
        return
    right = max((len(option.text) for option in question.options if option.id in question.key), default=0)
    wrong = max((len(option.text) for option in question.options if option.id not in question.key), default=0)
    if right >= wrong + 5 and right >= 1.5 * wrong:
        yield Finding(
            "key", "C904", say("答案有{right}个字，其余选项最长{wrong}个字，不看内容也能猜中。请把干扰项写到相近的长度。", right=right, wrong=wrong)
        )


def _echo(question: Question) -> Iterator[Finding]:
    """A phrase of the stem stands in the key and in no distractor; or the key alone is written as another kind of thing."""
    if question.type not in CHOICES:
        return
    keys = [option for option in question.options if option.id in question.key]
    wrong = [option for option in question.options if option.id not in question.key]
    if len(keys) != 1 or len(wrong) < 2:
        return
    stem, key = core(question.stem), _words_of(keys[0].text)
    known = "|".join(option.text for option in wrong)
    shared = [key[i : i + ECHO_LENGTH] for i in range(len(key) - ECHO_LENGTH + 1)]
    rest = COMMON.sub("|", key)
    found = next((gram for gram in shared if gram in stem and gram in rest and gram not in known), "")
    if found:
        phrase = _grown(found, stem, key)
        if not any(part in known for part in (phrase[:3], phrase[-3:], phrase[:2] + phrase[-2:])):
            yield Finding("key", "C906", say("题干里的“{phrase}”只在答案里重复，等于提示了答案。请换一种说法，或者让干扰项也用到它。", phrase=phrase))
    for pattern, what in ODD:
        if bool(pattern.search(keys[0].text)) and not any(pattern.search(option.text) for option in wrong):
            yield Finding("key", "C906", Message(what))


ODD = (
    (re.compile(r"[。；]$"), say("只有答案以标点收尾，写法与其他选项不同。请统一写法。").text),
    (re.compile(r"《"), say("只有答案带书名号，写法与其他选项不同。请统一写法。").text),
)


def _grown(gram: str, stem: str, key: str) -> str:
    """The longest phrase around `gram` that stands in both texts."""
    at = key.find(gram)
    start, end = at, at + len(gram)
    while end < len(key) and key[start : end + 1] in stem:
        end += 1
    while start and key[start - 1 : end] in stem:
        start -= 1
    return key[start:end]


def _all_of(question: Question) -> Iterator[Finding]:
    for option in question.options if question.type in CHOICES else ():
        if ALL_OF.fullmatch(option.text) or NONE_OF.fullmatch(option.text):
            text = say("选项{name}是“{got}”：选项顺序会打乱，而且认出两项就能猜中。请换成具体内容，或者改为多选题。", name=option.id, got=option.text)
            yield Finding(f"options.{option.id}", "C907", text)


def _negatives(question: Question) -> Iterator[Finding]:
    yield from _double_negatives(question.stem)


def _double_negatives(stem: str) -> Iterator[Finding]:
    """Two negations that cancel in one clause, or a question for what is wrong that holds a negation itself."""
    bare = TITLE.sub("", stem)
    if match := TWO_NOTS.search(bare):
        yield Finding("stem", "C908", say("题干里的“{got}”是双重否定，容易看反。请改成肯定的说法。", got=match[0]))
        return
    at = bare.find("（　　）")
    asked = CLAUSE_END.split(bare[:at])[-1] if at >= 0 else ""
    wrong = ASKS_WRONG.search(asked)
    if wrong and (other := NEGATION.search(asked[: wrong.start()] + "。" + asked[wrong.end() :])):
        text = say("题干问“{asked}”，同一句里又有“{other}”，否定了两次。请改成问正确的，或者去掉一个否定。", asked=wrong[0], other=other[0])
        yield Finding("stem", "C908", text)


def _undated(question: Question) -> Iterator[Finding]:
    bare = BRACKET.sub("", question.stem)
    if (match := UNDATED.search(TITLE.sub("", bare))) and not DATED.search(bare):
        yield Finding("stem", "C909", say("题干说“{got}”，却没有日期或文件名，政策一变答案就错。请写明依据的文件或截至的日期。", got=match[0]))


def _bare_number(question: Question) -> Iterator[Finding]:
    """A number is asked and the stem names neither a document, a year nor a place."""
    if not _asks_number(question) or DATED.search(question.stem) or NAMED.search(question.stem):
        return
    if question.jurisdiction != "全国" and question.jurisdiction in question.stem:
        return
    yield Finding("stem", "C910", say("题干问的是数字，却没有写文件、年份或地方。各地各年的标准不同，请写明按哪一个。"))


def _asks_number(question: Question) -> bool:
    if question.type is QuestionType.FILL_IN:
        return any(blank.kind is BlankKind.NUMBER for blank in question.blanks)
    if question.type is not QuestionType.SINGLE:
        return False
    return all(_may_be_number(option.text) and quantity(option.text) for option in question.options)


def _may_be_number(text: str) -> bool:
    """True for a short text that starts as a number does; only then is it worth reading as one."""
    return len(text) <= 16 and NUMBER_START.match(text) is not None


def _source(question: Question) -> Iterator[Finding]:
    source = question.source
    if OPEN_CLAUSE.search(source.clause):
        text = say("条款写的是“{clause}”。请县级审题人对照文件原文补上条款，再把题目标为已核对。", clause=source.clause)
        yield Finding("source", "C913", text)


RULES: tuple[Rule, ...] = (_equal_options, _long_key, _echo, _all_of, _negatives, _undated, _bare_number, _source)
