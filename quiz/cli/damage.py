"""Before a server starts: is the database's file whole? If not, nothing is written to it, and what helps now is said in words."""

from __future__ import annotations

from pathlib import Path

from quiz.cli.backup_places import GoodBackup, newest_good
from quiz.core.message import Message, QuizError, say
from quiz.settings import Settings
from quiz.storage import soundness
from quiz.translation import format_moment

PATIENCE = 2.0
"""Seconds that a start waits for the check; a larger file is checked on beside the work, and writing ends when damage is found."""


class Damaged(QuizError):
    """The file is damaged: what is wrong, and the newest good backup."""

    def __init__(self, file: Path, problem: str, backup: GoodBackup | None, when: str) -> None:
        super().__init__("damaged", say("数据库文件已损坏，服务没有启动，什么也没有写入：{problem}", problem=problem))
        self._file, self._backup, self._when = file, backup, when

    def lines(self) -> list[Message]:
        """What to do now, step by step."""
        keep = say("1. 把 {file} 及同名的 -wal、-shm 原样移到别处，不要删除：其中可能有备份里没有的作答。", file=self._file)
        if self._backup is None:
            return [keep, say("2. 在记得的位置没有找到完好的备份。请在其他磁盘上找，用 quiz restore 文件 --check 检查。")]
        path = self._backup.path
        return [
            keep,
            say("2. 最新的完好备份：{path}（{when}，作答{n}条）。运行 quiz restore {path}", path=path, when=self._when, n=self._backup.responses),
            say("3. 重新启动服务。考生页面上还没有保存的作答会自动补交；备份之后保存过的，请考生核对。"),
        ]


def refuse_damaged(settings: Settings, thoroughly: bool = False) -> None:
    """Raise Damaged for a file that is known not to be whole. `thoroughly` looks at everything, however long it takes."""
    url = settings.database_url
    problems = soundness.problems_of(url, thoroughly=True) if thoroughly else soundness.Check(url).wait(PATIENCE)
    file = soundness.sqlite_file(url)
    if problems and file is not None:
        backup = newest_good(settings.instance)
        when = format_moment(backup.made_at, settings.language, settings.zone) if backup else ""
        raise Damaged(file, problems[0], backup, when)
