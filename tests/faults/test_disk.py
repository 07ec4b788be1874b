"""Row 4: the disk is full."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from quiz.settings import DATABASE
from quiz.storage import reserve, turn
from tests.faults.conftest import Hall, opened
from tests.faults.page import NotConfirmed, Page, open_all, run
from tests.faults.server import quiz

SIZE = 48 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB; only some may mount one, others have the tests with a limit for files."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], check=False, capture_output=True)
    except OSError:
        pytest.skip("there is no mount command")
    if made.returncode:
        pytest.skip("a small disk may not be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, name: str) -> Path:
    """Leave no byte free; return the file that does so."""
    filler = disk / name
    with filler.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                while True:
                    file.write(bytes(size))
    assert shutil.disk_usage(disk).free == 0
    return filler


def fill_beside_a_server(disk: Path, name: str) -> Path:
    """The same, while no process of the server writes: one that does finds the disk full, gives the kept room up, and that would be filled too."""
    with turn._among_processes(str(disk / DATABASE)):
        return fill(disk, name)


async def save_until_refused(page: Page) -> str:
    """Save until the server does not confirm; return what it said instead."""
    for _ in range(5000):
        page.answer_something()
        try:
            await page.deliver()
        except NotConfirmed as refused:
            return str(refused)
    raise AssertionError("the disk is never full")


def test_on_a_full_disk_people_finish_with_the_room_that_was_kept_and_then_nothing_is_confirmed_that_is_not_there(
    county_file: Path, small_disk: Path
) -> None:
    shutil.copyfile(county_file, small_disk / DATABASE)
    with opened(small_disk) as hall:
        pages = hall.pages(4)
        run(pages, _run_out_of_room(hall, pages, small_disk))
        found = hall.checker.look(hall.url)
    assert found.is_whole, found


async def _run_out_of_room(hall: Hall, pages: list[Page], disk: Path) -> None:
    await open_all(pages)
    kept = hall.server.folder / f"{DATABASE}.reserve"
    assert kept.exists()
    first = fill_beside_a_server(disk, "first")
    while kept.exists():  # the server's own writes, every few seconds, may be the first that find no room
        pages[0].answer_something()
        with suppress(NotConfirmed):
            await pages[0].deliver()
    assert set(pages[0].failures) <= {"507"}
    for page in pages:  # what was kept is enough for everybody to go on and to hand in
        await page.keep_delivering()
    assert (await pages[1].post("submit", unsent="[]", device="phone")).status == 303
    second = fill_beside_a_server(disk, "second")
    assert [await save_until_refused(page) for page in (pages[0], pages[2], pages[3])] == ["507"] * 3
    refused = await pages[2].post("submit", unsent="[]", device="phone")
    assert (refused.status, "磁盘已满".encode() in refused.body) == (507, True)
    assert (await pages[1].ask("GET", f"{pages[1].address}/result")).status == 200  # reading goes on
    assert (await pages[2].ask("GET", f"{pages[2].address}/sit")).status == 200
    told = quiz(hall.server.folder, "doctor").stdout
    assert f"{disk.name} 还有 0 MB" in told
    assert "注意：磁盘快满了" in told
    assert "注意：没有预留空间" in told
    first.unlink()
    second.unlink()
    for page in pages:  # without a restart
        await page.keep_delivering()
    assert (await pages[2].post("submit", unsent="[]", device="phone")).status == 303


def test_a_server_that_was_killed_on_a_full_disk_starts_there_again(county_file: Path, small_disk: Path) -> None:
    shutil.copyfile(county_file, small_disk / DATABASE)
    with opened(small_disk) as hall:
        page = hall.pages(1)[0]

        async def sit() -> None:
            await open_all([page])
            page.answer_something()
            await page.deliver()
            hall.server.kill()
            small_disk.joinpath(f"{DATABASE}-shm").unlink()  # as after a restart of the machine, whose disk is not full by us alone
            fill(small_disk, "filler")
            hall.server.start()
            hall.server.wait()
            page.answer_something()
            await page.keep_delivering()

        run([page], sit())
        assert hall.checker.look(hall.url).is_whole


def test_files_that_may_not_grow_confirm_nothing_are_read_and_may_grow_again(hall: Hall) -> None:
    pages = hall.pages(3)

    async def sit() -> None:
        await open_all(pages)
        hall.server.limit_files(hall.server.folder.joinpath(f"{DATABASE}-wal").stat().st_size)
        assert [await save_until_refused(page) for page in pages] == ["503"] * 3
        assert (await pages[1].ask("GET", f"{pages[1].address}/sit")).status == 200
        hall.server.limit_files(-1)
        for page in pages:
            await page.keep_delivering()

    run(pages, sit())
    found = hall.checker.look(hall.url)
    assert found.is_whole, found
    assert found.confirmed >= 3


def test_the_room_kept_is_really_taken_and_no_more_than_a_part_of_a_small_disk(small_disk: Path) -> None:
    url, before = f"sqlite:///{small_disk / DATABASE}", shutil.disk_usage(small_disk).free
    reserve.keep(url)
    room = reserve.room_of(url)
    assert room is not None
    assert (room.free + room.kept, room.kept) == (before, before // reserve.SHARE)
    reserve.keep(url)
    assert reserve.room_of(url) == room
    fill(small_disk, "filler")
    assert reserve.give_up(url)
    assert not reserve.give_up(url)
    assert reserve.room_of(url) == reserve.Room(small_disk, room.kept, 0)


def test_a_server_keeps_room_and_doctor_says_how_much(shared_hall: Hall) -> None:
    told = quiz(shared_hall.server.folder, "doctor")
    assert told.returncode == 0
    assert "另为磁盘写满时留了 64 MB" in told.stdout
    assert (os.stat(shared_hall.server.folder / f"{DATABASE}.reserve").st_blocks * 512) >= reserve.MOST
    assert "注意：没有预留空间" not in told.stdout


def test_postgres_has_disks_of_its_own() -> None:
    url = "postgresql+psycopg://quiz@db/quiz"
    reserve.keep(url)
    assert (reserve.room_of(url), reserve.give_up(url)) == (None, False)
