"""Makes the fictional demo county 青岚县: its profile and its roster, the same bytes on every run.

No place, person or figure in it is real. It refuses nothing and checks nothing: the loaders of the banks do the
checking, and the data is meant to pass (`identified = active + removed`, a township is the sum of its villages).

    python -m tools.make_demo_county [FOLDER]        # FOLDER is question_banks/profiles when left out
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tools.demo_county.households import Household, make_households

SEED = 2026
AS_OF = "2026-06-30"
FOLDER = Path(__file__).resolve().parent.parent / "question_banks" / "profiles"
HEADER = "# fictional; made by tools/make_demo_county.py\n"

DEPARTMENTS = {  # code: (name, how many villages it sponsors)
    "D01": ("县委组织部", 4),
    "D02": ("县农业农村局", 4),
    "D03": ("县教育局", 4),
    "D04": ("县卫生健康局", 4),
    "D05": ("县医疗保障局", 3),
    "D06": ("县住房和城乡建设局", 4),
    "D07": ("县水利局", 4),
    "D08": ("县民政局", 3),
    "D09": ("县人力资源和社会保障局", 4),
    "D10": ("县发展和改革局", 4),
    "D11": ("县财政局", 4),
    "D12": ("县林业局", 2),
}
TOWNSHIPS = {  # name: (what its villages live from, its villages; 社区 are resettlement communities)
    "青溪镇": ("茶叶 食用菌 中蜂 高山蔬菜 板栗 生猪养殖", "柳坪村 石门沟村 双井村 杨家湾村 茶园坡村"),
    "竹垭镇": ("毛竹 林下养鸡 魔芋 核桃 中药材 肉牛养殖", "竹垭村 黄连坪村 老鹰岩村 桐子坝村 新安社区"),
    "云岫镇": ("中药材 高山蔬菜 肉牛养殖 乡村旅游 中蜂", "云岫村 马鞍岭村 寨子沟村 冷水村"),
    "白鹭河镇": ("稻渔综合种养 柑橘 生猪养殖 水产养殖 桑蚕", "白鹭村 沙湾村 上河坝村 下河坝村 渡口村 桑园村"),
    "松泉镇": ("食用菌 肉牛养殖 油茶 核桃 林下养鸡 板栗", "松泉村 大槽村 红岩沟村 枫香村 祥和社区"),
    "梨树坪镇": ("黄花梨 猕猴桃 乡村旅游 高山蔬菜 生猪养殖", "梨树坪村 桃园沟村 花桥村 周家院村"),
    "三岔铺镇": ("生猪养殖 烤烟 魔芋 柑橘 桑蚕 油茶", "三岔村 铺前村 王家垭村 石碑村 青龙嘴村 安居社区"),
    "乌桕镇": ("油茶 板栗 中蜂 茶叶 魔芋 中药材", "乌桕村 高桥沟村 磨盘村 栗树坡村 鹿角村"),
}
PLAIN_VILLAGES = {  # 一般村; the others are 脱贫村
    *("双井村", "竹垭村", "冷水村", "白鹭村", "沙湾村", "渡口村", "松泉村", "大槽村"),
    *("梨树坪村", "花桥村", "三岔村", "铺前村", "石碑村", "乌桕村"),
}
UNSTATIONED_VILLAGES = {"竹垭村", "沙湾村", "梨树坪村", "铺前村"}  # 一般村 to which nobody is sent
RESOLVED_VILLAGES = {"花桥村", "石碑村"}  # every risk there has been removed
CATEGORIES = ("unstable", "marginal", "sudden")

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

Pair = tuple[int, int]  # households, persons


@dataclass(slots=True)
class Place:
    """What villages and townships have in common; the sums of a township are built by `add`."""

    code: str
    name: str
    households: int = 0
    population: int = 0
    alleviated: Pair = (0, 0)
    active: dict[str, Pair] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, (0, 0)))
    removed: dict[str, Pair] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, (0, 0)))
    groups_count: int = 0
    industries: list[str] = field(default_factory=list)

    def add(self, other: "Place") -> None:
        self.households += other.households
        self.population += other.population
        self.groups_count += other.groups_count
        self.alleviated = plus(self.alleviated, other.alleviated)
        for category in CATEGORIES:
            self.active[category] = plus(self.active[category], other.active[category])
            self.removed[category] = plus(self.removed[category], other.removed[category])


@dataclass(slots=True)
class Village(Place):
    township: str = ""
    kind: str = "脱贫村"
    party_members: int = 0
    cultivated_mu: int = 0
    income_tenths: int = 0  # of 万元
    stationed_by: str = ""
    sponsors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Township(Place):
    villages: list[Village] = field(default_factory=list)
    dibao: Pair = (0, 0)
    tekun_persons: int = 0


@dataclass(slots=True)
class Cadre:
    unit: str
    groups: list[str]
    posts: list[dict[str, str]]


def plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


# --- the profile ------------------------------------------------------------------------------------------------------


def make_townships(random: Random) -> list[Township]:
    """Townships with their villages; who sponsors them is filled in by `assign_sponsors`."""
    townships = []
    for number, (name, (industries, villages)) in enumerate(TOWNSHIPS.items(), 1):
        township = Township(code=f"T{number:02}", name=name)
        strongest = CATEGORIES[number * 2 % 3]  # so that the townships do not all answer alike
        for count, village_name in enumerate(villages.split(), 1):
            village = make_village(random, f"{township.code.replace('T', 'V')}{count:02}", village_name, strongest)
            village.township = township.code
            village.industries = village.industries or pick_industries(random, industries.split(), count)
            township.villages.append(village)
            township.add(village)
        spread_incomes(random, township.villages)
        township.dibao = sized(random, round(township.households * random.uniform(0.04, 0.06)), mean_of=(1, 2, 2, 3))
        township.tekun_persons = round(township.population * random.uniform(0.004, 0.006))
        common = Counter(industry for village in township.villages for industry in village.industries)
        township.industries = [industry for industry, _ in common.most_common(3) if industry in industries]
        township.industries[2 + number % 2 :] = ["劳务"] * (1 - number % 2)
        townships.append(township)
    return townships


def pick_industries(random: Random, choices: list[str], count: int) -> list[str]:
    """Two or three industries, another one first in each village, so that neighbours give distractors."""
    leading = choices[count % len(choices)]
    others = [choice for choice in choices if choice != leading]
    return [leading, *random.sample(others, random.choice((1, 1, 2)))]


def make_village(random: Random, code: str, name: str, strongest: str) -> Village:
    village = Village(code, name)
    village.kind = "安置社区" if name.endswith("社区") else "一般村" if name in PLAIN_VILLAGES else "脱贫村"
    village.households = random.randint(190, 560)
    village.population = round(village.households * random.uniform(3.15, 3.7))
    village.party_members = round(village.population * random.uniform(0.025, 0.042))
    village.cultivated_mu = round(village.households * random.uniform(3.6, 6.8) / 10) * 10
    village.groups_count = max(3, round(village.households / random.uniform(48, 70)))
    share = random.uniform(0.24, 0.38) if village.kind == "脱贫村" else random.uniform(0.08, 0.16)
    if village.kind == "安置社区":
        village.cultivated_mu //= 10
        village.industries = ["社区工厂", "劳务"]
        share = random.uniform(0.72, 0.88)
    persons = round(village.population * share * random.uniform(0.97, 1.05))
    village.alleviated = round(village.households * share), persons
    for category in CATEGORIES:
        boosted = category == strongest and random.random() < 0.75
        active, removed = make_counts(random, category, boosted=boosted)
        if name in RESOLVED_VILLAGES:
            active, removed = 0, active + removed
        village.active[category] = sized(random, active, mean_of=(1, 2, 2, 3, 3, 4, 5))
        village.removed[category] = sized(random, removed, mean_of=(1, 2, 3, 3, 3, 4, 4, 5))
    return village


def make_counts(random: Random, category: str, *, boosted: bool) -> Pair:
    """Households still at risk, households whose risk has been removed."""
    if category == "sudden":
        return random.choice((0, 1, 1, 2)) + 2 * boosted, random.choice((0, 1, 2, 2, 3, 4))
    return random.choice((0, 1, 1, 2, 2, 3)) + 2 * boosted, random.randint(2, 7)


def sized(random: Random, households: int, mean_of: tuple[int, ...]) -> Pair:
    return households, sum(random.choice(mean_of) for _ in range(households))


def spread_incomes(random: Random, villages: list[Village]) -> None:
    """Gives each village of a township its own collective income, at least a tenth away from its neighbours'."""
    steps = random.sample(range(12), len(villages))
    for village, step in zip(villages, steps, strict=True):
        village.income_tenths = round(68 * 1.22**step * random.uniform(0.97, 1.03))


def assign_sponsors(random: Random, villages: list[Village]) -> None:
    """Gives every village a sponsor; departments with villages left over join in as second sponsors."""
    turns: list[str] = []
    for turn in range(4):  # so that the villages of one township have different sponsors
        codes = [code for code, (_, count) in DEPARTMENTS.items() if count > turn]
        random.shuffle(codes)
        turns += codes
    for village, code in zip(villages, turns, strict=False):
        village.sponsors.append(code)
        village.stationed_by = "" if village.name in UNSTATIONED_VILLAGES else code
    for code in turns[len(villages) :]:
        free = [village for village in villages if len(village.sponsors) == 1 and code not in village.sponsors]
        random.choice(free).sponsors.append(code)


# --- the roster -------------------------------------------------------------------------------------------------------


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


# --- the files --------------------------------------------------------------------------------------------------------


def flow(value: object) -> str:
    """A value in YAML's flow style; text is written plain, so it must hold no comma, colon or bracket."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    return str(value)


def block(entries: dict[str, object]) -> str:
    """One item of a list of maps, a line for each key."""
    lines = [f"    {key}: {flow(value)}" if key else str(value) for key, value in entries.items()]
    return "  - " + "\n".join(lines).lstrip() + "\n"


def counted(pair: Pair) -> dict[str, int]:
    return {"households": pair[0], "persons": pair[1]}


def monitored(place: Place) -> str:
    lines = ["    monitored:"]
    for category in CATEGORIES:
        active, removed = place.active[category], place.removed[category]
        counts = {"identified": plus(active, removed), "active": active, "removed": removed}
        lines.append(f"      {category}: {flow(counts)}")
    return "\n".join(lines)


def township_block(township: Township) -> str:
    return block(
        {
            "code": township.code,
            "name": township.name,
            "villages_count": len(township.villages),
            "groups_count": township.groups_count,
            "households": township.households,
            "population": township.population,
            "alleviated": counted(township.alleviated),
            "": monitored(township),
            "dibao": counted(township.dibao),
            "tekun_persons": township.tekun_persons,
            "main_industries": township.industries,
        }
    )


def village_block(village: Village) -> str:
    stationed = {"first_secretary_unit": village.stationed_by} if village.stationed_by else {}
    return block(
        {
            "code": village.code,
            "name": village.name,
            "township": village.township,
            "type": village.kind,
            "groups_count": village.groups_count,
            "households": village.households,
            "population": village.population,
            "party_members": village.party_members,
            "cultivated_mu": village.cultivated_mu,
            "alleviated": counted(village.alleviated),
            "": monitored(village),
            "main_industries": village.industries,
            "collective_income_wan": f"{village.income_tenths // 10}.{village.income_tenths % 10}",
            **stationed,
            "sponsors": village.sponsors,
        }
    )


def profile_text(townships: list[Township], households: list[Household]) -> str:
    head = (
        "# monitored: [households, persons]; a township is the sum of its villages\n"
        "# households: pseudonymous; asked of their helpers alone\n"
        "profile:\n"
        "  id: qinglan-2026h1\n"
        "  county: 青岚县\n"
        f"  as_of: {AS_OF}\n"
        "  source: 青岚县防止返贫致贫监测信息系统导出（虚构样例）\n"
        "  approved_by: 青岚县巩固衔接办\n"
    )
    towns = "\n".join(township_block(township) for township in townships)
    villages = "\n".join(village_block(village) for township in townships for village in township.villages)
    departments = "".join(f"  - {flow({'code': code, 'name': name})}\n" for code, (name, _) in DEPARTMENTS.items())
    homes = "".join(f"  - {flow(household)}\n" for household in households)
    return f"{HEADER}{head}\ndepartments:\n{departments}\ntownships:\n{towns}\nvillages:\n{villages}\nhouseholds:\n{homes}"


def roster_text(townships: list[Township], cadres: list[Cadre], names: list[str]) -> str:
    units = [{"code": "QL", "name": "青岚县", "kind": "county"}]
    for code, (name, _) in DEPARTMENTS.items():
        units.append({"code": code, "name": name, "kind": "department", "parent": "QL"})
    for township in townships:
        units.append({"code": township.code, "name": township.name, "kind": "township", "parent": "QL"})
        for village in township.villages:
            units.append({"code": village.code, "name": village.name, "kind": "village", "parent": township.code})
    lines = [HEADER + "units:", *(f"  - {flow(unit)}" for unit in units), "", "cadres:"]
    for number, (cadre, name) in enumerate(zip(cadres, names, strict=True), 1):
        lines += [
            f"  - number: C{number:04}",
            f"    name: {name}",
            f"    unit: {cadre.unit}",
            f"    groups: {flow(cadre.groups)}",
            "    posts:",
            *(f"      - {flow(entry)}" for entry in cadre.posts),
        ]
    return "\n".join(lines) + "\n"


def main(folder: Path = FOLDER) -> None:
    random = Random(SEED)
    townships = make_townships(random)
    villages = [village for township in townships for village in township.villages]
    assign_sponsors(random, villages)
    cadres = [
        *make_county_leaders(random, townships),
        *make_department_cadres(random),
        *make_township_cadres(random, townships),
        *make_stationed_cadres(random, villages),
        *make_village_cadres(random, villages),
    ]
    move_cadres(cadres, townships)
    names = make_names(random, len(cadres))
    profile = profile_text(townships, make_households(townships, cadres))
    (folder / "qinglan.yaml").write_text(profile, encoding="utf-8", newline="\n")
    (folder / "qinglan-roster.yaml").write_text(roster_text(townships, cadres, names), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
