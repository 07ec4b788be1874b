"""Who may do what: one table of actions and roles, asked by page, print, export and command alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from quiz.core.message import Forbidden


class Role(StrEnum):
    """The five roles; one account may hold several."""

    TRAINEE = "trainee"
    SETTER = "setter"
    ORGANISER = "organiser"
    MARKER = "marker"
    INSPECTOR = "inspector"


class Action(StrEnum):
    """What people do; every use case names the one it is."""

    SIT = "sit"
    PRACTISE = "practise"
    READ_BANK = "read_bank"
    PROPOSE = "propose"
    PUBLISH_BANK = "publish_bank"
    CHECK_BLUEPRINT = "check_blueprint"
    LOAD_ROSTER = "load_roster"
    MANAGE_ACCOUNTS = "manage_accounts"
    SCHEDULE = "schedule"
    READ_SITTINGS = "read_sittings"
    PRINT_PAPERS = "print_papers"
    SCAN = "scan"
    ENTER_ANSWERS = "enter_answers"
    READ_RESULTS = "read_results"
    LEAD_LEARNING = "lead_learning"
    WATCH_HALL = "watch_hall"
    READ_RECORDS = "read_records"
    READ_ITEMS = "read_items"
    RELEASE = "release"
    CERTIFY = "certify"
    CORRECT = "correct"
    ANSWER_APPEALS = "answer_appeals"
    JUDGE = "judge"
    VERIFY = "verify"
    EXPORT_SITTING = "export_sitting"
    READ_AUDIT = "read_audit"
    BACK_UP = "back_up"
    MAKE_BOOKLETS = "make_booklets"
    ASK_ORALLY = "ask_orally"


POLICY: Mapping[Action, frozenset[Role]] = {
    Action.SIT: frozenset({Role.TRAINEE}),
    Action.PRACTISE: frozenset({Role.TRAINEE}),
    Action.READ_BANK: frozenset({Role.SETTER}),
    Action.PROPOSE: frozenset({Role.SETTER}),
    Action.PUBLISH_BANK: frozenset({Role.SETTER}),
    Action.CHECK_BLUEPRINT: frozenset({Role.SETTER, Role.ORGANISER}),
    Action.LOAD_ROSTER: frozenset({Role.ORGANISER}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ORGANISER}),
    Action.SCHEDULE: frozenset({Role.ORGANISER}),
    Action.READ_SITTINGS: frozenset({Role.ORGANISER, Role.INSPECTOR, Role.MARKER}),
    Action.PRINT_PAPERS: frozenset({Role.ORGANISER}),
    Action.SCAN: frozenset({Role.ORGANISER}),
    Action.ENTER_ANSWERS: frozenset({Role.ORGANISER, Role.MARKER}),
    Action.READ_RESULTS: frozenset({Role.ORGANISER, Role.INSPECTOR}),
    Action.LEAD_LEARNING: frozenset({Role.ORGANISER}),
    Action.WATCH_HALL: frozenset({Role.ORGANISER, Role.INSPECTOR}),
    Action.READ_RECORDS: frozenset({Role.ORGANISER, Role.INSPECTOR}),
    Action.READ_ITEMS: frozenset({Role.SETTER, Role.ORGANISER, Role.INSPECTOR}),
    Action.RELEASE: frozenset({Role.ORGANISER}),
    Action.CERTIFY: frozenset({Role.ORGANISER}),
    Action.CORRECT: frozenset({Role.ORGANISER}),
    Action.ANSWER_APPEALS: frozenset({Role.ORGANISER, Role.MARKER}),
    Action.JUDGE: frozenset({Role.MARKER}),
    Action.VERIFY: frozenset({Role.ORGANISER, Role.INSPECTOR}),
    Action.EXPORT_SITTING: frozenset({Role.ORGANISER, Role.INSPECTOR}),
    Action.READ_AUDIT: frozenset({Role.ORGANISER, Role.INSPECTOR}),
    Action.BACK_UP: frozenset({Role.ORGANISER}),
    Action.MAKE_BOOKLETS: frozenset({Role.SETTER, Role.ORGANISER}),
    Action.ASK_ORALLY: frozenset({Role.ORGANISER, Role.INSPECTOR}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something, as it is remembered: the name as it is read, and `id`, which alone tells one person from another of the same name."""

    id: str
    name: str

    @classmethod
    def of_account(cls, account_id: int, name: str) -> Person:
        """Return the person who holds an account."""
        return cls(f"account:{account_id}", name)

    @classmethod
    def as_typed(cls, name: str) -> Person:
        """Return a person of whom only a name is known: whoever is written alike, in width, case and spaces, is the same."""
        return cls("".join(unicodedata.normalize("NFKC", name).casefold().split()), name)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or command line) that acts. `roles` maps each role to the path of the unit it holds for, "/" for the whole county.

    `only_sitting` is the code of the one sitting that a person admitted by a code may sit, empty for everyone else.
    """

    name: str
    roles: Mapping[Role, str] = field(default_factory=dict)
    account_id: int | None = None
    cadre_number: str = ""
    only_sitting: str = ""

    @property
    def person(self) -> Person:
        """Who this is where two people must not be one: the account, or the name of a command line, which has none."""
        return Person.as_typed(self.name) if self.account_id is None else Person.of_account(self.account_id, self.name)

    def may_enter(self, sitting: str) -> bool:
        """True when the actor is not tied to another sitting than this."""
        return self.only_sitting in ("", sitting)

    def may(self, action: Action) -> bool:
        """True when one of the actor's roles allows the action."""
        return bool(POLICY[action] & set(self.roles))

    def may_everywhere(self, action: Action) -> bool:
        """True when one of the actor's roles allows the action for the whole county: some things concern everybody's papers at once."""
        return any(scope == "/" for role, scope in self.roles.items() if role in POLICY[action])

    def require(self, action: Action) -> str:
        """Return the path of the widest unit within which the actor may do `action`; Forbidden when there is none."""
        scopes = [scope for role, scope in self.roles.items() if role in POLICY[action]]
        if not scopes:
            raise Forbidden()
        return min(scopes, key=len)


def command_line(name: str) -> Actor:
    """Return the actor of the command line: whoever holds the server may act in every role but sit nobody's paper."""
    return Actor(name=name, roles={role: "/" for role in Role if role is not Role.TRAINEE})
