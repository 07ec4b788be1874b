"""People who answer question after question through the proxy, as their pages do it, and remember what was confirmed to them."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType

from benchmarks.county import JSON, Sitter, come_in, item_of, see_admission, see_notice, see_paper, some_answer, start, take_desk
from benchmarks.http import Phase

PATIENCE = 300.0
"""Seconds in which everybody must get on."""

ANSWER_SECONDS = 15.0
"""How long a page waits for a reply before it counts a save as not stored."""


class Load:
    """Everybody at work, in a thread of its own, from the block's begin to its end. What is not confirmed is sent again, under the same number."""

    def __init__(self, sitters: Sequence[Sitter]) -> None:
        self.sitters = sitters
        self.errors: Counter[str] = Counter()
        self._counted = threading.Condition()
        self._confirmed = 0
        self._failed = ""
        self._stopping = False
        self._begun = time.monotonic()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()))

    def __enter__(self) -> Load:
        self._thread.start()
        self.wait_for(len(self.sitters))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        print(f"{self._confirmed} saves confirmed in {time.monotonic() - self._begun:.0f} s; sent again after {dict(self.errors)}")

    def wait_for(self, more: int) -> None:
        """Return when so many more saves have been confirmed."""
        with self._counted:
            wanted = self._confirmed + more
            self._wait(lambda: self._confirmed >= wanted)

    def wait_for_errors(self, kind: str, number: int) -> None:
        """Return when so many saves, in all, were refused in this way."""
        with self._counted:
            self._wait(lambda: self.errors[kind] >= number)

    def _wait(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert not self._failed, self._failed
            assert self._counted.wait(end - time.monotonic()), f"{self._confirmed} saves confirmed; {self.errors}"

    async def _work(self) -> None:
        try:
            await asyncio.gather(*(self._sit(sitter) for sitter in self.sitters))
        except BaseException as error:
            with self._counted:
                self._failed = repr(error)
                self._counted.notify_all()
            raise

    async def _sit(self, sitter: Sitter) -> None:
        if not sitter.confirmed:
            coming = Phase("coming in")
            for act in (see_admission, come_in, see_notice, start):
                await act(sitter, coming)
            assert not coming.errors, coming.errors
        opening = Phase("opening the page")
        await see_paper(sitter, opening)
        await take_desk(sitter, opening)
        assert not opening.errors, opening.errors
        while not self._stopping:
            slot = sitter.slots[sitter.seq % len(sitter.slots)]
            value = some_answer(slot, sitter.chance)
            if await self._save(sitter, item_of(slot, value, sitter.seq)):
                sitter.confirmed[sitter.seq] = (slot.number, value)
                with self._counted:
                    self._confirmed += 1
                    self._counted.notify_all()
            sitter.seq += 1
        sitter.connection.close()

    async def _save(self, sitter: Sitter, item: dict[str, object]) -> bool:
        """Send a save until it is confirmed; False when everybody stops before."""
        body = json.dumps({"device": "made", "items": [item]}).encode()
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    reply = await sitter.connection.ask("POST", f"/papers/{sitter.code}/responses", body, **JSON, X_CSRFToken=sitter.csrf)
            except (OSError, EOFError, TimeoutError) as error:
                self._count_error(type(error).__name__)
            else:
                if reply.status == 200:
                    state = json.loads(reply.body)["items"][0].get("state")
                    assert state == "accepted", reply.body
                    return True
                assert reply.status in (502, 503, 504), (reply.status, reply.body)
                self._count_error(str(reply.status))
            if self._stopping:
                return False
            await asyncio.sleep(0.1 + 0.4 * sitter.chance.random())

    def _count_error(self, kind: str) -> None:
        with self._counted:
            self.errors[kind] += 1
            self._counted.notify_all()
