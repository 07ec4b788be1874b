"""Oral question lists: of a village for inspectors, of their own households for those who help them.

What stands in a village's facts an inspector may read; what stands in a household's facts only its helper. An inspector's list names households by
their codes and asks without answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import NotFound, QuizError, say
from quiz.core.oral import OralHousehold, OralItem, OralList, household_name, is_oral, oral_item, tells_nothing
from quiz.core.profile import Dataset, Place, Scope, own_places
from quiz.core.question import Label, QuestionType
from quiz.core.roster import POST_NAMES, Cadre, UnitKind, main_post
from quiz.core.seed import Stream
from quiz.core.template import Template, bind
from quiz.storage import banks, reserved, rosters
from quiz.usecases.booklets import choose, refuse_sitter, study_shelf

MOST_POLICY = 10
"""Questions of policy in a list, unless somebody wants another number: a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class VillageChoice:
    """A village that a list can be made of: the published local facts it stands in, its code, its name and its township's."""

    profile: str
    code: str
    name: str
    township: str


def list_villages(session: Session, actor: Actor) -> list[VillageChoice]:
    """Return the villages of the published local facts within the actor's authority, by facts and code."""
    scope = actor.require(Action.ASK_ORALLY)
    paths = {code: row.path for code, row in rosters.units_by_code(session).items()}
    out = []
    for row in banks.list_documents(session, banks.DATASET):
        index = banks.read_document(row, Dataset).index()
        for code, place in sorted(index.items()):
            if place.kind is UnitKind.VILLAGE and paths.get(code, "/").startswith(scope):
                out.append(VillageChoice(row.code, code, place.name, index[place.parent].name if place.parent in index else ""))
    return out


def village_list(
    session: Session,
    actor: Actor,
    now: datetime,
    day: date,
    profile: str,
    village: str,
    chance: bytes,
    most: int = MOST_POLICY,
    with_samples: bool = False,
) -> OralList:
    """Return the list of a village: questions of policy chosen by `chance`, of the village, and of its households without their facts.

    NotFound for a village without published facts or outside the actor's authority; QuizError `to_sit`, `nothing_to_print`.
    """
    scope = actor.require(Action.ASK_ORALLY)
    refuse_sitter(session, actor, now)
    if not any(one.profile == profile and one.code == village for one in list_villages(session, actor)):
        raise NotFound()
    row = banks.get_document(session, banks.DATASET, profile)
    assert row is not None
    dataset = banks.read_document(row, Dataset)
    place = dataset.index()[village]
    shelf = study_shelf(session, now, day)
    fit = [question for question in shelf.open if is_oral(question) and (with_samples or question.label is Label.CONFIRMED)]
    templates = _open_templates(session, now, with_samples)
    cadres = rosters.list_cadres(session, scope)
    made = OralList(
        place=place.name,
        day=day,
        as_of=dataset.as_of,
        source=dataset.source,
        people=_people(cadres, village, day, dataset),
        policy=tuple(oral_item(question) for question in choose(fit, most, chance)),
        local=_bound(templates, Scope.VILLAGE, place, dataset),
        households=_households(templates, village, dataset, {cadre.number: cadre.name for cadre in cadres}),
    )
    if not (made.policy or made.local or made.households):
        raise QuizError("nothing_to_print", say("没有可以提问的题：题都留给了考试、有误待改，或者都是样题（要选择收录才印）。"))
    return made


def my_households(session: Session, actor: Actor, now: datetime, day: date) -> OralList:
    """Return the questions about the actor's own households with their answers, from the newest local facts that know the actor as a helper.

    NotFound for who helps none; QuizError `to_sit`, `nothing_to_print`.
    """
    actor.require(Action.SIT)
    refuse_sitter(session, actor, now)
    for dataset in _newest_first(session):
        own = [place for place in dataset.places if place.kind is UnitKind.HOUSEHOLD and actor.cadre_number in place.helpers]
        if own:
            break
    else:
        raise NotFound()
    templates = _open_templates(session, now, with_samples=True)
    made = [OralHousehold(place.name, (actor.name,), _bound(templates, Scope.HOUSEHOLD, place, dataset)) for place in own]
    if not any(household.items for household in made):
        raise QuizError("nothing_to_print", say("没有可以提问的题：题都留给了考试、有误待改，或者都是样题（要选择收录才印）。"))
    return OralList(actor.name, day, dataset.as_of, dataset.source, households=tuple(made))


def helps_households(session: Session, actor: Actor) -> bool:
    """True when published local facts seem to name the actor as the helper of a household; cheap enough for a page that everybody opens."""
    return bool(actor.cadre_number) and not actor.only_sitting and banks.is_named_in_datasets(session, actor.cadre_number)


def _newest_first(session: Session) -> list[Dataset]:
    found = [banks.read_document(row, Dataset) for row in banks.list_documents(session, banks.DATASET)]
    return sorted(found, key=lambda dataset: dataset.as_of, reverse=True)


def _open_templates(session: Session, now: datetime, with_samples: bool) -> list[Template]:
    kept, wrong = reserved.held_back(session, now), reserved.in_doubt(session)
    found = [one.template for one in banks.current_templates(session) if not kept.holds(one.template.uid) and one.template.uid not in wrong]
    return [template for template in found if with_samples or template.label is Label.CONFIRMED]


def _bound(templates: Iterable[Template], scope: Scope, place: Place, dataset: Dataset) -> tuple[OralItem, ...]:
    """What the templates of a scope ask of a place, with the answers; a claim that may be false is nothing to ask aloud.

    The list names their common source once.
    """
    out = []
    for template in templates:
        if template.scope is scope and template.type is not QuestionType.TRUE_FALSE:
            question = bind(template, place, dataset, Stream(b"oral", f"{template.uid}@{place.code}"))
            if question is not None and is_oral(question):
                out.append(replace(oral_item(question), source=None))
    return tuple(out)


def _households(templates: Iterable[Template], village: str, dataset: Dataset, names: Mapping[str, str]) -> tuple[OralHousehold, ...]:
    """The households of a village by their codes, asked without answers; helpers outside the reader's authority are not named."""
    silent = [template for template in templates if tells_nothing(template)]
    out = []
    for place in sorted(dataset.places, key=lambda place: place.code):
        if place.kind is UnitKind.HOUSEHOLD and place.parent == village:
            nameless = replace(place, name=household_name(place.code))
            items = tuple(OralItem(item.question, is_sample=item.is_sample) for item in _bound(silent, Scope.HOUSEHOLD, nameless, dataset))
            helpers = tuple(names[number] for number in place.helpers if number in names)
            if items and helpers:
                out.append(OralHousehold(nameless.name, helpers, items))
    return tuple(out)


def _people(cadres: Iterable[Cadre], village: str, day: date, dataset: Dataset) -> tuple[str, ...]:
    """Who can be asked about the village, by name and post."""
    index, out = dataset.index(), []
    for cadre in cadres:
        if any(place.code == village for place in own_places(cadre, Scope.VILLAGE, day, index)):
            post = main_post(cadre, day)
            out.append(f"{cadre.name}（{post.title or POST_NAMES[post.kind]}）" if post else cadre.name)
    return tuple(out)
