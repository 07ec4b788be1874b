"""Every hostile or odd response of the marking rules with its documented answer (docs/marking.md).

One table, read by the tests of `quiz grade` and of stored responses alike.

F full marks, K the key, c right and w wrong ones of a response. Marks are exact fractions; a stored mark is rounded half up to a hundredth.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quiz.core.question import Blank, BlankKind, QuestionType
from quiz.core.rule import Rule, RuleName
from tests.core.test_marking_rules import RULES, TABLE

MULTIPLE, SINGLE, TRUE_FALSE, FILL_IN = QuestionType.MULTIPLE, QuestionType.SINGLE, QuestionType.TRUE_FALSE, QuestionType.FILL_IN
ORDERING, MATCHING, SHORT = QuestionType.ORDERING, QuestionType.MATCHING, QuestionType.SHORT_ANSWER
ALL, BY_PAIRS = Rule(), Rule(RuleName.PROPORTIONAL)
ONE_OFF, THIRD = Rule(RuleName.DEDUCT, Decimal(1)), Decimal("0.333")
NUMBER, DATE, TEXT = BlankKind.NUMBER, BlankKind.DATE, BlankKind.TEXT


@dataclass(frozen=True)
class Row:
    """A response to a question and what it must come to: a mark with its reason, or a refusal (`why` is then its code) that leaves nothing behind."""

    name: str
    kind: QuestionType
    response: tuple[str, ...]
    mark: str
    why: str
    rule: Rule = ALL
    key: str = "ABD"
    options: int = 5
    full: str = "2"
    blanks: tuple[Blank, ...] = ()
    verdicts: tuple[str, ...] = ()
    shares: str = ""

    @property
    def is_refused(self) -> bool:
        return self.why == "bad_response"

    @property
    def is_for_contests(self) -> bool:
        """True for the rules of contests, which no examination may have."""
        return self.rule.takes_marks


def why_of(response: str, mark: str, key: str = "ABD") -> str:
    """The reason of a choice, by its definition."""
    if not response:
        return "blank"
    if set(response) == set(key):
        return "right"
    if set(response) <= set(key):
        return "incomplete"
    return "wrong" if mark == "0" else "deducted" if mark.startswith("-") else "mixed"


SCHEMES = [
    Row(f"{name}:{response or '-'}", MULTIPLE, tuple(response), mark, why_of(response, mark), RULES[name])
    for response, row in TABLE.items()
    for name, mark in zip(RULES, row, strict=True)
]

CHOICE_EDGES = [
    Row("rmw, every option right: nothing can be wrong", MULTIPLE, tuple("ABC"), "3", "incomplete", RULES["rmw"], "ABCD", 4, "4"),
    Row("false2, one wrong option costs a half", MULTIPLE, tuple("ABCD"), "3", "mixed", RULES["mild"], "ABC", 4, "6"),
    Row("rmw, one wrong option costs all", MULTIPLE, tuple("ABCD"), "0", "wrong", RULES["rmw"], "ABC", 4, "6"),
    Row("half, one right option: nothing in between", MULTIPLE, tuple("AB"), "0", "wrong", RULES["half"], "B", 4, "1"),
    Row("per option, u·c above F is F", MULTIPLE, tuple("ABC"), "1", "incomplete", RULES["per"], "ABCD", 4, "1"),
    Row("fixed, a value above F is F", MULTIPLE, ("A",), "1/2", "incomplete", RULES["fixed"], "AB", 4, "0.5"),
    Row("a third of F is rounded half up", MULTIPLE, ("A",), "1/3", "incomplete", RULES["share"], "ABD", 4, "1"),
    Row("half a hundredth is rounded up", MULTIPLE, ("A",), "0.005", "incomplete", RULES["half"], "AB", 4, "0.01"),
    Row("doubled options count once", MULTIPLE, tuple("BAAB"), "1", "incomplete", RULES["half"]),
    Row("an option that is not there", MULTIPLE, tuple("ABZ"), "0", "bad_response", RULES["half"]),
    Row("a letter of another alphabet", MULTIPLE, ("\u0410",), "0", "bad_response", RULES["half"]),
    Row("a full-width letter", MULTIPLE, ("\uff21",), "0", "bad_response", RULES["half"]),
    Row("half a character", MULTIPLE, ("\ud83d",), "0", "bad_response", RULES["half"]),
    Row("single, right", SINGLE, ("B",), "2", "right", key="B", options=4),
    Row("single, wrong", SINGLE, ("A",), "0", "wrong", key="B", options=4),
    Row("single, blank", SINGLE, (), "0", "blank", key="B", options=4),
    Row("single, two chosen", SINGLE, ("A", "B"), "0", "bad_response", key="B", options=4),
    Row("single, formula scoring, wrong", SINGLE, ("A",), "-1/2", "deducted", Rule(RuleName.PENALTY, Decimal("0.25")), "B", 5),
    Row("single, formula scoring, blank", SINGLE, (), "0", "blank", Rule(RuleName.PENALTY, Decimal("0.25")), "B", 5),
    Row("true or false, right", TRUE_FALSE, ("F",), "1", "right", key="F", full="1"),
    Row("true or false, wrong", TRUE_FALSE, ("T",), "0", "wrong", key="F", full="1"),
    Row("true or false, both", TRUE_FALSE, ("T", "F"), "0", "bad_response", key="F", full="1"),
    Row("true or false, +1/−1", TRUE_FALSE, ("T",), "-1", "deducted", Rule(RuleName.PENALTY, Decimal(1)), "F", full="1"),
    Row("a third of the marks off, rounded half up", SINGLE, ("A",), "-0.333", "deducted", Rule(RuleName.PENALTY, THIRD), "B", 4, "1"),
    Row("half a hundredth off is nothing", SINGLE, ("A",), "-1/200", "wrong", Rule(RuleName.PENALTY, Decimal("0.5")), "B", 4, "0.01"),
    Row("deduct, single, right", SINGLE, ("B",), "2", "right", ONE_OFF, "B", 4),
    Row("deduct, single, wrong: −1", SINGLE, ("A",), "-1", "deducted", ONE_OFF, "B", 4),
    Row("deduct, single, blank", SINGLE, (), "0", "blank", ONE_OFF, "B", 4),
    Row("deduct, single, two chosen", SINGLE, ("A", "B"), "0", "bad_response", ONE_OFF, "B", 4),
    Row("deduct, true or false, wrong", TRUE_FALSE, ("T",), "-1", "deducted", ONE_OFF, "F", full="1"),
    Row("deduct, several, right", MULTIPLE, tuple("ABD"), "2", "right", ONE_OFF),
    Row("deduct, several, incomplete: nothing off", MULTIPLE, tuple("AB"), "0", "incomplete", ONE_OFF),
    Row("deduct, several, one wrong", MULTIPLE, tuple("ABC"), "-1", "deducted", ONE_OFF),
    Row("deduct, several, all wrong: no more", MULTIPLE, tuple("CE"), "-1", "deducted", ONE_OFF),
    Row("deduct, several, blank", MULTIPLE, (), "0", "blank", ONE_OFF),
    Row("deduct half a mark", MULTIPLE, ("C",), "-0.5", "deducted", Rule(RuleName.DEDUCT, Decimal("0.5"))),
    Row("plus and minus down to −1 only", MULTIPLE, tuple("CE"), "-1", "deducted", Rule(RuleName.PLUS_MINUS, Decimal(-1))),
]

BY_SHARES = Rule(RuleName.OPTION_SHARES)
UNEVEN, THIRDS = "A=50,B=30,C=-50,D=20,E=0", "A=33.33333,B=33.33333,C=-33.33333,D=33.33333"
SHARES = [
    Row(f"shares:{response or '-'}", MULTIPLE, tuple(response), mark, why, BY_SHARES, shares=UNEVEN)
    for response, mark, why in (
        ("", "0", "blank"),
        ("ABD", "2", "right"),
        ("A", "1", "incomplete"),
        ("D", "2/5", "incomplete"),
        ("BD", "1", "incomplete"),
        ("ABC", "3/5", "mixed"),
        ("AC", "0", "wrong"),
        ("C", "0", "wrong"),
        ("ABCDE", "1", "mixed"),
        ("ABDE", "2", "mixed"),  # what costs nothing costs nothing, as in Moodle
    )
] + [
    Row("shares, three thirds are the whole", MULTIPLE, tuple("ABD"), "2", "right", BY_SHARES, options=4, shares=THIRDS),
    Row("shares, two thirds", MULTIPLE, tuple("AB"), "4/3", "incomplete", BY_SHARES, options=4, shares=THIRDS),
    Row("shares, a third taken off", MULTIPLE, tuple("ABCD"), "4/3", "mixed", BY_SHARES, options=4, shares=THIRDS),
    Row("shares, an option twice", MULTIPLE, tuple("AAB"), "4/3", "incomplete", BY_SHARES, options=4, shares=THIRDS),
    Row("shares, an option that is not there", MULTIPLE, tuple("AZ"), "0", "bad_response", BY_SHARES, options=4, shares=THIRDS),
]

PAIRS = [
    Row("ordering, right", ORDERING, ("1B", "2A", "3D", "4C"), "4", "right", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("ordering by places, two of four", ORDERING, ("1B", "2A", "3C", "4D"), "2", "some_pairs", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("ordering whole, two of four", ORDERING, ("1B", "2A", "3C", "4D"), "0", "some_pairs", Rule(), "1B,2A,3D,4C", 4, "4"),
    Row("ordering, a place left open", ORDERING, ("1B", "3D"), "2", "some_pairs", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("ordering, one item everywhere", ORDERING, ("1B", "2B", "3B", "4B"), "1", "some_pairs", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("ordering, two items in a place", ORDERING, ("1A", "1B"), "0", "bad_response", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("ordering, a place that is not there", ORDERING, ("9A",), "0", "bad_response", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("ordering, blank", ORDERING, (), "0", "blank", BY_PAIRS, "1B,2A,3D,4C", 4, "4"),
    Row("matching, right", MATCHING, ("1C", "2A", "3B"), "3", "right", BY_PAIRS, "1C,2A,3B", 4, "3"),
    Row("matching by pairs, one of three", MATCHING, ("1C", "2B", "3A"), "1", "some_pairs", BY_PAIRS, "1C,2A,3B", 4, "3"),
    Row("matching, a partner of nobody", MATCHING, ("1D",), "0", "some_pairs", BY_PAIRS, "1C,2A,3B", 4, "3"),
    Row("matching, an option that is not there", MATCHING, ("1Z",), "0", "bad_response", BY_PAIRS, "1C,2A,3B", 4, "3"),
]


def blank_rows(kind: BlankKind, table: str, **more: object) -> list[Row]:
    """Rows of one blank from lines `answer | text | verdict`; what nobody could see is written as in ESCAPES."""
    out = []
    for line in table.strip().splitlines():
        answer, text, verdict = (part.strip() for part in line.split("|"))
        for escape, char in ESCAPES.items():
            text = text.replace(escape, char)
        mark, why = ("2", "right") if verdict == "right" else ("0", "needs_review" if verdict == "review" else verdict)
        is_blank = verdict == "blank"
        blank = Blank((answer,), kind, **more)  # type: ignore[arg-type]
        out.append(
            Row(f"{kind}:{answer}:{text!r}{blank.unit}", FILL_IN, (text,), mark, why, blanks=(blank,), verdicts=() if is_blank else (verdict,))
        )
    return out


ESCAPES = {
    "␣": " ", "[zwsp]": "\u200b", "[bom]": "\ufeff", "[shy]": "\u00ad", "[vs]": "\ufe0f", "[rlo]": "\u202e", "[nul]": "\0", "[tab]": "\t",
    "[half]": "\ud83d", "[kangxi]": "\u2f00", "[lf]": "\n",
}  # fmt: skip
"""What a table cannot show."""

TEXT_ROWS = blank_rows(
    TEXT,
    """
    乡村振兴 | 乡村振兴 | right
    乡村振兴 | ␣乡␣村␣振␣兴␣ | right
    乡村振兴 | 乡村振兴。 | right
    乡村振兴 | 乡村振兴！？； | right
    乡村振兴 | 乡[lf]村[tab]振兴 | right
    乡村振兴 | 乡[zwsp]村振兴[bom] | right
    乡村振兴 | 乡[shy]村振[vs]兴 | right
    乡村振兴 | 乡村[nul]振兴 | right
    一票否决 | [kangxi]票否决 | right
    10m2 | 10㎡ | right
    第1条 | 第①条 | right
    abc | ＡＢＣ | right
    a-b | A—B | right
    甲·乙 | 甲•乙 | right
    《土地管理法》 | &lt;土地管理法&gt; | right
    《土地管理法》 | &amp;lt;土地管理法&amp;gt; | right
    “两不愁” | "两不愁" | right
    《土地管理法》 | 土地管理法 | review
    两不愁三保障 | 两不愁、三保障 | review
    等于 | 不等于 | review
    自然 | 大自然 | review
    大自然 | 自然 | review
    乡村振兴 | 乡村镇兴 | review
    乡村振兴 | 乡村兴 | review
    乡村振兴 | 乡村大振兴 | review
    耕地 | 耕田 | wrong
    乡村振兴 | 鄉村振興 | wrong
    乡村振兴 | 共同富裕 | wrong
    乡村振兴 | 。，！ | wrong
    乡村振兴 | [zwsp] | wrong
    乡村振兴 | ␣␣ | blank
    乡村振兴 | [nul] | blank
    乡村振兴 | 😀 | wrong
    乡村振兴 | <b>乡村振兴</b> | review
    乡村振兴 | =乡村振兴 | review
    乡村振兴 | [rlo]乡村振兴 | review
    乡村振兴 | 乡村振兴[half] | review
    十八大 | 18大 | wrong
    """,
)
NUMBER_ROWS = blank_rows(
    NUMBER,
    """
    15 | 15 | right
    15 | １５ | right
    15 | ①⑤ | right
    15 | 15.0 | right
    15 | 十五 | right
    15 | 第十五 | right
    2024 | 二〇二四 | right
    2024 | 二○二四 | right
    2024 | 二零二四 | right
    123456 | 十二万三千四百五十六 | right
    20 | 贰拾 | right
    2 | 两 | right
    50% | 百分之五十 | right
    0.5 | 50% | right
    0.5 | ½ | right
    2/3 | 三分之二 | right
    2/3 | 66.7% | wrong
    1.5 | 一点五 | right
    150000000 | 1.5亿 | right
    1234 | 1,234 | right
    1234 | 12,34 | review
    150 | 一百五 | review
    20 | 二三十 | review
    20 | 约20 | review
    20 | 20左右 | review
    20 | 廿 | review
    15 | 15或16 | review
    15 | 1e1 | review
    15 | 1/0 | review
    15 | 16 | wrong
    15 | -15 | wrong
    15 | NaN | wrong
    15 | Infinity | wrong
    15 | 很多 | wrong
    15 | 99999999999999999999999999999999 | wrong
    """,
)
UNIT_ROWS = [
    *blank_rows(NUMBER, "20 | 20 | right\n20 | 20人 | right\n20 | 二十名 | right\n20 | 20天 | wrong\n20 | 20万 | wrong", unit="人"),
    *blank_rows(
        NUMBER, "20 | 20 | review\n20 | 20人 | right\n20 | 二十名 | right\n20 | 21 | wrong\n20 | 20天 | wrong", unit="人", unit_required=True
    ),
    *blank_rows(NUMBER, "10 | 10.5 | right\n10 | 10.6 | wrong\n10 | 9.5 | right", tolerance="0.5"),
    *blank_rows(NUMBER, "200 | 202 | right\n200 | 202.1 | wrong", tolerance="1%"),
]
DATE_ROWS = blank_rows(
    DATE,
    """
    2021-06-01 | 2021年6月1日 | right
    2021-06-01 | 二〇二一年六月一日 | right
    2021-06-01 | 2021.6.1 | right
    2021-06-01 | ２０２１/６/１ | right
    2021-06-01 | 2021年06月01号 | right
    2021-06-01 | 2021年6月 | wrong
    2021-06-01 | 2021年6月2日 | wrong
    2021-06-01 | 2021年13月40日 | wrong
    2021-06-01 | 6月1日 | review
    2021-06-01 | 21年6月1日 | review
    2021-06-01 | 20210601 | review
    2021-06-01 | 建党那天 | review
    """,
)

VIRTUES = tuple(Blank((text,), group="any") for text in ("自治", "法治", "德治"))
TWO = (Blank(("2025",), NUMBER), Blank(("自治",)))
SEVERAL = [
    Row("blanks in their order", FILL_IN, ("2025", "自治"), "2", "right", blanks=TWO, verdicts=("right", "right")),
    Row("blanks exchanged", FILL_IN, ("自治", "2025"), "0", "wrong", blanks=TWO, verdicts=("wrong", "wrong")),
    Row("one blank empty", FILL_IN, ("2025", ""), "1", "partly_right", blanks=TWO, verdicts=("right", "wrong")),
    Row("all blanks empty", FILL_IN, ("", " "), "0", "blank", blanks=TWO),
    Row("one blank in doubt", FILL_IN, ("2025", "村民自治"), "1", "needs_review", blanks=TWO, verdicts=("right", "review")),
    Row("more texts than blanks", FILL_IN, ("2025", "自治", "法治"), "0", "bad_response", blanks=TWO),
    Row("fewer texts than blanks", FILL_IN, ("2025",), "0", "bad_response", blanks=TWO),
    Row("a text beyond all measure", FILL_IN, ("2025", "自" * 501), "0", "bad_response", blanks=TWO),
    Row("any order", FILL_IN, ("德治", "自治", "法治"), "3", "right", full="3", blanks=VIRTUES, verdicts=("right",) * 3),
    Row(
        "any order, one twice", FILL_IN, ("自治", "自治", "法治"), "2", "partly_right", full="3", blanks=VIRTUES, verdicts=("right", "wrong", "right")
    ),
    Row(
        "any order, the best matching",
        FILL_IN,
        ("甲", "乙"),
        "2",
        "right",
        blanks=(Blank(("甲", "乙"), group="any"), Blank(("甲",), group="any")),
        verdicts=("right", "right"),
    ),
    Row(
        "blanks that weigh 1 and 3",
        FILL_IN,
        ("法治", "自治"),
        "3",
        "partly_right",
        full="4",
        blanks=(Blank(("民主",)), Blank(("自治",), weight=Decimal(3))),
        verdicts=("wrong", "right"),
    ),
    Row("a synonym of the bank", FILL_IN, ("鄉村振興",), "2", "right", blanks=(Blank(("乡村振兴", "鄉村振興")),), verdicts=("right",)),
]

SHORT_ROWS = [
    Row("a short answer waits for a person", SHORT, ("核实收入",), "0", "needs_marking", full="5", verdicts=("review",)),
    Row("a short answer of spaces", SHORT, (" \n",), "0", "blank", full="5"),
    Row("a short answer beyond all measure", SHORT, ("字" * 4001,), "0", "bad_response", full="5"),
]

ROWS = [*SCHEMES, *CHOICE_EDGES, *SHARES, *PAIRS, *TEXT_ROWS, *NUMBER_ROWS, *UNIT_ROWS, *DATE_ROWS, *SEVERAL, *SHORT_ROWS]
"""The whole table."""
