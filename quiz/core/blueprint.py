"""What a paper must contain: sections of slots, each cell of a section saying which questions may stand there and how many."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.core.contest import Contest
from quiz.core.message import Message, join_messages, mark_text, say
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES, Level, Question, QuestionType
from quiz.core.rule import Rule, RuleName


class Band(StrEnum):
    """How hard a setter thinks a question is."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


BAND_NAMES: dict[Band, str] = {Band.EASY: mark_text("易"), Band.MEDIUM: mark_text("中"), Band.HARD: mark_text("难")}
EASY_FROM, HARD_BELOW = Decimal("0.8"), Decimal("0.5")
"""Estimated shares of right answers at which the easy band begins and the hard one ends."""


class WeightClass(StrEnum):
    """How much a setter wants a question to be asked."""

    MUST = "must"
    KEY = "key"
    ELECTIVE = "elective"


WEIGHT_NAMES: dict[WeightClass, str] = {
    WeightClass.MUST: mark_text("必考"),
    WeightClass.KEY: mark_text("重点"),
    WeightClass.ELECTIVE: mark_text("选考"),
}


class SourceLevel(StrEnum):
    """Whose document a question rests on."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


SOURCE_NAMES: dict[SourceLevel, str] = {
    SourceLevel.NATIONAL: mark_text("国家文件"),
    SourceLevel.PROVINCE: mark_text("省级文件"),
    SourceLevel.CITY: mark_text("市级文件"),
    SourceLevel.COUNTY: mark_text("县级文件"),
}


def band_of(question: Question) -> Band:
    """Return the band of the setter's estimate; medium when there is none."""
    share = question.difficulty
    if share is None:
        return Band.MEDIUM
    return Band.EASY if share >= EASY_FROM else Band.HARD if share < HARD_BELOW else Band.MEDIUM


def source_level_of(question: Question) -> SourceLevel:
    """Return the level of the place where the question holds, by the last character of its name."""
    name = question.jurisdiction
    if name == NATION:
        return SourceLevel.NATIONAL
    if name.endswith(("省", "自治区")):
        return SourceLevel.PROVINCE
    return SourceLevel.CITY if name.endswith(("市", "州", "盟", "地区")) else SourceLevel.COUNTY


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions that fit every non-empty field; `categories` are folders with everything below them.

    A cell of local questions may name `instead`: what a general question must fit that stands in where the cadre has no local one, or
    where their post's share of local marks is used up (see `Blueprint.shares`).
    """

    count: int
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    tags: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    weights: tuple[WeightClass, ...] = ()
    sources: tuple[SourceLevel, ...] = ()
    instead: Cell | None = None

    @property
    def is_local(self) -> bool:
        """True when the cell takes the cadre's own local questions and no general ones."""
        return bool(self.categories) and all(is_local_category(category) for category in self.categories)

    def admits(self, question: Question) -> bool:
        """True when `question` may stand in this cell (its type is the section's business)."""
        return (
            (not self.categories or any(_is_below(question.category, category) for category in self.categories))
            and (not self.areas or question.area in self.areas)
            and (not self.topics or question.topic in self.topics)
            and (not self.levels or question.level in self.levels)
            and (not self.tags or bool(set(self.tags) & set(question.tags)))
            and (not self.bands or band_of(question) in self.bands)
            and (not self.weights or question.weight_class in self.weights)
            and (not self.sources or source_level_of(question) in self.sources)
        )

    def describe(self) -> Message:
        """Return the cell in words: what a field admits parted by strokes, the fields crossed, e.g. "安全住房/饮水安全 × 运用"."""
        fields: list[list[Message | str]] = [
            [category_name(category) for category in self.categories],
            [say(AREAS[area]) if area in AREAS else area for area in self.areas],
            [*self.topics],
            [say(LEVEL_NAMES[level]) for level in self.levels],
            [*self.tags],
            [say(BAND_NAMES[band]) for band in self.bands],
            [say(WEIGHT_NAMES[weight]) for weight in self.weights],
            [say(SOURCE_NAMES[source]) for source in self.sources],
        ]
        return join_messages(" × ", [join_messages("/", words) for words in fields if words]) if any(fields) else say("不限")


@dataclass(frozen=True, slots=True)
class Limit:
    """From `least` to `most` questions of the common part of every paper fit `where` (whose own count says nothing); None: no upper bound."""

    where: Cell
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The percent of a paper's marks that local questions may take for cadres in a post: a kind of post, "new" or "others"."""

    post: str
    percent: int


NEW_POST, OTHER_POSTS = "new", "others"
NEW_MONTHS = 3
"""A post begun less than so many months ago is a new one."""

USUAL_SHARES = tuple(
    Share(post, percent)
    for post, percent in (
        ("county_leader", 20), ("department_leader", 30), ("department_staff", 40), ("township_leader", 40), ("township_staff", 40),
        ("first_secretary", 50), ("team_member", 50), ("village_secretary", 50), ("village_committee", 50), (NEW_POST, 20), (OTHER_POSTS, 40),
    )
)  # fmt: skip
"""The shares that the domain brief (4.5) suggests; a blueprint that says `shares: usual` means these."""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of slots of one type; every question earns at most `each` marks, by `rule`."""

    title: str
    type: QuestionType
    each: Decimal
    cells: tuple[Cell, ...]
    rule: Rule

    @property
    def count(self) -> int:
        """How many slots the section has."""
        return sum(cell.count for cell in self.cells)

    @property
    def needs_shares(self) -> bool:
        """True when only questions whose author set what each option earns can be marked by its rule."""
        return self.rule.name is RuleName.OPTION_SHARES

    def admits(self, cell: Cell, question: Question) -> bool:
        """True when `question` may stand in `cell` of this section."""
        return question.type is self.type and cell.admits(question) and (question.has_shares or not self.needs_shares)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A whole paper's plan; `total` is the exact sum of its marks, `minutes` the time for one attempt.

    `limits` bind the common part across sections, `topic_cap` bounds the questions of one knowledge point (0: unbounded), `rivals` are sets of
    uids of which a paper has at most one, `shares` say how much of a paper may be local by post (empty: all local slots).
    A contest has no pass mark: its `pass_mark` is the lowest total that it allows, so that nobody fails it.
    """

    id: str
    title: str
    minutes: int
    pass_mark: Decimal
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    topic_cap: int = 0
    rivals: tuple[tuple[str, ...], ...] = ()
    shares: tuple[Share, ...] = ()
    contest: Contest = Contest.NO

    @property
    def total(self) -> Decimal:
        """The marks that the sections add up to."""
        return sum((section.each * section.count for section in self.sections), Decimal(0))

    @property
    def lowest(self) -> Decimal:
        """The lowest total: 0, but in a contest whose totals may fall below what wrong answers to all questions would cost."""
        if self.contest is not Contest.BELOW_ZERO:
            return Decimal(0)
        return -sum((section.rule.most_taken(section.each) * section.count for section in self.sections), Decimal(0))


def _is_below(category: str, folder: str) -> bool:
    return category == folder or category.startswith(folder + "/")


FOLDERS = {"general": mark_text("通用政策"), "township": mark_text("乡镇"), "department": mark_text("部门"), "village": mark_text("村")}
FOLDERS |= {"household": mark_text("帮扶户"), "leader": mark_text("县级领导")}
"""What the top folders of the banks hold."""


NATION = "全国"
"""The jurisdiction of what holds everywhere."""


def is_local_category(category: str) -> bool:
    """True for folders that hold templates about a cadre's own places."""
    folder = category.partition("/")[0]
    return folder in FOLDERS and folder != "general"


def category_name(category: str) -> Message | str:
    """Return a category for people: its top folder in words, the rest as it is written."""
    folder, _, rest = category.partition("/")
    if folder not in FOLDERS:
        return category
    return say("{folder}（{rest}）", folder=say(FOLDERS[folder]), rest=rest) if rest else say(FOLDERS[folder])


def describe_cell(section: Section, cell: Cell) -> Message:
    """Return a cell with its section and type in words."""
    kind = say(TYPE_NAMES[section.type])
    if section.needs_shares:
        kind = say("{type}，只用各选项写了比例的题", type=kind)
    return say("{section}（{type}）· {cell}", section=section.title, type=kind, cell=cell.describe())
