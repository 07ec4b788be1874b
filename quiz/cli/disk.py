"""What `quiz doctor` says of the disk that a database is on, before it opens the database: on a full disk that may fail."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.core.message import Message, say
from quiz.storage import reserve

MEGABYTE = 1024 * 1024
LITTLE = 1024 * MEGABYTE
"""Less free room than this is worth a warning: a sitting of 8,000 writes some 200 MB, and its backups are on a disk too."""


def disk_lines(url: str) -> Iterator[Message]:
    """Say how much room there is; what asks for somebody's attention begins with 注意."""
    room = reserve.room_of(url)
    if room is None:
        return
    free = room.free // MEGABYTE
    yield say("磁盘：{folder} 还有 {free} MB，另为磁盘写满时留了 {kept} MB。", folder=room.folder, free=free, kept=room.kept // MEGABYTE)
    if room.free < LITTLE:
        yield say("注意：磁盘快满了。写满以后任何作答都不能保存。请删除或移走 {folder} 所在磁盘上不需要的文件。", folder=room.folder)
    if not room.kept:
        yield say("注意：没有预留空间。如果磁盘曾经写满，预留的已经用掉；腾出空间后重新启动服务，会再次预留。")
