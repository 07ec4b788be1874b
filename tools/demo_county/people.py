"""The cadres of the fictional county: their names, which no known person bears, their posts, and six who changed theirs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from tools.demo_county.places import DEPARTMENTS, Township, Village

COMMON_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢"
SURNAMES = COMMON_SURNAMES + (
    "韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_PARTS = (
    ("建志文海永国明俊宏兴德光金家泽立少世庆新长显维承景仕", "平峰波涛斌鹏辉林江生祥民义成远良凯洲柱才全发亮宽仓舟"),
    ("晓秀春丽玉慧雪思佳红艳淑雅静婉小桂彩凤巧香素梦", "芳玲敏霞宁娟琴莉萍倩婷云兰梅燕蓉珍莲菊叶妮娥瑶苗"),
)
GIVEN_SINGLE = "敏峰波涛婷莉斌琳鑫悦航苗栋倩蓉坤"
RARE_NAMES = ("段堃", "邹明喆", "秦翀", "龚钘", "欧阳慧敏", "上官志远")  # rare characters and double surnames
FAMOUS_NAMES = (
    "任泽平 何光远 何立峰 何琳 刘文辉 刘涛 吴涛 周涛 张文远 张志远 李峰 李敏 李玉兰 李航 "
    "林立平 杨波 王志平 王波 胡波 许世平 陈小云 高峰 杨倩 赵敏 徐婷 吴建斌 陈峰 林峰"
)

COUNTY_TITLES = (
    "县委书记 县委副书记、县长 县委副书记 县委常委、常务副县长 县委常委、组织部部长 "
    "县委常委、统战部部长 副县长 副县长 县人大常委会副主任 县政协副主席"
)
TOWNSHIP_TITLES = ("党委书记", "党委副书记、镇长", "党委副书记", "副镇长")
COMMITTEE_TITLES = ("委会副主任", "务监督委员会主任", "委会委员、妇联主席", "委会委员、文书")
LEADER_DATES = ("2021-09-01", "2022-05-01", "2023-03-01", "2023-11-01", "2024-08-01", "2025-04-01", "2026-01-01")
STAFF_DATES = ("2021-10-01", "2022-07-01", "2023-07-01", "2024-03-01", "2025-02-01", "2025-09-01", "2026-09-01")
STATIONED_DATES = ("2024-05-01", "2024-07-01", "2025-05-01", "2025-06-01", "2025-07-01", "2026-05-01", "2026-10-01")
VILLAGE_DATES = ("2021-01-01", "2021-03-01", "2022-11-01", "2024-02-01", "2026-03-01", "2026-03-01")


@dataclass(slots=True)
class Cadre:
    unit: str
    groups: list[str]
    posts: list[dict[str, str]]


def make_names(random: Random, count: int) -> list[str]:
    """Different names, the rare ones somewhere among them."""
    names = dict.fromkeys(RARE_NAMES)
    while len(names) < count:
        given = random.choice(GIVEN_SINGLE)
        if random.random() < 0.93:
            first, second = random.choice(GIVEN_PARTS)
            given = random.choice(first) + random.choice(second)
        common = random.random() < 0.5
        name = random.choice(COMMON_SURNAMES if common else SURNAMES) + given
        if name not in FAMOUS_NAMES.split():
            names[name] = None
    shuffled = list(names)
    random.shuffle(shuffled)
    return shuffled


def post(kind: str, title: str, place: str, since: str, until: str = "") -> dict[str, str]:
    entry = {"kind": kind, "title": title, "place": place, "from": since}
    return entry | {"to": until} if until else entry


def make_county_leaders(random: Random, townships: list[Township]) -> Iterable[Cadre]:
    for number, title in enumerate(COUNTY_TITLES.split()):
        since = random.choice(LEADER_DATES)
        contact = post("contact", "包抓镇", townships[number % len(townships)].code, since)
        yield Cadre("QL", ["地方党政领导干部"], [post("county_leader", title, "QL", since), contact])


def make_department_cadres(random: Random) -> Iterable[Cadre]:
    for number, code in enumerate(DEPARTMENTS):
        groups = ["行业部门干部"] + ["乡村振兴系统干部"] * (code == "D02")
        titles = ("常务副部长", "副部长") if code == "D01" else ("党组书记、局长", "副局长")
        for title in titles:
            yield Cadre(code, groups, [post("department_leader", title, code, random.choice(LEADER_DATES))])
        for _ in range(2 if number % 3 == 1 else 1):
            since = random.choice(STAFF_DATES)
            yield Cadre(code, ["行业部门干部", "帮扶干部"], [post("department_staff", "部门帮扶干部", code, since)])


def make_township_cadres(random: Random, townships: list[Township]) -> Iterable[Cadre]:
    """Leaders and staff, each in contact with one village, so that every village has at least one of them."""
    for township in townships:
        staff = ("乡村振兴办主任", *["包村干部"] * (4 if len(township.villages) > 5 else 2))
        for number, title in enumerate(TOWNSHIP_TITLES + staff):
            leads = title in TOWNSHIP_TITLES
            since = random.choice(LEADER_DATES if leads else STAFF_DATES)
            village = township.villages[number % len(township.villages)]
            main = post("township_leader" if leads else "township_staff", title, township.code, since)
            contact = post("contact", "联系村" if leads else "包村", village.code, since)
            groups = ["地方党政领导干部"] if leads else ["帮扶干部"]
            yield Cadre(township.code, ["乡村振兴系统干部"] * ("振兴" in title) + groups, [main, contact])


def make_stationed_cadres(random: Random, villages: list[Village]) -> Iterable[Cadre]:
    """One first secretary and one team member in each stationed village, two members in every ninth."""
    for number, village in enumerate(village for village in villages if village.stationed_by):
        since = random.choice(STATIONED_DATES)
        entry = post("first_secretary", "驻村第一书记、工作队队长", village.code, since)
        yield Cadre(village.stationed_by, ["帮扶干部"], [entry])
        for count in range(2 if number % 9 == 4 else 1):
            unit = village.sponsors[-1] if count == 0 else village.stationed_by
            entry = post("team_member", "驻村工作队队员", village.code, random.choice(STATIONED_DATES))
            yield Cadre(unit, ["帮扶干部"], [entry])


def make_village_cadres(random: Random, villages: list[Village]) -> Iterable[Cadre]:
    """The secretary of each village, and a committee member in all but six of them."""
    for number, village in enumerate(villages):
        prefix = "居" if village.kind == "安置社区" else "村"
        entry = post("village_secretary", f"党支部书记、{prefix}委会主任", village.code, random.choice(VILLAGE_DATES))
        yield Cadre(village.code, ["村干部"], [entry])
        if number % 7 != 3:
            title = prefix + COMMITTEE_TITLES[number % len(COMMITTEE_TITLES)]
            entry = post("village_committee", title, village.code, random.choice(VILLAGE_DATES))
            yield Cadre(village.code, ["村干部"], [entry])


def move_cadres(cadres: list[Cadre], townships: list[Township]) -> None:
    """Lets six cadres change their post in 2026, each with an ended post before the present one."""
    secretaries = of_kind(cadres, "first_secretary")
    for unit in ("D03", "D07"):  # moved on from a village of the same department, where somebody else then began
        mover, successor = [cadre for cadre in secretaries if cadre.unit == unit][:2]
        before = mover.posts[0] | {"place": successor.posts[0]["place"], "from": "2024-05-01", "to": "2026-03-31"}
        mover.posts[0]["from"] = successor.posts[0]["from"] = "2026-04-01"
        mover.posts.insert(0, before)

    leaders = of_kind(cadres, "township_leader")
    old, new = townships[2], townships[4]
    mover = first(leaders, lambda cadre: cadre.unit == new.code and cadre.posts[0]["title"] == "党委副书记")
    successor = first(leaders, lambda cadre: cadre.unit == old.code and cadre.posts[0]["title"] == "副镇长")
    ended = [entry | {"from": "2021-09-01", "to": "2026-05-31"} for entry in successor.posts]
    for entry in mover.posts + successor.posts:
        entry["from"] = "2026-06-01"
    mover.posts[:0] = ended

    walker = first(of_kind(cadres, "township_staff"), lambda cadre: cadre.unit == townships[3].code)
    walker.posts[0]["from"] = "2023-07-01"
    walker.posts.insert(1, post("contact", "包村", townships[3].villages[5].code, "2023-07-01", "2026-02-28"))
    walker.posts[2]["from"] = "2026-03-01"

    returner = first(of_kind(cadres, "department_staff"), lambda cadre: cadre.unit == "D09")
    stationed = first(secretaries, lambda cadre: cadre.unit == "D09").posts[0]["place"]
    returner.posts[0]["from"] = "2026-08-01"
    returner.posts.insert(0, post("team_member", "驻村工作队队员", stationed, "2024-07-01", "2026-07-31"))

    risen = first(of_kind(cadres, "village_secretary"), lambda cadre: cadre.unit == townships[6].villages[2].code)
    risen.posts[0]["from"] = "2026-03-01"
    risen.posts.insert(0, post("village_committee", "村委会副主任", risen.unit, "2021-01-01", "2026-02-28"))


def of_kind(cadres: list[Cadre], kind: str) -> list[Cadre]:
    return [cadre for cadre in cadres if cadre.posts[0]["kind"] == kind]


def first(cadres: list[Cadre], wanted: Callable[[Cadre], bool]) -> Cadre:
    return next(cadre for cadre in cadres if wanted(cadre))
