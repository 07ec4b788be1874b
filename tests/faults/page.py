"""The sitting page as its script behaves, in Python: numbers, a queue, ages by its own clock, and patience until the server has confirmed.

A confirmation is what the server's reply says and nothing else; the checker hears of each.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from benchmarks.http import FORM, Connection, Reply
from quiz.core.question import Question
from quiz.core.response import check_response
from quiz.core.shown import as_shown, as_stored
from quiz.web.context import LOGIN_COOKIE
from tests.faults.checker import Checker

JSON = {"Content_Type": "application/json", "Accept": "application/json"}
MOST_ITEMS = 100
PATIENCE = 20.0
"""Seconds after which a page gives up a call that has no reply."""

LONG_PATIENCE = 300.0
"""Seconds after which what waits will not be taken any more: a test then fails, where a page would wait on."""

Clock = Callable[[], float]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Person:
    """Somebody who sits: staff number, code of the paper, its questions and answers to choose from by slot, and the token of a live log-in."""

    number: str
    code: str
    questions: dict[int, Question]
    answers: dict[int, list[list[str]]]
    token: str


@dataclass(frozen=True)
class Answer:
    """An answer on its way, with its value as it will be stored: `made` is when, by the page's clock, in seconds."""

    slot: int
    value: list[str]
    seq: int
    made: float


class NotConfirmed(Exception):
    """A call had no reply, or one that confirms nothing."""


@dataclass
class Page:
    """A person's page on a device: what it has not been told to be saved, it keeps and sends again."""

    person: Person
    port: int
    checker: Checker
    device: str = "phone"
    clock: Clock = time.monotonic
    patience: float = PATIENCE
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    queue: list[Answer] = field(default_factory=list)
    seq: int = 0
    turn: int = 0
    seconds_left: int = 0

    def __post_init__(self) -> None:
        self.connection = Connection(self.port)
        self.connection.cookies[LOGIN_COOKIE] = self.person.token
        self.csrf = ""
        self.failures = Counter[str]()

    @property
    def address(self) -> str:
        """The paper's address."""
        return f"/papers/{self.person.code}"

    # --- calls -------------------------------------------------------------------------------------------------------------------------------

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Make a call; NotConfirmed when there is no whole reply."""
        try:
            async with asyncio.timeout(self.patience):
                return await self.connection.ask(method, path, body, **headers)
        except (OSError, EOFError, TimeoutError) as error:
            self.failures[type(error).__name__] += 1
            raise NotConfirmed(type(error).__name__) from error

    async def call(self, name: str, body: object) -> Any:
        """Make one of the script's calls; NotConfirmed for whatever is not its reply."""
        reply = await self.ask("POST", f"{self.address}/{name}", json.dumps(body).encode(), **JSON, X_CSRFToken=self.csrf)
        if reply.status != 200:
            self.failures[str(reply.status)] += 1
            raise NotConfirmed(str(reply.status))
        return json.loads(reply.body)

    async def post(self, name: str, **form: str) -> Reply:
        """Send one of the plain forms."""
        return await self.ask("POST", f"{self.address}/{name}", urlencode({"csrf_token": self.csrf, **form}).encode(), **FORM)

    async def open(self) -> None:
        """Open the page: start or go on, and take the desk."""
        self.csrf = token_in((await self.ask("GET", self.address)).body)
        started = await self.post("start")
        if started.status != 303:
            raise NotConfirmed(str(started.status))
        await self.take_desk()

    async def take_desk(self) -> dict[int, list[str]]:
        """Take the desk; return what the server has."""
        taken = await self.call("desk", {"device": self.device})
        self.seq, self.turn, self.seconds_left = taken["first_seq"] - 1, taken["turn"], taken["seconds_left"]
        return {int(slot): self.stored(int(slot), value) for slot, value in taken["responses"].items()}

    # --- answers -----------------------------------------------------------------------------------------------------------------------------

    def answer(self, slot: int, value: list[str]) -> Answer:
        """Give an answer, which stays with the page until it is confirmed."""
        self.seq += 1
        made = Answer(slot, value, self.seq, self.clock())
        self.queue.append(made)
        self.checker.made(self.person.code, made.slot, made.seq, made.value)
        return made

    def answer_something(self) -> Answer:
        """Give some answer to some question."""
        slot = self.chance.choice(sorted(self.person.answers))
        return self.answer(slot, self.chance.choice(self.person.answers[slot]))

    def body_of(self, answers: Sequence[Answer]) -> dict[str, object]:
        """Return the body of a call that brings these answers."""
        now = self.clock()
        items = [
            {"slot": made.slot, "value": self.shown(made.slot, made.value), "seq": made.seq, "age": max(0, int((now - made.made) * 1000))}
            for made in answers
        ]
        return {"device": self.device, "items": items}

    def shown(self, slot: int, value: list[str]) -> list[str]:
        """Return an answer as the page names it."""
        return list(as_shown(self.person.questions[slot], tuple(value)))

    def stored(self, slot: int, value: list[str]) -> list[str]:
        """Return an answer as it is stored."""
        return list(check_response(self.person.questions[slot], as_stored(self.person.questions[slot], value)))

    async def deliver(self) -> list[dict[str, Any]]:
        """Send what waits, the oldest first, once; return what became of it. NotConfirmed leaves all of it waiting."""
        sent = self.queue[:MOST_ITEMS]
        reply = await self.call("responses", self.body_of(sent))
        told = {item["seq"]: item for item in reply["items"]}
        for made in sent:
            self.checker.confirm(self.person.code, made.slot, made.seq, made.value, told[made.seq]["state"])
        self.queue = self.queue[len(sent) :]
        self.turn, self.seconds_left = reply["turn"], reply["seconds_left"]
        return list(reply["items"])

    async def keep_delivering(self) -> None:
        """Send what waits until all of it is confirmed, a little later after each failure. TimeoutError when nobody takes it for minutes."""
        wait = 0.02
        async with asyncio.timeout(LONG_PATIENCE):
            while self.queue:
                try:
                    await self.deliver()
                    wait = 0.02
                except NotConfirmed:
                    await asyncio.sleep(wait * self.chance.uniform(0.5, 1.5))
                    wait = min(wait * 2, 0.5)

    async def work(self, is_over: Callable[[], bool]) -> None:
        """Answer one to three questions at a time and deliver, until it is over."""
        while not is_over():
            for _ in range(self.chance.randint(1, 3)):
                self.answer_something()
            await self.keep_delivering()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


async def open_all(pages: Sequence[Page]) -> None:
    """Open pages, a few at a time."""
    for start in range(0, len(pages), 8):
        await asyncio.gather(*(page.open() for page in pages[start : start + 8]))


def run(pages: Sequence[Page], work: Coroutine[Any, Any, Result]) -> Result:
    """Do work in an event loop, and close the pages while it is still there."""

    async def do() -> Result:
        try:
            return await work
        finally:
            for page in pages:
                page.close()
            await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as thread:  # a browser's driver may keep a loop running in this one, beside which no other can run
        return thread.submit(asyncio.run, do()).result()


def token_in(page: bytes) -> str:
    """Return the token that a page carries for its forms or its script."""
    found = re.search(rb'name="csrf[_-]token" (?:value|content)="([^"]+)"', page)
    assert found, page[:2000]
    return found[1].decode()
