"""The townships and villages of the fictional county: what they are called, and the figures that chance gives them."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

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


def plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


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
